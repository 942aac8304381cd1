namespace PqGen.Tests.Indexes;

/// <summary>Every metric against its definition in double precision, and what an index returns against what it holds.</summary>
public class MetricTests
{
    private const int N = 1500;
    private const int Queries = 30;
    private const int NList = 12;

    public static TheoryData<IndexFactory> Exact => [.. IndexFactory.All.Where(factory => !factory.HasCodes)];

    public static TheoryData<IndexFactory> UnderCosine => [.. IndexFactory.All.Where(factory => factory.Metric == Metric.Cosine)];

    [Theory]
    [MemberData(nameof(Exact))]
    public void Exact_kinds_find_what_brute_force_finds(IndexFactory factory)
    {
        var dimension = factory.Dimension;
        foreach (var (name, vectors, inPlace) in Distributions(dimension))
        {
            using var index = factory.Build(vectors, NList);
            foreach (var k in new[] { 1, 10, N })
            {
                var identical = 0;
                for (var q = 0; q < Queries; q++)
                {
                    var query = Query(vectors, dimension, q);
                    var found = index.Nearest(query, k, new SearchOptions { NProbe = NList });
                    var expected = BruteForce.Nearest(query, vectors, k, factory.Metric);
                    Assert.Equal(k, found.Length);
                    Assert.Equal(k, found.Select(neighbor => neighbor.Id).Distinct().Count());
                    for (var i = 0; i < k; i++)
                    {
                        // What a float cannot tell apart may stand in either order.
                        var row = vectors.AsSpan((int)found[i].Id * dimension, dimension);
                        var (truth, rounding) = (BruteForce.Distance(factory.Metric, query, row), Rounding(factory.Metric, query, row));
                        var where = $"{name}, k {k}, query {q}, place {i}: {found[i]} found, {expected[i]} expected";
                        Assert.True(Math.Abs(truth - found[i].Distance) <= rounding, $"{where}, which is {truth}");
                        Assert.True(
                            found[i].Id == expected[i].Position || Math.Abs(truth - expected[i].Distance) <= 4 * rounding,
                            $"{where}; the gap is {truth - expected[i].Distance}, the rounding {rounding}");
                        identical += found[i].Id == expected[i].Position ? 1 : 0;
                    }
                }

                Assert.True(identical >= inPlace * Queries * k, $"{name}, k {k}: {identical} of {Queries * k} in their places");
            }
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void A_distance_is_that_of_the_vector_that_the_index_holds(IndexFactory factory)
    {
        var dimension = factory.Dimension;
        var vectors = TestVectors.Clustered(N, dimension, 30, seed: 1);
        foreach (var keep in factory.HasCodes ? new[] { false, true } : [true])
        {
            using var index = factory.Build(vectors, NList, keepVectors: keep);
            var held = new float[dimension];
            for (var q = 0; q < Queries; q++)
            {
                var query = Query(vectors, dimension, q);
                foreach (var neighbor in index.Nearest(query, 50, new SearchOptions { NProbe = 3, Rerank = factory.HasCodes && keep ? 100 : 0 }))
                {
                    Assert.Equal(keep ? VectorSource.Kept : VectorSource.Decoded, index.TryGetVector(neighbor.Id, held));

                    // A rotation rounds in proportion to vectors, not to their difference.
                    var lengths = BruteForce.SquaredDistance(query, held) * BruteForce.SquaredDistance(query, new float[dimension]);
                    var rotated = keep || factory.Transform != TransformKind.Opq ? 0 : 1e-6 * Math.Sqrt(lengths);
                    Assert.Equal(OfHeld(factory.Metric, query, held, keep), neighbor.Distance, Rounding(factory.Metric, query, held) + rotated);
                    if (keep)
                    {
                        var row = vectors.AsSpan((int)neighbor.Id * dimension, dimension);
                        Assert.Equal(BruteForce.Distance(factory.Metric, query, row), neighbor.Distance, Rounding(factory.Metric, query, row));
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(UnderCosine))]
    public void A_vector_of_zeros_has_similarity_0_with_every_other(IndexFactory factory)
    {
        var dimension = factory.Dimension;
        var vectors = TestVectors.Clustered(N, dimension, 30, seed: 1);
        for (var i = 0; i < N; i += 7)
        {
            vectors.AsSpan(i * dimension, dimension).Clear();
        }

        using var index = factory.Build(vectors, NList);
        foreach (var options in factory.Options(NList).Select(options => options with { NProbe = NList }))
        {
            var nearest = index.Nearest(new float[dimension], N, options);
            Assert.Equal(Enumerable.Range(0, N).Select(id => new Neighbor(id, 0)), nearest);
            Assert.Equal(nearest, index.Within(new float[dimension], 0, options));
            Assert.Empty(index.Within(new float[dimension], float.Epsilon, options));
            var found = index.Nearest(Query(vectors, dimension, 1), N, options with { Rerank = factory.HasCodes ? N : 0 });
            Assert.Equal(N, found.Length);
            Assert.All(found, neighbor => Assert.InRange(neighbor.Distance, -1.00001f, 1.00001f));
            Assert.All(found.Where(neighbor => neighbor.Id % 7 == 0), neighbor => Assert.Equal(0, neighbor.Distance));
        }

        var held = new float[dimension];
        Assert.Equal(VectorSource.Kept, index.TryGetVector(7, held));
        Assert.Equal(new float[dimension], held);
    }

    [Theory]
    [MemberData(nameof(UnderCosine))]
    public void Nothing_but_zeros_can_be_trained_on_and_searched(IndexFactory factory)
    {
        using var index = factory.Build(new float[N * factory.Dimension], NList);
        foreach (var options in factory.Options(NList).Select(options => options with { NProbe = NList }))
        {
            // A code of zeros is half way between what is near and what is opposite in squared distance, 1 from any vector of length 1.
            var ofCode = factory.HasCodes && options.Rerank == 0 ? 0.5 : 0;
            var (zeros, other) = (new float[factory.Dimension], TestVectors.Uniform(1, factory.Dimension, seed: 1));
            foreach (var (query, similarity) in new[] { (zeros, 0), (other, ofCode) })
            {
                var found = index.Nearest(query, 20, options);
                Assert.Equal(Enumerable.Range(0, 20).Select(id => (long)id), found.Select(neighbor => neighbor.Id));
                Assert.All(found, neighbor => Assert.Equal(similarity, neighbor.Distance, 1e-6));
            }
        }
    }

    [Theory]
    [MemberData(nameof(UnderCosine))]
    public void Lengths_do_not_matter_under_cosine(IndexFactory factory)
    {
        var (dimension, random) = (factory.Dimension, new Random(3));
        var vectors = TestVectors.Clustered(N, dimension, 30, seed: 1);
        var stretched = vectors.ToArray();
        for (var i = 0; i < N; i++)
        {
            // Powers of two, which leave every bit of a direction.
            var length = MathF.ScaleB(1, random.Next(-60, 40));
            foreach (ref var component in stretched.AsSpan(i * dimension, dimension))
            {
                component *= length;
            }
        }

        using var index = factory.Build(vectors, NList);
        using var other = factory.Build(stretched, NList);
        foreach (var options in factory.Options(NList))
        {
            for (var q = 0; q < Queries; q++)
            {
                var query = Query(vectors, dimension, q);
                Searching.Same(
                    index.Nearest(query, 20, options),
                    other.Nearest(TestVectors.Moved(query, MathF.ScaleB(1, random.Next(-60, 40))), 20, options),
                    $"query {q}, {options}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void A_file_keeps_its_metric(IndexFactory factory)
    {
        using var folder = new Storage.TempFolder();
        var vectors = TestVectors.Clustered(N, factory.Dimension, 30, seed: 1);
        using var index = factory.Build(vectors, NList, ids: TestVectors.ShuffledIds(N, seed: 2));
        Assert.Equal(factory.Metric, index.Metric);
        Assert.Equal(factory.Metric, index.Shape.Metric);
        index.Save(folder.File("index.pqg"));
        foreach (var open in new[] { factory.Open, VectorIndex.Open })
        {
            using var same = open(folder.File("index.pqg"));
            Assert.Equal(factory.Metric, same.Metric);
            foreach (var options in factory.Options(NList))
            {
                for (var q = 0; q < Queries; q++)
                {
                    var query = Query(vectors, factory.Dimension, q);
                    Searching.Same(index.Nearest(query, 20, options), same.Nearest(query, 20, options), $"query {q}, {options}");
                }
            }
        }
    }

    [Fact]
    public void A_class_refuses_a_file_of_another_metric()
    {
        using var folder = new Storage.TempFolder();
        foreach (var factory in IndexFactory.Generated)
        {
            foreach (var metric in Enum.GetValues<Metric>().Where(metric => metric != factory.Metric))
            {
                var vectors = TestVectors.Clustered(300, factory.Dimension, 30, seed: 1);
                using var index = factory.Under(metric).Build(vectors, NList);
                index.Save(folder.File("other.pqg"));
                var exception = Assert.Throws<IndexFileException>(() => factory.Open(folder.File("other.pqg")));
                Assert.Contains(index.Shape.ToString(), exception.Message, StringComparison.Ordinal);
                Assert.Contains(factory.Shape.ToString(), exception.Message, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>Vectors, and how many of them floats can bring into their places: those far from the origin are all alike under cosine.</summary>
    private static IEnumerable<(string Name, float[] Vectors, double InPlace)> Distributions(int dimension)
    {
        yield return ("clustered", TestVectors.Clustered(N, dimension, 30, seed: 1), 0.998);
        yield return ("uniform", TestVectors.Uniform(N, dimension, seed: 1), 0.998);
        yield return ("duplicates", TestVectors.WithDuplicates(TestVectors.Uniform(N, dimension, seed: 1), dimension, seed: 2), 0.998);
        yield return ("far from the origin", TestVectors.Moved(TestVectors.Uniform(N, dimension, seed: 1), 1, 30), 0.8);
    }

    /// <summary>Queries that are some of the vectors, near some of them, or anywhere.</summary>
    private static float[] Query(float[] vectors, int dimension, int q)
    {
        var (at, noise) = (q * 47 % N, TestVectors.Uniform(1, dimension, seed: 1000 + q));
        return [.. noise.Select((component, d) => q % 3 == 2 ? 5 * component : vectors[(at * dimension) + d] + (q % 3 * 0.1f * component))];
    }

    /// <summary>What the metric says of a query and of what an index holds. A code stands for a vector that is not quite of length 1.</summary>
    private static double OfHeld(Metric metric, float[] query, float[] held, bool kept)
    {
        if (metric != Metric.Cosine || kept)
        {
            return BruteForce.Distance(metric, query, held);
        }

        var length = Math.Sqrt(query.Sum(component => (double)component * component));
        return 1 - (query.Zip(held, (x, y) => Math.Pow((x / length) - y, 2)).Sum() / 2);
    }

    /// <summary>What the roundings of some dozens of float operations can make of a distance: of vectors, of sums, of codes and residuals.</summary>
    private static double Rounding(Metric metric, ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double squares = 0;
        for (var d = 0; d < x.Length; d++)
        {
            squares += metric == Metric.SquaredL2 ? Math.Pow((double)x[d] - y[d], 2) : Math.Pow(x[d], 2) + Math.Pow(y[d], 2);
        }

        return 16 * Math.Pow(2, -24) * (metric == Metric.Cosine ? 1 : squares + 1e-3);
    }
}
