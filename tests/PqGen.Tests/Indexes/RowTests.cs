using PqGen.Clustering;
using PqGen.Vectors;

namespace PqGen.Tests.Indexes;

/// <summary>Training and adding on rows, wherever they come from.</summary>
public class RowTests
{
    private const int N = 2000;
    private static readonly TrainingOptions s_options = new() { NList = 12, Iterations = 3, CoarseIterations = 3 };

    public static TheoryData<IndexFactory> Generic => [.. IndexFactory.All.Where(factory => factory.Name == factory.Shape.ToString())];

    /// <summary>As long as all rows fit the sample, it makes no difference how they come.</summary>
    [Theory]
    [MemberData(nameof(Generic))]
    public async Task Rows_train_and_make_the_index_that_one_span_makes(IndexFactory factory)
    {
        var shape = factory.Shape;
        var vectors = TestVectors.Clustered(N, factory.Dimension, 40, seed: 1);
        var rows = vectors.Chunk(factory.Dimension).ToArray();
        var memory = Rows.Memory(vectors, factory.Dimension, 1, 7, 300).ToArray();
        using var expected = GenericIndex.Train(shape, vectors, s_options);
        expected.Add(vectors);
        var ids = TestVectors.ShuffledIds(N, seed: 2);
        using var expectedIds = GenericIndex.Train(shape, vectors, s_options);
        expectedIds.Add(ids, vectors);

        using var byRows = GenericIndex.Train(shape, rows, s_options);
        byRows.Add(rows);
        Same(expected, byRows);
        using var byRowsAndIds = GenericIndex.Train(shape, rows.Select(row => row), s_options);
        byRowsAndIds.Add(ids, rows.Select(row => row));
        Same(expectedIds, byRowsAndIds);

        using var byMemory = GenericIndex.Train(shape, memory, s_options);
        byMemory.Add(memory);
        Same(expected, byMemory);
        using var byMemoryAndIds = GenericIndex.Train(shape, memory.ToList(), s_options);
        byMemoryAndIds.Add(ids, memory.ToList());
        Same(expectedIds, byMemoryAndIds);

        using var byStream = await GenericIndex.TrainAsync(shape, Rows.Stream(memory), s_options);
        Assert.Equal(N, await byStream.AddAsync(Rows.Stream(memory)));
        Same(expected, byStream);
        using var byStreamAndIds = await GenericIndex.TrainAsync(shape, Rows.Stream(memory), s_options);
        Assert.Equal(N, await byStreamAndIds.AddAsync(Rows.Stream(ids.Zip(rows, (id, row) => (id, (ReadOnlyMemory<float>)row)))));
        Same(expectedIds, byStreamAndIds);
    }

    /// <summary>A vector of zeros has no direction, and stays one in a sample too.</summary>
    [Theory]
    [InlineData(7)]
    [InlineData(1)]
    public async Task Rows_of_zeros_under_cosine(int every)
    {
        var vectors = TestVectors.Clustered(N, 12, 40, seed: 1);
        for (var i = 0; i < N; i += every)
        {
            vectors.AsSpan(i * 12, 12).Clear();
        }

        var shape = IndexShape.IvfPq(12, 4, 16) with { Metric = Metric.Cosine };
        using var expected = GenericIndex.Train(shape, vectors, s_options);
        expected.Add(vectors);
        using var index = await GenericIndex.TrainAsync(shape, Rows.Stream(Rows.Memory(vectors, 12, 30)), s_options);
        await index.AddAsync(Rows.Stream(Rows.Memory(vectors, 12, 30)));
        Same(expected, index);
        using var sampled = GenericIndex.Train(shape, vectors.Chunk(12), s_options with { NList = 2, MaxPointsPerCentroid = 39 });
        sampled.Add(vectors.Chunk(12));
        Assert.All(Refusals.Answers(sampled), neighbor => Assert.InRange(neighbor.Distance, -1.1f, 1.1f));
    }

