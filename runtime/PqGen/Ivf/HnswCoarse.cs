using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Ivf;

/// <summary>The centroids of an inverted file with a graph over them, in which the lists to probe are found.</summary>
/// <remarks>Immutable; safe on any number of threads.</remarks>
internal sealed class HnswCentroids<TKernels>(FlatCoarse<TKernels> all, HnswSpace<TKernels> space, HnswGraph graph)
    where TKernels : struct, ICentroidKernels
{
    /// <summary>Centroids that a search keeps for each list to probe, where it does not say, and however few are to be probed.</summary>
    private const int DefaultFactor = 2, LeastKept = 32;

    /// <summary>Comparing all centroids costs less than a search that keeps one in so many: it reads memory in its order.</summary>
    private const int AllPerKept = 64;

    /// <summary>The route that compares all.</summary>
    public FlatCoarse<TKernels> All => all;

    public HnswGraph Graph => graph;

    public long SizeInBytes => all.SizeInBytes + space.SizeInBytes + graph.SizeInBytes;

    /// <summary>Makes the graph of centroids, unless it is known.</summary>
    public static HnswCentroids<TKernels> Of(
        TKernels kernels, CoarseQuantizer<TKernels> coarse, HnswGraph? graph, int threads, CancellationToken cancellation)
    {
        var space = new HnswSpace<TKernels>(kernels, coarse);
        graph ??= HnswBuild<TKernels>.Run(space, threads, cancellation);
        return new HnswCentroids<TKernels>(new FlatCoarse<TKernels>(kernels, coarse), space, graph);
    }

    /// <inheritdoc cref="IRoute.Probes"/>
    public ReadOnlySpan<Probe> Probes(ReadOnlySpan<float> query, int nprobe, int factor, RouteScratch scratch)
    {
        var kept = Math.Max(LeastKept, (long)nprobe * (factor == 0 ? DefaultFactor : factor));
        if (kept < all.NList / AllPerKept && Find(query, nprobe, (int)kept, scratch) is { Length: > 0 } probes)
        {
            return probes;
        }

        all.Prepare(query, 1, scratch);
        return all.Probes(0, query, nprobe, factor, scratch);
    }

    /// <summary>The nearest lists that a search finds which keeps so many; none where it comes to fewer.</summary>
    private ReadOnlySpan<Probe> Find(ReadOnlySpan<float> query, int nprobe, int kept, RouteScratch scratch)
    {
        space.Descend(graph, query, space.QueryWeight, level: 0, kept, scratch);
        if (space.Search(graph, query, space.QueryWeight, level: 0, kept, scratch, count: 1) < nprobe)
        {
            return [];
        }

        var probes = WorkingMemory.Ensure(ref scratch.Probes, nprobe);
        for (var probe = 0; probe < nprobe; probe++)
        {
            var entry = scratch.Pool[probe];
            probes[probe] = new Probe(HnswSpace<TKernels>.PoolNode(entry), HnswSpace<TKernels>.PoolDistance(entry));
        }

        return probes;
    }
}

/// <summary>The route through a graph of the centroids. Vectors are assigned by comparing all: of many at once that costs no more.</summary>
internal readonly struct HnswCoarse<TKernels>(HnswCentroids<TKernels> centroids) : IRoute
    where TKernels : struct, ICentroidKernels
{
    public int NList => centroids.All.NList;

    public bool IsInverted => true;

    public ReadOnlySpan<float> Centroids => centroids.All.Centroids;

    public HnswGraph? Graph => centroids.Graph;

    public long SizeInBytes => centroids.SizeInBytes;

    public void Assign(ReadOnlySpan<float> vectors, Span<int> lists) => centroids.All.Assign(vectors, lists);

    public void Prepare(ReadOnlySpan<float> queries, int count, RouteScratch scratch)
    {
        // A search in the graph begins with nothing.
    }

    public ReadOnlySpan<Probe> Probes(int q, ReadOnlySpan<float> query, int nprobe, int factor, RouteScratch scratch) =>
        centroids.Probes(query, nprobe, factor, scratch);
}
