using System.Buffers;
using PqGen.Tests.Storage;
using PqGen.Vectors;

namespace PqGen.Tests.Indexes;

/// <summary>Rows that are not those of the index are refused by name; a mapped file stays where it is while somebody reads it.</summary>
public class BadAttachedRowTests
{
    private const int N = 300;
    private static readonly IndexFactory s_factory = IndexFactory.IvfPq(18, 9, 11);
    private static readonly float[] s_vectors = TestVectors.Clustered(N + 2, 18, 30, seed: 1);
    private static readonly SearchOptions s_rerank = new() { NProbe = 3, Rerank = 20 };

    private static ReadOnlySpan<float> Query => s_vectors.AsSpan(0, 18);

    [Fact]
    public void What_does_not_fit_is_refused_and_what_was_attached_stays()
    {
        using var index = Build(RowFormat.Int8);
        var good = Rows();
        Refusals.Expect<ArgumentException>(index, () => index.AttachRows(new MemoryRows(17)), "17 components", "needs 18");
        Refusals.Expect<ArgumentNullException>(index, () => index.AttachRows(null!), "rows");
        index.AttachRows(good);
        var missing = Rows();
        missing.Remove(299);
        Refusals.Expect<ArgumentException>(index, () => index.AttachRows(missing), "no row of id 299", "every id");
        var shifted = MemoryRows.Of(s_vectors[18..], 18);
        Refusals.Expect<ArgumentException>(index, () => index.AttachRows(shifted), "another vector of id 0");
        Assert.Same(good, index.AttachedRows);
        Assert.True(index.Remove(299));
        index.AttachRows(missing);
        index.Dispose();
        Assert.Null(index.AttachedRows);
        Assert.Throws<ObjectDisposedException>(() => index.AttachRows(good));
        Assert.Throws<ObjectDisposedException>(index.DetachRows);
    }

    [Fact]
    public void A_file_that_became_shorter_is_not_read()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var folder = new TempFolder();
        VectorFile.WriteNpy(folder.File("base.npy"), 18, s_vectors);
        using var index = Build(RowFormat.Int8);
        using var rows = VectorFile.Map(folder.File("base.npy"));
        using (var file = new FileStream(folder.File("base.npy"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(file.Length / 2);
        }

        Refusals.Expect<ArgumentException>(index, () => index.AttachRows(rows), "rows", "became shorter");
        Assert.Null(index.AttachedRows);
    }

    [Fact]
    public void A_file_that_becomes_shorter_later_is_seen_by_the_next_search_and_by_whoever_reads()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        foreach (var name in new[] { "base.npy", "base.fvecs" })
        {
            using var folder = new TempFolder();
            var path = folder.File(name);
            VectorFile.Write(path, N + 2, 18, [s_vectors]);
            foreach (var kept in new RowFormat?[] { null, RowFormat.Int8 })
            {
                using var index = Build(kept);
                using var rows = VectorFile.Map(path);
                index.AttachRows(rows);
                var expected = index.Nearest(Query, 5, s_rerank);
                var bytes = File.ReadAllBytes(path);
                using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                {
                    file.SetLength(200);
                }

                Ticks.Next();
                for (var time = 0; time < 2; time++)
                {
                    Refusals.Expect<VectorFileException>(() => index.Nearest(Query, 5, s_rerank), path, "became shorter", "replaced");
                    Refusals.Expect<VectorFileException>(
                        () => index.SearchBatch(s_vectors, 1, new Neighbor[N + 2], new int[N + 2], s_rerank), path, "became shorter");
                    Refusals.Expect<VectorFileException>(
                        () => index.SearchRange(Query, 9, new ArrayBufferWriter<Neighbor>(), s_rerank), path, "became shorter");
                    Refusals.Expect<VectorFileException>(() => rows.Read(0, new float[18]), path, "became shorter");
                    Refusals.Expect<VectorFileException>(() => index.Add([N], s_vectors.AsSpan(N * 18, 18)), path, "became shorter");
                    Refusals.Expect<VectorFileException>(() => index.Calibrate(queries: 20), path, "became shorter");
                }

                // What does not look at them goes on, and a file that is whole again can be read again.
                Assert.Equal(5, index.Nearest(Query, 5, s_rerank with { Rerank = 0 }).Length);
                File.WriteAllBytes(path, bytes);
                Assert.Equal(expected, index.Nearest(Query, 5, s_rerank));
            }
        }
    }

    [Fact]
    public void Indexes_that_compare_float32_vectors_anyway_take_none()
    {
        foreach (var factory in new[] { IndexFactory.Flat(18), IndexFactory.IvfFlat(18), s_factory })
        {
            using var index = factory.Build(s_vectors, nlist: 3);
            Refusals.Expect<InvalidOperationException>(index, () => index.AttachRows(Rows()), "keeps float32 vectors");
            index.DetachRows();
        }
    }

