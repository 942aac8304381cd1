using PqGen.Tests.Paths;
using Xunit.Abstractions;

namespace PqGen.Tests.Tool;

/// <summary>The reports as a browser shows them: charts, values under a pointer and by keys, dark, on a phone, on paper.</summary>
[Collection(ScriptCollection.Name)]
public class ReportBrowserTests(ITestOutputHelper output)
{
    [Fact]
    public Task A_browser_shows_reports_as_they_should_be() => LinuxScript.Check(
        "reports.sh", @"Total tests: \d\d\s+Passed: \d\d\s", output, ("PQTOOL", $"{ToolProcess.Host} {ToolProcess.Assembly}"));
}
