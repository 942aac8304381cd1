using PqGen.Vectors;

namespace PqGen.Tool.Report;

/// <summary>What a page shows of one index.</summary>
/// <param name="Lists">Vectors of each list, the largest first; empty without lists.</param>
/// <param name="Microseconds">What single queries take, upwards.</param>
/// <param name="Advice">What training advises.</param>
internal sealed record IndexFacts(IReadOnlyList<double> Lists, IReadOnlyList<double> Microseconds, IReadOnlyList<string> Advice)
{
    /// <summary>Looks at an index.</summary>
    public static IndexFacts Of(VectorIndex index, VectorMatrix queries, int k, SearchOptions options) => new(
        [.. index.ListSizes().OrderDescending().Select(size => (double)size)],
        Measure.Times(index, queries, k, options),
        index.TrainingReport?.Advice ?? []);

    /// <summary>Microseconds that so many percent of the queries take at most.</summary>
    public double Percentile(int percent) => Measure.Percentile([.. Microseconds], percent);
}
