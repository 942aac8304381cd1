using PqGen.Clustering;

namespace PqGen.Tests.Indexes;

/// <summary>k-means: its objective falls, empty clusters are refilled, and nothing but its input decides its result.</summary>
public class KMeansTests
{
    [Theory]
    [InlineData(1f, 0f)]
    [InlineData(1e-10f, 0f)]
    [InlineData(1e10f, 0f)]
    [InlineData(1f, 1e4f)]
    public void The_objective_falls(float scale, float offset)
    {
        var vectors = TestVectors.Moved(TestVectors.Clustered(3000, 8, 30, seed: 1), scale, offset);
        var previous = double.PositiveInfinity;
        for (var iterations = 1; iterations <= 12; iterations++)
        {
            var objective = Objective(vectors, KMeans.Train(vectors, 8, 25, iterations), 8);
            Assert.True(objective <= previous * 1.0001, $"{iterations} iterations: {objective} after {previous}");
            previous = objective;
        }

        Assert.True(previous < 0.5 * Objective(vectors, KMeans.Train(vectors, 8, 1), 8));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1000f)]
    public void Every_centroid_is_used_where_points_suffice(float offset)
    {
        // Half of the points are one and the same; the start takes it many times over.
        var vectors = TestVectors.Moved(TestVectors.Uniform(2000, 4, seed: 1), 1, offset);
        vectors.AsSpan(0, 4000).Fill(offset);
        var centroids = KMeans.Train(vectors, 4, 64);
        var used = Assign(vectors, centroids, 4).Distinct().Count();
        Assert.True(used >= 60, $"{used} of 64 centroids have points");
    }

    [Fact]
    public void Clusters_far_apart_are_all_found()
    {
        var vectors = TestVectors.Clustered(2000, 6, 5, seed: 3, spread: 0.01f);
        var objective = Objective(vectors, KMeans.Train(vectors, 6, 20, iterations: 20), 6);
        Assert.True(objective < 2000 * 6 * 0.0001, $"{objective}");
    }

    [Fact]
    public void As_many_centroids_as_points_are_the_points()
    {
        var vectors = TestVectors.Uniform(70, 5, seed: 1);
        var centroids = KMeans.Train(vectors, 5, 70);
        Assert.Equal(0, Objective(vectors, centroids, 5), 1e-10);
    }

    [Fact]
    public void Identical_points_give_their_centroid()
    {
        var vectors = new float[300];
        Array.Fill(vectors, 2.5f);
        var centroids = KMeans.Train(vectors, 3, 10);
        Assert.Equal(0, Objective(vectors, centroids, 3), 1e-3);
        Assert.All(centroids, component => Assert.True(float.IsFinite(component)));
        Assert.Equal(new float[12], KMeans.Train(new float[60], 3, 4));
    }

    [Fact]
    public void Seeds_differ_and_repeat()
    {
        var vectors = TestVectors.Uniform(1000, 7, seed: 1);
        var (one, again, other) = (
            KMeans.Train(vectors, 7, 20, seed: 1), KMeans.Train(vectors, 7, 20, seed: 1, threads: 3), KMeans.Train(vectors, 7, 20, seed: 2));
        Assert.Equal(one, again);
        Assert.NotEqual(one, other);
    }

    [Fact]
    public void Centroids_are_means_of_their_points()
    {
        var vectors = TestVectors.Clustered(500, 3, 8, seed: 1);
        var centroids = KMeans.Train(vectors, 3, 8, iterations: 100);
        var nearest = Assign(vectors, centroids, 3);
        for (var c = 0; c < 8; c++)
        {
            var points = Enumerable.Range(0, 500).Where(i => nearest[i] == c).ToArray();
            for (var d = 0; d < 3; d++)
            {
                Assert.Equal(points.Average(i => (double)vectors[(i * 3) + d]), centroids[(c * 3) + d], 1e-5);
            }
        }
    }

    private static double Objective(float[] vectors, float[] centroids, int dimension)
    {
        double sum = 0;
        for (var i = 0; i < vectors.Length / dimension; i++)
        {
            sum += Nearest(vectors.AsSpan(i * dimension, dimension), centroids).Distance;
        }

        return sum;
    }

    private static int[] Assign(float[] vectors, float[] centroids, int dimension) =>
        [.. Enumerable.Range(0, vectors.Length / dimension).Select(i => Nearest(vectors.AsSpan(i * dimension, dimension), centroids).Centroid)];

    private static (int Centroid, double Distance) Nearest(ReadOnlySpan<float> vector, ReadOnlySpan<float> centroids)
    {
        var best = (Centroid: -1, Distance: double.PositiveInfinity);
        for (var c = 0; c < centroids.Length / vector.Length; c++)
        {
            var distance = BruteForce.SquaredDistance(vector, centroids.Slice(c * vector.Length, vector.Length));
            if (distance < best.Distance)
            {
                best = (c, distance);
            }
        }

        return best;
    }
}
