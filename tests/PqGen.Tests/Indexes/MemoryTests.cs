using PqGen.Kernels;

namespace PqGen.Tests.Indexes;

/// <summary>Estimates hold what indexes report, and codes cost what their sizes say.</summary>
public class MemoryTests
{
    [Theory]
    [InlineData(100, 10_000)]
    [InlineData(17, 1000)]
    [InlineData(3, 1)]
    public void An_exact_index(int dimension, int n)
    {
        using var index = GenericIndex.Flat(dimension);
        index.Add(new float[n * dimension]);
        Close(index.Memory, FlatEstimate(new GenericKernels(dimension), n));
    }

    [Theory]
    [InlineData(100, 10_000, 32)]
    [InlineData(16, 20_000, 120)]
    [InlineData(21, 20_000, 300)]
    public void An_inverted_file(int dimension, int n, int nlist)
    {
        using var index = GenericIndex.FromModel(IndexShape.IvfFlat(dimension), TestVectors.Uniform(nlist, dimension, seed: 1), default);
        index.Add(TestVectors.Uniform(n, dimension, seed: 2));
        Close(index.Memory, IvfFlatEstimate(new GenericKernels(dimension), n, nlist));
    }

    [Theory]
    [InlineData(100, 20, 256, 6_000)]
    [InlineData(96, 12, 16, 6_000)]
    [InlineData(33, 11, 7, 5000)]
    public void A_product_quantized_index(int dimension, int m, int ksub, int n)
    {
        foreach (var keep in new[] { false, true })
        {
            using var index = GenericIndex.FromModel(IndexShape.Pq(dimension, m, ksub), default, TestVectors.Uniform(ksub, dimension, seed: 1), keep);
            index.Add(TestVectors.Uniform(n, dimension, seed: 2));
            Close(index.Memory, PqEstimate(new GenericKernels(dimension, m, ksub), n, keep));
            var codeSize = ksub <= 16 ? (m + 1) / 2 : m;
            Assert.Equal(codeSize, index.CodeSize);
            Assert.InRange(index.Memory.Codes, (long)n * codeSize, ((n + 63) / 64 * 64 * codeSize) + 256);
        }
    }

    [Theory]
    [InlineData(100, 20, 256, 6_000, 25)]
    [InlineData(96, 12, 16, 6_000, 40)]
    public void Ivfpq(int dimension, int m, int ksub, int n, int nlist)
    {
        foreach (var keep in new[] { false, true })
        {
            using var index = GenericIndex.FromModel(
                IndexShape.IvfPq(dimension, m, ksub),
                TestVectors.Uniform(nlist, dimension, seed: 3),
                TestVectors.Uniform(ksub, dimension, seed: 1),
                keep);
            index.Add(TestVectors.Uniform(n, dimension, seed: 2));
            Close(index.Memory, IvfPqEstimate(new GenericKernels(dimension, m, ksub), n, nlist, keep));
            var codeSize = (ksub <= 16 ? (m + 1) / 2 : m) + 2;
            Assert.InRange(index.Memory.Codes, (long)n * codeSize, ((n + (nlist * 64L)) * codeSize) + (256 * nlist));
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Growing_by_parts_wastes_at_most_half(IndexFactory factory)
    {
        var vectors = TestVectors.Uniform(6000, factory.Dimension, seed: 1);
        using var atOnce = factory.Build(vectors);
        using var byParts = factory.Train(vectors, new TrainingOptions { NList = 12, Iterations = 3, CoarseIterations = 3 });
        for (var first = 0; first < 6000; first += 50)
        {
            byParts.Add(vectors.AsSpan(first * factory.Dimension, 50 * factory.Dimension), threads: 1);
        }

        Assert.InRange(byParts.Memory.Codes + byParts.Memory.Vectors, 1, 1.6 * (atOnce.Memory.Codes + atOnce.Memory.Vectors));
        Assert.InRange(byParts.Memory.Ids, 0, (1.6 * atOnce.Memory.Ids) + 1024);
    }

    internal static IndexMemory FlatEstimate(GenericKernels kernels, long count) =>
        GenericIndex.EstimateMemory(IndexShape.Flat(kernels.Dimension), count);

    internal static IndexMemory IvfFlatEstimate(GenericKernels kernels, long count, int nlist) =>
        GenericIndex.EstimateMemory(IndexShape.IvfFlat(kernels.Dimension), count, nlist);

    internal static IndexMemory PqEstimate(GenericKernels kernels, long count, bool keepVectors) =>
        GenericIndex.EstimateMemory(IndexShape.Pq(kernels.Dimension, kernels.M, kernels.Ksub), count, keepVectors: keepVectors);

    internal static IndexMemory IvfPqEstimate(GenericKernels kernels, long count, int nlist, bool keepVectors) =>
        GenericIndex.EstimateMemory(IndexShape.IvfPq(kernels.Dimension, kernels.M, kernels.Ksub), count, nlist, keepVectors);

    private static void Close(IndexMemory found, IndexMemory estimate)
    {
        Within(found.Model, estimate.Model, nameof(found.Model));
        Within(found.Codes, estimate.Codes, nameof(found.Codes));
        Within(found.Ids, estimate.Ids, nameof(found.Ids));
        Within(found.Vectors, estimate.Vectors, nameof(found.Vectors));
        Within(found.Total, estimate.Total, nameof(found.Total));
    }

    private static void Within(long found, long estimate, string part) =>
        Assert.True(Math.Abs(found - estimate) <= 0.02 * found, $"{part}: {estimate} bytes estimated, {found} in use");
}
