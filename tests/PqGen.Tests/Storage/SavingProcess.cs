using System.Diagnostics;

namespace PqGen.Tests.Storage;

/// <summary>A process that saves indexes: this assembly, run as a program, for tests that kill it or deny it the disk.</summary>
internal static class SavingProcess
{
    private const string Forever = "forever", Once = "once";

    /// <summary>What the process says once it saves.</summary>
    public const string Begun = "saving";

    /// <summary>
    /// Runs: "forever TARGET SOURCE..." saves each source to the target in turn, until it is killed; "once TARGET SOURCE" says how it went.
    /// </summary>
    public static int Main(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var sources = args[2..];
        if (args[0] == Once)
        {
            using var index = VectorIndex.Open(sources[0]);
            try
            {
                index.Save(args[1]);
                Console.WriteLine("saved");
            }
            catch (IOException exception)
            {
                Console.WriteLine($"{exception.GetType().Name}: {exception.Message}");
            }

            return 0;
        }

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
    public static Process StartForever(string target, params string[] sources) => Process.Start(Start(Dotnet, [Forever, target, .. sources]))!;

    /// <summary>Saves in a process of its own that writes no file beyond a length; null where the system has no such limit.</summary>
    /// <returns>What came of it.</returns>
    public static string? SaveWithin(long bytes, string target, string source)
    {
        const string Shell = "/bin/sh";
        if (!File.Exists(Shell))
        {
            return null;
        }

        // The limit is in blocks of 512 bytes; without the signal, a write beyond it fails as on a full disk. The runtime's own code is no file then.
        var command = $"trap '' XFSZ; ulimit -f {bytes / 512} || exit 9; exec \"$@\"";
        var start = Start(Shell, []);
        start.ArgumentList.Clear();
        foreach (var word in (string[])["-c", command, Shell, Dotnet, "exec", typeof(SavingProcess).Assembly.Location, Once, target, source])
        {
            start.ArgumentList.Add(word);
        }

        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 9 ? null : output.Trim();
    }

    private static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    private static ProcessStartInfo Start(string program, string[] arguments) =>
        new(program, ["exec", typeof(SavingProcess).Assembly.Location, .. arguments]) { RedirectStandardOutput = true };
}
