using System.Diagnostics;

namespace PqGen.Benchmarks;

/// <summary>What a recall costs on GloVe, all 10,000 queries: IVF2048,PQ25, calibrated on its own vectors; and what finding lists costs.</summary>
internal static class RecallTargets
{
    private const int K = 10, NList = 2048;

    /// <param name="folder">Holds base.npy, query.npy and gt.npy.</param>
    public static void Run(string folder)
    {
        var glove = new GloveSet(folder);
        foreach (var format in Enum.GetValues<RowFormat>())
        {
            Recalls(glove, format);
        }

        MoreNeighbours(glove);
        RouteTargets.Run(glove);
    }

    private static void Recalls(GloveSet glove, RowFormat format)
    {
        var start = Stopwatch.GetTimestamp();
        using var index = Shape100x25.Train(glove.Vectors.Values, new TrainingOptions { NList = NList, RowFormat = format });
        index.Add(glove.Vectors.Values);
        var build = Stopwatch.GetElapsedTime(start).TotalSeconds;
        index.Calibrate(1000, K, threads: 0);
        var truth = Truth(glove);
        Targets.Row(
            $"IVF{NList},PQ25 on GloVe, rows as {format}: training and adding",
            $"{build:F1} s, {(double)index.SizeInBytes / glove.Vectors.Count:F0} bytes resident a vector",
            "none set");
        foreach (var (target, aim) in new[] { (0.9f, "none set"), (0.92f, "40k / 60k"), (0.95f, "28k / 42k"), (0.975f, "18k / 27k") })
        {
            var options = new SearchOptions { TargetRecall = target };
            var point = index.Calibration!.For(target);
            var count = glove.Queries.Count;
            var (results, found) = (new Neighbor[count * K], new int[count]);
            var best = Stopwatches.Best(
                4,
                0.2,
                () =>
                {
                    for (var q = 0; q < count; q++)
                    {
                        found[q] = index.Search(glove.Queries.Row(q), results.AsSpan(q * K, K), options);
                    }
                },
                () => index.SearchBatch(glove.Queries.Values, K, results, found, options));
            var hits = 0;
            for (var q = 0; q < count; q++)
            {
                foreach (var neighbor in results.AsSpan(q * K, found[q]))
                {
                    hits += ExactSearch.Distance(glove.Queries.Row(q), glove.Vectors.Row((int)neighbor.Id)) <= truth[q] * 1.001f ? 1 : 0;
                }
            }

            Targets.Row(
                $"the same, TargetRecall {target} (NProbe {point.NProbe}, Rerank {point.Rerank})",
                $"recall {(double)hits / (count * K):F3}; {count / best[0]:N0} queries/s one at a time, {count / best[1]:N0} in a batch",
                aim);
        }
    }

    /// <summary>The distance of each query's true k-th neighbour.</summary>
    private static float[] Truth(GloveSet glove)
    {
        var truth = new float[glove.Queries.Count];
        for (var q = 0; q < truth.Length; q++)
        {
            truth[q] = ExactSearch.Distance(glove.Queries.Row(q), glove.Vectors.Row((int)glove.Truth.Row(q)[K - 1]));
        }

        return truth;
    }

    private static void MoreNeighbours(GloveSet glove)
    {
        const int Queries = 2000;
        using var index = Shape100.Train(glove.Sample(1), new TrainingOptions { NList = 512, KeepVectors = false });
        index.Add(glove.Vectors.Values);
        var (few, many) = (new Neighbor[10], new Neighbor[100]);
        var best = Stopwatches.Best(5, 0.1, () => Search(few), () => Search(many));
        Targets.Row(
            "IVF512,PQ20 on GloVe, nprobe 16: time for k = 100 over k = 10, without re-ranking",
            $"{best[1] / best[0]:F2} ({Queries / best[0]:N0} and {Queries / best[1]:N0} queries/s)",
            "1.3");

        void Search(Neighbor[] found)
        {
            for (var q = 0; q < Queries; q++)
            {
                index.Search(glove.Queries.Row(q), found, new SearchOptions { NProbe = 16 });
            }
        }
    }
}
