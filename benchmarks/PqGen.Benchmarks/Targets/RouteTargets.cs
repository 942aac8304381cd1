using PqGen.Ivf;

namespace PqGen.Benchmarks;

/// <summary>What more neighbours cost, and what finding lists costs.</summary>
internal static class RouteTargets
{
    /// <param name="folder">Holds base.npy, query.npy and gt.npy.</param>
    public static void Run(string folder)
    {
        MoreNeighbours(new GloveSet(folder));
        Routes();
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

    /// <summary>Finding 64 of 8,192 lists of 128 components.</summary>
    private static void Routes()
    {
        const int Lists = 8192, Dimension = 128, Probed = 64, Queries = 500;
        var centroids = Workload.Embeddings(Lists + Queries, Dimension, SearchWorkload.Directions, 5);
        var queries = centroids[(Lists * Dimension)..];
        Array.Resize(ref centroids, Lists * Dimension);
        var kernels = default(Shape128.Kernels);
        var coarse = new CoarseQuantizer<Shape128.Kernels>(kernels, centroids);
        var codes = CodedCentroids<Shape128.Kernels>.Train(kernels, coarse, threads: 1, CancellationToken.None);
        var scratch = new RouteScratch();
        var (shared, all) = (0, 0);
        for (var q = 0; q < Queries; q++)
        {
            coarse.Prepare(Query(q), 1, scratch);
            var nearest = coarse.Probes(0, Probed, scratch).ToArray().Select(probe => probe.List).ToHashSet();
            codes.Prepare(Query(q), 1, scratch);
            foreach (var probe in codes.Probes(0, Query(q), Probed, 0, scratch))
            {
                shared += nearest.Contains(probe.List) ? 1 : 0;
            }

            all += Probed;
        }

        var best = Stopwatches.Best(5, 0.1, () => Route(coded: false), () => Route(coded: true));
        Targets.Row(
            $"finding {Probed} of {Lists:N0} lists of {Dimension} components through codes of the centroids",
            $"{1e6 * best[1] / Queries:F1} us, {(double)shared / all:F4} of the nearest; comparing all {1e6 * best[0] / Queries:F1} us",
            "10 us");

        ReadOnlySpan<float> Query(int q) => queries.AsSpan(q * Dimension, Dimension);

        void Route(bool coded)
        {
            for (var q = 0; q < Queries; q++)
            {
                if (coded)
                {
                    codes.Prepare(Query(q), 1, scratch);
                    codes.Probes(0, Query(q), Probed, 0, scratch);
                }
                else
                {
                    coarse.Prepare(Query(q), 1, scratch);
                    coarse.Probes(0, Probed, scratch);
                }
            }
        }
    }
}
