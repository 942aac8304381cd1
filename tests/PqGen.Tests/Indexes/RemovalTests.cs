namespace PqGen.Tests.Indexes;

/// <summary>
/// Removing, replacing and compacting: what is left keeps its order and its distances (FAISS's test_merge_index, do_test_remove), what comes again is
/// found as before, and bad calls change nothing.
/// </summary>
public class RemovalTests
{
    private const int N = 900;
    private const int NList = 6;

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void What_is_left_keeps_its_order_and_distances(IndexFactory factory)
    {
        var (vectors, ids) = Data(factory);
        using var index = factory.Build(vectors, NList, ids: ids);
        var before = Answers(index, factory, vectors, N);
        var half = ids.Where((_, i) => i % 2 == 0).ToArray();
        var left = before.Select(answer => answer.Where(neighbor => !half.Contains(neighbor.Id)).ToArray()).ToArray();
        Assert.Equal(half.Length, index.Remove(half));
        Same(left, Answers(index, factory, vectors, N));
        Assert.All(half, id => Assert.False(index.Contains(id)));
        Assert.Equal(0, index.Remove(half));

        index.Compact();
        Same(left, Answers(index, factory, vectors, N));
        Assert.Equal(N - half.Length, index.Count);

        // Again, in another order: the same neighbours as before.
        foreach (var i in Enumerable.Range(0, N).Where(i => i % 2 == 0).Reverse())
        {
            index.Add([ids[i]], vectors.AsSpan(i * factory.Dimension, factory.Dimension));
        }

        Same(before, Answers(index, factory, vectors, N));
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void What_is_replaced_is_found_where_it_is_now_and_nowhere_else(IndexFactory factory)
    {
        var (vectors, ids) = Data(factory);
        var dimension = factory.Dimension;
        using var index = factory.Build(vectors, NList, ids: ids);
        var moved = TestVectors.Clustered(N / 3, dimension, 20, seed: 8);
        var third = ids[..(N / 3)];
        index.Update([.. third, 5, 6], [.. moved, .. moved.AsSpan(0, 2 * dimension)]);
        Assert.Equal(N + 2, index.Count);
        using var expected = factory.Train(
            vectors, new TrainingOptions { NList = NList, Iterations = 3, CoarseIterations = 3, KeepVectors = true, Threads = 1 });
        expected.Add([.. ids[(N / 3)..], .. third, 5, 6], [.. vectors[(N / 3 * dimension)..], .. moved, .. moved.AsSpan(0, 2 * dimension)]);
        Same(Answers(expected, factory, vectors, N + 2), Answers(index, factory, vectors, N + 2));
        index.Compact();
        Same(Answers(expected, factory, vectors, N + 2), Answers(index, factory, vectors, N + 2));

        // The same once more, id by id, changes nothing that a search sees.
        for (var i = 0; i < 50; i++)
        {
            index.Update([third[i]], moved.AsSpan(i * dimension, dimension));
        }

        Assert.Equal(N + 2, index.Count);
        Same(Answers(expected, factory, vectors, N + 2), Answers(index, factory, vectors, N + 2));
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Automatic_ids_go_on_after_removal_compaction_and_opening(IndexFactory factory)
    {
        using var folder = new Storage.TempFolder();
        var vector = TestVectors.Uniform(1, factory.Dimension, seed: 1);
        using var built = factory.Build(TestVectors.Uniform(N, factory.Dimension, seed: 1), NList);
        var index = built;
        var next = (long)N;
        void AddsNext()
        {
            index.Add(vector);
            Assert.True(index.Contains(next) && !index.Contains(next + 1), $"{next} does not come next");
            next++;
        }

        AddsNext();
        Assert.True(index.Remove(next - 1));
        AddsNext();
        Assert.Equal(2, index.Remove([0, next - 1]));
        index.Compact();
        AddsNext();
        index.Update([3, next + 100], [.. vector, .. vector]);
        next += 2;
        AddsNext();
        index.Compact();
        index.Save(folder.File("index.pqg"));
        using var opened = factory.Open(folder.File("index.pqg"));
        index = opened;
        AddsNext();
        Assert.True(index.Remove(next - 1));

        // Nothing to compact away but the last: the number is not given again.
        index.Save(folder.File("again.pqg"));
        using var again = factory.Open(folder.File("again.pqg"));
        index = again;
        AddsNext();
        Assert.Equal(index.Count, index.Remove([.. Enumerable.Range(0, N + 200).Select(id => (long)id)]));
        AddsNext();
        Assert.Equal(1, index.Count);
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void An_index_can_be_emptied_and_filled_again(IndexFactory factory)
    {
        using var folder = new Storage.TempFolder();
        var (vectors, ids) = Data(factory);
        using var index = factory.Build(vectors, NList, ids: ids);
        var before = Answers(index, factory, vectors, 20);
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(N, index.Remove(ids));
            Assert.Equal(0, index.Count);
            Assert.All(Answers(index, factory, vectors, 20), Assert.Empty);
            if (round == 1)
            {
                index.Compact();
                Assert.All(Answers(index, factory, vectors, 20), Assert.Empty);
            }

            index.Save(folder.File("empty.pqg"));
            using var empty = factory.Open(folder.File("empty.pqg"));
            Assert.Equal(0, empty.Count);
            foreach (var one in new[] { empty, index })
            {
                one.Add(ids, vectors);
                Same(before, Answers(one, factory, vectors, 20));
            }
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Compacting_gives_memory_back(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(8000, factory.Dimension, 20, seed: 1);
        using var index = factory.Build(vectors, NList);
        index.Remove([.. Enumerable.Range(0, 8000).Where(id => id % 8 != 0).Select(id => (long)id)]);
        var before = index.Memory;
        index.Compact();
        var after = index.Memory;
        Assert.Equal(1000, index.Count);
        Assert.InRange(after.Codes + after.Vectors, 1, (before.Codes + before.Vectors) / 4);
        Assert.InRange(after.Ids, 0, before.Ids);
        Assert.Equal(before.Model, after.Model);
        Assert.InRange(index.SizeInBytes, 1, before.Total - 1);

        // There is nothing to give back once more, and nothing is copied for it.
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        index.Compact();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 1000);
        Assert.Equal(after, index.Memory);
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void What_is_refused_changes_nothing(IndexFactory factory)
    {
        var (vectors, ids) = Data(factory);
        var dimension = factory.Dimension;
        using var index = factory.Build(vectors, NList, ids: ids);
        var three = TestVectors.Uniform(3, dimension, seed: 1);
        Refusals.Expect<ArgumentException>(index, () => index.Update([5, ids[3], 5], three), "id 5 at position 2", "there twice");
        Refusals.Expect<ArgumentException>(index, () => index.Update([ids[3], ids[3], 5], three), $"id {ids[3]} at position 1", "there twice");
        Refusals.Expect<ArgumentException>(index, () => index.Update([ids[3], 5], three), "ids has 2", "needs 3");
        Refusals.Expect<ArgumentException>(index, () => index.Update([ids[3]], three.AsSpan(1)), "vectors has", $"multiple of {dimension}");
        Refusals.Expect<ArgumentOutOfRangeException>(index, () => index.Update([1, 2, 3], three, threads: -1), "threads is -1");
        Refusals.Expect<ArgumentException>(index, () => index.TryGetVector(ids[3], new float[dimension + 1]), "vector has", $"needs {dimension}");
        three[dimension + 1] = float.NaN;
        Refusals.Expect<ArgumentException>(index, () => index.Update([ids[3], 5, 6], three), "vectors", "component 1 of vector 1", "NaN");
        var canceled = new CancellationToken(canceled: true);
        var one = vectors.AsSpan(0, dimension).ToArray();
        Assert.ThrowsAny<OperationCanceledException>(() => index.Update([ids[3]], one, 1, canceled));
        Assert.True(index.Remove(ids[3]));
        Assert.False(index.Remove(ids[3]));
        Refusals.Expect<OperationCanceledException>(index, () => index.Compact(canceled));
        Assert.Equal(0, index.Remove([]));
        index.Update([], []);
        Assert.Equal(N - 1, index.Count);
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void A_disposed_index(IndexFactory factory)
    {
        var index = factory.Build(TestVectors.Uniform(N, factory.Dimension, seed: 1), NList);
        index.Dispose();
        var vector = new float[factory.Dimension];
        Assert.Throws<ObjectDisposedException>(() => index.Remove(1));
        Assert.Throws<ObjectDisposedException>(() => index.Remove([1, 2]));
        Assert.Throws<ObjectDisposedException>(() => index.Update([1], vector));
        Assert.Throws<ObjectDisposedException>(() => index.Compact());
        Assert.Throws<ObjectDisposedException>(() => index.Contains(1));
        Assert.Throws<ObjectDisposedException>(() => index.TryGetVector(1, vector));
        Assert.Throws<ObjectDisposedException>(() => index.Within(vector, 1));
        Assert.Throws<ObjectDisposedException>(() => index.Nearest(vector, 1, new IdRange(1, 2)));
    }

    private static (float[] Vectors, long[] Ids) Data(IndexFactory factory) => (
        TestVectors.WithDuplicates(TestVectors.Clustered(N, factory.Dimension, 20, seed: 1), factory.Dimension, seed: 2),
        TestVectors.ShuffledIds(N, seed: 3));

    /// <summary>What queries over all lists find, with both scans and with re-ranking.</summary>
    private static Neighbor[][] Answers(VectorIndex index, IndexFactory factory, float[] vectors, int k) =>
    [
        .. from options in factory.Options(NList).Where(options => options.Rerank == 0 && options.NProbe is NList or 1).Select(
                options => options with { EnsureK = true })
            from q in Enumerable.Range(0, 8)
            select index.Nearest(vectors.AsSpan(q * 101 * factory.Dimension, factory.Dimension), k, options),
        .. from q in Enumerable.Range(0, 8)
            select index.Nearest(
                vectors.AsSpan(q * 101 * factory.Dimension, factory.Dimension), k, new SearchOptions { NProbe = NList, Rerank = N + 2 }),
    ];

    private static void Same(Neighbor[][] expected, Neighbor[][] found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (var a = 0; a < expected.Length; a++)
        {
            Searching.Same(expected[a], found[a], $"answer {a}");
        }
    }
}
