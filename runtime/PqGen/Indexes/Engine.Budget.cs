using System.Runtime.CompilerServices;
using PqGen.Ivf;
using PqGen.Scan;

namespace PqGen.Indexes;

/// <content>How far a query probes (<see cref="SearchOptions.ProbeBudget"/>).</content>
internal sealed partial class Engine<TRoute, TCode>
{
    internal override void ListWeights(Snapshot snapshot, ReadOnlySpan<float> query, Span<float> weights)
    {
        var scratch = _scratch.Rent();
        try
        {
            var transformed = Transformed(Scaled(query, snapshot, scratch), scratch);
            _route.Prepare(transformed, 1, scratch.Route);
            var probes = _route.Probes(0, transformed, weights.Length, 0, scratch.Route);
            var mean = MeanListSize(snapshot) * FourthPower(probes[0].Score);
            var (vectors, weight) = (0L, 0d);
            for (var p = 0; p < weights.Length; p++)
            {
                vectors += snapshot.Lists.Peek(probes[p].List).Count;
                weight = Math.Max(weight, mean > 0 ? vectors * FourthPower(probes[p].Score) / mean : double.PositiveInfinity);
                weights[p] = (float)weight;
            }
        }
        finally
        {
            _scratch.Return(scratch);
        }
    }

    /// <summary>How many of the lists to probe the options let a search enter.</summary>
    /// <param name="probes">The lists, nearest first.</param>
    /// <param name="snapshot">What they hold.</param>
    /// <param name="least">Vectors that are scanned in any case.</param>
    /// <param name="options">The options.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Within(ReadOnlySpan<Probe> probes, Snapshot snapshot, int least, SearchOptions options)
    {
        var nprobe = Math.Min(probes.Length, NProbe(options));
        if (options.ProbeBudget == 0 || !_route.IsInverted)
        {
            return nprobe;
        }

        // In double precision, where the fourth power of no float is too large or too small.
        var budget = options.ProbeBudget * MeanListSize(snapshot) * FourthPower(probes[0].Score);
        var vectors = 0L;
        for (var p = 0; p < nprobe; p++)
        {
            var before = vectors;
            vectors += snapshot.Lists.Peek(probes[p].List).Count;
            if (p > 0 && before >= least && vectors * FourthPower(probes[p].Score) > budget)
            {
                return p;
            }
        }

        return nprobe;
    }

    /// <summary>The vectors of a list, on average, those among them that were removed but still lie there.</summary>
    private double MeanListSize(Snapshot snapshot) => (snapshot.Count + (double)snapshot.Removed.Count) / _route.NList;

    private static double FourthPower(double distance) => distance * distance * (distance * distance);
}
