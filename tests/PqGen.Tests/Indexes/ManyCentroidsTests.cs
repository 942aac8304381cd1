using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PqGen.Clustering;
using PqGen.Kernels;
using PqGen.Tests.Paths;

namespace PqGen.Tests.Indexes;

/// <summary>k-means for many centroids: each part against a plain one, the whole against Lloyd's algorithm.</summary>
[Trait("Category", "Kernels")]
public class ManyCentroidsTests
{
    [Theory]
    [InlineData(1, 300, 1, 5)]
    [InlineData(3, 900, 9, 16)]
    [InlineData(17, 700, 16, 40)]
    [InlineData(8, 40, 6, 60)]
    public void Where_every_group_is_near_neighbours_are_the_nearest(int dimension, int k, int groups, int count)
    {
        var centroids = TestVectors.Clustered(k, dimension, 20, seed: 1);
        var found = new CentroidNeighbours(centroids[..(groups * dimension)], dimension, 2, default).Find(centroids, count);
        for (var c = 0; c < k; c++)
        {
            var byDistance = Nearest(centroids.AsSpan(c * dimension, dimension), centroids, Enumerable.Range(0, k), dimension).ToArray();
            var row = found.AsSpan(c * count, count).ToArray();
            var expected = Enumerable.Range(0, count).Select(i => byDistance[Math.Min(i, k - 1)]).Order();
            Assert.Equal(expected, row);
        }
    }

    [Fact]
    public void Of_many_groups_those_around_hold_the_nearest()
    {
        const int Dimension = 6, K = 3000, Groups = 54, Count = 32;
        var centroids = TestVectors.Clustered(K, Dimension, 100, seed: 2);
        var centers = KMeans.Train(centroids, Dimension, Groups);
        var found = new CentroidNeighbours(centers, Dimension, 1, default).Find(centroids, Count);
        var hits = 0;
        for (var c = 0; c < K; c++)
        {
            var row = found.AsSpan(c * Count, Count).ToArray();
            Assert.Equal(row.Distinct().Order(), row);
            Assert.Contains(c, row);
            var nearest = Nearest(centroids.AsSpan(c * Dimension, Dimension), centroids, Enumerable.Range(0, K), Dimension);
            hits += row.Intersect(nearest.Take(Count)).Count();
        }

        Assert.InRange((double)hits / (K * Count), 0.95, 1);
    }

    [Theory]
    [InlineData(1, 400, 60, 7)]
    [InlineData(5, 3000, 2, 2)]
    [InlineData(20, 2000, 300, 33)]
    public void A_point_goes_to_the_nearest_neighbour_of_its_centroid(int dimension, int n, int k, int count)
    {
        var points = TestVectors.Clustered(n, dimension, 30, seed: 3);
        var centroids = points[..(k * dimension)];
        var previous = Array.ConvertAll(TestVectors.Uniform(n, 1, seed: 4), value => (int)(Math.Abs(value) * k) % k);
        var search = new CentroidNeighbours(centroids[..dimension], dimension, 1, default);
        var neighbours = search.Find(centroids, count);
        var assigner = new VectorAssigner<GenericKernels>(new GenericKernels(dimension));
        foreach (var threads in new[] { 1, 3 })
        {
            var step = new NeighbourAssignment<VectorAssigner<GenericKernels>>(
                assigner, points, search, count, new KMeansRun(k, 1, 1, threads, CancellationToken.None));
            var (nearest, distances) = (new int[n], new float[n]);
            step.Assign(centroids, previous, nearest, distances);
            for (var i = 0; i < n; i++)
            {
                var point = points.AsSpan(i * dimension, dimension);
                var expected = Nearest(point, centroids, neighbours.AsSpan(previous[i] * count, count).ToArray(), dimension).First();
                Assert.Equal(expected, nearest[i]);
                Assert.Equal(Distance(point, centroids.AsSpan(expected * dimension, dimension)), distances[i]);
            }
        }
    }

    [Theory]
    [InlineData(new[] { 16, 81, 0, 1 }, 12, new[] { 3, 8, 0, 1 })]
    [InlineData(new[] { 2, 100 }, 102, new[] { 2, 100 })]
    [InlineData(new[] { 1, 1, 10_000 }, 3, new[] { 1, 1, 1 })]
    [InlineData(new[] { 50, 50, 50 }, 7, new[] { 3, 2, 2 })]
    public void Groups_get_centroids_by_their_size(int[] sizes, int k, int[] seats)
    {
        var starts = TwoLevelKMeans.Seats(sizes, k);
        Assert.Equal(0, starts[0]);
        Assert.Equal(seats, sizes.Select((_, g) => starts[g + 1] - starts[g]));
    }

