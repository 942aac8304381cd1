using System.Buffers;

namespace PqGen.Tests.Indexes.Churn;

/// <summary>
/// An index under change, and all that can be true of it. Every id has some vectors, of which it takes another each time; what they are away from
/// every query is known from an index that holds them all. A call of the writer's begins at an odd step and is done at the even one behind it.
/// </summary>
internal sealed class ChurnedIndex : IDisposable
{
    public const int Ids = 500;
    public const int Stable = 100;
    public const int Queries = 6;
    private const int Versions = 5;
    private const int NList = 5;

    private readonly IndexFactory _factory;
    private readonly float[] _vectors;
    private readonly Life?[] _lives = new Life?[Ids];
    private readonly int[] _nextVersion = new int[Ids];
    private readonly int[] _searching;

    /// <summary>float <c>[query][id][version]</c>: by codes, and by rows.</summary>
    private readonly float[][] _byCode, _byRow;
    private int _step;

    /// <summary>An index of the ids that are always there.</summary>
    /// <param name="factory">The kind of index.</param>
    /// <param name="searchers">Threads that search.</param>
    public ChurnedIndex(IndexFactory factory, int searchers)
    {
        (_factory, _searching) = (factory, new int[searchers]);
        _vectors = TestVectors.WithDuplicates(TestVectors.Clustered(Ids * Versions, factory.Dimension, 25, seed: 1), factory.Dimension, seed: 2);
        using var all = Empty();
        all.Add(_vectors);
        (_byCode, _byRow) = (Distances(all, 0), Distances(all, Ids * Versions));
        Index = Empty();
        Put([.. Enumerable.Range(0, Stable)], replaces: false);
    }

    public VectorIndex Index { get; }

    public string Name => _factory.Name;

    public bool IsThere(int id) => Volatile.Read(ref _lives[id]) is { Ending: int.MaxValue };

    /// <summary>Adds vectors of ids, or replaces those there are.</summary>
    public void Put(int[] ids, bool replaces)
    {
        var dimension = _factory.Dimension;
        var vectors = new float[ids.Length * dimension];
        Call(ids, () =>
        {
            for (var i = 0; i < ids.Length; i++)
            {
                var version = _nextVersion[ids[i]]++ % Versions;
                _vectors.AsSpan(((ids[i] * Versions) + version) * dimension, dimension).CopyTo(vectors.AsSpan(i * dimension));
                Volatile.Write(ref _lives[ids[i]], new Life(version, _step, Needed(_lives[ids[i]])));
            }
        }, () =>
        {
            var longs = Array.ConvertAll(ids, id => (long)id);
            if (replaces)
            {
                Index.Update(longs, vectors);
            }
            else
            {
                Index.Add(longs, vectors);
            }
        });
    }

    /// <summary>Removes ids that are there.</summary>
    public void Remove(int[] ids) => Call(ids, () => { }, () =>
    {
        var removed = ids.Length == 1 ? (Index.Remove(ids[0]) ? 1 : 0) : Index.Remove([.. ids.Select(id => (long)id), -1, ids[0]]);
        Assert.Equal(ids.Length, removed);
    });

    /// <summary>One search of some kind, all of whose results are checked.</summary>
    public void Search(int searcher, Random random)
    {
        var (q, k, filter) = (random.Next(Queries), random.Next(1, Stable / 2), new Allowed(random.Next(3)));
        var options = new SearchOptions
        {
            NProbe = random.Next(2) == 0 ? NList : 1,
            EnsureK = true,
            Scan = random.Next(4) == 0 ? ScanKind.Plain : ScanKind.Fast,
            Rerank = random.Next(4) == 0 ? Ids * Versions : 0,
        };
        var table = options.Rerank > 0 ? _byRow : _byCode;
        var isWhole = options.NProbe == NList || !_factory.HasLists;
        var start = Volatile.Read(ref _step);
        Volatile.Write(ref _searching[searcher], start);
        switch (random.Next(5))
        {
            case 0:
                // In all lists, as far as one of the vectors of an id that is always there.
                var radius = table[q][random.Next(Stable * Versions)];
                var matches = new ArrayBufferWriter<Neighbor>();
                Index.SearchRange(Query(q), radius, matches, filter, options with { NProbe = NList });
                Check(table[q], matches.WrittenSpan, filter, isWhole: true, start, Volatile.Read(ref _step), radius);
                break;
            case 1:
                var (rows, found) = (new Neighbor[Queries * k], new int[Queries]);
                Index.SearchBatch(AllQueries(), k, rows, found, filter, options);
                var end = Volatile.Read(ref _step);
                for (var number = 0; number < Queries; number++)
                {
                    Assert.True(k == found[number], $"{Name}: {found[number]} found of {k} with {options}");
                    Check(table[number], rows.AsSpan(number * k, k), filter, isWhole, start, end, radius: null);
                }

                break;
            case 2:
                // Neither more nor fewer than are always there, each of them once: a vector is replaced in one moment.
                var all = new Neighbor[Stable + 1];
                var count = Index.Search(Query(q), all, new Allowed(Allowed.Stable), options);
                Assert.True(count == Stable, $"{Name}: {count} found of {Stable} with {options}");
                Check(table[q], all.AsSpan(0, count), new Allowed(Allowed.Stable), isWhole, start, Volatile.Read(ref _step), radius: null);
                break;
            default:
                var results = new Neighbor[k];
                count = filter.AllowsAll ? Index.Search(Query(q), results, options) : Index.Search(Query(q), results, filter, options);
                end = Volatile.Read(ref _step);
                Assert.True(k == count, $"{Name}: {count} found of {k} with {options}");
                Check(table[q], results, filter, isWhole, start, end, radius: null);
                break;
        }

        CheckLookUps(random);
    }

