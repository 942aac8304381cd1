using PqGen.Tests.Kernels;
using PqGen.Tests.Reference;

namespace PqGen.Tests.Indexes;

/// <summary>Distances and neighbours without an index, and the distances of generated classes, against plain sums in double precision.</summary>
public class ExactSearchTests
{
    private delegate float One(ReadOnlySpan<float> x, ReadOnlySpan<float> y);

    private delegate void Many(ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> distances);

    public static TheoryData<Metric> Metrics => [Metric.SquaredL2, Metric.InnerProduct, Metric.Cosine];

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Distances_are_what_the_metric_says(Metric metric)
    {
        foreach (var dimension in new[] { 1, 3, 7, 32, 35, 100, 391, 4096 })
        {
            CheckDistances(metric, dimension, (x, y) => ExactSearch.Distance(x, y, metric), (q, r, d) => ExactSearch.Distances(q, r, d, metric));
        }
    }

    [Fact]
    public void Distances_of_generated_classes_are_what_the_metric_says()
    {
        CheckDistances(Metric.SquaredL2, 100, ReferenceIvfPq20.Distance, ReferenceIvfPq20.Distances);
        CheckDistances(Metric.InnerProduct, 7, EmittedIndexes.FlatProduct7.Distance, EmittedIndexes.FlatProduct7.Distances);
        CheckDistances(Metric.InnerProduct, 17, EmittedIndexes.IvfFlatProduct17.Distance, EmittedIndexes.IvfFlatProduct17.Distances);
        CheckDistances(Metric.InnerProduct, 100, EmittedIndexes.IvfPqProduct100_20_256.Distance, EmittedIndexes.IvfPqProduct100_20_256.Distances);
        CheckDistances(Metric.Cosine, 33, EmittedIndexes.FlatCosine33.Distance, EmittedIndexes.FlatCosine33.Distances);
        CheckDistances(Metric.Cosine, 35, EmittedIndexes.PqCosine35_5_64.Distance, EmittedIndexes.PqCosine35_5_64.Distances);
    }

    [Theory]
    [InlineData(1e-45f)]
    [InlineData(1e-38f)]
    [InlineData(1e-30f)]
    [InlineData(1e-19f)]
    [InlineData(1e-15f)]
    [InlineData(1e-14f)]
    [InlineData(1e14f)]
    [InlineData(1e15f)]
    [InlineData(1e19f)]
    [InlineData(1e30f)]
    [InlineData(float.MaxValue)]
    public void A_cosine_does_not_depend_on_lengths(float unit)
    {
        float[] x = [unit, 0, unit], y = [0, 0, unit], z = [-3, 0, 0], zero = new float[3];
        Assert.Equal(1, ExactSearch.Distance(x, x, Metric.Cosine));
        Assert.Equal(Math.Sqrt(0.5), ExactSearch.Distance(x, y, Metric.Cosine), 1e-7);
        Assert.Equal(-Math.Sqrt(0.5), ExactSearch.Distance(x, z, Metric.Cosine), 1e-7);
        Assert.Equal(0, ExactSearch.Distance(y, z, Metric.Cosine));

        var similarities = new float[4];
        ExactSearch.Distances(x, [.. x, .. y, .. z, .. zero], similarities, Metric.Cosine);
        Assert.Equal([1, ExactSearch.Distance(x, y, Metric.Cosine), ExactSearch.Distance(x, z, Metric.Cosine), 0], similarities);
        ExactSearch.Distances(zero, [.. x, .. y, .. z, .. zero], similarities, Metric.Cosine);
        Assert.Equal(new float[4], similarities);
    }