    [Fact]
    public void It_ends_near_where_Lloyds_algorithm_ends()
    {
        if (ChildProcess.IsSlow)
        {
            // Every path gives the same centroids, which the digest below holds; where they end is the same too.
            return;
        }

        // Of eight points a centroid Lloyd's centroids fit those points best of all, more than others; of fifty the gap is smaller.
        const int K = 1200;
        var points = TrainingReportTests.Words;
        var assigner = new VectorAssigner<GenericKernels>(new GenericKernels(100));
        var (lloyd, twoLevels) = (new List<double>(), new List<double>());
        var run = new KMeansRun(K, 25, 1234, 1, CancellationToken.None);
        _ = KMeans.Train(assigner, points, run with { Iterated = (_, objective) => lloyd.Add(objective) });
        var clusters = TwoLevelKMeans.Train(assigner, points, run with { Iterated = (_, objective) => twoLevels.Add(objective) });
        Assert.InRange(twoLevels[^1], 0, 1.03 * lloyd[^1]);

        // An iteration follows where the one before saved enough.
        Assert.All(Enumerable.Range(1, twoLevels.Count - 2), i => Assert.True(twoLevels[i] <= twoLevels[i - 1] * (1 - TwoLevelKMeans.LeastGain)));
        Assert.True(twoLevels.Count < 25 && twoLevels[^1] > twoLevels[^2] * (1 - TwoLevelKMeans.LeastGain));

        // The counts are those of the last assignment, and few clusters are left empty.
        Assert.Equal(Enumerable.Range(0, K).Select(c => clusters.Nearest.Count(nearest => nearest == c)), clusters.Counts);
        Assert.True(clusters.Counts.Count(count => count == 0) <= K / 100);
    }

    /// <summary>Every path has to give this digest.</summary>
    [Fact]
    public void Seed_and_points_decide_the_centroids()
    {
        const int Dimension = 12, K = 1100;
        var points = TestVectors.Clustered(5000, Dimension, 200, seed: 6);
        var (one, three, other) = (Train(1, 1), Train(1, 3), Train(2, 1));
        Assert.Equal(one, three);
        Assert.NotEqual(one, other);
        Assert.Equal("18436C36744CF370", Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(one.AsSpan())))[..16]);

        float[] Train(int seed, int threads) => TwoLevelKMeans.Train(
            new VectorAssigner<GenericKernels>(new GenericKernels(Dimension)), points, new KMeansRun(K, 6, seed, threads, default)).Centroids;
    }

    [Theory]
    [InlineData(1100, 1, 0)]
    [InlineData(1100, 4, 0)]
    [InlineData(1500, 2, 900)]
    [InlineData(1500, 2, 1500)]
    public void Few_points_and_copies_give_finite_centroids(int n, int dimension, int copies)
    {
        var points = TestVectors.Uniform(n, dimension, seed: 7);
        points.AsSpan(0, copies * dimension).Fill(0.25f);
        var run = new KMeansRun(1100, 25, 1, 1, CancellationToken.None);
        var centroids = TwoLevelKMeans.Train(new VectorAssigner<GenericKernels>(new GenericKernels(dimension)), points, run).Centroids;
        Assert.All(centroids, component => Assert.True(float.IsFinite(component)));
        if (copies == 0)
        {
            // As many centroids as points are the points.
            Assert.Equal(points.Chunk(dimension).Select(row => row[0]).Order(), centroids.Chunk(dimension).Select(row => row[0]).Order());
        }
    }

    [Theory]
    [InlineData(1024, false)]
    [InlineData(1025, true)]
    public void More_than_1024_lists_are_trained_so(int nlist, bool twoLevels)
    {
        var vectors = TestVectors.Clustered(3000, 4, 60, seed: 8);
        using var index = GenericIndex.Train(IndexShape.IvfFlat(4), vectors, new TrainingOptions { NList = nlist, CoarseIterations = 4 });
        var assigner = new VectorAssigner<GenericKernels>(new GenericKernels(4));
        var run = new KMeansRun(nlist, 4, 1234, 1, CancellationToken.None);
        var expected = twoLevels ? TwoLevelKMeans.Train(assigner, vectors, run) : KMeans.Train(assigner, vectors, run);
        Assert.Equal(expected.Centroids, index.Centroids.ToArray());
    }

    /// <summary>Candidates by distance, ties to the smaller number.</summary>
    private static IEnumerable<int> Nearest(ReadOnlySpan<float> point, float[] centroids, IEnumerable<int> candidates, int dimension)
    {
        var own = point.ToArray();
        return candidates.Select(c => (Distance: Distance(own, centroids.AsSpan(c * dimension, dimension)), c)).Order().Select(pair => pair.c);
    }

    /// <summary>A lane's sum: components in order, each step one fused multiply-add.</summary>
    private static float Distance(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var sum = 0f;
        for (var d = 0; d < x.Length; d++)
        {
            sum = MathF.FusedMultiplyAdd(x[d] - y[d], x[d] - y[d], sum);
        }

        return sum;
    }
}