    /// <summary>When nobody writes any more, the index says what one says to which the vectors were added that are left.</summary>
    public void CheckAtRest()
    {
        using var fresh = Empty();
        var ids = Enumerable.Range(0, Ids).Where(IsThere).ToArray();
        Assert.Equal(ids.Length, Index.Count);
        foreach (var id in ids)
        {
            fresh.Add([id], _vectors.AsSpan(((id * Versions) + _lives[id]!.Version) * _factory.Dimension, _factory.Dimension));
        }

        for (var q = 0; q < Queries; q++)
        {
            var options = new SearchOptions { NProbe = NList };
            Searching.Same(fresh.Nearest(Query(q), Ids, options), Index.Nearest(Query(q), Ids, options), $"{Name} at rest");
        }
    }

    public void Dispose() => Index.Dispose();

    private void Call(int[] ids, Action begins, Action call)
    {
        // Searches that read this step or a later one may see what the call does; those that read the next have to.
        var ended = ids.Select(id => _lives[id]).Where(life => life is { Ending: int.MaxValue }).ToArray();
        Volatile.Write(ref _step, _step + 1);
        foreach (var life in ended)
        {
            life!.Ending = _step;
        }

        begins();
        call();
        Volatile.Write(ref _step, _step + 1);
    }

    /// <summary>A life and those before it, without those that no search under way can have seen.</summary>
    private Life? Needed(Life? newest)
    {
        var oldest = int.MaxValue;
        foreach (ref var start in _searching.AsSpan())
        {
            oldest = Math.Min(oldest, Volatile.Read(ref start));
        }

        if (newest is null || newest.Ending < oldest)
        {
            return null;
        }

        for (var life = newest; life.Next is { } next; life = next)
        {
            if (next.Ending < oldest)
            {
                life.Next = null;
                break;
            }
        }

        return newest;
    }

    /// <summary>Holds what a search has found against all that was there from its start to its end.</summary>
    private void Check(float[] distances, ReadOnlySpan<Neighbor> found, Allowed filter, bool isWhole, int start, int end, float? radius)
    {
        var seen = new HashSet<long>();
        for (var i = 0; i < found.Length; i++)
        {
            var (id, distance) = found[i];
            Assert.True(id is >= 0 and < Ids && seen.Add(id), $"{Name}: id {id} is unknown, or found twice");
            Assert.True(filter.Allows(id), $"{Name}: id {id} was not allowed");
            Assert.True(i == 0 || !Index.Metric.IsNearer(distance, found[i - 1].Distance), $"{Name}: place {i} is nearer than the one before");
            Assert.True(radius is null || !Index.Metric.IsNearer(radius.Value, distance), $"{Name}: {distance} is beyond {radius}");
            var isTrue = false;
            for (var life = Volatile.Read(ref _lives[id]); life is not null && !isTrue; life = life.Next)
            {
                isTrue = distances[(id * Versions) + life.Version] == distance && life.Begin <= end && life.Ending >= start;
            }

            Assert.True(isTrue, $"{Name}: id {id} was not {distance} away at any moment from {start} to {end}");
        }

        var limit = radius ?? found[^1].Distance;
        for (var id = 0; id < Ids && isWhole; id++)
        {
            if (filter.Allows(id) && WasNearer(id, distances, limit, start, end))
            {
                Assert.True(seen.Contains(id), $"{Name}: id {id} is missing from {start} to {end}");
            }
        }
    }

    /// <summary>Whether an id was there all the time, with one vector or with one after the other, and all of them nearer than a limit.</summary>
    private bool WasNearer(int id, float[] distances, float limit, int start, int end)
    {
        var life = Volatile.Read(ref _lives[id]);
        while (life is not null && life.Begin > end)
        {
            life = life.Next;
        }

        for (var until = int.MaxValue; life is not null; until = life.Begin, life = life.Next)
        {
            var lasts = until == int.MaxValue ? life.Ending > end : life.Ending == until;
            if (!lasts || !Index.Metric.IsNearer(distances[(id * Versions) + life.Version], limit))
            {
                return false;
            }

            if (life.Begin < start)
            {
                return true;
            }
        }

        return false;
    }

    private void CheckLookUps(Random random)
    {
        var (id, vector) = (random.Next(Stable), new float[_factory.Dimension]);
        Assert.True(Index.Contains(id), $"{Name}: {id}, which is never removed, is not there");
        Assert.NotEqual(VectorSource.None, Index.TryGetVector(id, vector));
        Assert.False(Index.Contains(-1 - id) || Index.Contains(Ids + id), $"{Name}: an id that never was is there");
        Assert.InRange(Index.Count, Stable, Ids);
    }

    private VectorIndex Empty() => _factory.Train(_vectors, new TrainingOptions { NList = NList, Iterations = 2, CoarseIterations = 2 });

    private ReadOnlySpan<float> Query(int q) => _vectors.AsSpan(q * 211 * _factory.Dimension, _factory.Dimension);

    private float[] AllQueries() => [.. Enumerable.Range(0, Queries).SelectMany(q => Query(q).ToArray())];

    private float[][] Distances(VectorIndex all, int rerank) =>
    [
        .. Enumerable.Range(0, Queries).Select(q =>
        {
            var distances = new float[Ids * Versions];
            foreach (var (place, distance) in all.Nearest(
                Query(q), distances.Length, new SearchOptions { NProbe = NList, Scan = ScanKind.Plain, Rerank = rerank }))
            {
                distances[place] = distance;
            }

            return distances;
        }),
    ];
}
