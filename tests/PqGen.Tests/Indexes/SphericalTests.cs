using PqGen.Clustering;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Tests.Indexes;

/// <summary>Spherical k-means: centroids are directions, points belong to that of the greatest cosine.</summary>
public class SphericalTests
{
    [Theory]
    [InlineData(2000, 8, 30)]
    [InlineData(500, 1, 3)]
    [InlineData(600, 3, 600)]
    [InlineData(3000, 50, 100)]
    public void Centroids_have_norm_1(int n, int dimension, int k)
    {
        var centroids = KMeans.Train(TestVectors.Clustered(n, dimension, 40, seed: 1), dimension, k, iterations: 5, spherical: true);
        for (var c = 0; c < k; c++)
        {
            Assert.Equal(1, VectorMath.SquaredNorm(centroids.AsSpan(c * dimension, dimension)), 1e-6);
        }
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    public void The_objective_never_rises(int seed, bool normalized)
    {
        // Of points that are not normalized, those of large norms weigh more, and it falls all the same.
        var points = TestVectors.Uniform(5000, 10, seed);
        if (normalized)
        {
            Sampling.Normalize(points, 10, 1, CancellationToken.None);
        }

        var objectives = new List<double>();
        var run = new KMeansRun(40, 60, seed, 1, CancellationToken.None) { Spherical = true, Iterated = (_, objective) => objectives.Add(objective) };
        _ = KMeans.Train(new VectorAssigner<GenericKernels>(new GenericKernels(10)), points, run);
        Assert.True(objectives.Count > 10);
        for (var i = 1; i < objectives.Count; i++)
        {
            Assert.True(objectives[i] <= objectives[i - 1] * (1 + 1e-7), $"{objectives[i]} after {objectives[i - 1]}");
        }

        Assert.True(objectives[^1] < 0.95 * objectives[0]);
    }

    [Fact]
    public void Settled_centroids_are_the_mean_directions_of_the_points_of_the_greatest_cosine()
    {
        const int Dimension = 6;
        var vectors = TestVectors.Uniform(400, Dimension, seed: 5);
        var centroids = KMeans.Train(vectors, Dimension, 12, iterations: 500, spherical: true);
        var sums = new double[12 * Dimension];
        for (var i = 0; i < 400; i++)
        {
            var vector = vectors.AsSpan(i * Dimension, Dimension).ToArray();
            var norm = Math.Sqrt(VectorMath.SquaredNorm(vector));
            var nearest = Enumerable.Range(0, 12).MaxBy(
                c => Enumerable.Range(0, Dimension).Sum(d => (double)vector[d] * centroids[(c * Dimension) + d]));
            for (var d = 0; d < Dimension; d++)
            {
                sums[(nearest * Dimension) + d] += vector[d] / norm;
            }
        }

        for (var c = 0; c < 12; c++)
        {
            var norm = Math.Sqrt(Enumerable.Range(0, Dimension).Sum(d => sums[(c * Dimension) + d] * sums[(c * Dimension) + d]));
            Assert.All(Enumerable.Range(0, Dimension), d => Assert.Equal(sums[(c * Dimension) + d] / norm, centroids[(c * Dimension) + d], 1e-5));
        }
    }

    [Fact]
    public void Norms_of_vectors_change_nothing()
    {
        var vectors = TestVectors.Clustered(1500, 7, 20, seed: 2);
        var expected = KMeans.Train(vectors, 7, 20, spherical: true);
        Assert.NotEqual(KMeans.Train(vectors, 7, 20), expected);
        for (var i = 0; i < vectors.Length; i++)
        {
            vectors[i] = MathF.ScaleB(vectors[i], (i / 7 % 90) - 60);
        }

        Assert.Equal(expected, KMeans.Train(vectors, 7, 20, spherical: true));
        Assert.Equal(expected, KMeans.Train(vectors, 7, 20, spherical: true, threads: 3));
    }

    [Fact]
    public void Zeros_and_opposites_have_no_mean_direction_and_get_one()
    {
        // Every cluster's mean is zero, and so are many points.
        float[] vectors = [.. Enumerable.Range(0, 300).SelectMany(i => new float[] { i % 3 == 0 ? 0 : i % 3 == 1 ? 2 : -2, 0, 0 })];
        foreach (var k in new[] { 1, 2, 5, 300 })
        {
            var centroids = KMeans.Train(vectors, 3, k, spherical: true);
            Assert.All(Enumerable.Range(0, k), c => Assert.Equal(1, VectorMath.SquaredNorm(centroids.AsSpan(c * 3, 3)), 1e-6));
        }

        Assert.Equal([1, 0, 0], KMeans.Train(new float[30], 3, 1, spherical: true));
    }
}
