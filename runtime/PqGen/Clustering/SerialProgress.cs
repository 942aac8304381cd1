namespace PqGen.Clustering;

/// <summary>
/// Progress of a stage whose steps end on any thread: reports come one at a time, each with as many steps as the one before or one more. None comes
/// after training was cancelled: what would be reported then ends it.
/// </summary>
internal sealed class SerialProgress
{
    private readonly IProgress<TrainingProgress>? _receiver;
    private readonly string _stage;
    private readonly int _total;
    private readonly CancellationToken _cancellation;
    private readonly Lock _lock = new();
    private int _completed;

    /// <summary>Begins a stage and reports that none of its steps is done.</summary>
    /// <param name="receiver">Where reports go; null for nowhere.</param>
    /// <param name="stage">The stage, for a person to read.</param>
    /// <param name="total">Steps in all.</param>
    /// <param name="cancellation">Ends the training; the receiver may be who cancels.</param>
    public SerialProgress(IProgress<TrainingProgress>? receiver, string stage, int total, CancellationToken cancellation)
    {
        (_receiver, _stage, _total, _cancellation) = (receiver, stage, total, cancellation);
        cancellation.ThrowIfCancellationRequested();
        _receiver?.Report(new TrainingProgress(stage, 0, total));
    }

    /// <summary>Counts a step and reports it, in one: no other thread's report comes between. Safe on any number of threads.</summary>
    public void Advance() => Report(1, new TrainingProgress(_stage, 0, _total));

    /// <summary>The same for a step of a sub-quantizer.</summary>
    public void Advance(int subQuantizer) => Report(1, new TrainingProgress(_stage, 0, _total) { SubQuantizer = subQuantizer });

    /// <summary>Counts an iteration as a step, and reports it.</summary>
    public void Advance(int iteration, double objective) =>
        Report(1, new TrainingProgress(_stage, 0, _total) { Iteration = iteration, Objective = objective });

    /// <summary>Reports an iteration of a sub-quantizer, which is part of a step.</summary>
    public void Iterated(int subQuantizer, int iteration, double objective) => Report(
        0, new TrainingProgress(_stage, 0, _total) { SubQuantizer = subQuantizer, Iteration = iteration, Objective = objective });

    /// <summary>Reports every step as done, if some are not: the stage has ended early.</summary>
    public void Finish()
    {
        lock (_lock)
        {
            _cancellation.ThrowIfCancellationRequested();
            if (_completed < _total)
            {
                _completed = _total;
                _receiver?.Report(new TrainingProgress(_stage, _total, _total));
            }
        }
    }

    private void Report(int steps, TrainingProgress report)
    {
        lock (_lock)
        {
            _cancellation.ThrowIfCancellationRequested();
            _completed += steps;
            _receiver?.Report(report with { Completed = _completed });
        }
    }
}
