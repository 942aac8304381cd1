using System.Diagnostics;
using System.Text;
using PqGen.Tool;
using Spectre.Console;

namespace PqGen.Tests.Tool;

/// <summary>However the tool ends, the terminal has its cursor again.</summary>
public class InterruptionTests
{
    private const string Hide = "\u001b[?25l";
    private const string Show = "\u001b[?25h";

    [Fact]
    public void A_bar_gives_the_cursor_back_when_its_work_ends()
    {
        using var terminal = new Terminal();
        Assert.Equal(7, terminal.Progress.Run("work", report =>
        {
            report(1, 2);
            return 7;
        }).Result);
        terminal.AssertCursorShown();
    }

    [Fact]
    public void A_bar_gives_the_cursor_back_when_its_work_fails()
    {
        using var terminal = new Terminal();
        Assert.Throws<InvalidOperationException>(() => terminal.Progress.Run<int>("work", _ => throw new InvalidOperationException()));
        terminal.AssertCursorShown();
        Assert.Throws<ArgumentException>(() => terminal.Progress.Train<int>(_ => throw new ArgumentException("bad")));
        terminal.AssertCursorShown();
    }

    [Fact]
    public void Reports_may_come_from_any_thread()
    {
        using var terminal = new Terminal();
        terminal.Progress.Train(progress =>
        {
            Parallel.For(0, 1000, i => progress.Report(new TrainingProgress($"[stage] {i % 3}", i % 10, 10)));
            return true;
        });
        terminal.AssertCursorShown();
    }

    [Theory]
    [InlineData(2, 130)]
    [InlineData(3, 131)]
    [InlineData(15, 143)]
    public void A_signal_gives_the_cursor_back_and_exits_as_shells_expect(int signal, int expected)
    {
        using var error = new StringWriter();
        var exitCode = 0;
        Interruption.End(error, isTerminal: true, signal, code => exitCode = code);
        Assert.Equal(expected, exitCode);
        Assert.Equal($"\r\u001b[K{Show}interrupted{Environment.NewLine}", error.ToString());
    }

    [Fact]
    public void Nothing_is_printed_where_there_is_no_terminal()
    {
        using var error = new StringWriter();
        Interruption.End(error, isTerminal: false, 2, _ => { });
        Assert.Equal("", error.ToString());
        new ProgressView(error).Run("work", report =>
        {
            report(1, 2);
            return true;
        });
        Assert.Equal($"work ...{Environment.NewLine}", error.ToString());
    }

    [UnixTheory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void A_signal_ends_a_run_without_a_terminal_silently(string signal, int expected)
    {
        using var tool = ToolProcess.Start(LongRun);
        Assert.Equal("training ...", tool.StandardError.ReadLine());
        ToolProcess.Kill(tool, signal);
        Assert.Equal("", tool.StandardError.ReadToEnd());
        Assert.True(tool.WaitForExit(60_000), "still running");
        Assert.Equal(expected, tool.ExitCode);
    }

    [UnixFact("/usr/bin/script")]
    public async Task Ctrl_C_at_a_terminal_gives_the_cursor_back()
    {
        // script(1) runs a command at a terminal of its own, and types there what it is given.
        var command = $"{string.Join(' ', ToolProcess.WithSignals)} '{ToolProcess.Host}' '{ToolProcess.Assembly}' {LongRun}";
        var start = new ProcessStartInfo("/usr/bin/script", ["-qec", command, "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["TERM"] = "xterm";
        Array.ForEach(["CI", "GITHUB_ACTIONS"], variable => start.Environment.Remove(variable));
        using var tool = Process.Start(start)!;
        var seen = new StringBuilder();
        var buffer = new char[4096];
        var pressed = false;
        while (await tool.StandardOutput.ReadAsync(buffer) is > 0 and var count)
        {
            seen.Append(buffer, 0, count);
            if (!pressed && seen.ToString().Contains(Hide, StringComparison.Ordinal))
            {
                pressed = true;
                await tool.StandardInput.WriteAsync('\u0003');
                await tool.StandardInput.FlushAsync();
            }
        }

        await tool.WaitForExitAsync();
        var text = seen.ToString();
        Assert.True(pressed, text);
        Assert.Equal(130, tool.ExitCode);
        Assert.True(text.LastIndexOf(Show, StringComparison.Ordinal) > text.LastIndexOf(Hide, StringComparison.Ordinal), text);
        Assert.Single(text.Split("interrupted")[1..]);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
    }

    private const string LongRun = "estimate --synthetic --n 200000 --d 64 --nlist 1024 --kernels generic --threads 1";

    /// <summary>A terminal that keeps what is written to it.</summary>
    private sealed class Terminal : IAnsiConsoleOutput, IDisposable
    {
        private readonly StringWriter _written = new();

        public Terminal() => Progress = new ProgressView(AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            Out = this,
        }));

        public ProgressView Progress { get; }

        public TextWriter Writer => _written;

        public bool IsTerminal => true;

        public int Width => 80;

        public int Height => 24;

        public void Dispose() => _written.Dispose();

        public void SetEncoding(Encoding encoding)
        {
        }

        public void AssertCursorShown()
        {
            var text = _written.ToString();
            Assert.Contains(Hide, text, StringComparison.Ordinal);
            Assert.True(text.LastIndexOf(Show, StringComparison.Ordinal) > text.LastIndexOf(Hide, StringComparison.Ordinal), text);
        }
    }
}
