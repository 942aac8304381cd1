namespace PqGen.Tool;

/// <summary>
/// Tells whether the program was started with its output and error output. Where one was closed, what is opened next takes its place: the runtime's
/// own pipe, into which nothing may be printed.
/// </summary>
internal static class StandardStreams
{
    /// <summary>The places of the output and of the error output.</summary>
    public const int Output = 1, Error = 2;

    /// <summary>Bits of a descriptor's flags: what it is opened for, 0 for reading alone, and whether it ends when a program is started.</summary>
    private const int Access = 3, CloseOnExec = 0x80000;

    private const string Flags = "flags:";

    /// <summary>Whether a place is that of a stream which was handed to this program and can be written to; where none can tell, it is.</summary>
    public static bool IsOpen(int place)
    {
        const string Folder = "/proc/self/fdinfo";
        if (!OperatingSystem.IsLinux() || !Directory.Exists(Folder))
        {
            return true;
        }

        try
        {
            return IsHandedOver(File.ReadAllLines($"{Folder}/{place}"));
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>The same by what Linux says of a descriptor. What the runtime opens for itself is handed to no program.</summary>
    private static bool IsHandedOver(string[] lines)
    {
        var flags = Convert.ToInt32(lines.First(line => line.StartsWith(Flags, StringComparison.Ordinal))[Flags.Length..].Trim(), 8);
        return (flags & CloseOnExec) == 0 && (flags & Access) != 0;
    }
}
