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

    /// <summary>True neighbours whose lists are looked for.</summary>
    private const int K = 10;

    /// <param name="folder">Holds base.npy, query.npy and gt.npy.</param>
    public static void Run(string folder)
    {
        var glove = new GloveSet(folder);
        MoreNeighbours(glove);

        // Random centroids, which have no structure but their directions, and those of GloVe, on queries of their own.
        const int Lists = 8192, Dimension = 128, Queries = 500;
        var vectors = Workload.Embeddings(Lists + Queries, Dimension, SearchWorkload.Directions, 5);
        Measure(default(Shape128.Kernels), vectors[..(Lists * Dimension)], vectors[(Lists * Dimension)..], [], "of embeddings", "10 us");
        Measure(glove, Lists);
        Measure(glove, 2 * Lists);
    }

    private static void Measure(GloveSet glove, int lists)
    {
        const int Queries = 2000;
        var kernels = default(Shape100.Kernels);
        var (centroids, _, _) = TwoLevelKMeans.Train(
            new VectorAssigner<Shape100.Kernels>(kernels), glove.Vectors.Values.ToArray(), new KMeansRun(lists, 10, 1, 1, CancellationToken.None));
        var neighbours = new float[Queries * K * kernels.Dimension];
        for (var i = 0; i < Queries * K; i++)
        {
            glove.Vectors.Row((int)glove.Truth.Row(i / K)[i % K]).CopyTo(neighbours.AsSpan(i * kernels.Dimension));
        }

        var queries = glove.Queries.Values[..(Queries * kernels.Dimension)].ToArray();
        Measure(kernels, centroids, queries, neighbours, "of GloVe", "none set");
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

    /// <param name="kernels">The kernels.</param>
    /// <param name="centroids">float <c>[lists][Dimension]</c>.</param>
    /// <param name="queries">float <c>[n][Dimension]</c>.</param>
    /// <param name="neighbours">float <c>[n][10][Dimension]</c>, the vectors that are nearest to the queries; empty where there are none.</param>
    /// <param name="name">What the centroids are of.</param>
    /// <param name="aim">The time wanted of the centroids' codes.</param>
    private static void Measure<TKernels>(
        TKernels kernels, float[] centroids, float[] queries, float[] neighbours, string name, string aim)
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
        var homes = new int[neighbours.Length / dimension];
        for (var i = 0; i < homes.Length; i++)
        {
            var neighbour = neighbours.AsSpan(i * dimension, dimension);
            flat.Prepare(neighbour, 1, scratch);
            homes[i] = flat.Probes(0, neighbour, 1, 0, scratch)[0].List;
        }

        Route(flat, (q, probes) => nearest[q] = [.. probes.ToArray().Select(probe => probe.List)]);
        var (byAll, byCodes, byGraph) = (Shares(flat), Shares(coded), Shares(walked));
        var best = Stopwatches.Best(5, 0.1, () => Route(flat), () => Route(coded), () => Route(walked));
        var what = $"finding {Probed} of {lists:N0} lists of {dimension} components {name}";
        var all = $"comparing all {Text(best[0], byAll)}";
        Targets.Row($"{what} through codes of the centroids", $"{Text(best[1], byCodes)}; {all}", aim);
        Targets.Row($"{what} through a graph of the centroids", $"{Text(best[2], byGraph)}; {all}", "none set");

        string Text(double time, (double Lists, double Neighbours) found) =>
            $"{1e6 * time / count:F1} us, {found.Lists:F4} of the nearest"
            + (neighbours.Length == 0 ? "" : $", with {found.Neighbours:F4} of the {K} true neighbours");

        // Of the nearest lists, and of the true neighbours in whichever lists they lie.
        (double Lists, double Neighbours) Shares<TRoute>(TRoute route)
            where TRoute : struct, IRoute
        {
            var (shared, held) = (0, 0);
            Route(route, (q, probes) =>
            {
                foreach (var probe in probes)
                {
                    shared += nearest[q].Contains(probe.List) ? 1 : 0;
                    held += homes.AsSpan(q * (homes.Length / count), homes.Length / count).Count(probe.List);
                }
            });
            return ((double)shared / (count * Probed), (double)held / Math.Max(1, homes.Length));
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
