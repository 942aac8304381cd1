using System.Diagnostics;
using PqGen.Testing;
using PqGen.Tests.Paths;
using Xunit.Abstractions;

namespace PqGen.Tests.Tool;

/// <summary>The reports as a browser shows them: charts, values under a pointer and by keys, dark, on a phone, on paper.</summary>
[Collection(ChildProcessCollection.Name)]
public class ReportBrowserTests(ITestOutputHelper output)
{
    /// <summary>The script's exit code where there is no browser and none can be installed.</summary>
    private const int NoBrowser = 77;

    [Fact]
    public async Task A_browser_shows_reports_as_they_should_be()
    {
        if (!OperatingSystem.IsLinux())
        {
            output.WriteLine("Reports were not looked at: the script is for Linux");
            return;
        }

        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(Repository.Root, "tests", "reports.sh"));
        start.Environment["PQTOOL"] = $"{ToolProcess.Host} {ToolProcess.Assembly}";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        using var process = Process.Start(start)!;
        var (text, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        output.WriteLine(await text);
        if (process.ExitCode != NoBrowser)
        {
            Assert.True(process.ExitCode == 0, $"tests/reports.sh: exit code {process.ExitCode}\n{await text}\n{await error}");
            Assert.Matches(@"Total tests: \d\d\s+Passed: \d\d\s", await text);
        }
    }
}
