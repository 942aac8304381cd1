using PqGen.Common;
using PqGen.Ivf;
using PqGen.Kernels;
using PqGen.Tests.Kernels;

namespace PqGen.Tests.Indexes;

/// <summary>The graph of centroids: built as plain loops build it, and searched with the nearest of all as the oracle.</summary>
[Trait("Category", "Kernels")]
public class HnswTests
{
    private static readonly Metric[] s_metrics = Enum.GetValues<Metric>();

    public static TheoryData<int, int, Metric> Sizes
    {
        get
        {
            var sizes = new TheoryData<int, int, Metric>();
            foreach (var (count, dimension) in new[] { (1, 3), (2, 5), (3, 1), (16, 4), (17, 33), (18, 8), (257, 6), (420, 35) })
            {
                foreach (var metric in s_metrics)
                {
                    sizes.Add(count, dimension, metric);
                }
            }

            return sizes;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_graph_is_the_one_of_plain_loops(int count, int dimension, Metric metric)
    {
        foreach (var vectors in Kinds(count, dimension))
        {
            var expected = Plain(vectors, dimension, metric).Build();
            foreach (var threads in new[] { 1, 3 })
            {
                Assert.Equal(expected, Centroids(new GenericKernels(dimension, metric), vectors, threads).Graph.Words.ToArray());
            }

            Assert.Null(HnswGraph.Fault(expected, count));
        }
    }

    [Fact]
    public void Emitted_kernels_build_the_graph_of_their_twin()
    {
        var vectors = TestVectors.Clustered(700, 40, 30, seed: 3);
        Assert.Equal(
            Centroids(new GenericKernels(40), vectors).Graph.Words.ToArray(), Centroids(default(ByteIvfPq.Kernels), vectors).Graph.Words.ToArray());
        var twin = new GenericKernels(40, 10, 256, metric: Metric.InnerProduct);
        Assert.Equal(
            Centroids(twin, vectors).Graph.Words.ToArray(), Centroids(default(ProductIvfPq.Kernels), vectors).Graph.Words.ToArray());
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_search_that_keeps_all_comes_to_all(int count, int dimension, Metric metric)
    {
        var kernels = new GenericKernels(dimension, metric);
        foreach (var vectors in Kinds(count, dimension).Append(new float[count * dimension]))
        {
            var space = new HnswSpace<GenericKernels>(kernels, new CoarseQuantizer<GenericKernels>(kernels, vectors));
            var graph = HnswBuild<GenericKernels>.Run(space, threads: 2, default);
            var (query, scratch) = (TestVectors.Uniform(1, dimension, seed: 9), new RouteScratch());
            space.Descend(graph, query, space.QueryWeight, level: 0, count, scratch);
            Assert.Equal(count, space.Search(graph, query, space.QueryWeight, level: 0, count, scratch, count: 1));
            var found = scratch.Pool[..count];
            Assert.Equal(Enumerable.Range(0, count), found.Select(HnswSpace<GenericKernels>.PoolNode).Order());
            Assert.Equal(found.Order(), found);
            foreach (var entry in found)
            {
                var node = HnswSpace<GenericKernels>.PoolNode(entry);
                Assert.Equal(space.Distance(ref query[0], space.QueryWeight, node), HnswSpace<GenericKernels>.PoolDistance(entry));
            }
        }
    }

    [Fact]
    public void Lists_are_the_nearest_by_the_scores_of_the_flat_route()
    {
        foreach (var metric in s_metrics)
        {
            foreach (var (count, clustered, least) in new[] { (2200, true, 0.95), (2200, false, 0.95), (6000, true, 0.95), (6000, false, 0.95) })
            {
                const int Dimension = 12, Queries = 100, Probed = 8;
                var all = clustered
                    ? TestVectors.Clustered(count + Queries, Dimension, 40, seed: 5)
                    : TestVectors.Uniform(count + Queries, Dimension, seed: 5);
                var (vectors, queries) = (all[..(count * Dimension)], all[(count * Dimension)..]);
                VectorMath.Normalize(queries, Dimension, metric == Metric.Cosine ? queries : queries.ToArray());
                var (scratch, flat) = (new RouteScratch(), new RouteScratch());
                var centroids = Centroids(new GenericKernels(Dimension, metric), vectors, 2);
                var same = 0;
                for (var q = 0; q < Queries; q++)
                {
                    var query = queries.AsSpan(q * Dimension, Dimension);
                    centroids.All.Prepare(query, 1, flat);
                    var expected = centroids.All.Probes(0, query, Probed, 0, flat);
                    var found = centroids.Probes(query, Probed, 4, scratch);
                    var lists = expected.ToArray().Select(probe => probe.List).ToHashSet();
                    Assert.Equal(Probed, found.ToArray().DistinctBy(probe => probe.List).Count());
                    same += found.ToArray().Count(probe => lists.Contains(probe.List));
                    for (var probe = 0; probe < Probed; probe++)
                    {
                        // The same sums in another order.
                        Assert.InRange(found[probe].Score, expected[probe].Score - 0.01f, float.PositiveInfinity);
                        Assert.True(probe == 0 || found[probe - 1].Score <= found[probe].Score);
                    }
                }

                Assert.True(same >= least * Queries * Probed, $"{metric}, {count} lists, clustered {clustered}: {same} of {Queries * Probed}");
            }
        }
    }

    [Fact]
    public void Damaged_graphs_are_refused_or_searched_within_their_bounds()
    {
        const int Count = 300, Dimension = 5;
        var kernels = new GenericKernels(Dimension);
        var coarse = new CoarseQuantizer<GenericKernels>(kernels, TestVectors.Uniform(Count, Dimension, seed: 1));
        var space = new HnswSpace<GenericKernels>(kernels, coarse);
        var words = HnswBuild<GenericKernels>.Run(space, 1, default).Words.ToArray();
        var (random, query, usable) = (new Random(1), TestVectors.Uniform(1, Dimension, seed: 2), 0);
        int[] numbers = [-2, -1, 0, 1, 2, 15, 16, 17, 63, 64, 65, Count - 1, Count, int.MaxValue, int.MinValue];
        for (var round = 0; round < 4000; round++)
        {
            var copy = words.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                var at = random.Next(4) == 0 ? random.Next(4 + Count) : random.Next(copy.Length);
                copy[at] = random.Next(2) == 0 ? numbers[random.Next(numbers.Length)] : random.Next(Count);
            }

            copy = random.Next(8) == 0 ? copy[..random.Next(copy.Length)] : copy;
            if (HnswGraph.Fault(copy, Count) is null)
            {
                usable++;
                var (graph, scratch) = (new HnswGraph(copy, Count), new RouteScratch());
                space.Descend(graph, query, 0, level: 0, ef: 50, scratch);
                Assert.InRange(space.Search(graph, query, 0, level: 0, ef: 50, scratch, count: 1), 1, 50);
            }
        }

        Assert.InRange(usable, 10, 3900);
    }

    [Fact]
    public void Working_memory_is_bounded_by_the_nodes()
    {
        const int Count = 4000, Dimension = 6;
        var vectors = TestVectors.Uniform(Count, Dimension, seed: 1);
        var (centroids, scratch) = (Centroids(new GenericKernels(Dimension), vectors), new RouteScratch());
        centroids.Probes(vectors.AsSpan(0, Dimension), 16, 2, scratch);
        Assert.InRange(scratch.SizeInBytes, Count / 8, (Count / 8) + 2048);
    }

    private static IEnumerable<float[]> Kinds(int count, int dimension) =>
    [
        TestVectors.Uniform(count, dimension, seed: 1), TestVectors.Clustered(count, dimension, 5, seed: 2, spread: 0.01f),
        TestVectors.WithDuplicates(TestVectors.Uniform(count, dimension, seed: 3), dimension, seed: 4),
    ];

    private static HnswCentroids<TKernels> Centroids<TKernels>(TKernels kernels, float[] vectors, int threads = 1)
        where TKernels : struct, ICentroidKernels =>
        HnswCentroids<TKernels>.Of(kernels, new CoarseQuantizer<TKernels>(kernels, vectors), null, threads, default);

    /// <summary>The graph of nodes that are compared by scalar sums.</summary>
    private static PlainHnsw Plain(float[] vectors, int dimension, Metric metric)
    {
        var count = vectors.Length / dimension;
        ReadOnlySpan<float> Node(int node) => vectors.AsSpan(node * dimension, dimension);
        var norms = Enumerable.Range(0, count).Select(node => (float)VectorMath.SquaredNorm(Node(node))).ToArray();
        var largest = norms.Max();
        return new PlainHnsw(
            count,
            (one, other) => ScalarReference.Score(metric, Node(one), Node(other)) + (metric == Metric.Cosine ? norms[one] + norms[other] : 0),
            metric == Metric.InnerProduct ? 2 * largest : 0);
    }
}
