using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PqGen.Common;

/// <summary>
/// A file in memory, read only: the system reads its pages in as they are wanted, and all processes that map it share them. It is unmapped when
/// nobody holds it any more.
/// </summary>
/// <remarks>
/// A file that is replaced by another of its name stays what it was. One that is made shorter in place is not there any more: on Windows the system
/// forbids it; elsewhere reading what was cut off ends the process. So whoever begins to read asks before (<see cref="IsWhole"/>); nothing here can
/// prevent it for those who read already.
/// </remarks>
internal sealed partial class MappedFile
{
    /// <summary>Far below the number of holders that can be, so that nobody takes a file that was closed for one that is held.</summary>
    private const int Closed = int.MinValue / 2;

    private const int AdviceRandom = 1, AdviceWillNeed = 3;

    private readonly MemoryMappedFile _mapping;
    private readonly MemoryMappedViewAccessor _accessor;
    private readonly SafeMemoryMappedViewHandle _view;
    private readonly FileStream _stream;
    private readonly nint _address;

    /// <summary>The tick of the system's clock at which the file was last found to be whole.</summary>
    private long _wholeTick;

    /// <summary>Who holds it: the one who has opened it, and everybody who reads.</summary>
    private int _holders = 1;

    private unsafe MappedFile(FileStream stream, MemoryMappedFile mapping, long length)
    {
        (_stream, _mapping, Length) = (stream, mapping, length);
        _accessor = mapping.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        _view = _accessor.SafeMemoryMappedViewHandle;
        byte* address = null;
        _view.AcquirePointer(ref address);
        _address = (nint)address + (nint)_accessor.PointerOffset;
    }

    /// <summary>Of a file that nobody holds or refers to any more, though it was not let go of.</summary>
    ~MappedFile() => Unmap();

    /// <summary>Bytes of the file.</summary>
    public long Length { get; }

    /// <summary>Whether the file still has all its bytes.</summary>
    public bool IsWhole => _stream.Length >= Length;

    /// <summary>
    /// <see cref="IsWhole"/> for whoever reads small parts, looked at once in a tick of the system's clock: asking the system takes as long as a
    /// small search.
    /// </summary>
    public bool IsWholeByTick
    {
        get
        {
            var tick = Environment.TickCount64;
            if (Volatile.Read(ref _wholeTick) == tick)
            {
                return true;
            }

            if (!IsWhole)
            {
                return false;
            }

            Volatile.Write(ref _wholeTick, tick);
            return true;
        }
    }

    /// <summary>Whether somebody holds it at this moment.</summary>
    public bool IsHeld => Volatile.Read(ref _holders) > 0;

    /// <summary>Maps a file, which is closed with it.</summary>
    /// <returns>The file; null where the system or the file system cannot map it.</returns>
    public static MappedFile? TryMap(FileStream stream, long length)
    {
        MemoryMappedFile? mapping = null;
        try
        {
            mapping = MemoryMappedFile.CreateFromFile(
                stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            return new MappedFile(stream, mapping, length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or OutOfMemoryException)
        {
            mapping?.Dispose();
            return null;
        }
    }

    /// <summary>Keeps the file mapped until <see cref="LetGo"/>, unless it is closed already.</summary>
    public bool TryHold()
    {
        if (Interlocked.Increment(ref _holders) > 0)
        {
            return true;
        }

        Interlocked.Decrement(ref _holders);
        return false;
    }

    /// <summary>Holds the file no longer; the last one to do so unmaps it.</summary>
    public void LetGo()
    {
        if (Interlocked.Decrement(ref _holders) == 0 && Interlocked.CompareExchange(ref _holders, Closed, 0) == 0)
        {
            Unmap();
#pragma warning disable CA1816 // What Dispose is elsewhere, for the last of many holders.
            GC.SuppressFinalize(this);
#pragma warning restore CA1816
        }
    }

    /// <summary>Part of the file, from a multiple of 64 on.</summary>
    public AlignedBuffer<T> Buffer<T>(long offset, long length)
        where T : unmanaged => new(this, _address + (nint)offset, length);

    /// <summary>Tells the system that of a part of the file single places will be read: it shall not read around them.</summary>
    public void ReadAtRandom(long offset, long length) => Advise(_address + (nint)offset, length, AdviceRandom);

    /// <summary>Tells the system that memory of the file will be read soon.</summary>
    public static void WillNeed(nint address, long length) => Advise(address, length, AdviceWillNeed);

    private void Unmap()
    {
        // Where the constructor has failed, whoever called it has the rest.
        if (_address != 0)
        {
            _view.ReleasePointer();
            _accessor.Dispose();
            _mapping.Dispose();
            _stream.Dispose();
        }
    }

    private static void Advise(nint address, long length, int advice)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
        {
            return;
        }

        // From the beginning of a page; of a hint it does not matter whether it was taken.
        var begin = address & ~(nint)(Environment.SystemPageSize - 1);
        _ = Advise(begin, (nuint)(address + (nint)length - begin), advice);
    }

    [LibraryImport("libc", EntryPoint = "posix_madvise")]
    private static partial int Advise(nint address, nuint length, int advice);
}
