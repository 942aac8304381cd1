using PqGen.Quantization;

namespace PqGen.Tests.Indexes;

/// <summary>Trained codebooks number close centroids so that they share a high nibble.</summary>
public class CentroidOrderTests
{
    [Theory]
    [InlineData(256, 1)]
    [InlineData(256, 5)]
    [InlineData(100, 3)]
    [InlineData(17, 2)]
    public void Centroids_are_reordered_and_stay_the_same(int n, int dimension)
    {
        var centroids = TestVectors.WithDuplicates(TestVectors.Uniform(n, dimension, seed: 1), dimension, seed: 2);
        var ordered = (float[])centroids.Clone();
        CentroidOrder.Arrange(ordered, dimension);
        Assert.NotEqual(centroids, ordered);
        Assert.Equal(Rows(centroids, dimension).Order(StringComparer.Ordinal), Rows(ordered, dimension).Order(StringComparer.Ordinal));
    }

    /// <summary>Sixteen well separated clusters in a line, shuffled, end up one to a group; the last group takes what is left over.</summary>
    [Theory]
    [InlineData(256)]
    [InlineData(100)]
    public void Groups_of_16_hold_neighbours(int n)
    {
        var random = new Random(3);
        var centroids = Enumerable.Range(0, n).Select(i => (i / 16 * 10) + random.NextSingle()).ToArray();
        random.Shuffle(centroids);
        CentroidOrder.Arrange(centroids, 1);
        for (var first = 0; first < n; first += 16)
        {
            Assert.Single(centroids[first..Math.Min(first + 16, n)].Select(value => (int)value / 10).Distinct());
        }
    }

    [Fact]
    public void Up_to_16_and_those_that_are_all_alike_keep_their_order()
    {
        var few = TestVectors.Uniform(16, 3, seed: 4);
        var alike = new float[256 * 2];
        var (fewBefore, alikeBefore) = ((float[])few.Clone(), (float[])alike.Clone());
        CentroidOrder.Arrange(few, 3);
        CentroidOrder.Arrange(alike, 2);
        Assert.Equal(fewBefore, few);
        Assert.Equal(alikeBefore, alike);
    }

    /// <summary>
    /// Squares of the largest components that an index takes, and of the smallest, leave double's normal range at neither end, or do no harm.
    /// </summary>
    [Theory]
    [InlineData(1e15f)]
    [InlineData(1e-30f)]
    [InlineData(1e-45f)]
    public void Extreme_components(float scale)
    {
        var centroids = TestVectors.Moved(TestVectors.Uniform(64, 2, seed: 5), scale);
        var ordered = (float[])centroids.Clone();
        CentroidOrder.Arrange(ordered, 2);
        Assert.Equal(Rows(centroids, 2).Order(StringComparer.Ordinal), Rows(ordered, 2).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Rows(float[] values, int dimension) =>
        values.Chunk(dimension).Select(row => string.Join(' ', row.Select(BitConverter.SingleToInt32Bits)));
}
