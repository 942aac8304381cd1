using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using PqGen.Vectors;

namespace PqGen.Tests.Storage;

/// <summary>What a folder is denied to a process that writes there.</summary>
internal enum Denied
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>Files longer than so many bytes, as by a quota.</summary>
    LongFiles,

    /// <summary>More room than so many bytes: a file system of its own.</summary>
    Room,

    /// <summary>Changes: its mode forbids them.</summary>
    Mode,

    /// <summary>Changes: its file system is read-only.</summary>
    Changes,
}

/// <summary>What came of an operation in a process that was denied something.</summary>
/// <param name="Operation">Its name.</param>
/// <param name="Target">The name of the file that it writes.</param>
/// <param name="Result">"done", or the exception's type and message.</param>
/// <param name="IsUnchanged">Whether the folder holds the files that it held, each with its bytes.</param>
/// <param name="Files">The files that the folder holds.</param>
internal sealed record SavingResult(string Operation, string Target, string Result, bool IsUnchanged, string Files);

/// <summary>A process that saves indexes and vectors: this assembly, run as a program, for tests that kill it or deny it the disk.</summary>
internal static class SavingProcess
{
    private const string Forever = "forever", Once = "once", Shell = "/bin/sh";

    /// <summary>The files of the folder that <see cref="Run"/> works in.</summary>
    public const string Source = "source.pqg", Target = "target.pqg", Vectors = "target.npy";

    /// <summary>What the process says once it saves.</summary>
    public const string Begun = "saving";

    /// <summary>The exit code of a shell that cannot deny what it should.</summary>
    private const int CannotDeny = 9;

    /// <summary>Everything that writes a file: each its target, in a folder that holds it and a source.</summary>
    private static readonly (string Name, string Target, Action<string, string> Run)[] s_operations =
    [
        ("change", Target, (_, target) =>
        {
            using var index = VectorIndex.Open(target);
            var count = index.Count;
            index.Remove(-1);
            try
            {
                index.Save(target);
            }
            catch (Exception exception) when (!IsWithoutOne(index, count))
            {
                throw new InvalidOperationException("what was changed is lost", exception);
            }
        }),
        ("save", Target, (source, target) =>
        {
            using var index = VectorIndex.Open(source);
            index.Save(target);
        }),
        ("merge", Target, (source, target) => VectorIndex.Merge(target, [target, source])),
        ("split", Target, (source, target) => VectorIndex.Split(source, [(target, new IdRange(0, 2999))])),
        ("export", Target, (source, target) =>
        {
            using var index = VectorIndex.Open(source);
            index.ExportFaiss(target);
        }),
        ("vectors", Vectors, (_, target) =>
        {
            var vectors = VectorFile.ReadFloats(target);
            var changed = Array.ConvertAll(vectors.Values.ToArray(), value => value + 1);
            VectorFile.Write(target, vectors.Count, vectors.Dimension, [changed]);
        }),
        ("one array", Vectors, (_, target) => VectorFile.WriteNpy(target, 30, new float[30 * 40_000])),
        ("integers", Vectors, (_, target) => VectorFile.WriteInts(target, new IntMatrix(2, new long[80_000]))),
    ];

    /// <summary>
    /// Runs: "forever TARGET SOURCE..." saves each source to the target in turn, until it is killed; "once FOLDER" runs every operation there and
    /// says how it went.
    /// </summary>
    public static int Main(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        if (args[0] == Once)
        {
            foreach (var (name, target, run) in s_operations)
            {
                Console.WriteLine(string.Join('\t', Try(name, target, run, args[1])));
            }

            return 0;
        }

        var sources = args[2..];
        for (var round = 0; ; round++)
        {
            // What is replaced is mapped meanwhile, every other time.
            using var replaced = round % 2 == 0 && File.Exists(args[1]) ? VectorIndex.Open(args[1]) : null;
            using var index = VectorIndex.Open(sources[round % sources.Length]);
            if (round == 0)
            {
                Console.WriteLine(Begun);
            }

            index.Save(args[1]);
        }
    }

