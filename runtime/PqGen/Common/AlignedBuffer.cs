using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PqGen.Common;

/// <summary>
/// A zeroed array whose first element is aligned to 64 bytes and does not move: what kernels read. The garbage collector owns it, so a
/// reference into it keeps it alive, also when a writer has replaced it meanwhile. Holds up to 137 GB.
/// </summary>
/// <remarks>
/// Or memory of a mapped file, which is not to be written: no reference into it keeps it there, so that whoever reads it holds the file
/// (<see cref="MappedFile.TryHold"/>).
/// </remarks>
internal sealed class AlignedBuffer<T>
    where T : unmanaged
{
    private const int LineSize = 64;

    /// <summary>From where memory of someone else's is reckoned: it does not move either.</summary>
    private static readonly Line[] s_anchor = GC.AllocateArray<Line>(1, pinned: true);

    private readonly Line[] _lines;
    private readonly nint _offset;
    private readonly MappedFile? _file;

    public AlignedBuffer(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        var lines = ((length * Unsafe.SizeOf<T>()) + LineSize - 1) / LineSize;
        if (lines >= Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(
                nameof(length),
                length,
                Guard.Text(
                    $"A buffer of {length} elements of {Unsafe.SizeOf<T>()} bytes exceeds the most, {(long)Array.MaxLength * LineSize} bytes."));
        }

        // One line more than needed, so that an aligned start fits.
        _lines = GC.AllocateArray<Line>((int)lines + 1, pinned: true);
        _offset = -Marshal.UnsafeAddrOfPinnedArrayElement(_lines, 0) & (LineSize - 1);
    }

    /// <summary>A copy of <paramref name="source"/>.</summary>
    public AlignedBuffer(ReadOnlySpan<T> source)
        : this(source.Length) => source.CopyTo(Span(0, source.Length));

    /// <summary>Part of a mapped file, from an address that is a multiple of 64.</summary>
    public AlignedBuffer(MappedFile file, nint address, long length)
    {
        (_file, _lines, Length) = (file, s_anchor, length);
        _offset = address - Marshal.UnsafeAddrOfPinnedArrayElement(s_anchor, 0);
    }

    public long Length { get; }

    /// <summary>Whether it is part of a file, and not to be written.</summary>
    public bool IsMapped => _file is not null;

    public long SizeInBytes => IsMapped ? Length * Unsafe.SizeOf<T>() : (long)_lines.Length * LineSize;

    /// <summary>The first element.</summary>
    public ref T Reference
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.As<byte, T>(ref Unsafe.AddByteOffset(ref Unsafe.As<Line, byte>(ref MemoryMarshal.GetArrayDataReference(_lines)), _offset));
    }

    /// <summary>The element at <paramref name="index"/>, unchecked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T At(long index) => ref Unsafe.Add(ref Reference, (nint)index);

    /// <summary>A checked view of part of the buffer.</summary>
    public Span<T> Span(long start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Length - length);
        return MemoryMarshal.CreateSpan(ref At(start), length);
    }

    /// <summary>Tells the system that part of a mapped file will be read soon.</summary>
    public void WillNeed(long start, long length)
    {
        if (IsMapped)
        {
            var address = Marshal.UnsafeAddrOfPinnedArrayElement(s_anchor, 0) + _offset;
            MappedFile.WillNeed(address + (nint)(start * Unsafe.SizeOf<T>()), length * Unsafe.SizeOf<T>());
        }
    }

    /// <summary>A larger buffer with the first <paramref name="used"/> elements copied.</summary>
    public AlignedBuffer<T> Grow(long length, long used)
    {
        var grown = new AlignedBuffer<T>(length);
        const int Chunk = 1 << 28;
        for (long at = 0; at < used; at += Chunk)
        {
            var part = (int)Math.Min(Chunk, used - at);
            Span(at, part).CopyTo(grown.Span(at, part));
        }

        return grown;
    }

    [StructLayout(LayoutKind.Sequential, Size = LineSize)]
    private struct Line;
}
