using PqGen.Kernels;

namespace PqGen.Tests.Indexes;

/// <summary>Bad input to training, to models given from outside and to estimates, one mistake at a time.</summary>
public class BadTrainingTests
{
    /// <summary>Everything but the exact index, which is not trained.</summary>
    public static TheoryData<IndexFactory> Trained => [.. IndexFactory.All.Where(factory => factory.Kind != IndexKind.Flat)];

    [Theory]
    [MemberData(nameof(Trained))]
    public void Training_vectors(IndexFactory factory)
    {
        var (d, options) = (factory.Dimension, new TrainingOptions { NList = 4 });
        Refusals.Expect<ArgumentException>(() => factory.Train([], options), "vectors is empty", "at least one");
        Refusals.Expect<ArgumentException>(() => factory.Train([], new TrainingOptions()), "vectors is empty", "at least one");
        Refusals.Expect<ArgumentException>(() => factory.Train(new float[(5 * d) + 1], options), "vectors has", $"multiple of {d}");
        var vectors = TestVectors.Uniform(300, d, seed: 1);
        foreach (var (bad, text) in new[] { (float.NaN, "NaN"), (float.PositiveInfinity, "Infinity"), (1e30f, "1E+30") })
        {
            vectors[(299 * d) + 1] = bad;
            Refusals.Expect<ArgumentException>(() => factory.Train(vectors, options), "vectors", "component 1 of vector 299", text);
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.WithCodes), MemberType = typeof(IndexFactory))]
    public void Fewer_training_vectors_than_ksub(IndexFactory factory)
    {
        var options = new TrainingOptions { NList = 1, Iterations = 2 };
        var vectors = TestVectors.Uniform(factory.Ksub, factory.Dimension, seed: 1);
        Refusals.Expect<ArgumentException>(
            () =>
                factory.Train(
                    vectors[factory.Dimension..],
                    options), "vectors", $"{factory.Ksub - 1} training vectors", $"at least {factory.Ksub}", $"{39 * factory.Ksub}");
        using var enough = factory.Train(vectors, options);
        Assert.Equal(0, enough.Count);
    }

    [Theory]
    [MemberData(nameof(IndexFactory.WithLists), MemberType = typeof(IndexFactory))]
    public void Fewer_training_vectors_than_lists(IndexFactory factory)
    {
        var vectors = TestVectors.Uniform(300, factory.Dimension, seed: 1);
        Refusals.Expect<ArgumentOutOfRangeException>(() => factory.Train(vectors, new TrainingOptions { NList = 301 }), "NList is 301", "1 to 300");
        Refusals.Expect<ArgumentOutOfRangeException>(() => factory.Train(vectors, new TrainingOptions { NList = -1 }), "NList is -1", "1 to 300");
        using var enough = factory.Train(vectors, new TrainingOptions { NList = 300, Iterations = 2 });
        Assert.Equal(300, enough.NList);
    }

    [Theory]
    [MemberData(nameof(Trained))]
    public void Options(IndexFactory factory)
    {
        var vectors = TestVectors.Uniform(300, factory.Dimension, seed: 1);
        var options = new TrainingOptions { NList = 2 };
        Refusals.Expect<ArgumentOutOfRangeException>(() => factory.Train(vectors, options with { Threads = -1 }), "Threads is -1");
        Refusals.Expect<ArgumentOutOfRangeException>(() => factory.Train(vectors, options with { Iterations = 0 }), "Iterations is 0", "1 to");
        Refusals.Expect<ArgumentOutOfRangeException>(
            () => factory.Train(vectors, options with { CoarseIterations = 0 }), "CoarseIterations is 0", "1 to");
        Refusals.Expect<ArgumentOutOfRangeException>(
            () => factory.Train(vectors, options with { MaxPointsPerCentroid = 0 }), "MaxPointsPerCentroid is 0", "1 to");
        using var most = factory.Train(
            vectors, options with { Threads = int.MaxValue, Iterations = 1, MaxPointsPerCentroid = int.MaxValue, Seed = int.MaxValue });
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => factory.Train(vectors, options with { Cancellation = cancelled.Token }));
        Assert.ThrowsAny<OperationCanceledException>(() => factory.Train(vectors, options with { Cancellation = cancelled.Token, Threads = 2 }));
    }

    [Fact]
    public void Sizes_that_make_no_index()
    {
        Refusals.Expect<ArgumentOutOfRangeException>(() => GenericIndex.Flat(0).Dispose(), "dimension");
        Refusals.Expect<ArgumentOutOfRangeException>(() => GenericIndex.Flat(4097).Dispose(), "dimension", "4096");
        Refusals.Expect<ArgumentOutOfRangeException>(() => GenericIndex.Train(IndexShape.Pq(100, 7, 16), []), "m", "100");
        Refusals.Expect<ArgumentOutOfRangeException>(() => GenericIndex.Train(IndexShape.Pq(100, 10, 1), []), "ksub", "2");
        Refusals.Expect<ArgumentOutOfRangeException>(() => GenericIndex.Train(IndexShape.IvfPq(100, 10, 257), []), "ksub", "256");
        Refusals.Expect<ArgumentOutOfRangeException>(() => GenericIndex.Train(IndexShape.IvfPq(100, 0, 256), []), "m");
    }

    [Fact]
    public void Models_given_from_outside()
    {
        var (centroids, codebooks) = (TestVectors.Uniform(3, 6, seed: 1), TestVectors.Uniform(16, 6, seed: 2));
        Refusals.Expect<ArgumentException>(
            () => GenericIndex.FromModel(IndexShape.Pq(6, 3, 16), default, codebooks.AsSpan(1)), "codebooks has 95", "needs 96", "3 x 16 x 2");
        Refusals.Expect<ArgumentException>(() => GenericIndex.FromModel(IndexShape.Pq(6, 3, 16), default, []), "codebooks has 0", "needs 96");
        Refusals.Expect<ArgumentException>(
            () => GenericIndex.FromModel(IndexShape.IvfPq(6, 3, 16), centroids, codebooks.AsSpan(1)), "codebooks has 95", "needs 96");
        Refusals.Expect<ArgumentException>(
            () => GenericIndex.FromModel(IndexShape.IvfPq(6, 3, 16), centroids.AsSpan(1), codebooks), "centroids has 17", "multiple of 6");
        Refusals.Expect<ArgumentException>(
            () => GenericIndex.FromModel(IndexShape.IvfPq(6, 3, 16), [], codebooks), "centroids is empty", "at least one");
        Refusals.Expect<ArgumentException>(() => GenericIndex.FromModel(IndexShape.IvfFlat(6), [], default), "centroids is empty");
        codebooks[95] = float.NaN;
        centroids[7] = float.PositiveInfinity;
        Refusals.Expect<ArgumentException>(() => GenericIndex.FromModel(IndexShape.Pq(6, 3, 16), default, codebooks), "codebooks", "NaN");
        Refusals.Expect<ArgumentException>(
            () => GenericIndex.FromModel(IndexShape.IvfPq(6, 3, 16), TestVectors.Uniform(3, 6, seed: 1), codebooks), "codebooks", "NaN");
        Refusals.Expect<ArgumentException>(
            () => GenericIndex.FromModel(IndexShape.IvfFlat(6), centroids, default), "centroids", "component 1 of vector 1", "Infinity");
    }

    [Fact]
    public void Estimates_of_sizes_that_cannot_be()
    {
        var kernels = new GenericKernels(8, 2, 16);
        Refusals.Expect<ArgumentOutOfRangeException>(() => MemoryTests.FlatEstimate(kernels, -1), "count", "-1");
        Refusals.Expect<ArgumentOutOfRangeException>(() => MemoryTests.IvfFlatEstimate(kernels, -1, 4), "count", "-1");
        Refusals.Expect<ArgumentOutOfRangeException>(() => MemoryTests.PqEstimate(kernels, -1, true), "count", "-1");
        Refusals.Expect<ArgumentOutOfRangeException>(() => MemoryTests.IvfPqEstimate(kernels, -1, 4, true), "count", "-1");
        Refusals.Expect<ArgumentOutOfRangeException>(() => MemoryTests.IvfFlatEstimate(kernels, 10, 0), "nlist", "0");
        Refusals.Expect<ArgumentOutOfRangeException>(() => MemoryTests.IvfPqEstimate(kernels, 10, -2, true), "nlist", "-2");
        Refusals.Expect<ArgumentOutOfRangeException>(() => MemoryTests.IvfPqEstimate(kernels, long.MaxValue, 4, true), "count");
    }

    [Fact]
    public void Kmeans()
    {
        Refusals.Expect<ArgumentOutOfRangeException>(() => Clustering.KMeans.Train(new float[6], 0, 1), "dimension is 0", "1 to 4096");
        Refusals.Expect<ArgumentException>(() => Clustering.KMeans.Train(new float[7], 2, 1), "vectors has 7", "multiple of 2");
        Refusals.Expect<ArgumentOutOfRangeException>(() => Clustering.KMeans.Train(new float[6], 2, 4), "k is 4", "1 to 3");
        Refusals.Expect<ArgumentOutOfRangeException>(() => Clustering.KMeans.Train(new float[6], 2, 0), "k is 0");
        Refusals.Expect<ArgumentException>(() => Clustering.KMeans.Train([], 2, 1), "vectors is empty");
        Refusals.Expect<ArgumentOutOfRangeException>(() => Clustering.KMeans.Train(new float[6], 2, 1, iterations: 0), "iterations is 0");
        Refusals.Expect<ArgumentOutOfRangeException>(() => Clustering.KMeans.Train(new float[6], 2, 1, threads: -1), "threads is -1");
        Refusals.Expect<ArgumentException>(() => Clustering.KMeans.Train([1, 2, float.NaN, 4], 2, 1), "component 0 of vector 1", "NaN");
    }
}
