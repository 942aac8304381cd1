namespace PqGen.Indexes;

/// <summary>Budgets that suit numbers of lists (<see cref="SearchOptions.ProbeBudget"/>).</summary>
internal static class ProbeBudgets
{
    /// <summary>The share of the lists that may be probed which is, on average. More of them cost more to find, fewer leave less to choose.</summary>
    private const double Share = 2 / 3d;

    /// <summary>Weights that are looked at, at most: of many queries and lists, those of some queries.</summary>
    private const int MostWeights = 1 << 24;

    /// <summary>The budget with which queries probe, on average, their share of so many lists.</summary>
    /// <param name="engine">The engine, which weighs lists.</param>
    /// <param name="snapshot">What it holds, one vector at least.</param>
    /// <param name="queries">float <c>[n][InputDimension]</c>, checked, one at least.</param>
    /// <param name="nprobe">Lists to probe at most.</param>
    public static float Of(IndexEngine engine, Snapshot snapshot, ReadOnlySpan<float> queries, int nprobe)
    {
        nprobe = Math.Min(nprobe, engine.NList);
        var dimension = engine.Shape.InputDimension;
        var (all, some) = (queries.Length / dimension, Math.Max(1, MostWeights / nprobe));
        var weights = new float[Math.Min(all, some) * nprobe];
        for (var q = 0; q < weights.Length / nprobe; q++)
        {
            // Evenly from all of them.
            var query = (int)((long)q * all / (weights.Length / nprobe));
            engine.ListWeights(snapshot, queries.Slice(query * dimension, dimension), weights.AsSpan(q * nprobe, nprobe));
        }

        // A query's weights ascend, so the lists that all queries probe together are the weights up to the budget.
        Array.Sort(weights);
        var budget = weights[(int)Math.Ceiling(weights.Length * Share) - 1];
        return Math.Clamp(budget, float.Epsilon, float.MaxValue);
    }
}
