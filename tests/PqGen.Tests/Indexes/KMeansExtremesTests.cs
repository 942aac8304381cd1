using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PqGen.Clustering;
using PqGen.Kernels;

namespace PqGen.Tests.Indexes;

/// <summary>k-means at the ends of what it takes: empty clusters by the thousand, tiny magnitudes, large products of sizes, cancellation.</summary>
public class KMeansExtremesTests
{
    /// <summary>Digests of centroids trained when empty clusters were still refilled by one search of all errors each.</summary>
    [Theory]
    [InlineData(4000, 3, 300, 5, 1f, "EFBC79ED0BEEACE8")]
    [InlineData(3000, 8, 200, 1, 1f, "0861A62A33E9C520")]
    [InlineData(3000, 1, 500, 8, 1000f, "875334D8FEBC5167")]
    [InlineData(2000, 17, 64, 10, 1e-9f, "6717B71B591B1B8F")]
    public void Empty_clusters_are_refilled_with_the_largest_first(int n, int dimension, int k, int iterations, float scale, string digest)
    {
        // Of 4 points 3 are copies of a few, some of which lie equally far from all others.
        var vectors = TestVectors.Moved(TestVectors.Uniform(n, dimension, seed: 1), scale);
        for (var i = 0; i < n; i++)
        {
            if (i % 4 != 0)
            {
                vectors.AsSpan(i % 60 / 4 * 4 * dimension, dimension).CopyTo(vectors.AsSpan(i * dimension));
            }
        }

        var centroids = KMeans.Train(vectors, dimension, k, iterations);
        Assert.Equal(digest, Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(centroids.AsSpan())))[..16]);
    }

    [Fact]
    public void Tens_of_thousands_of_empty_clusters_are_refilled()
    {
        // Three fifths are copies of one point; the start takes as many of its centroids there, and some 26,000 different ones.
        const int K = 65_536;
        var vectors = TestVectors.Uniform(140_000, 1, seed: 3);
        vectors.AsSpan(0, 84_000).Fill(0.5f);
        var centroids = KMeans.Train(vectors, 1, K, iterations: 1);
        Assert.InRange(centroids.Distinct().Count(), 30_000, K);
    }

    [Theory]
    [InlineData(1e-23f)]
    [InlineData(1e-30f)]
    [InlineData(1e-38f)]
    public void Clusters_of_tiny_components_are_found(float scale)
    {
        var vectors = TestVectors.Moved(TestVectors.Clustered(600, 6, 5, seed: 3, spread: 0.01f), scale);
        var centroids = KMeans.Train(vectors, 6, 20, iterations: 20);
        for (var i = 0; i < 600; i++)
        {
            var nearest = Enumerable.Range(0, 20).Min(c => BruteForce.SquaredDistance(vectors.AsSpan(i * 6, 6), centroids.AsSpan(c * 6, 6)));
            Assert.True(nearest < 0.01 * scale * (double)scale, $"vector {i}: {nearest}");
        }
    }

    [Theory]
    [InlineData(-41)]
    [InlineData(-100)]
    [InlineData(-115)]
    public void A_power_of_two_changes_nothing_but_the_exponent(int exponent)
    {
        var vectors = Array.ConvertAll(TestVectors.Uniform(500, 5, seed: 4), component => 1.5f + (component / 4));
        var expected = Array.ConvertAll(KMeans.Train(vectors, 5, 16), component => MathF.ScaleB(component, exponent));
        Assert.Equal(expected, KMeans.Train(Array.ConvertAll(vectors, component => MathF.ScaleB(component, exponent)), 5, 16));
    }

    /// <summary>Above 2^-40 nothing is scaled: the bits are those of the plain algorithm.</summary>
    [Theory]
    [InlineData(1f)]
    [InlineData(1e-11f)]
    [InlineData(1e13f)]
    public void Ordinary_components_are_trained_on_as_they_are(float scale)
    {
        var vectors = TestVectors.Moved(TestVectors.Clustered(500, 5, 9, seed: 5), scale);
        var run = new KMeansRun(16, 25, 1234, 1, CancellationToken.None);
        var expected = KMeans.Train(new VectorAssigner<GenericKernels>(new GenericKernels(5)), (float[])vectors.Clone(), run);
        Assert.Equal(expected.Centroids, KMeans.Train(vectors, 5, 16));
    }

    [Fact]
    public void A_span_longer_than_any_array_is_refused()
    {
        // Only its length is looked at.
        var one = 1f;
        var e = Assert.Throws<ArgumentException>("vectors", () => KMeans.Train(MemoryMarshal.CreateReadOnlySpan(ref one, int.MaxValue), 1, 2));
        Assert.Contains("2147483647 floats; it needs at most 2147483591", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("vectors", () => Sampling.Rows(MemoryMarshal.CreateReadOnlySpan(ref one, int.MaxValue), 1, 1, 1));
    }
}
