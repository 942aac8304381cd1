namespace PqGen.Clustering;

/// <summary>
/// Progress of a stage whose steps end on any thread: reports come one at a time, each with one step more than the one before.
/// </summary>
internal sealed class SerialProgress
{
    private readonly IProgress<TrainingProgress>? _receiver;
    private readonly string _stage;
    private readonly int _total;
    private readonly Lock _lock = new();
    private int _completed;

    /// <summary>Begins a stage and reports that none of its steps is done.</summary>
    /// <param name="receiver">Where reports go; null for nowhere.</param>
    /// <param name="stage">The stage, for a person to read.</param>
    /// <param name="total">Steps in all.</param>
    public SerialProgress(IProgress<TrainingProgress>? receiver, string stage, int total)
    {
        (_receiver, _stage, _total) = (receiver, stage, total);
        _receiver?.Report(new TrainingProgress(stage, 0, total));
    }

    /// <summary>Counts a step and reports it, in one: no other thread's report comes between. Safe on any number of threads.</summary>
    public void Advance()
    {
        lock (_lock)
        {
            _completed++;
            _receiver?.Report(new TrainingProgress(_stage, _completed, _total));
        }
    }

    /// <summary>Reports every step as done, if some are not: the stage has ended early.</summary>
    public void Finish()
    {
        lock (_lock)
        {
            if (_completed < _total)
            {
                _completed = _total;
                _receiver?.Report(new TrainingProgress(_stage, _total, _total));
            }
        }
    }
}
