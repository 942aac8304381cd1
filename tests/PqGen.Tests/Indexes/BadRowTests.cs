using System.Runtime.CompilerServices;

namespace PqGen.Tests.Indexes;

/// <summary>Rows that are not what they should be, or end early: named, and nothing is changed.</summary>
public class BadRowTests
{
    private static readonly TrainingOptions s_options = new() { NList = 12, Iterations = 3, CoarseIterations = 3 };

    [Theory]
    [MemberData(nameof(RowTests.Generic), MemberType = typeof(RowTests))]
    public async Task Bad_rows_are_named_and_nothing_changes(IndexFactory factory)
    {
        var d = factory.Dimension;
        var vectors = TestVectors.Clustered(600, d, 40, seed: 1);
        using var index = factory.Build(vectors);
        float[][] rows = [.. vectors.Chunk(d).Take(300)];
        foreach (var (bad, parts) in new (float[]?, string[])[]
        {
            (null, ["row 299 is null", $"every row needs {d}"]),
            (new float[d - 1], [$"row 299 has {d - 1} components", $"every row needs {d}"]),
            ([], ["row 299 has 0 components"]),
            (new float[2 * d], [$"row 299 has {2 * d} components"]),
            ([.. Enumerable.Repeat(float.NaN, d)], ["component 0 of vector 299 is NaN"]),
        })
        {
            rows[299] = bad!;
            Refusals.Expect<ArgumentException>(index, () => index.Add(rows), ["vectors", .. parts]);
            Refusals.Expect<ArgumentException>(index, () => index.Add(Enumerable.Range(1000, 300).Select(i => (long)i).ToArray(), rows), parts);
            Refusals.Expect<ArgumentException>(() => GenericIndex.Train(factory.Shape, rows, s_options), ["vectors", .. parts]);
        }

        foreach (var (bad, parts) in new (float[], string[])[]
        {
            (new float[(3 * d) - 1], [$"the memory of row 300 has {(3 * d) - 1} floats", $"a multiple of {d}"]),
            ([], ["the memory of row 300 has 0 floats", "one or more whole vectors"]),
            ([.. new float[(2 * d) + 1], .. Enumerable.Repeat(float.PositiveInfinity, d - 1)], ["component 1 of vector 302 is Infinity"]),
        })
        {
            ReadOnlyMemory<float>[] memory = [.. Rows.Memory(vectors[..(300 * d)], d, 100), bad];
            Refusals.Expect<ArgumentException>(index, () => index.Add(memory), ["vectors", .. parts]);
            Refusals.Expect<ArgumentException>(() => GenericIndex.Train(factory.Shape, memory, s_options), ["vectors", .. parts]);
            var e = await Assert.ThrowsAsync<ArgumentException>("vectors", () => index.AddAsync(Rows.Stream(memory)));
            Assert.All(parts, part => Assert.Contains(part, e.Message, StringComparison.Ordinal));
            e = await Assert.ThrowsAsync<ArgumentException>("vectors", () => GenericIndex.TrainAsync(factory.Shape, Rows.Stream(memory), s_options));
            Assert.All(parts, part => Assert.Contains(part, e.Message, StringComparison.Ordinal));
            Assert.Equal(600, index.Count);
        }

        Refusals.Expect<ArgumentException>(index, () => index.Add([1000, 1001], rows[..3]), "ids has 2", "needs 3");
        var one = await Assert.ThrowsAsync<ArgumentException>(
            () => index.AddAsync(Rows.Stream([(1000L, (ReadOnlyMemory<float>)rows[0]), (1001, rows[1].AsMemory(1))])));
        Assert.Contains($"row 1 has {d - 1} components", one.Message, StringComparison.Ordinal);
        one = await Assert.ThrowsAsync<ArgumentException>(
            () => index.AddAsync(Rows.Stream([(1000L, (ReadOnlyMemory<float>)rows[0]), (1000, rows[1].AsMemory())])));
        Assert.Equal("vectors", one.ParamName);
        Assert.Contains("of the rows from 0 on, ids: id 1000 at position 1", one.Message, StringComparison.Ordinal);
        Assert.Equal(600, index.Count);
    }

    [Fact]
    public async Task Nothing_and_null()
    {
        using var index = GenericIndex.Flat(2);
        index.Add(Array.Empty<float[]>());
        index.Add(Array.Empty<ReadOnlyMemory<float>>());
        index.Add([], Array.Empty<float[]>());
        index.Add([]);
        Assert.Equal(0, await index.AddAsync(Rows.Stream(Array.Empty<ReadOnlyMemory<float>>())));
        Assert.Equal(0, index.Count);
        var shape = IndexShape.Pq(4, 2, 4);
        Refusals.Expect<ArgumentException>(() => GenericIndex.Train(shape, Array.Empty<float[]>()), "vectors is empty", "at least one");
        Refusals.Expect<ArgumentException>(() => GenericIndex.Train(shape, new[] { new float[4] }), "1 training vectors", "at least 4");
        await Assert.ThrowsAsync<ArgumentException>(
            "vectors", () => GenericIndex.TrainAsync(shape, Rows.Stream(Array.Empty<ReadOnlyMemory<float>>())));
        Assert.Throws<ArgumentNullException>("vectors", () => index.Add((float[][])null!));
        Assert.Throws<ArgumentNullException>("vectors", () => index.Add((IEnumerable<ReadOnlyMemory<float>>)null!));
        Assert.Throws<ArgumentNullException>("vectors", () => GenericIndex.Train(shape, (float[][])null!));
        await Assert.ThrowsAsync<ArgumentNullException>("vectors", () => index.AddAsync((IAsyncEnumerable<ReadOnlyMemory<float>>)null!));
        await Assert.ThrowsAsync<ArgumentNullException>("vectors", () => GenericIndex.TrainAsync(shape, null!));

        // Options are checked before the first row is asked for.
        Refusals.Expect<ArgumentOutOfRangeException>(
            () => GenericIndex.Train(shape, Failing(), new TrainingOptions { Iterations = 0 }), "Iterations");
        Refusals.Expect<ArgumentOutOfRangeException>(
            () => GenericIndex.Train(IndexShape.IvfFlat(4), Failing(), new TrainingOptions { NList = -1 }), "NList is -1");
        Refusals.Expect<ArgumentOutOfRangeException>(
            () => GenericIndex.Train(IndexShape.IvfFlat(4), Failing(), new TrainingOptions { NList = 4, DefaultNProbe = 5 }), "DefaultNProbe is 5");

        static IEnumerable<float[]> Failing()
        {
            Assert.Fail("A row was asked for.");
            yield break;
        }
    }

