namespace PqGen.Tests.Indexes;

/// <summary>The graph of HNSW in plain loops and sets, one distance at a time: the oracle of the one that searches and builds use.</summary>
/// <param name="count">Nodes.</param>
/// <param name="distance">How far two nodes are from one another, as the graph compares them.</param>
/// <param name="shared">What a squared distance has more.</param>
internal sealed class PlainHnsw(int count, Func<int, int, float> distance, float shared)
{
    private const int M = 16, EfConstruction = 128;

    private readonly List<int>[][] _links = new List<int>[count][];
    private int[] _order = [];

    /// <summary>The numbers that a file has of the graph.</summary>
    public int[] Build()
    {
        _order = [.. Enumerable.Range(0, count)];
        new Random(count).Shuffle(_order);
        var top = Enumerable.Range(0, 30).First(level => Math.Pow(M, level + 1) >= count);
        for (var i = 0; i < count; i++)
        {
            var level = i == 0 ? top : Enumerable.Range(0, 30).Last(l => i % (long)Math.Pow(M, l) == 0);
            _links[_order[i]] = [.. Enumerable.Range(0, level + 1).Select(_ => new List<int>())];
        }

        for (int inserted = 1, batch; inserted < count; inserted += batch)
        {
            batch = Math.Min(Math.Clamp(inserted / 16, 1, 4096), count - inserted);
            Insert(_order[inserted..(inserted + batch)]);
        }

        Reach();
        var levels = _links.Select(links => links.Length - 1);
        return
        [
            M, top, _order[0], 0, .. levels,
            .. _links.SelectMany(links => Row(links[0], 2 * M)),
            .. _links.SelectMany(links => links.Skip(1).SelectMany(level => Row(level, M))),
        ];
    }

    private static IEnumerable<int> Row(List<int> links, int width) => links.Order().Concat(Enumerable.Repeat(-1, width - links.Count));

    private void Insert(int[] nodes)
    {
        var taken = nodes.Select(node =>
        {
            var (levels, pool) = (new List<int>[_links[node].Length], new[] { _order[0] });
            for (var level = _links[_order[0]].Length - 1; level >= 0; level--)
            {
                pool = Search(node, level, level < levels.Length ? EfConstruction : 1, pool);
                if (level < levels.Length)
                {
                    levels[level] = Choose(node, pool, M);
                }
            }

            return levels;
        }).ToArray();
        var sources = new SortedDictionary<(int Level, int Target), List<int>>();
        for (var i = 0; i < nodes.Length; i++)
        {
            _links[nodes[i]] = taken[i];
            foreach (var (level, links) in taken[i].Index())
            {
                foreach (var target in links)
                {
                    sources.TryAdd((level, target), []);
                    sources[(level, target)].Add(nodes[i]);
                }
            }
        }

        foreach (var ((level, target), back) in sources)
        {
            var (all, width) = ((int[])[.. _links[target][level], .. back], level == 0 ? 2 * M : M);
            _links[target][level] = all.Length <= width
                ? [.. all]
                : Choose(target, [.. all.OrderBy(other => distance(target, other)).ThenBy(other => other)], width);
        }
    }

    /// <summary>The nodes that are found nearest to a node, nearest first.</summary>
    private int[] Search(int node, int level, int ef, int[] entries)
    {
        var (seen, followed) = (new HashSet<int>(entries), new HashSet<int>());
        var pool = new SortedSet<(float Distance, int Node)>(entries.Select(entry => (distance(node, entry), entry)));
        while (pool.FirstOrDefault(found => !followed.Contains(found.Node), (0, -1)).Node is >= 0 and var next)
        {
            followed.Add(next);
            foreach (var link in _links[next][level].Where(seen.Add).ToArray())
            {
                pool.Add((distance(node, link), link));
            }

            while (pool.Count > ef)
            {
                pool.Remove(pool.Max);
            }
        }

        return [.. pool.Select(found => found.Node)];
    }

    private List<int> Choose(int node, int[] nearestFirst, int most)
    {
        var chosen = new List<int>();
        foreach (var other in nearestFirst)
        {
            var squared = distance(node, other) + shared;
            if (chosen.Count < most && chosen.All(one => (distance(other, one) + shared) * 1.3f >= squared))
            {
                chosen.Add(other);
            }
        }

        return chosen;
    }

    private void Reach()
    {
        var reached = new HashSet<int>();
        Visit(_order[0]);
        for (var node = 0; node < count; node++)
        {
            if (!reached.Contains(node))
            {
                var pool = new[] { _order[0] };
                for (var level = _links[_order[0]].Length - 1; level >= 0; level--)
                {
                    pool = Search(node, level, level == 0 ? EfConstruction : 1, pool);
                }

                var from = pool.Concat(_order).First(other => reached.Contains(other) && _links[other][0].Count < 2 * M);
                _links[from][0].Add(node);
                Visit(node);
            }
        }

        void Visit(int node)
        {
            var pending = new Queue<int>([node]);
            while (pending.TryDequeue(out var next))
            {
                if (reached.Add(next))
                {
                    foreach (var link in _links[next][0])
                    {
                        pending.Enqueue(link);
                    }
                }
            }
        }
    }
}
