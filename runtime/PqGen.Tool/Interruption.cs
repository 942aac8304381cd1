using System.Runtime.InteropServices;

namespace PqGen.Tool;

/// <summary>
/// Ends the program on Ctrl-C, SIGTERM and SIGQUIT: gives a terminal its cursor back, which a progress bar hides, and exits with the code that shells
/// give a killed program. Prints nothing where there is no terminal.
/// </summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>To the start of the line, cleared; cursor visible.</summary>
    private const string Restore = "\r\u001b[K\u001b[?25h";

    /// <summary>What a shell adds to a signal's number.</summary>
    private const int KilledBySignal = 128;

    private static readonly (PosixSignal Signal, int Number)[] s_signals =
        [(PosixSignal.SIGINT, 2), (PosixSignal.SIGQUIT, 3), (PosixSignal.SIGTERM, 15)];

    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>
    /// What a command that has something to say does on the first Ctrl-C instead of ending; a second one ends it. It then returns the exit code that
    /// shells give a killed program, <see cref="ExitCode"/>.
    /// </summary>
    public static Action? First { get; set; }

    /// <summary>The exit code after a Ctrl-C.</summary>
    public const int ExitCode = KilledBySignal + 2;

    /// <summary>Listens until it is disposed.</summary>
    /// <param name="error">Where progress is shown.</param>
    /// <param name="isTerminal">Whether that is a terminal.</param>
    public Interruption(TextWriter error, bool isTerminal) =>
        _registrations = Array.ConvertAll(s_signals, signal => PosixSignalRegistration.Create(signal.Signal, context =>
        {
            context.Cancel = true;
            if (signal.Signal == PosixSignal.SIGINT && First is { } first)
            {
                First = null;
                first();
                return;
            }

            End(error, isTerminal, signal.Number, Environment.Exit);
        }));

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_registrations, registration => registration.Dispose());

    /// <summary>Says on a terminal that the program was interrupted, and exits.</summary>
    public static void End(TextWriter error, bool isTerminal, int signal, Action<int> exit)
    {
        if (isTerminal)
        {
            error.Write(Restore);
            error.WriteLine("interrupted");
            error.Flush();
        }

        exit(KilledBySignal + signal);
    }
}
