using System.Runtime.InteropServices;

namespace PqGen.Common;

/// <summary>What lies at a path and is no file: a device, a pipe or a socket. Nobody wants it replaced by a file.</summary>
internal static partial class SpecialFile
{
    private const int CurrentFolder = -100;
    private const uint TypeWanted = 1;

    // struct statx of Linux, the same on every processor: its size, and where the 16-bit mode is.
    private const int StatusSize = 256, ModeOffset = 28;
    private const int TypeMask = 0xF000, RegularType = 0x8000, FolderType = 0x4000;

    /// <summary>Whether something else than a file or a folder lies at a path, or where links from there lead; as far as it can be told.</summary>
    public static unsafe bool IsAt(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return !OperatingSystem.IsWindows() && path.StartsWith("/dev/", StringComparison.Ordinal) && File.Exists(path);
        }

        var status = stackalloc byte[StatusSize];
        try
        {
            return Status(CurrentFolder, path, 0, TypeWanted, status) == 0
                && (*(ushort*)(status + ModeOffset) & TypeMask) is not (RegularType or FolderType);
        }
        catch (EntryPointNotFoundException)
        {
            // A C library from before 2018.
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Status(int folder, string path, int flags, uint mask, byte* status);
}
