namespace PqGen.Tests.Indexes;

/// <summary>Each advice is given for data that deserves it, and none for ordinary data.</summary>
public class TrainingAdviceTests
{
    public static TheoryData<string, IndexShape, float[], TrainingOptions> Ordinary => new()
    {
        { "GloVe", IndexShape.IvfPq(100, 20, 256), TrainingReportTests.Words, new TrainingOptions { NList = 100 } },
        { "GloVe", IndexShape.IvfPq(100, 10, 16), TrainingReportTests.Words, new TrainingOptions { NList = 256 } },
        { "GloVe", IndexShape.Pq(100, 10, 64), TrainingReportTests.Words, new TrainingOptions() },
        { "GloVe", IndexShape.IvfFlat(100), TrainingReportTests.Words, new TrainingOptions() },
        { "GloVe", IndexShape.Flat(100), TrainingReportTests.Words, new TrainingOptions() },
        { "clusters", IndexShape.IvfPq(16, 8, 16), TestVectors.Clustered(4000, 16, 200, seed: 1), new TrainingOptions { NList = 80 } },
        { "clusters", IndexShape.IvfFlat(16), TestVectors.Clustered(4000, 16, 200, seed: 1), new TrainingOptions { NList = 16 } },
        { "a tilted box", IndexShape.Pq(12, 4, 32), TestVectors.Moved(TestVectors.Uniform(2000, 12, seed: 3), 2, 1.5f), new TrainingOptions() },
    };

    [Theory]
    [MemberData(nameof(Ordinary))]
    public void Ordinary_data_gets_none(string what, IndexShape shape, float[] vectors, TrainingOptions options)
    {
        var advice = Advice(shape, vectors, options with { CoarseIterations = 5, Iterations = 5, Threads = 2 });
        Assert.True(advice.Count == 0, $"{what}: {string.Join(' ', advice)}");
    }

    [Fact]
    public void Too_few_vectors_for_Ksub()
    {
        var vectors = TestVectors.Clustered(1000, 8, 50, seed: 1);
        Gets(
            Advice(IndexShape.Pq(8, 4, 64), vectors),
            "1000 training vectors are few for Ksub = 64 centroids, 15.6 each: give 2496 or more, 39 each, or choose a smaller Ksub.");
        Gets(
            Advice(IndexShape.Pq(8, 4, 16), vectors, new TrainingOptions { MaxPointsPerCentroid = 20 }),
            "320 training vectors are few for Ksub = 16 centroids, 20.0 each: 1000 were given, so raise MaxPointsPerCentroid to 39 or more.");
        Assert.Empty(Advice(IndexShape.Pq(8, 4, 16), vectors[..(39 * 16 * 8)]));
        Assert.NotEmpty(Advice(IndexShape.Pq(8, 4, 16), vectors[..((39 * 16 * 8) - 8)]));
    }

    [Fact]
    public void Too_few_vectors_for_NList()
    {
        var vectors = TestVectors.Clustered(1000, 8, 50, seed: 1);
        Gets(
            Advice(IndexShape.IvfFlat(8), vectors, new TrainingOptions { NList = 50 }),
            "1000 training vectors are few for NList = 50 centroids, 20.0 each: give 1950 or more, 39 each, or choose a smaller NList.");
        Gets(
            Advice(IndexShape.IvfPq(8, 4, 16), vectors, new TrainingOptions { NList = 16, MaxPointsPerCentroid = 10 }),
            "160 training vectors are few for NList = 16 centroids, 10.0 each: 1000 were given",
            "160 training vectors are few for Ksub = 16 centroids, 10.0 each: 1000 were given");
    }

    [Fact]
    public void Uneven_lists()
    {
        // Nine of ten in one tight cluster, the others everywhere: one list takes that cluster.
        var vectors = TestVectors.Uniform(4000, 8, seed: 1);
        for (var i = 0; i < vectors.Length; i++)
        {
            vectors[i] *= i / 8 % 10 == 0 ? 10 : 0.01f;
        }

        Gets(Advice(IndexShape.IvfFlat(8), vectors, new TrainingOptions { NList = 20 }), "The lists are uneven: imbalance ");
    }

    [Theory]
    [InlineData(64, 100)]
    [InlineData(8, 64)]
    [InlineData(200, 64)]
    public void Data_without_structure_in_lists(int dimension, int nlist) => Gets(
        Advice(IndexShape.IvfFlat(dimension), TestVectors.Uniform(8000, dimension, seed: 1), new TrainingOptions { NList = nlist }),
        "The data has no structure that lists follow");

    [Fact]
    public void Data_without_structure_in_codes() => Gets(
        Advice(IndexShape.Pq(128, 4, 16), TestVectors.Uniform(2000, 128, seed: 1)),
        "Codes keep little: their error is 8");

    [Theory]
    [InlineData(40f)]
    [InlineData(-1e6f)]
    public void Far_from_the_origin(float offset) => Gets(
        Advice(IndexShape.Pq(8, 4, 16), TestVectors.Moved(TestVectors.Uniform(1000, 8, seed: 1), 1, offset)),
        $"The vectors lie far from the origin, {(offset > 0 ? "69" : "17")}");

    [Fact]
    public void Copies()
    {
        var vectors = TestVectors.Clustered(4000, 8, 100, seed: 1);
        for (var i = 0; i < 2000; i++)
        {
            vectors.AsSpan(i % 40 * 8, 8).CopyTo(vectors.AsSpan(i * 16));
        }

        Gets(Advice(IndexShape.Pq(8, 4, 16), vectors), " % of the training vectors repeat another one");
        Gets(
            Advice(IndexShape.IvfFlat(8), [.. Enumerable.Repeat(1.5f, 8 * 200)], new TrainingOptions { NList = 2 }),
            "All training vectors looked at are the same");
    }

    [Fact]
    public void Components_that_never_vary()
    {
        var vectors = TestVectors.Clustered(1000, 12, 100, seed: 1);
        for (var i = 0; i < 1000; i++)
        {
            (vectors[(i * 12) + 3], vectors[(i * 12) + 11]) = (0, 7.5f);
        }

        Gets(Advice(IndexShape.Pq(12, 4, 16), vectors), "2 of 12 components never vary (3, 11): leave them out");
        for (var i = 0; i < 1000; i++)
        {
            vectors.AsSpan((i * 12) + 1, 11).Clear();
        }

        Gets(Advice(IndexShape.Pq(12, 4, 16), vectors), "11 of 12 components never vary (1, 2, 3, 4, 5, 6, 7, 8, ...): leave them out");
    }

    /// <summary>Just these, in this order.</summary>
    private static void Gets(IReadOnlyList<string> advice, params string[] parts)
    {
        Assert.True(advice.Count == parts.Length, string.Join(' ', advice));
        Assert.All(parts, (part, i) => Assert.Contains(part, advice[i], StringComparison.Ordinal));
    }

    private static IReadOnlyList<string> Advice(IndexShape shape, float[] vectors, TrainingOptions? options = null)
    {
        using var index = GenericIndex.Train(shape, vectors, options);
        return index.TrainingReport!.Advice;
    }
}
