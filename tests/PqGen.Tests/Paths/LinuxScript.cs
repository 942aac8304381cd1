using System.Diagnostics;
using PqGen.Testing;
using Xunit.Abstractions;

namespace PqGen.Tests.Paths;

/// <summary>The scripts of tests/ that install what they need, or say that it cannot be had.</summary>
internal static class LinuxScript
{
    /// <summary>A script's exit code where what it needs is not there and cannot be installed.</summary>
    private const int Unavailable = 77;

    /// <summary>Runs a script, shows what it prints, and fails the test if the script fails or does not print what it should.</summary>
    /// <param name="name">Its name in tests/.</param>
    /// <param name="expected">A pattern of what it prints where it could run.</param>
    /// <param name="output">Where it is shown.</param>
    /// <param name="environment">What it is told.</param>
    public static async Task Check(string name, string expected, ITestOutputHelper output, params (string Name, string Value)[] environment)
    {
        if (!OperatingSystem.IsLinux())
        {
            output.WriteLine($"tests/{name} is for Linux, and did not run");
            return;
        }

        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(Repository.Root, "tests", name));
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        foreach (var (variable, value) in environment)
        {
            start.Environment[variable] = value;
        }

        using var process = Process.Start(start)!;
        var (text, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        output.WriteLine(await text);
        if (process.ExitCode != Unavailable)
        {
            Assert.True(process.ExitCode == 0, $"tests/{name}: exit code {process.ExitCode}\n{await text}\n{await error}");
            Assert.Matches(expected, await text);
        }
    }
}
