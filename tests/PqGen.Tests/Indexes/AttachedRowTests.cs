using PqGen.Tests.Storage;
using PqGen.Vectors;

namespace PqGen.Tests.Indexes;

/// <summary>Rows that the caller brings: an index that keeps none, or some of few bits, finds with them what it finds with float32 rows.</summary>
public class AttachedRowTests
{
    private const int N = 1200;
    private const int K = 10;

    /// <summary>Indexes of codes, and what they keep: nothing, or rows of fewer bytes.</summary>
    public static TheoryData<IndexFactory, RowFormat?> Cases
    {
        get
        {
            var cases = new TheoryData<IndexFactory, RowFormat?>();
            foreach (var factory in IndexFactory.All.Where(factory => factory.HasCodes))
            {
                cases.Add(factory, null);
                cases.Add(factory, RowFormat.Float16);
                cases.Add(factory, RowFormat.Int8);
                cases.Add(factory, RowFormat.Int8Float16);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void All_candidates_are_ordered_as_by_float32_rows(IndexFactory factory, RowFormat? kept)
    {
        foreach (var scale in new[] { 1f, 1e-30f })
        {
            var vectors = TestVectors.Moved(TestVectors.Clustered(N, factory.Dimension, 30, seed: 1), scale);
            using var folder = new TempFolder();
            VectorFile.WriteNpy(folder.File("base.npy"), factory.Dimension, vectors);
            using var rows = VectorFile.Map(folder.File("base.npy"));
            using var whole = Build(factory, vectors, RowFormat.Float32);
            using var index = Build(factory, vectors, kept);
            index.AttachRows(rows);
            Assert.Same(rows, index.AttachedRows);
            Same(whole, index, vectors, kept);
            index.DetachRows();
            Assert.Null(index.AttachedRows);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void So_they_are_after_every_change_and_in_a_file(IndexFactory factory, RowFormat? kept)
    {
        var vectors = TestVectors.Clustered(N, factory.Dimension, 30, seed: 2);
        var ids = TestVectors.ShuffledIds(N, seed: 3);
        var rows = MemoryRows.Of(vectors, factory.Dimension, ids);
        using var whole = Build(factory, vectors, RowFormat.Float32, ids);
        using var index = Build(factory, vectors, kept, ids);
        index.AttachRows(rows);
        var others = TestVectors.Clustered(50, factory.Dimension, 30, seed: 4);
        var (removed, updated, added) = (ids[..300], ids[500..520], Enumerable.Range(7_100_000, 30).Select(id => (long)id).ToArray());
        for (var i = 0; i < 50; i++)
        {
            rows.Set(i < 20 ? updated[i] : added[i - 20], others.AsSpan(i * factory.Dimension, factory.Dimension));
        }

        foreach (var changed in new[] { whole, index })
        {
            changed.Remove(removed);
            changed.Update(updated, others.AsSpan(0, 20 * factory.Dimension));
            changed.Add(added, others.AsSpan(20 * factory.Dimension));
        }

        Array.ForEach(removed, rows.Remove);
        Same(whole, index, vectors, kept);
        whole.Compact();
        index.Compact();
        Same(whole, index, vectors, kept);
        using var folder = new TempFolder();
        index.Save(folder.File("index.pqg"));
        using var mapped = factory.Open(folder.File("index.pqg"));
        Assert.Null(mapped.AttachedRows);
        mapped.AttachRows(rows);
        Same(whole, mapped, vectors, kept);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_nearest_by_kept_rows_are_looked_at_again(IndexFactory factory, RowFormat? kept)
    {
        if (kept is null)
        {
            return;
        }

        var vectors = TestVectors.Clustered(N, factory.Dimension, 5, seed: 5);
        using var whole = Build(factory, vectors, RowFormat.Float32);
        using var first = Build(factory, vectors, kept == RowFormat.Int8Float16 ? RowFormat.Int8 : kept);
        using var index = Build(factory, vectors, kept);
        var rows = MemoryRows.Of(vectors, factory.Dimension);
        index.AttachRows(rows);
        foreach (var (k, refine, looked) in new[] { (10, 0, 20), (15, 0, 30), (10, 25, 25), (10, 3, 10), (3, 7, 7) })
        {
            var options = new SearchOptions { NProbe = 4, Rerank = 80 };
            for (var q = 0; q < 30; q++)
            {
                var query = vectors.AsSpan(q * 31 * factory.Dimension, factory.Dimension);
                var nearest = first.Nearest(query, looked, options).Select(neighbor => neighbor.Id).ToHashSet();
                var all = whole.Nearest(query, N, new SearchOptions { NProbe = int.MaxValue, Rerank = N });
                var expected = all.Where(neighbor => nearest.Contains(neighbor.Id)).Take(k).ToArray();
                var read = rows.RowsRead;
                var found = new Neighbor[k];
                var count = index.Search(query, found, options with { Refine = refine }, out var statistics);
                Searching.Same(expected, found.AsSpan(0, count), $"query {q}, k {k}, Refine {refine}");
                Assert.Equal(nearest.Count, rows.RowsRead - read);
                Assert.True(statistics.RowsReranked > nearest.Count && statistics.RowsReranked <= 80 + nearest.Count);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_warm_search_allocates_nothing(IndexFactory factory, RowFormat? kept)
    {
        var vectors = TestVectors.Clustered(600, factory.Dimension, 20, seed: 1);
        using var folder = new TempFolder();
        VectorFile.WriteNpy(folder.File("base.npy"), factory.Dimension, vectors);
        var ids = TestVectors.ShuffledIds(600, seed: 2);
        var rowOf = ids.Select((id, row) => (id, row)).ToDictionary(pair => pair.id, pair => (long)pair.row);
        using var rows = VectorFile.Map(folder.File("base.npy"), id => rowOf.GetValueOrDefault(id, -1));
        using var index = Build(factory, vectors, kept, ids);
        index.AttachRows(rows);
        foreach (var options in factory.Options())
        {
            var (queries, results, found) = (vectors[..(20 * factory.Dimension)], new Neighbor[20 * K], new int[20]);
            AllocationTests.AssertNoAllocation(
                () =>
                {
                    index.SearchBatch(queries, K, results, found, options);
                    for (var q = 0; q < 20; q++)
                    {
                        index.Search(queries.AsSpan(q * factory.Dimension, factory.Dimension), results.AsSpan(0, K), options);
                    }
                },
                options);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(RowFormat.Int8)]
    public void Calibration_takes_them_for_the_truth(RowFormat? kept)
    {
        var factory = IndexFactory.IvfPq(18, 9, 11);
        var vectors = TestVectors.Clustered(N, factory.Dimension, 30, seed: 6);
        using var whole = Build(factory, vectors, RowFormat.Float32);
        using var index = Build(factory, vectors, kept);
        var (rows, query) = (MemoryRows.Of(vectors, factory.Dimension), vectors[..factory.Dimension]);
        var usual = index.Nearest(query, K);
        index.AttachRows(rows);
        Assert.Equal(whole.Calibrate(100, K).Points, index.Calibrate(100, K).Points);
        Assert.Equal(whole.Calibrate(vectors.AsSpan(0, 900), K).Points, index.Calibrate(vectors.AsSpan(0, 900), K).Points);

        using var stream = new MemoryStream();
        index.Save(stream);
        stream.Position = 0;
        using var loaded = GenericIndex.Load(stream);
        Assert.Equal(index.Calibration!.Points, loaded.Calibration!.Points);
        var named = new SearchOptions { TargetRecall = 0.95f };
        if (kept is null)
        {
            Refusals.Expect<InvalidOperationException>(() => loaded.Nearest(query, K, named), "TargetRecall 0.95", "AttachRows");
            Searching.Same(usual, loaded.Nearest(query, K), "as if not calibrated");
        }

        loaded.AttachRows(rows);
        Searching.Same(whole.Nearest(query, K, named), loaded.Nearest(query, K, named), "recall by name");
        Searching.Same(whole.Nearest(query, K), loaded.Nearest(query, K), "nothing named");
    }

    private static VectorIndex Build(IndexFactory factory, float[] vectors, RowFormat? kept, long[]? ids = null)
    {
        var options = new TrainingOptions
        {
            NList = 12, Iterations = 3, CoarseIterations = 3, KeepVectors = kept is not null, RowFormat = kept ?? RowFormat.Float32,
        };
        var index = factory.Train(vectors, options);
        if (ids is null)
        {
            index.Add(vectors);
        }
        else
        {
            index.Add(ids, vectors);
        }

        return index;
    }

    /// <summary>The same ids and bits by attached rows as by float32 rows: of one query, of many, with a filter, within a radius.</summary>
    private static void Same(VectorIndex whole, VectorIndex index, float[] vectors, RowFormat? kept)
    {
        var dimension = index.Dimension;
        foreach (var options in new[] { new SearchOptions { NProbe = 3, Rerank = 40 }, new SearchOptions { NProbe = int.MaxValue, Rerank = N } })
        {
            // Of rows in fewer bytes none may be left out.
            var all = options with { Refine = kept is null ? 0 : N };
            var queries = vectors.AsSpan(0, 20 * dimension);
            var (results, found) = (new Neighbor[20 * K], new int[20]);
            index.SearchBatch(queries, K, results, found, all);
            for (var q = 0; q < 20; q++)
            {
                var query = queries.Slice(q * dimension, dimension);
                var expected = whole.Nearest(query, K, options);
                Searching.Same(expected, index.Nearest(query, K, all), $"query {q}");
                Searching.Same(expected, index.Nearest(query, K, all with { Scan = ScanKind.Plain }), $"query {q}, plain");
                Searching.Same(expected, results.AsSpan(q * K, found[q]), $"query {q}, batch");
                Searching.Same(
                    whole.Nearest(query, K, new Remainder(3), options), index.Nearest(query, K, new Remainder(3), all), $"query {q}, filter");
                var radius = expected[expected.Length / 2].Distance;
                Searching.Same(whole.Within(query, radius, options), index.Within(query, radius, all), $"query {q}, range");
            }
        }

        Assert.Empty(index.Nearest(vectors.AsSpan(0, dimension), 0, new SearchOptions { Rerank = 5 }));
    }
}
