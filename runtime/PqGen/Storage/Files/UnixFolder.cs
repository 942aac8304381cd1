using System.Runtime.InteropServices;

namespace PqGen.Storage.Files;

/// <summary>
/// A folder of a Unix system: locked against other saves, and flushed, so that a renamed file is found after a power failure. Does
/// nothing where the system or the file system has no such thing.
/// </summary>
internal sealed partial class UnixFolder : IDisposable
{
    private const int WriteAllowed = 2;
    private const int LockExclusive = 2;
    private const int LockRelease = 8;
    private const int LongestPath = 4096;
    private readonly int _descriptor;

    /// <summary>Opens a folder and waits until no other save holds its lock.</summary>
    public UnixFolder(string path)
    {
        _descriptor = OperatingSystem.IsWindows() ? -1 : Open(path, CloseOnExec);
        if (_descriptor >= 0)
        {
            _ = Lock(_descriptor, LockExclusive);
        }
    }

    /// <summary>Read only, and not left to child processes, where the flag's value is known.</summary>
    private static int CloseOnExec => OperatingSystem.IsLinux() ? 0x80000 : OperatingSystem.IsMacOS() ? 0x1000000 : 0;

    /// <summary>Whether this process may write the file at a path.</summary>
    public static bool MayWrite(string path) => Access(path, WriteAllowed) == 0;

    /// <summary>A folder's path without links; the path itself where it cannot be told.</summary>
    public static unsafe string WithoutLinks(string path)
    {
        Span<byte> resolved = stackalloc byte[LongestPath];
        fixed (byte* buffer = resolved)
        {
            return RealPath(path, buffer) == 0 ? path : Marshal.PtrToStringUTF8((nint)buffer) ?? path;
        }
    }

    /// <summary>Lets other saves go on.</summary>
    public void Unlock()
    {
        if (_descriptor >= 0)
        {
            _ = Lock(_descriptor, LockRelease);
        }
    }

    /// <summary>Flushes the names of its files to the disk. Some file systems cannot, which is no failure of the save.</summary>
    public void Flush()
    {
        if (_descriptor >= 0)
        {
            _ = Synchronize(_descriptor);
        }
    }

    public void Dispose()
    {
        if (_descriptor >= 0)
        {
            _ = Close(_descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Synchronize(int descriptor);

    [LibraryImport("libc", EntryPoint = "flock")]
    private static partial int Lock(int descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial nint RealPath(string path, byte* resolved);
}