    [Fact]
    public void A_cosine_is_never_beyond_1()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var x = TestVectors.Uniform(1, 1 + (seed * 7), seed);
            var y = TestVectors.Moved(x, 1 + (seed * 0.37f));
            Assert.InRange(ExactSearch.Distance(x, y, Metric.Cosine), 0.999999f, 1);
            Assert.InRange(ExactSearch.Distance(x, TestVectors.Moved(y, -1), Metric.Cosine), -1, -0.999999f);
        }
    }

    /// <summary>Among 700 rows, of which every third is a copy of one before, and one is zero.</summary>
    [Theory]
    [MemberData(nameof(Metrics))]
    public void The_nearest_come_first_and_ties_by_number(Metric metric)
    {
        const int Dimension = 19, N = 700;
        var rows = TestVectors.Uniform(N, Dimension, seed: 5);
        for (var i = 3; i < N; i += 3)
        {
            rows.AsSpan((i * 17 % i) * Dimension, Dimension).CopyTo(rows.AsSpan(i * Dimension));
        }

        rows.AsSpan(100 * Dimension, Dimension).Clear();
        foreach (var k in new[] { 1, 10, 300, N })
        {
            var query = TestVectors.Uniform(1, Dimension, seed: k);
            var distances = new float[N];
            ExactSearch.Distances(query, rows, distances, metric);
            var order = Enumerable.Range(0, N).OrderBy(i => metric == Metric.SquaredL2 ? distances[i] : -distances[i]).ThenBy(i => i).Take(k);

            var found = new Neighbor[k];
            Assert.Equal(k, ExactSearch.Search(query, rows, found, metric));
            Assert.Equal(order.Select(i => new Neighbor(i, distances[i])), found);
        }
    }

    /// <summary>Vectors so small that their products are no floats: each factor has a scale of its own.</summary>
    [Theory]
    [InlineData(Metric.InnerProduct, 1e-30f, 1e-30f)]
    [InlineData(Metric.InnerProduct, 1f, 1e-38f)]
    [InlineData(Metric.InnerProduct, 1e-38f, 1f)]
    [InlineData(Metric.Cosine, 1e-30f, 1e-30f)]
    [InlineData(Metric.Cosine, 1e15f, 1e-38f)]
    public void The_nearest_of_tiny_vectors(Metric metric, float ofQuery, float ofRows)
    {
        const int Dimension = 12, N = 300;
        var (query, rows) = (TestVectors.Uniform(1, Dimension, seed: 1), TestVectors.Uniform(N, Dimension, seed: 2));
        var (expected, found) = (new Neighbor[20], new Neighbor[20]);
        ExactSearch.Search(query, rows, expected, metric);
        ExactSearch.Search(TestVectors.Moved(query, ofQuery), TestVectors.Moved(rows, ofRows), found, metric);
        Assert.Equal(expected.Select(neighbor => neighbor.Id), found.Select(neighbor => neighbor.Id));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void There_is_no_other_metric(int metric)
    {
        var (x, distances, found) = (new float[4], new float[1], new Neighbor[1]);
        Refusals.Expect<ArgumentOutOfRangeException>(() => ExactSearch.Distance(x, x, (Metric)metric), "metric", "SquaredL2, InnerProduct or Cosine");
        Refusals.Expect<ArgumentOutOfRangeException>(() => ExactSearch.Distances(x, x, distances, (Metric)metric), "metric");
        Refusals.Expect<ArgumentOutOfRangeException>(() => ExactSearch.Search(x, x, found, (Metric)metric), "metric");
        Refusals.Expect<ArgumentOutOfRangeException>(() => GenericIndex.Train(IndexShape.IvfFlat(4, (Metric)metric), x), "metric");
    }

    [Fact]
    public void A_shape_names_its_metric()
    {
        Assert.Equal(IndexShape.Pq(8, 2) with { Metric = Metric.Cosine }, IndexShape.Pq(8, 2, metric: Metric.Cosine));
        Assert.Equal("[FlatIndex(Dimension = 8, Metric = Metric.InnerProduct)]", IndexShape.Flat(8, Metric.InnerProduct).ToString());
        Assert.Equal("[IvfFlatIndex(Dimension = 8)]", IndexShape.IvfFlat(8).ToString());
        Assert.Equal(
            "[IvfPqIndex(Dimension = 8, M = 2, Ksub = 16, Metric = Metric.Cosine)]", IndexShape.IvfPq(8, 2, 16, Metric.Cosine).ToString());
    }

    private static void CheckDistances(Metric metric, int dimension, One one, Many many)
    {
        const int N = 37;
        var (query, rows, distances) = (TestVectors.Uniform(1, dimension, seed: 1), TestVectors.Uniform(N, dimension, seed: 2), new float[N]);
        rows.AsSpan(5 * dimension, dimension).Clear();
        many(query, rows, distances);
        for (var i = 0; i < N; i++)
        {
            var row = rows.AsSpan(i * dimension, dimension);
            var (expected, scale) = InDoubles(metric, query, row);
            Assert.InRange(distances[i], expected - (2e-6 * scale), expected + (2e-6 * scale));
            Assert.Equal(distances[i], one(query, row));
        }

        Assert.Equal(metric == Metric.SquaredL2, distances[5] != 0);
        Assert.Throws<ArgumentException>(() => one(new float[dimension], new float[dimension + 1]));
        Assert.Throws<ArgumentException>(() => many(new float[dimension], new float[dimension * 2], new float[1]));
    }

    /// <summary>The metric's value of two vectors, and the magnitude that its rounding errors are small beside.</summary>
    private static (double Value, double Scale) InDoubles(Metric metric, ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double product = 0, xSquare = 0, ySquare = 0;
        for (var d = 0; d < x.Length; d++)
        {
            product += (double)x[d] * y[d];
            xSquare += (double)x[d] * x[d];
            ySquare += (double)y[d] * y[d];
        }

        var lengths = Math.Sqrt(xSquare * ySquare);
        return metric switch
        {
            Metric.SquaredL2 => (BruteForce.SquaredDistance(x, y), xSquare + ySquare),
            Metric.InnerProduct => (product, lengths),
            _ => (lengths == 0 ? 0 : product / lengths, 1),
        };
    }
}
