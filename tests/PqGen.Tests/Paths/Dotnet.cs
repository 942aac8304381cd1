using System.Diagnostics;

namespace PqGen.Tests.Paths;

/// <summary>What one run of the dotnet command came to.</summary>
/// <param name="Output">All of its standard output.</param>
/// <param name="All">What was run, its exit code, output and errors: what a failed test should show.</param>
internal sealed record Dotnet(int ExitCode, string Output, string All)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    /// <summary>Runs it without a shell, in English, and fails the test if it does not end within 5 minutes.</summary>
    /// <param name="folder">The folder it runs in.</param>
    /// <param name="arguments">One word each.</param>
    public static Dotnet Run(string folder, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // What the build that runs these tests has told its own children. A node or compiler that outlives the command would keep its output open.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        var command = $"dotnet {string.Join(' ', start.ArgumentList)}";
        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"no end after {s_patience}: {command}");
        }

        return new Dotnet(process.ExitCode, output.Result, $"{command}: exit code {process.ExitCode}\n{output.Result}\n{error.Result}");
    }

    /// <summary>Asserts that the command succeeded.</summary>
    public Dotnet Succeeded()
    {
        Assert.True(ExitCode == 0, All);
        return this;
    }
}
