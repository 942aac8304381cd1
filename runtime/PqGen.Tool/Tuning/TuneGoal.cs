namespace PqGen.Tool.Tuning;

/// <summary>What the user wants of an index.</summary>
/// <param name="Recall">recall@k at least.</param>
/// <param name="MaxBytesPerVector">Resident bytes of a vector at most; infinite for any.</param>
/// <param name="MinQps">Queries per second at least; 0 for any.</param>
internal sealed record TuneGoal(double Recall, double MaxBytesPerVector, double MinQps)
{
    /// <summary>
    /// How much faster a choice needs to be than an earlier one to be preferred: speeds that differ by less change places from run to run.
    /// </summary>
    public const double Faster = 1.1;

    /// <summary>Whether a choice is all that was asked for.</summary>
    public bool IsMetBy(TuneChoice choice) =>
        Fits(choice.Trial) && choice.Point.Recall >= Recall && choice.Point.QpsOnline >= MinQps;

    /// <summary>Whether an index is small enough.</summary>
    public bool Fits(TuneTrial trial) => trial.BytesPerVector <= MaxBytesPerVector;

    /// <summary>The best search of an index: the fastest that reaches the recall, else the one of the highest recall.</summary>
    public TunePoint BestOf(TuneTrial trial) =>
        trial.Points.Where(point => point.Recall >= Recall).MaxBy(point => point.QpsOnline) ?? trial.Points.MaxBy(point => point.Recall)!;

    /// <summary>The best of many indexes, in the order that they were built; null where there is none.</summary>
    public TuneChoice? Best(IEnumerable<TuneTrial> trials)
    {
        TuneChoice? best = null;
        foreach (var trial in trials)
        {
            var choice = new TuneChoice(trial, BestOf(trial));
            best = best is null || IsBetter(choice, best) ? choice : best;
        }

        return best;
    }

    /// <summary>
    /// Whether a choice is to be preferred to an earlier one: within the limit of memory, or nearer to it; then the recall; then clearly faster, or
    /// as fast in fewer bytes.
    /// </summary>
    public bool IsBetter(TuneChoice choice, TuneChoice earlier)
    {
        if (Fits(choice.Trial) != Fits(earlier.Trial))
        {
            return Fits(choice.Trial);
        }

        if (!Fits(choice.Trial))
        {
            return choice.Trial.BytesPerVector < earlier.Trial.BytesPerVector;
        }

        var (reaches, reached) = (choice.Point.Recall >= Recall, earlier.Point.Recall >= Recall);
        if (reaches != reached)
        {
            return reaches;
        }

        if (!reaches)
        {
            return choice.Point.Recall > earlier.Point.Recall;
        }

        var ratio = choice.Point.QpsOnline / earlier.Point.QpsOnline;
        return ratio > Faster || (ratio > 1 / Faster && choice.Trial.BytesPerVector * Faster < earlier.Trial.BytesPerVector);
    }
}