    /// <summary>Starts a process that saves until it is killed.</summary>
    public static Process StartForever(string target, params string[] sources) =>
        Process.Start(Start(Dotnet, ["exec", Program, Forever, target, .. sources]))!;

    /// <summary>Runs every operation in a process that is denied something; null where the system cannot do that.</summary>
    /// <param name="denied">What it is denied.</param>
    /// <param name="bytes">How many bytes it is not.</param>
    /// <param name="prepared">A folder that has the files.</param>
    /// <param name="folder">An empty folder, to which the files are copied, in which it runs.</param>
    public static SavingResult[]? Run(Denied denied, int bytes, string prepared, string folder)
    {
        if (!File.Exists(Shell) && denied != Denied.Nothing)
        {
            return null;
        }

        if (denied is not (Denied.Room or Denied.Changes))
        {
            foreach (var file in Directory.GetFiles(prepared))
            {
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
            }
        }

        string[] program = [Dotnet, "exec", Program, Once, folder];
        string[] limits = [prepared, folder, bytes.ToString(CultureInfo.InvariantCulture)];
        var start = denied == Denied.Nothing
            ? Start(program[0], program[1..])
            : Start(Shell, ["-c", Script(denied), Shell, .. limits, .. program]);

        // The runtime's own code is no file then, whose length the limit would forbid.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (denied == Denied.Mode && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return process.ExitCode == CannotDeny ? null : [.. output.Trim().Split('\n').Select(line => line.Split('\t')).Select(
            part => new SavingResult(part[0], part[1], part[2], bool.Parse(part[3]), part[4]))];
    }

    /// <summary>
    /// A shell's script: it denies something to the program of its arguments 4 and up, in the folder 2; 1 has the files, 3 is bytes.
    /// </summary>
    private static string Script(Denied denied)
    {
        var mount = "mount -t tmpfs -o \"size=$3\" tmpfs \"$2\" && cp \"$1\"/* \"$2\" || exit 9; "
            + (denied == Denied.Changes ? "mount -o remount,ro \"$2\" || exit 9; " : "") + "shift 3; exec \"$@\"";
        return denied switch
        {
            // The limit is in blocks of 512 bytes; without the signal, a write beyond it fails as on a full disk.
            Denied.LongFiles => "trap '' XFSZ; ulimit -f $(($3 / 512)) || exit 9; shift 3; exec \"$@\"",

            // Root may do what modes forbid, unless that capability is taken away.
            Denied.Mode => """
                chmod 555 "$2"; shift 3
                [ "$(id -u)" = 0 ] || exec "$@"
                setpriv --bounding-set=-dac_override,-dac_read_search true 2> /dev/null || exit 9
                exec setpriv --bounding-set=-dac_override,-dac_read_search "$@"
                """,

            // A file system that this process alone sees: root may mount one, and whoever may be root in a name space of users.
            _ => $"""
                flags=-m; unshare -m true 2> /dev/null || flags=-rm
                unshare $flags true 2> /dev/null || exit 9
                exec unshare $flags "$0" -c '{mount}' "$0" "$@"
                """,
        };
    }

    /// <summary>Whether an index from which one vector was removed has all others and can be saved elsewhere.</summary>
    private static bool IsWithoutOne(VectorIndex index, long count)
    {
        index.Save(Stream.Null);
        return index.Count == count - 1 && !index.Contains(-1) && index.Contains(-2);
    }

    private static string[] Try(string name, string target, Action<string, string> run, string folder)
    {
        var before = Contents(folder);
        var result = "done";
        try
        {
            run(Path.Combine(folder, Source), Path.Combine(folder, target));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            result = $"{exception.GetType().Name}: {exception.Message}";
        }

        var after = Contents(folder);
        var files = string.Join(' ', after.Select(file => file.Name));
        return [name, target, result.ReplaceLineEndings(" "), before.SequenceEqual(after).ToString(), files];
    }

    private static (string Name, string Bytes)[] Contents(string folder) =>
        [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(
            file => (Path.GetFileName(file), Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))))];

    private static string Program => typeof(SavingProcess).Assembly.Location;

    private static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    private static ProcessStartInfo Start(string program, string[] arguments) => new(program, arguments) { RedirectStandardOutput = true };
}
