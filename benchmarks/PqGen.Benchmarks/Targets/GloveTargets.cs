using System.Diagnostics;

namespace PqGen.Benchmarks;

/// <summary>
/// The rows of the main table that are measured on GloVe: IVF512,PQ20, trained on 65,536 vectors. What a random sample trains finds a
/// little more or less, so three samples are trained on: times are the first's, recall is the mean.
/// </summary>
internal sealed class GloveTargets
{
    private const int K = 10, Queries = 1000, Samples = 3;

    private static readonly (int NProbe, string Aim)[] s_aims =
    [
        (8, "recall .626 (FAISS 8,800 queries/s)"),
        (16, "60,000 queries/s, recall .659 (FAISS 5,600)"),
        (32, "recall .676 (FAISS 3,500)"),
    ];

    private readonly GloveSet _glove;
    private readonly Neighbor[] _found = new Neighbor[K];

    private GloveTargets(string folder)
    {
        _glove = new GloveSet(folder);
    }

    /// <param name="folder">Holds base.npy, query.npy and gt.npy.</param>
    public static void Run(string folder) => new GloveTargets(folder).Run();

    private void Run()
    {
        // Once for the JIT, then for the clock.
        var little = _glove.Sample(0).AsSpan(0, 4096 * _glove.Vectors.Dimension);
        Shape100.Train(little, new TrainingOptions { NList = 16, Threads = 1, KeepVectors = false }).Add(_glove.Vectors.Row(0), threads: 1);
        using var index = Build(1, out var training, out var adding);
        Targets.Row("training IVF512,PQ20 on 65,536 GloVe vectors", $"{training:F2} s", "5 s (FAISS 40.6 s)");
        Targets.Row("adding 331,479 GloVe vectors", $"{adding:F2} s", "2 s (FAISS 9.6 s)");

        using var twin = GenericIndex.FromModel(IndexShape.IvfPq(100, 20, 256), index.Centroids, index.Quantizer.Codebooks, keepVectors: false);
        twin.Add(_glove.Vectors.Values, threads: 1);
        var recalls = Enumerable.Range(1, Samples).Select(seed => Recalls(seed == 1 ? index : Build(seed, out _, out _))).ToArray();
        for (var i = 0; i < s_aims.Length; i++)
        {
            var options = new SearchOptions { NProbe = s_aims[i].NProbe };
            var best = Stopwatches.Best(10, 0.05, () => Search(index, options), () => Search(twin, options));
            var (mean, min, max) = (recalls.Average(recall => recall[i]), recalls.Min(recall => recall[i]), recalls.Max(recall => recall[i]));
            Targets.Row(
                $"IVF512,PQ20 on GloVe (20 bytes a vector), nprobe {options.NProbe}, one query at a time",
                Measured(Queries / best[0], mean, min, max, best[1] / best[0]),
                s_aims[i].Aim);
        }
    }

    private static FormattableString Measured(double rate, double mean, double min, double max, double ratio) =>
        $"{rate:N0} queries/s, recall {mean:F3} ({min:F3} to {max:F3} by training sample); {ratio:F2}x the generic twin";

    /// <summary>Trains on a sample and adds every vector, on one thread.</summary>
    private Shape100 Build(int seed, out double training, out double adding)
    {
        var sample = _glove.Sample(seed);
        var clock = Stopwatch.StartNew();
        var index = Shape100.Train(sample, new TrainingOptions { NList = 512, Threads = 1, KeepVectors = false });
        training = clock.Elapsed.TotalSeconds;
        clock.Restart();
        index.Add(_glove.Vectors.Values, threads: 1);
        adding = clock.Elapsed.TotalSeconds;
        return index;
    }

    private void Search(VectorIndex index, SearchOptions options)
    {
        for (var q = 0; q < Queries; q++)
        {
            index.Search(_glove.Queries.Row(q), _found, options);
        }
    }

    /// <summary>The recall for each aim's number of probes.</summary>
    private double[] Recalls(VectorIndex index) => Array.ConvertAll(s_aims, aim =>
    {
        var hits = 0;
        for (var q = 0; q < Queries; q++)
        {
            var count = index.Search(_glove.Queries.Row(q), _found, new SearchOptions { NProbe = aim.NProbe });
            for (var i = 0; i < count; i++)
            {
                hits += _glove.Truth.Row(q)[..K].Contains(_found[i].Id) ? 1 : 0;
            }
        }

        return hits / (double)(Queries * K);
    });
}
