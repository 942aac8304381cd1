using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Ivf;

/// <summary>
/// Builds the graph of centroids, which decide it alone: the same on any number of threads, and on every path of the kernels.
/// </summary>
/// <remarks>
/// Nodes are inserted in a random order, in batches of a sixteenth of those that are in. The nodes of a batch do not see each other: each searches
/// the graph before it and takes its links, all at once (phase 1); then the nodes that they link to take links back, each by itself (phase 2; Manohar
/// et al., "ParlayANN: scalable and deterministic parallel graph-based approximate nearest neighbor search algorithms", 2024). Where a node has too
/// many links, and where it takes its first, the heuristic of the paper's algorithm 4 chooses, which leaves a node out where one chosen before it is
/// nearer to it, here by a factor (Subramanya et al., "DiskANN: fast accurate billion-point nearest neighbor search on a single node", 2019).
/// </remarks>
internal sealed class HnswBuild<TKernels>
    where TKernels : struct, ICentroidKernels
{
    /// <summary>Nodes among which one that is inserted chooses its links.</summary>
    public const int EfConstruction = 128;

    /// <summary>Inserted nodes for each of a batch, and the largest batch.</summary>
    private const int PerBatch = 16, MostBatch = 4096;

    /// <summary>
    /// A node is left out where one chosen before it is nearer to it than the node itself by this factor of the squared distance. Without it 16,384
    /// centroids of GloVe had 7 links each; with it they have 12, and of 64 lists .986 are found instead of .965, in the same time.
    /// </summary>
    private const float Slack = 1.3f;

    /// <summary>Nodes that a thread takes at a time: a few milliseconds of work.</summary>
    private const int Chunk = 16;

    private readonly HnswSpace<TKernels> _space;
    private readonly HnswGraph _graph;
    private readonly int[] _order;

    private HnswBuild(HnswSpace<TKernels> space)
    {
        _space = space;
        _order = [.. Enumerable.Range(0, space.Count)];
        new Random(space.Count).Shuffle(_order);
        _graph = HnswGraph.Unlinked(_order);
    }

    public static HnswGraph Run(HnswSpace<TKernels> space, int threads, CancellationToken cancellation)
    {
        var build = new HnswBuild<TKernels>(space);
        for (int inserted = 1, batch; inserted < space.Count; inserted += batch)
        {
            batch = Math.Min(Math.Clamp(inserted / PerBatch, 1, MostBatch), space.Count - inserted);
            build.Insert(inserted, batch, threads, cancellation);
        }

        build.Reach(cancellation);
        build.Sort();
        return build._graph;
    }

    private void Insert(int inserted, int batch, int threads, CancellationToken cancellation)
    {
        Parallelism.ForChunks(batch, Chunk, threads, (first, count) =>
        {
            var scratch = new RouteScratch();
            foreach (var node in _order.AsSpan(inserted + first, count))
            {
                TakeLinks(node, scratch);
            }
        }, cancellation);

        // (level, target, source) as one number.
        var links = new List<long>();
        foreach (var node in _order.AsSpan(inserted, batch))
        {
            for (var level = 0; level <= _graph.Level(node); level++)
            {
                foreach (var target in Linked(node, level))
                {
                    links.Add(((((long)level * HnswGraph.MaxCount) + target) * HnswGraph.MaxCount) + node);
                }
            }
        }

        links.Sort();
        var starts = new List<int>();
        for (var i = 0; i < links.Count; i++)
        {
            if (i == 0 || links[i] / HnswGraph.MaxCount != links[i - 1] / HnswGraph.MaxCount)
            {
                starts.Add(i);
            }
        }

        starts.Add(links.Count);
        Parallelism.ForChunks(starts.Count - 1, Chunk, threads, (first, count) =>
        {
            var candidates = new List<long>();
            for (var group = first; group < first + count; group++)
            {
                TakeBack(CollectionsMarshal.AsSpan(links)[starts[group]..starts[group + 1]], candidates);
            }
        }, cancellation);
    }

    /// <summary>The first links of a node, which nobody links to yet.</summary>
    private void TakeLinks(int node, RouteScratch scratch)
    {
        var (weight, level) = (_space.Weight(node), _graph.Level(node));
        var point = _space.Node(node);
        _space.Descend(_graph, point, weight, level, EfConstruction, scratch);
        var found = 1;
        for (; level >= 0; level--)
        {
            found = _space.Search(_graph, point, weight, level, EfConstruction, scratch, found);
            Choose(scratch.Pool.AsSpan(0, found), _graph.Row(node, level)[.._graph.M]);
        }
    }

    /// <summary>Gives a node links to nodes that link to it.</summary>
    /// <param name="links">Their (level, target, source), of one level and target.</param>
    /// <param name="candidates">Working memory.</param>
    private void TakeBack(ReadOnlySpan<long> links, List<long> candidates)
    {
        var node = (int)(links[0] / HnswGraph.MaxCount % HnswGraph.MaxCount);
        var level = (int)(links[0] / HnswGraph.MaxCount / HnswGraph.MaxCount);
        var row = _graph.Row(node, level);
        var linked = Linked(node, level);
        if (linked.Length + links.Length <= row.Length)
        {
            for (var i = 0; i < links.Length; i++)
            {
                row[linked.Length + i] = (int)(links[i] % HnswGraph.MaxCount);
            }

            return;
        }

        candidates.Clear();
        foreach (var other in linked)
        {
            candidates.Add(Entry(node, other));
        }

        foreach (var link in links)
        {
            candidates.Add(Entry(node, (int)(link % HnswGraph.MaxCount)));
        }

        candidates.Sort();
        Choose(CollectionsMarshal.AsSpan(candidates), row);
    }

    /// <summary>Of nodes, nearest first, those to which none chosen before is nearer than the node itself, as many as the row holds.</summary>
    private void Choose(ReadOnlySpan<long> candidates, Span<int> row)
    {
        var chosen = 0;
        foreach (var candidate in candidates)
        {
            var node = HnswSpace<TKernels>.PoolNode(candidate);
            var distance = HnswSpace<TKernels>.PoolDistance(candidate) + _space.Shared;
            var isChosen = true;
            for (var i = 0; i < chosen && isChosen; i++)
            {
                isChosen = (Distance(node, row[i]) + _space.Shared) * Slack >= distance;
            }

            if (isChosen)
            {
                row[chosen++] = node;
                if (chosen == row.Length)
                {
                    return;
                }
            }
        }

        row[chosen..].Fill(-1);
    }

    /// <summary>
    /// Makes every node one that a search on level 0 may come to: where none that it comes to links to a node, the nearest of those found that has
    /// room does, or the first of all.
    /// </summary>
    private void Reach(CancellationToken cancellation)
    {
        var (reached, pending, scratch) = (new bool[_space.Count], new Stack<int>(), new RouteScratch());
        Visit(_graph.Entry);
        for (var node = 0; node < reached.Length; node++)
        {
            if (reached[node])
            {
                continue;
            }

            cancellation.ThrowIfCancellationRequested();
            _space.Descend(_graph, _space.Node(node), _space.Weight(node), level: 0, EfConstruction, scratch);
            var found = _space.Search(_graph, _space.Node(node), _space.Weight(node), level: 0, EfConstruction, scratch, count: 1);
            var near = Array.ConvertAll(scratch.Pool[..found], HnswSpace<TKernels>.PoolNode);
            if (near.Concat(_order).FirstOrDefault(other => reached[other] && _graph.Row(other, 0)[^1] == -1, -1) is >= 0 and var from)
            {
                _graph.Row(from, 0)[Linked(from, 0).Length] = node;
                Visit(node);
            }
        }

        void Visit(int start)
        {
            reached[start] = true;
            pending.Push(start);
            while (pending.TryPop(out var node))
            {
                foreach (var link in Linked(node, 0))
                {
                    if (!reached[link])
                    {
                        reached[link] = true;
                        pending.Push(link);
                    }
                }
            }
        }
    }

    private void Sort()
    {
        for (var node = 0; node < _space.Count; node++)
        {
            for (var level = 0; level <= _graph.Level(node); level++)
            {
                Linked(node, level).Sort();
            }
        }
    }

    /// <summary>The links of a node, in memory of the graph.</summary>
    private Span<int> Linked(int node, int level)
    {
        var row = _graph.Row(node, level);
        return row.IndexOf(-1) is >= 0 and var length ? row[..length] : row;
    }

    private float Distance(int node, int other) =>
        _space.Distance(ref MemoryMarshal.GetReference(_space.Node(node)), _space.Weight(node), other);

    private long Entry(int node, int other) => HnswSpace<TKernels>.PoolEntry(Distance(node, other), other);
}
