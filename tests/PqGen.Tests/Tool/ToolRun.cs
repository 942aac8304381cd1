using PqGen.Tool;

namespace PqGen.Tests.Tool;

/// <summary>One run of the tool in this process.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Error)
{
    static ToolRun()
    {
        // Speeds are not looked at here.
        Measure.Enough = TimeSpan.FromMilliseconds(1);
    }

    /// <summary>Runs a command line; its words are separated by single spaces.</summary>
    public static ToolRun Of(string commandLine, params string[] more)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int exitCode = CommandLine.Run([.. commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries), .. more], output, error);
        return new ToolRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>The lines of the output, without the last line's end.</summary>
    public string[] Lines => Output.TrimEnd('\n', '\r').Split(Environment.NewLine);

    /// <summary>Asserts that the run failed with one line that starts with "error: " and holds some text.</summary>
    public ToolRun Failed(int exitCode, string text)
    {
        string all = $"exit code {ExitCode}, output: {Output}, error: {Error}";
        string[] errors = [.. Error.Split(Environment.NewLine).Where(line => line.StartsWith("error: ", StringComparison.Ordinal))];
        Assert.True(ExitCode == exitCode, all);
        Assert.True(errors.Length == 1 && errors[0].Contains(text, StringComparison.Ordinal), $"no '{text}' in the error line; {all}");
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        return this;
    }
}
