using System.Diagnostics;
using Spectre.Console;

namespace PqGen.Tool;

/// <summary>Shows on the error writer how far long work is: a bar on a terminal, else one line when it starts.</summary>
internal sealed class ProgressView(TextWriter error)
{
    private readonly IAnsiConsole _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });

    /// <summary>Runs work that reports steps done and steps in all; returns its result and seconds.</summary>
    public (T Result, double Seconds) Run<T>(string title, Func<Action<int, int>, T> work) =>
        Run(title, (Action<string, int, int> report) => work((completed, total) => report(title, completed, total)));

    /// <summary>Runs training, whose stages have names; returns its result and seconds.</summary>
    public (T Result, double Seconds) Train<T>(Func<IProgress<TrainingProgress>, T> work) =>
        Run("training", (Action<string, int, int> report) => work(new Relay(report)));

    private (T Result, double Seconds) Run<T>(string title, Func<Action<string, int, int>, T> work)
    {
        if (!_console.Profile.Out.IsTerminal || !_console.Profile.Capabilities.Ansi)
        {
            error.WriteLine($"{title} ...");
            return Timed(() => work((_, _, _) => { }));
        }

        return _console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask(Markup.Escape(title));
                return Timed(() => work((stage, completed, total) =>
                {
                    task.Description = Markup.Escape(stage);
                    task.MaxValue = Math.Max(total, 1);
                    task.Value = completed;
                }));
            });
    }

    private static (T Result, double Seconds) Timed<T>(Func<T> work)
    {
        var clock = Stopwatch.StartNew();
        var result = work();
        return (result, clock.Elapsed.TotalSeconds);
    }

    /// <summary>Passes training progress on at once, on the thread that reports it.</summary>
    private sealed class Relay(Action<string, int, int> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value.Stage, value.Completed, value.Total);
    }
}
