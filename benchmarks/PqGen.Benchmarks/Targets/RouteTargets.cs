using PqGen.Clustering;
using PqGen.Ivf;
using PqGen.Kernels;

namespace PqGen.Benchmarks;

/// <summary>
/// What more neighbours cost, and what finding lists does: comparing all centroids, codes of the centroids, and a graph over them, side by side.
/// </summary>
internal static class RouteTargets
{
    private const int Probed = 64;

    /// <param name="folder">Holds base.npy, query.npy and gt.npy.</param>
    public static void Run(string folder)
    {
        var glove = new GloveSet(folder);
        MoreNeighbours(glove);

        // Random centroids, which have no structure but their directions, and those of GloVe, on queries of their own.
        const int Lists = 8192, Dimension = 128, Queries = 500;
        var vectors = Workload.Embeddings(Lists + Queries, Dimension, SearchWorkload.Directions, 5);
        Measure(default(Shape128.Kernels), vectors[..(Lists * Dimension)], vectors[(Lists * Dimension)..], "of embeddings", "10 us");
        var kernels = default(Shape100.Kernels);
        var (centroids, _, _) = TwoLevelKMeans.Train(
            new VectorAssigner<Shape100.Kernels>(kernels),
            glove.Vectors.Values.ToArray(),
            new KMeansRun(2 * Lists, 10, 1, 1, CancellationToken.None));
        var queries = glove.Queries.Values[..(2000 * kernels.Dimension)].ToArray();
        Measure(kernels, centroids, queries, "of GloVe", "none set");
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

    private static void Measure<TKernels>(TKernels kernels, float[] centroids, float[] queries, string name, string aim)
        where TKernels : struct, IIvfPqKernels
    {
        var (dimension, scratch) = (kernels.Dimension, new RouteScratch());
        var (lists, count) = (centroids.Length / dimension, queries.Length / dimension);
        var coarse = new CoarseQuantizer<TKernels>(kernels, centroids);
        var codes = CodedCentroids<TKernels>.Train(kernels, coarse, threads: 1, CancellationToken.None);
        var graph = HnswCentroids<TKernels>.Of(kernels, coarse, graph: null, threads: 1, CancellationToken.None);
        var (flat, coded, walked) = (
            new FlatCoarse<TKernels>(kernels, coarse), new CodedCoarse<TKernels>(coarse, codes), new HnswCoarse<TKernels>(graph));
        var nearest = new HashSet<int>[count];
        Route(flat, (q, probes) => nearest[q] = [.. probes.ToArray().Select(probe => probe.List)]);
        var (byCodes, byGraph) = (Share(coded), Share(walked));
        var best = Stopwatches.Best(5, 0.1, () => Route(flat), () => Route(coded), () => Route(walked));
        var what = $"finding {Probed} of {lists:N0} lists of {dimension} components {name}";
        var all = $"comparing all {1e6 * best[0] / count:F1} us";
        Targets.Row($"{what} through codes of the centroids", $"{1e6 * best[1] / count:F1} us, {byCodes:F4} of the nearest; {all}", aim);
        Targets.Row($"{what} through a graph of the centroids", $"{1e6 * best[2] / count:F1} us, {byGraph:F4} of the nearest; {all}", "none set");

        double Share<TRoute>(TRoute route)
            where TRoute : struct, IRoute
        {
            var shared = 0;
            Route(route, (q, probes) =>
            {
                foreach (var probe in probes)
                {
                    shared += nearest[q].Contains(probe.List) ? 1 : 0;
                }
            });
            return (double)shared / (count * Probed);
        }

        void Route<TRoute>(TRoute route, Found? found = null)
            where TRoute : struct, IRoute
        {
            for (var q = 0; q < count; q++)
            {
                var query = queries.AsSpan(q * dimension, dimension);
                route.Prepare(query, 1, scratch);
                var probes = route.Probes(0, query, Probed, 0, scratch);
                found?.Invoke(q, probes);
            }
        }
    }

    private delegate void Found(int query, ReadOnlySpan<Probe> probes);
}
