using PqGen.Clustering;
using PqGen.Common;
using PqGen.Ivf;
using PqGen.Kernels;

namespace PqGen.Tests.Indexes;

/// <summary>Bounds of centroids' scores: what they leave holds the nearest, so that the route finds what comparing all finds, bit for bit.</summary>
[Trait("Category", "Kernels")]
public class CentroidBoundsTests
{
    public static TheoryData<int, int, Metric, string> Cases
    {
        get
        {
            var cases = new TheoryData<int, int, Metric, string>();
            foreach (var (nlist, dimension) in new[] { (128, 1), (129, 3), (200, 4), (777, 17), (1000, 64), (512, 100) })
            {
                foreach (var metric in Enum.GetValues<Metric>())
                {
                    Array.ForEach(
                        ["clustered", "far from zero", "large", "small", "few different", "of all sizes"],
                        data => cases.Add(nlist, dimension, metric, data));
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_query_alone_finds_the_lists_that_comparing_all_finds(int nlist, int dimension, Metric metric, string data)
    {
        var kernels = new GenericKernels(dimension, metric);
        var vectors = Vectors(nlist + 40, dimension, data);
        var (centroids, queries) = (vectors[..(nlist * dimension)], vectors[(nlist * dimension)..]);
        var route = new FlatCoarse<GenericKernels>(kernels, new CoarseQuantizer<GenericKernels>(kernels, centroids));
        var bounds = CentroidBounds.Of(centroids, dimension, metric);
        Assert.NotNull(bounds);
        var (alone, together) = (new RouteScratch(), new RouteScratch());
        var left = 0;
        route.Prepare(queries, 40, together);
        for (var q = 0; q < 40; q++)
        {
            foreach (var nprobe in new[] { 1, 7, 20, nlist })
            {
                var query = queries.AsSpan(q * dimension, dimension);
                route.Prepare(query, 1, alone);
                Assert.True(alone.IsBounded);
                Assert.Equal(route.Probes(q, query, nprobe, 0, together).ToArray(), route.Probes(0, query, nprobe, 0, alone).ToArray());
                left += nprobe == 7 ? bounds.Nearest(query, nprobe, alone).Length : 0;
            }
        }

        // They leave few where components are many and alike in size; some in any case but of queries of zeros.
        Assert.InRange(left, 7 * 30, data == "clustered" && dimension >= 17 && metric != Metric.InnerProduct ? nlist * 40 / 4 : nlist * 40);
    }

    [Fact]
    public void Few_centroids_and_sizes_without_normal_squares_have_no_bounds()
    {
        const int Dimension = 5;
        var centroids = TestVectors.Uniform(300, Dimension, seed: 1);
        Assert.Null(CentroidBounds.Of(centroids.AsSpan(0, 127 * Dimension), Dimension, Metric.SquaredL2));
        Assert.Null(CentroidBounds.Of(Array.ConvertAll(centroids, x => x * 1e17f), Dimension, Metric.SquaredL2));
        Assert.Null(CentroidBounds.Of(Array.ConvertAll(centroids, x => x * 1e-17f), Dimension, Metric.InnerProduct));
        Assert.Null(CentroidBounds.Of(new float[centroids.Length], Dimension, Metric.InnerProduct));
        var bounds = CentroidBounds.Of(centroids, Dimension, Metric.InnerProduct)!;
        Assert.NotEmpty(bounds.Nearest(centroids.AsSpan(0, Dimension), 4, new RouteScratch()).ToArray());
        foreach (var component in new[] { 0, 1e-20f, 1e20f })
        {
            var query = Enumerable.Repeat(component, Dimension).ToArray();
            Assert.Empty(bounds.Nearest(query, 4, new RouteScratch()).ToArray());
        }

        Assert.Empty(bounds.Nearest(centroids.AsSpan(0, Dimension), 51, new RouteScratch()).ToArray());
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(25, 3)]
    [InlineData(1024, 1)]
    public void Products_of_bytes_are_whole_numbers(int steps, int groupCount)
    {
        var random = new Random(steps);
        var (groups, query) = (new AlignedBuffer<byte>(groupCount * steps * 256), new AlignedBuffer<sbyte>(steps * 4));
        var products = new AlignedBuffer<int>(groupCount * 64);
        foreach (var extreme in new[] { false, true })
        {
            foreach (ref var code in groups.Span(0, (int)groups.Length))
            {
                code = extreme ? byte.MaxValue : (byte)random.Next(256);
            }

            foreach (ref var code in query.Span(0, (int)query.Length))
            {
                code = (sbyte)(extreme ? -ByteProducts.Largest : random.Next(-ByteProducts.Largest, ByteProducts.Largest + 1));
            }

            ByteProducts.Run(ref groups.Reference, groupCount, ref query.Reference, steps, ref products.Reference);
            for (var lane = 0; lane < groupCount * 64; lane++)
            {
                var expected = 0;
                for (var d = 0; d < 4 * steps; d++)
                {
                    var row = (lane / 64 * steps) + (d / 4);
                    expected += groups.At((((row * 64) + (lane % 64)) * 4) + (d % 4)) * query.At(d);
                }

                Assert.Equal(expected, products.At(lane));
            }
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 16)]
    [InlineData(7, 17)]
    [InlineData(30, 63)]
    public void Gathered_panels_are_those_of_the_chosen(int dimension, int count)
    {
        var centroids = TestVectors.Uniform(90, dimension, seed: 2);
        var chosen = Enumerable.Range(0, count).Select(c => (c * 37) % 90).ToArray();
        var expected = Panels.Create(chosen.SelectMany(c => centroids[(c * dimension)..((c + 1) * dimension)]).ToArray(), dimension);
        var gathered = new AlignedBuffer<float>(expected.Length);
        Panels.Gather(centroids, dimension, chosen, ref gathered.Reference);
        Assert.Equal(expected.Span(0, (int)expected.Length), gathered.Span(0, (int)gathered.Length));
    }

    private static float[] Vectors(int count, int dimension, string data)
    {
        var vectors = TestVectors.Clustered(count, dimension, 30, seed: 3);
        var random = new Random(4);
        return data switch
        {
            "far from zero" => Array.ConvertAll(vectors, x => x + 5000),
            "large" => Array.ConvertAll(vectors, x => x * 1e13f),
            "small" => Array.ConvertAll(vectors, x => x * 1e-13f),
            "few different" => Array.ConvertAll(vectors, x => MathF.Round(x)),
            "of all sizes" => Array.ConvertAll(vectors, x => x * MathF.ScaleB(1, random.Next(-30, 1))),
            _ => vectors,
        };
    }
}
