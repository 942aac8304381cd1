using System.Diagnostics;
using Spectre.Console;

namespace PqGen.Tool;

/// <summary>Shows on the error writer how far long work is: a bar on a terminal, else one line when it starts.</summary>
internal sealed class ProgressView
{
    private readonly IAnsiConsole _console;

    /// <summary>A bar if the error writer is that of a terminal; it is drawn on the console's own writer alone.</summary>
    public ProgressView(TextWriter error)
        : this(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(WrappingWriter.Whole(error)) }))
    {
    }

    /// <summary>A bar if the console is a terminal.</summary>
    public ProgressView(IAnsiConsole console) => _console = console;

    /// <summary>Runs work that reports steps done and steps in all, on any thread; returns its result and seconds.</summary>
    public (T Result, double Seconds) Run<T>(string title, Func<Action<int, int>, T> work) =>
        RunStages(title, report => work((completed, total) => report(title, completed, total)));

    /// <summary>Runs training, whose stages have names; returns its result and seconds.</summary>
    public (T Result, double Seconds) Train<T>(Func<IProgress<TrainingProgress>, T> work) =>
        RunStages("training", report => work(new Relay(report)));

    /// <summary>Runs work that reports what it is at, steps done and steps in all.</summary>
    public (T Result, double Seconds) RunStages<T>(string title, Func<Action<string, int, int>, T> work)
    {
        var profile = _console.Profile;
        if (!profile.Out.IsTerminal || !profile.Capabilities.Ansi)
        {
            profile.Out.Writer.WriteLine($"{title} ...");
            return Timed(() => work((_, _, _) => { }));
        }

        try
        {
            return _console.Progress()
                .AutoClear(true)
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
                .Start(context => Timed(() => work(new Bar(context.AddTask(Markup.Escape(title))).Show)));
        }
        finally
        {
            // However the work ended.
            _console.Cursor.Show(true);
        }
    }

    private static (T Result, double Seconds) Timed<T>(Func<T> work)
    {
        var clock = Stopwatch.StartNew();
        var result = work();
        return (result, clock.Elapsed.TotalSeconds);
    }

    /// <summary>A bar that several threads may move: a stage, its steps done and in all change together.</summary>
    private sealed class Bar(ProgressTask task)
    {
        private readonly Lock _moving = new();

        public void Show(string stage, int completed, int total)
        {
            lock (_moving)
            {
                task.Description = Markup.Escape(stage);
                task.MaxValue = Math.Max(total, 1);
                task.Value = completed;
            }
        }
    }

    /// <summary>Passes training progress on at once, on the thread that reports it.</summary>
    private sealed class Relay(Action<string, int, int> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value.Stage, value.Completed, value.Total);
    }
}
