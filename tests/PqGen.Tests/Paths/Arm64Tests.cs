using System.Diagnostics;
using PqGen.Testing;
using Xunit.Abstractions;

namespace PqGen.Tests.Paths;

/// <summary>
/// Arm64's .NET under an emulator: what its kernels find and save is what this processor's do, and those that Arm64 has to itself agree with the
/// scalar reference. The script's "--all" runs the other tests of the kernels too, which takes longer.
/// </summary>
[Collection(ChildProcessCollection.Name)]
public class Arm64Tests(ITestOutputHelper output)
{
    /// <summary>The script's exit code where there is no emulator and none can be installed.</summary>
    private const int NoEmulator = 77;

    [Fact]
    public async Task Arm64_finds_and_saves_what_this_processor_does()
    {
        if (!OperatingSystem.IsLinux())
        {
            output.WriteLine("Arm64 was not checked: the script is for Linux");
            return;
        }

        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(Repository.Root, "tests", "arm64.sh"));
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        using var process = Process.Start(start)!;
        var (text, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        output.WriteLine(await text);
        if (process.ExitCode != NoEmulator)
        {
            Assert.True(process.ExitCode == 0, $"tests/arm64.sh: exit code {process.ExitCode}\n{await text}\n{await error}");
            Assert.Matches(@"\n\d+ passed, 0 failed\n", await text);
        }
    }
}