    [Fact]
    public async Task Generated_classes_take_rows()
    {
        var vectors = TestVectors.Clustered(N, 40, 40, seed: 1);
        using var expected = ByteIvfPq.Train(vectors, s_options);
        using var byRows = ByteIvfPq.Train(vectors.Chunk(40).ToArray(), s_options);
        using var byMemory = ByteIvfPq.Train(Rows.Memory(vectors, 40, 3), s_options);
        using var byStream = await ByteIvfPq.TrainAsync(Rows.Stream(Rows.Memory(vectors, 40, 5)), s_options);
        foreach (var index in new[] { byRows, byMemory, byStream })
        {
            Assert.Equal(expected.Centroids, index.Centroids);
            Assert.Equal(expected.Quantizer.Codebooks, index.Quantizer.Codebooks);
            Assert.Equal(expected.TrainingReport!.ToString(), index.TrainingReport!.ToString());
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task A_file_trains_and_makes_the_index_that_its_vectors_make(int rowsPerChunk)
    {
        var vectors = TestVectors.Clustered(N, 24, 40, seed: 1);
        using var file = new Vectors.TempFile(".npy");
        VectorFile.WriteNpy(file.Path, 24, vectors);
        using var expected = GenericIndex.Train(IndexShape.IvfPq(24, 6, 16), vectors, s_options);
        expected.Add(vectors);
        using var index = await GenericIndex.TrainAsync(
            IndexShape.IvfPq(24, 6, 16), VectorFile.ReadChunksAsync(file.Path, rowsPerChunk), s_options);
        await index.AddAsync(VectorFile.ReadChunksAsync(file.Path, rowsPerChunk));
        Same(expected, index);
        using var again = GenericIndex.Train(IndexShape.IvfPq(24, 6, 16), VectorFile.ReadChunks(file.Path, rowsPerChunk), s_options);
        again.Add(VectorFile.ReadChunks(file.Path, rowsPerChunk));
        Same(expected, again);
    }

    [Fact]
    public void Of_more_rows_than_training_takes_a_sample_by_the_seed_is_kept()
    {
        var vectors = TestVectors.Clustered(N, 8, 40, seed: 1);
        var options = new TrainingOptions { MaxPointsPerCentroid = 40, Iterations = 3 };
        using var index = GenericIndex.Train(IndexShape.Pq(8, 2, 16), Rows.Memory(vectors, 8, 1), options);
        Assert.Equal(640, index.TrainingReport!.Stages[0].Vectors);
        using var inOthers = GenericIndex.Train(IndexShape.Pq(8, 2, 16), Rows.Memory(vectors, 8, 700, 3), options);
        Assert.Equal(index.Quantizer.Codebooks, inOthers.Quantizer.Codebooks);
        using var other = GenericIndex.Train(IndexShape.Pq(8, 2, 16), Rows.Memory(vectors, 8, 1), options with { Seed = 5 });
        Assert.False(index.Quantizer.Codebooks.SequenceEqual(other.Quantizer.Codebooks));

        // The lists follow from how many rows there were, and all of these fit.
        using var chosen = GenericIndex.Train(IndexShape.IvfFlat(8), Rows.Memory(vectors, 8, 1), new TrainingOptions { CoarseIterations = 1 });
        Assert.Equal(N / 39, chosen.NList);
        using var few = GenericIndex.Train(IndexShape.Pq(8, 2, 16), vectors.Chunk(8), options with { MaxPointsPerCentroid = 10 });
        Assert.Contains("2000 were given, so raise MaxPointsPerCentroid", few.TrainingReport!.Advice[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_reservoir_keeps_every_row_as_likely()
    {
        // Each of 50 rows is in a sample of 10 with probability 1/5: of 4,000 seeds, 800 times, give or take 25.
        var counts = new int[50];
        for (var seed = 0; seed < 4000; seed++)
        {
            var reservoir = new Reservoir(1, 10, seed);
            for (var i = 0; i < 50; i++)
            {
                reservoir.Add([i]);
            }

            Assert.Equal((50L, 10), (reservoir.Seen, reservoir.Count));
            foreach (var row in reservoir.Rows)
            {
                counts[(int)row]++;
            }
        }

        Assert.Equal(40_000, counts.Sum());
        Assert.All(counts, count => Assert.InRange(count, 670, 930));
    }

    [Fact]
    public void Training_takes_memory_in_proportion_to_its_sample()
    {
        // 60 MB come; 16 x 20 rows of them, 80 KB, are trained on.
        static long Allocated(int rows)
        {
            var options = new TrainingOptions { MaxPointsPerCentroid = 20, Iterations = 2 };
            var before = GC.GetAllocatedBytesForCurrentThread();
            GenericIndex.Train(IndexShape.Pq(64, 8, 16), Repeated(rows), options).Dispose();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        _ = Allocated(1000);
        var few = Allocated(1000);
        Assert.InRange(Allocated(240_000), few / 2, few * 2);
        Assert.InRange(few, 80_000, 3_000_000);

        static IEnumerable<ReadOnlyMemory<float>> Repeated(int rows)
        {
            var chunk = TestVectors.Uniform(100, 64, seed: 1);
            for (var i = 0; i < rows; i += 100)
            {
                yield return chunk;
            }
        }
    }

    [Fact]
    public async Task Adding_a_stream_takes_memory_in_proportion_to_its_pieces_and_shows_them_one_by_one()
    {
        // Pieces of 16 MB: 4096 components x 1024.
        using var index = GenericIndex.Flat(4096);
        var counts = new List<long>();
        Assert.Equal(2600, await index.AddAsync(Watched()));
        Assert.Equal([0, 0, 0, 1024, 1024, 1024, 2048], counts);
        Assert.Equal(2600, index.Count);

        async IAsyncEnumerable<ReadOnlyMemory<float>> Watched()
        {
            var chunk = new float[400 * 4096];
            for (var i = 0; i < 7; i++)
            {
                await Task.Yield();
                counts.Add(index.Count);
                yield return i == 6 ? chunk.AsMemory(0, 200 * 4096) : chunk;
            }
        }
    }

    private static void Same(VectorIndex expected, VectorIndex index)
    {
        Assert.Equal(expected.Centroids, index.Centroids);
        Assert.Equal(expected.Shape.HasCodes ? expected.Quantizer.Codebooks : [], index.Shape.HasCodes ? index.Quantizer.Codebooks : []);
        Assert.Equal(expected.Count, index.Count);
        Assert.Equal(expected.Memory with { Scratch = 0 }, index.Memory with { Scratch = 0 });
        Assert.Equal(Refusals.Answers(expected), Refusals.Answers(index));
    }
}