    /// <summary>Parts are of 1,024 rows here: of the third, which is not whole, nothing is added.</summary>
    [Fact]
    public async Task What_was_added_before_a_bad_row_or_the_end_of_the_source_stays()
    {
        var (chunk, bad) = (new float[100 * 4096], new float[100 * 4096]);
        bad[(7 * 4096) + 5] = float.NaN;
        using var index = GenericIndex.Flat(4096);
        var e = await Assert.ThrowsAsync<ArgumentException>("vectors", () => index.AddAsync(Rows.Stream([.. Memory(20), bad])));
        Assert.Contains("component 5 of vector 2007 is NaN", e.Message, StringComparison.Ordinal);
        Assert.Equal(1024, index.Count);

        var failure = new IOException("The source ends.");
        Assert.Same(failure, await Assert.ThrowsAsync<IOException>(() => index.AddAsync(Failing(Memory(25)))));
        Assert.Equal(3072, index.Count);
        Assert.Same(failure, Assert.Throws<IOException>(() => index.Add(Failing(Memory(25)).ToBlockingEnumerable())));
        Assert.Equal(3072, index.Count);
        var shape = IndexShape.Pq(4096, 2, 4);
        Assert.Same(failure, await Assert.ThrowsAsync<IOException>(() => GenericIndex.TrainAsync(shape, Failing(Memory(2)))));
        Assert.Same(failure, Assert.Throws<IOException>(() => GenericIndex.Train(shape, Failing(Memory(2)).ToBlockingEnumerable())));

        // Ids are named by the row of all, and none of their part is there.
        using var own = GenericIndex.Flat(4096);
        var ids = Enumerable.Range(0, 1100).Select(i => (i == 1050 ? 7L : i, new ReadOnlyMemory<float>(chunk, 0, 4096)));
        e = await Assert.ThrowsAsync<ArgumentException>("vectors", () => own.AddAsync(Rows.Stream(ids)));
        Assert.Contains("of the rows from 1024 on, ids: id 7 at position 26 is already in use", e.Message, StringComparison.Ordinal);
        Assert.Equal(1024, own.Count);
        Assert.False(own.Contains(1024));

        IEnumerable<ReadOnlyMemory<float>> Memory(int times) => Enumerable.Repeat<ReadOnlyMemory<float>>(chunk, times);

        async IAsyncEnumerable<ReadOnlyMemory<float>> Failing(IEnumerable<ReadOnlyMemory<float>> rows)
        {
            foreach (var memory in rows)
            {
                await Task.Yield();
                yield return memory;
            }

            throw failure;
        }
    }

    /// <summary>The first part decides how an index of tiny vectors is scaled; what its limit then refuses is named by the row of all.</summary>
    [Fact]
    public async Task Rows_beyond_the_scale_of_the_first_part_are_named()
    {
        var rows = new float[1500 * 4096];
        rows.AsSpan().Fill(1e-30f);
        rows[(1300 * 4096) + 2] = 1e14f;
        using var index = GenericIndex.Flat(4096);
        var e = await Assert.ThrowsAsync<ArgumentException>("vectors", () => index.AddAsync(Rows.Stream<ReadOnlyMemory<float>>([rows])));
        Assert.Contains("component 2 of vector 1300 is", e.Message, StringComparison.Ordinal);
        Assert.Equal(1024, index.Count);
    }

    [Fact]
    public async Task A_cancelled_stream_trains_nothing_and_leaves_what_was_added()
    {
        using var cancellation = new CancellationTokenSource();
        var shape = IndexShape.Pq(4, 2, 4);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => GenericIndex.TrainAsync(shape, Endless(3), new TrainingOptions { Cancellation = cancellation.Token }));
        using var again = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(
            () => GenericIndex.Train(shape, Endless(3, again).ToBlockingEnumerable(), new TrainingOptions { Cancellation = again.Token }));

        using var index = GenericIndex.Flat(4096);
        using var third = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => index.AddAsync(Endless(1030, third, 4096), cancellation: third.Token));
        Assert.Equal(1024, index.Count);

        async IAsyncEnumerable<ReadOnlyMemory<float>> Endless(
            int until, CancellationTokenSource? source = null, int dimension = 4, [EnumeratorCancellation] CancellationToken token = default)
        {
            for (var i = 0; ; i++)
            {
                if (i == until)
                {
                    await (source ?? cancellation).CancelAsync();
                }

                Assert.True(i <= until, "Rows were asked for after the cancellation.");
                yield return new float[dimension];
            }
        }
    }
}
