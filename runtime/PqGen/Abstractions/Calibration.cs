namespace PqGen;

/// <summary>A setting of a search, and what it reached when an index was calibrated.</summary>
/// <param name="Recall">The mean share of the true k nearest that the search found, 0 to 1.</param>
/// <param name="NProbe">Lists probed; 0 in an index without lists.</param>
/// <param name="Rerank">Candidates re-ranked; 0 for none.</param>
/// <param name="Codes">Codes scanned for a query, on average.</param>
public readonly record struct OperatingPoint(float Recall, int NProbe, int Rerank, float Codes)
{
    /// <summary><see cref="SearchOptions.ProbeBudget"/>; 0 for no limit.</summary>
    public float ProbeBudget { get; init; }

    /// <summary>The options of a search with this setting.</summary>
    public SearchOptions ToOptions() => new() { NProbe = NProbe, ProbeBudget = ProbeBudget, Rerank = Rerank };
}

/// <summary>
/// What an index's searches reach, measured by <see cref="VectorIndex.Calibrate(ReadOnlySpan{float}, int, int, CancellationToken)"/>: the cheapest
/// settings for rising recall, from which <see cref="SearchOptions.TargetRecall"/> chooses. Immutable.
/// </summary>
/// <remarks>
/// What a setting costs is counted, not timed, so that the same index, queries and k give the same points on any machine: bytes of codes scanned,
/// lists entered, rows compared.
/// </remarks>
public sealed record Calibration
{
    private readonly OperatingPoint[] _points;

    internal Calibration(int k, int queries, OperatingPoint[] points) => (K, Queries, _points) = (k, queries, points);

    /// <summary>The neighbours that were asked for.</summary>
    public int K { get; }

    /// <summary>The queries that were asked.</summary>
    public int Queries { get; }

    /// <summary>Settings of rising recall and cost; one at least.</summary>
    public IReadOnlyList<OperatingPoint> Points => _points;

    /// <summary>
    /// How far the recall of as many other queries of the same kind may lie from what was measured, in about two of three cases: the standard error
    /// sqrt(2 r (1 - r) / queries), which counts the neighbours of a query as half dependent.
    /// </summary>
    /// <param name="point">One of the points.</param>
    public float Spread(OperatingPoint point) => MathF.Sqrt(2 * point.Recall * (1 - point.Recall) / Math.Max(1, Queries));

    /// <summary>The cheapest setting that reached a recall; the best that there is where none did.</summary>
    /// <param name="recall">The recall, 0 to 1.</param>
    public OperatingPoint For(float recall)
    {
        // Every search that asks for a recall comes here; recalls rise.
        var (first, last) = (0, _points.Length - 1);
        while (first < last)
        {
            var middle = (first + last) / 2;
            (first, last) = _points[middle].Recall >= recall ? (first, middle) : (middle + 1, last);
        }

        return _points[first];
    }
}
