using System.Diagnostics;

namespace PqGen.Benchmarks;

/// <summary>What removing, filtering and searching in batches cost, on GloVe: IVF512,PQ20.</summary>
internal sealed class EngineTargets
{
    private const int K = 10, Queries = 1000, NProbe = 16, BatchNProbe = 32;

    private readonly GloveSet _glove;
    private readonly Shape100 _index;
    private readonly Neighbor[] _found = new Neighbor[K];

    private EngineTargets(string folder)
    {
        _glove = new GloveSet(folder);
        _index = Shape100.Train(_glove.Sample(1), new TrainingOptions { NList = 512, KeepVectors = false });
        _index.Add(_glove.Vectors.Values);
    }

    /// <param name="folder">Holds base.npy, query.npy and gt.npy.</param>
    public static void Run(string folder)
    {
        var targets = new EngineTargets(folder);
        targets.Filters();
        targets.Batches(targets._index, new SearchOptions { NProbe = BatchNProbe }, "at least 1.3");
        targets.BatchesOfManyLists();
        targets.RemoveHalf();
        targets._index.Dispose();
        SingleRemoves();
    }

    private void Filters()
    {
        var options = new SearchOptions { NProbe = NProbe };
        foreach (var (share, aim) in new[] { (100, "at least .5"), (10, "none set"), (2, "at least .9") })
        {
            var ids = Enumerable.Range(0, _glove.Vectors.Count).Where(i => Mixed(i) % (uint)share == 0).Select(i => (long)i).ToArray();
            // A number far from the others keeps the set from becoming a bitmap.
            var (bitmap, set) = (IdBitmap.Of(ids), new IdSet([.. ids, long.MaxValue]));
            var best = Stopwatches.Best(
                10,
                0.05,
                () => Search((query, found) => _index.Search(query, found, options)),
                () => Search((query, found) => _index.Search(query, found, bitmap, options)),
                () => Search((query, found) => _index.Search(query, found, set, options)));
            Targets.Row(
                $"a filter that keeps one id in {share}, nprobe {NProbe}: queries/s over unfiltered ones",
                $"{best[0] / best[1]:F2} as a bitmap, {best[0] / best[2]:F2} as a hashed set",
                aim);
        }
    }

    /// <summary>As an index is used whose recall matters: short lists, of which near queries share many.</summary>
    private void BatchesOfManyLists()
    {
        using var index = Shape100x25.Train(
            _glove.Vectors.Values, new TrainingOptions { NList = RecallTargets.NList, RowFormat = RowFormat.Float16 });
        index.Add(_glove.Vectors.Values);
        Batches(index, new SearchOptions { NProbe = 40, Rerank = 85 }, "none set");
    }

    private void Batches(VectorIndex index, SearchOptions options, string aim)
    {
        var count = _glove.Queries.Count;
        var (results, found) = (new Neighbor[count * K], new int[count]);
        var best = Stopwatches.Best(
            12,
            0,
            () =>
            {
                for (var q = 0; q < count; q++)
                {
                    index.Search(_glove.Queries.Row(q), _found, options);
                }
            },
            () => index.SearchBatch(_glove.Queries.Values, K, results, found, options),
            () => index.SearchBatch(_glove.Queries.Values, K, results, found, options, threads: 2));
        Targets.Row(
            $"a batch of {count:N0} queries, {index.NList:N0} lists, nprobe {options.NProbe}, {options.Rerank} re-ranked, on one thread: "
            + "queries/s over one by one",
            $"{best[0] / best[1]:F2} ({count / best[1]:N0} queries/s)",
            aim);
        Targets.Row(
            $"the same on two threads over one", $"{best[1] / best[2]:F2} ({count / best[2]:N0} queries/s)", "at least 1.8");
    }

    private void RemoveHalf()
    {
        var options = new SearchOptions { NProbe = NProbe };
        var before = Answers(options);
        var half = Enumerable.Range(0, _glove.Vectors.Count).Where(i => Mixed(i) % 2 == 0).ToArray();
        var ids = Array.ConvertAll(half, i => (long)i);
        var rows = half.SelectMany(i => _glove.Vectors.Row(i).ToArray()).ToArray();
        var clock = Stopwatch.StartNew();
        var removed = _index.Remove(ids);
        var removing = clock.Elapsed.TotalSeconds;
        var slow = Stopwatches.Best(10, 0.05, () => Search((query, found) => _index.Search(query, found, options)))[0];
        clock.Restart();
        _index.Compact();
        var compacting = clock.Elapsed.TotalSeconds;
        var fast = Stopwatches.Best(10, 0.05, () => Search((query, found) => _index.Search(query, found, options)))[0];
        _index.Add(ids, rows);
        var same = before.SequenceEqual(Answers(options)) ? "the same" : "OTHER";
        Targets.Row(
            $"{removed:N0} of {_glove.Vectors.Count:N0} GloVe vectors removed in one call",
            $"{removing:F3} s; added again: {same} neighbours. Compacting {compacting:F2} s, after which searches take {fast / slow:F2} of the time",
            "at most .1 s");
    }

    private static void SingleRemoves()
    {
        const int Count = 1_000_000, Dimension = 100, NList = 256;
        using var index = Shape100.FromCodebooks(
            Workload.Floats(NList * Dimension, 17).Span(0, NList * Dimension),
            Workload.Floats(256 * Dimension, 17).Span(0, 256 * Dimension),
            keepVectors: false);
        var ids = Enumerable.Range(0, Count).Select(i => (1000L * i) + 7).ToArray();
        index.Add(ids, Workload.Floats(Count * Dimension, 18).Span(0, Count * Dimension), threads: 0);
        new Random(1).Shuffle(ids);
        var clock = Stopwatch.StartNew();
        foreach (var id in ids)
        {
            index.Remove(id);
        }

        Targets.Row(
            $"{Count:N0} removes of one vector each, in random order, own ids",
            $"{clock.Elapsed.TotalMicroseconds / Count:F2} us each, {index.Count} left",
            "at most 1 us");
    }

    private Neighbor[] Answers(SearchOptions options)
    {
        var (results, found) = (new Neighbor[Queries * K], new int[Queries]);
        _index.SearchBatch(_glove.Queries.Values[..(Queries * _glove.Queries.Dimension)], K, results, found, options);
        return results;
    }

    private delegate int SearchOne(ReadOnlySpan<float> query, Span<Neighbor> found);

    private void Search(SearchOne search)
    {
        for (var q = 0; q < Queries; q++)
        {
            search(_glove.Queries.Row(q), _found);
        }
    }

    /// <summary>A number that tells nothing of the order.</summary>
    private static uint Mixed(int i) => (uint)((ulong)(uint)i * 0x9E3779B97F4A7C15 >> 32);
}