    [Fact]
    public void Options_that_need_rows_say_so()
    {
        using var lean = Build(null);
        using var bytes = Build(RowFormat.Int8);
        Refusals.Expect<InvalidOperationException>(() => lean.Nearest(Query, 1, s_rerank), "Rerank", "AttachRows");
        Refusals.Expect<InvalidOperationException>(() => lean.Calibrate(), "AttachRows");
        Refusals.Expect<InvalidOperationException>(() => bytes.Nearest(Query, 1, s_rerank with { Refine = 5 }), "Refine", "AttachRows");
        Refusals.Expect<ArgumentOutOfRangeException>(() => bytes.Nearest(Query, 1, s_rerank with { Refine = -1 }), "Refine is -1");
        lean.AttachRows(Rows());
        Assert.Equal(0, lean.Nearest(Query, 1, s_rerank with { Refine = 5 })[0].Id);
        lean.DetachRows();
        Refusals.Expect<InvalidOperationException>(() => lean.Nearest(Query, 1, s_rerank), "Rerank");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(RowFormat.Int8)]
    public void Vectors_are_added_whose_rows_are_there(RowFormat? kept)
    {
        using var index = Build(kept);
        using var folder = new TempFolder();
        VectorFile.WriteNpy(folder.File("base.npy"), 18, s_vectors.AsSpan(0, (N + 1) * 18), half: true);
        using var rows = VectorFile.Map(folder.File("base.npy"));
        index.AttachRows(rows);
        var (next, last) = (s_vectors.AsSpan(N * 18, 18).ToArray(), s_vectors.AsSpan((N + 1) * 18).ToArray());
        float[] both = [.. next, .. last];
        Refusals.Expect<ArgumentException>(index, () => index.Add(last), "vector 0, whose id is 300", "another vector", "DetachRows");
        Refusals.Expect<ArgumentException>(index, () => index.Add(both), "vector 1, whose id is 301", "no row");
        Refusals.Expect<ArgumentException>(index, () => index.Add([-5], next), "vector 0, whose id is -5", "no row");
        Refusals.Expect<ArgumentException>(index, () => index.Update([7], next), "vector 0, whose id is 7", "another vector");
        Assert.Equal(N, index.Count);
        index.Add(next);
        index.Update([7], s_vectors.AsSpan(7 * 18, 18));
        Assert.Equal(300, index.Nearest(next, 1, s_rerank)[0].Id);
        index.DetachRows();
        index.Add(last);
        Refusals.Expect<ArgumentException>(index, () => index.AttachRows(rows), "no row of id 302");
    }

    [Fact]
    public void A_file_stays_mapped_until_the_last_search_has_ended()
    {
        using var folder = new TempFolder();
        var path = folder.File("base.npy");
        VectorFile.WriteNpy(path, 18, s_vectors);
        using var index = Build(null);
        using var other = Build(null);
        var rows = VectorFile.Map(path);
        index.AttachRows(rows);
        index.AttachRows(rows);
        other.AttachRows(rows);
        var expected = index.Nearest(Query, 10, s_rerank);
        rows.Dispose();
        Assert.True(MappedLifetimeTests.IsMapped(path) ?? true);
        Assert.Equal(expected, other.Nearest(Query, 10, s_rerank));
        other.Dispose();
        Assert.Equal(expected, index.Nearest(Query, 10, s_rerank));
        var found = index.Nearest(Query, 10, new MappedLifetimeTests.Meanwhile(() =>
        {
            index.DetachRows();
            Assert.True(MappedLifetimeTests.IsMapped(path) ?? true);
        }), s_rerank);
        Assert.Equal(expected, found);
        Assert.False(MappedLifetimeTests.IsMapped(path) ?? false);
        Assert.Throws<ObjectDisposedException>(() => index.AttachRows(rows));
        Assert.Throws<ObjectDisposedException>(() => rows.Read(0, new float[18]));
        using var again = VectorFile.Map(path);
        index.AttachRows(again);
        Assert.Equal(expected, index.Nearest(Query, 10, s_rerank));
    }

    [Fact]
    public async Task Searches_while_rows_are_attached_and_detached()
    {
        using var folder = new TempFolder();
        VectorFile.WriteNpy(folder.File("base.npy"), 18, s_vectors);
        using var index = Build(RowFormat.Int8);
        var without = index.Nearest(Query, 10, s_rerank);
        index.AttachRows(Rows());
        var with = index.Nearest(Query, 10, s_rerank);
        var done = false;
        var searchers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            while (!Volatile.Read(ref done))
            {
                var found = index.Nearest(Query, 10, s_rerank);
                Assert.True(found.SequenceEqual(with) || found.SequenceEqual(without));
            }
        })).ToArray();
        for (var round = 0; round < 300; round++)
        {
            using var rows = VectorFile.Map(folder.File("base.npy"));
            index.AttachRows(rows);
            if (round % 3 == 0)
            {
                index.DetachRows();
            }
        }

        Volatile.Write(ref done, true);
        await Task.WhenAll(searchers);
    }

    private static VectorIndex Build(RowFormat? kept)
    {
        var index = s_factory.Train(
            s_vectors,
            new TrainingOptions { NList = 3, Iterations = 3, KeepVectors = kept is not null, RowFormat = kept ?? RowFormat.Float32 });
        index.Add(s_vectors.AsSpan(0, N * 18));
        return index;
    }

    private static MemoryRows Rows() => MemoryRows.Of(s_vectors, 18);
}
