using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Kernels;
using PqGen.TopK;

namespace PqGen.Ivf;

/// <summary>
/// The space that a graph of centroids is of, and the search in it. Immutable; safe on any number of threads, each with memory of its own.
/// </summary>
/// <remarks>
/// Nodes are as far from a query as the route's scores say. Under squared L2, and under cosine, where centroids are compared so, that is a metric,
/// and nodes are compared with one another by it. Under inner product nodes are compared by -2 &lt;c, c'&gt; too, though it is no metric: a walk
/// meets the nodes of large products through the links of others (Morozov and Babenko, "Non-metric similarity graphs for maximum inner product
/// search", 2018). A component more that makes lengths equal, so that Euclidean distances order as products do, finds far fewer.
/// </remarks>
internal sealed class HnswSpace<TKernels>
    where TKernels : struct, ICentroidKernels
{
    private readonly TKernels _kernels;
    private readonly CoarseQuantizer<TKernels> _coarse;

    /// <summary>Under cosine ||c||^2 of each centroid; empty else.</summary>
    private readonly float[] _weights;

    public HnswSpace(TKernels kernels, CoarseQuantizer<TKernels> coarse)
    {
        (_kernels, _coarse) = (kernels, coarse);
        var norms = kernels.Metric == Metric.SquaredL2 ? [] : new float[coarse.NList];
        for (var list = 0; list < norms.Length; list++)
        {
            norms[list] = (float)VectorMath.SquaredNorm(coarse.Centroid(list));
        }

        _weights = kernels.Metric == Metric.Cosine ? norms : [];
        Shared = kernels.Metric == Metric.InnerProduct ? 2 * norms.Max() : 0;
    }

    public int Count => _coarse.NList;

    public long SizeInBytes => (long)sizeof(float) * _weights.Length;

    /// <summary>
    /// What is added to <see cref="Distance"/> of two nodes so that none is below 0: under inner product twice the largest squared length.
    /// </summary>
    public float Shared { get; }

    /// <summary>The weight of a query: under cosine its squared length.</summary>
    public float QueryWeight => _kernels.Metric == Metric.Cosine ? 1 : 0;

    public ReadOnlySpan<float> Node(int node) => _coarse.Centroid(node);

    /// <summary>The weight of a node.</summary>
    public float Weight(int node) => _weights.Length == 0 ? 0 : _weights[node];

    /// <summary>How far a point is from a node; smaller is nearer. Of a query it is the route's score.</summary>
    /// <param name="point">float <c>[Dimension]</c>.</param>
    /// <param name="weight">Its weight.</param>
    /// <param name="node">The node.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Distance(ref float point, float weight, int node)
    {
        var score = _kernels.Score(ref point, ref At(node));
        return _kernels.Metric == Metric.Cosine ? score + (weight + _weights[node]) : score;
    }

    /// <summary>
    /// The nodes of a level that a search finds nearest to a point, from the nodes that are in the pool: it goes on with the nearest node whose links
    /// it has not followed, as long as one is among the nearest <paramref name="ef"/> (algorithm 2 of the paper; one list holds candidates and
    /// results).
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="point">float <c>[Dimension]</c>.</param>
    /// <param name="weight">Its weight.</param>
    /// <param name="level">A level that the nodes in the pool are on.</param>
    /// <param name="ef">How many nodes it keeps.</param>
    /// <param name="scratch">
    /// Working memory; its pool, of ef + 1 places, has <paramref name="count"/> nodes, ascending, and will have those that are found.
    /// </param>
    /// <param name="count">Nodes in the pool, <paramref name="ef"/> at most.</param>
    /// <returns>How many are in the pool, nearest first, ties by smaller number.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Search(HnswGraph graph, ReadOnlySpan<float> point, float weight, int level, int ef, RouteScratch scratch, int count)
    {
        ref var first = ref MemoryMarshal.GetReference(point);
        var pool = scratch.Pool.AsSpan();
        var visited = WorkingMemory.Ensure(ref scratch.Visited, (Count + 63) / 64);
        var unseen = WorkingMemory.Ensure(ref scratch.Compared, 2 * graph.M);
        var entries = WorkingMemory.Ensure(ref scratch.Numbered, 2 * graph.M);
        visited.Clear();
        foreach (ref var entry in pool[..count])
        {
            entry &= ~1L;
            visited[PoolNode(entry) >> 6] |= 1UL << PoolNode(entry);
        }

        for (var at = 0; at < count;)
        {
            var row = graph.Row(PoolNode(pool[at]), level);
            pool[at] |= 1;
            var fresh = 0;
            foreach (var link in row)
            {
                if (link < 0)
                {
                    break;
                }

                ref var word = ref visited[link >> 6];
                unseen[fresh] = link;
                fresh += (int)(~(word >> link) & 1);
                word |= 1UL << link;
            }

            foreach (var node in unseen[..fresh])
            {
                CacheLine.Prefetch(ref Unsafe.As<float, byte>(ref At(node)), _kernels.Dimension * sizeof(float));
            }

            // Most are too far.
            var (near, last) = (0, count < ef ? long.MaxValue : pool[count - 1]);
            foreach (var node in unseen[..fresh])
            {
                var entry = PoolEntry(Distance(ref first, weight, node), node);
                entries[near] = entry;
                near += entry < last ? 1 : 0;
            }

            var nearest = at + 1;
            foreach (var entry in entries[..near])
            {
                if (count < ef || entry < pool[count - 1])
                {
                    graph.Prefetch(PoolNode(entry), level);
                    nearest = Math.Min(nearest, Insert(pool, entry, count));
                    count = Math.Min(ef, count + 1);
                }
            }

            // All before are done.
            for (at = nearest; at < count && (pool[at] & 1) != 0; at++)
            {
            }
        }

        return count;
    }

    /// <summary>Puts the node that is found nearest to a point on the levels above one alone into the pool, of room for so many.</summary>
    /// <inheritdoc cref="Search" path="/param"/>
    public void Descend(HnswGraph graph, ReadOnlySpan<float> point, float weight, int level, int ef, RouteScratch scratch)
    {
        var pool = WorkingMemory.Ensure(ref scratch.Pool, ef + 1);
        pool[0] = PoolEntry(Distance(ref MemoryMarshal.GetReference(point), weight, graph.Entry), graph.Entry);
        for (var above = graph.TopLevel; above > level; above--)
        {
            Search(graph, point, weight, above, ef: 1, scratch, count: 1);
        }
    }

    /// <summary>A node with its distance as one number in their order; the last bit says whether its links were followed.</summary>
    public static long PoolEntry(float distance, int node) => ((long)Selection.Key(distance) << 32) | ((long)node << 1);

    public static int PoolNode(long entry) => (int)((uint)entry >> 1);

    public static float PoolDistance(long entry) => Selection.Value((int)(entry >> 32));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref float At(int node) =>
        ref Unsafe.Add(ref MemoryMarshal.GetReference(_coarse.Centroids), (nint)node * _kernels.Dimension);

    /// <summary>Puts an entry into its place among so many that ascend, and moves those behind it.</summary>
    private static int Insert(Span<long> pool, long entry, int count)
    {
        // Halving without a branch, which could not be predicted.
        var place = 0;
        for (var length = count; length > 0;)
        {
            var half = (length + 1) >> 1;
            place += half * (pool[place + half - 1] < entry ? 1 : 0);
            length -= half;
        }

        pool[place..count].CopyTo(pool[(place + 1)..]);
        pool[place] = entry;
        return place;
    }
}
