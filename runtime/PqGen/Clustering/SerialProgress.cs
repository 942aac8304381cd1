namespace PqGen.Clustering;

/// <summary>Reports the progress of a stage, one report at a time, whichever thread has made it; what is completed never falls.</summary>
internal sealed class SerialProgress
{
    private readonly Lock _reporting = new();
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly string _stage;
    private readonly int _total;
    private int _completed;

    /// <summary>Reports that nothing is done yet.</summary>
    /// <param name="progress">Who is told; null for nobody.</param>
    /// <param name="stage">The stage's name.</param>
    /// <param name="total">Steps in all.</param>
    public SerialProgress(IProgress<TrainingProgress>? progress, string stage, int total)
    {
        (_progress, _stage, _total) = (progress, stage, total);
        progress?.Report(new TrainingProgress(stage, 0, total));
    }

    /// <summary>Counts and reports <paramref name="steps"/> more, up to the total.</summary>
    public void Step(int steps = 1)
    {
        lock (_reporting)
        {
            var completed = Math.Min(_total, _completed + steps);
            if (completed > _completed)
            {
                _completed = completed;
                _progress?.Report(new TrainingProgress(_stage, completed, _total));
            }
        }
    }
}
