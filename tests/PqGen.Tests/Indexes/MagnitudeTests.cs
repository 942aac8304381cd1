namespace PqGen.Tests.Indexes;

/// <summary>Vectors at both ends of what components may be: what trains, saves and opens, and the nearest neighbour is the nearest.</summary>
public class MagnitudeTests
{
    [Theory]
    [InlineData(-45)]
    [InlineData(-63)]
    [InlineData(-76)]
    [InlineData(-100)]
    public void Components_whose_squares_are_too_small_for_a_float(int exponent)
    {
        var unit = MathF.ScaleB(1, exponent);
        foreach (var factory in IndexFactory.All)
        {
            var vectors = TestVectors.Clustered(600, factory.Dimension, 12, seed: 3);
            var small = TestVectors.Moved(vectors, unit);
            using var index = factory.Build(vectors, nlist: 6);
            using var scaled = factory.Build(small, nlist: 6);
            foreach (var options in factory.Options(nlist: 6))
            {
                Assert.Equal(Found(index, vectors, options), Found(scaled, small, options));
            }
        }
    }

    [Theory]
    [InlineData(1e-20f)]
    [InlineData(1e-25f)]
    public void Saved_and_opened(float unit)
    {
        using var folder = new Storage.TempFolder();
        foreach (var factory in IndexFactory.All)
        {
            var small = TestVectors.Moved(TestVectors.Clustered(600, factory.Dimension, 12, seed: 3), unit);
            using var index = factory.Build(small, nlist: 6);
            index.Save(folder.File("small.pqg"));
            using var same = factory.Open(folder.File("small.pqg"));
            var options = new SearchOptions { NProbe = 3, Rerank = 30 };
            Assert.Equal(Found(index, small, options), Found(same, small, options));
            same.Add(small);
            index.Add(small);
            Assert.Equal(Found(index, small, options), Found(same, small, options));
            Assert.Equal(index.Centroids.ToArray(), same.Centroids.ToArray());
        }
    }

    [Fact]
    public void Zero_and_a_tiny_vector_are_told_apart()
    {
        foreach (var (first, second) in new[] { (0f, 1e-23f), (1e-23f, 0f), (2e-38f, 1e-38f), (-1e-30f, 1e-30f) })
        {
            using var index = GenericIndex.Flat(1);
            index.Add([first]);
            index.Add([second]);
            var found = new Neighbor[1];
            Assert.Equal(1, index.Search([second], found));
            Assert.Equal(1, found[0].Id);
            Assert.Equal(1, ExactSearch.Search([second], [first, second], found));
            Assert.Equal(1, found[0].Id);
        }
    }

    [Fact]
    public void A_given_model_of_zeros_does_not_say_how_large_vectors_are()
    {
        foreach (var metric in Enum.GetValues<Metric>().Where(metric => metric != Metric.Cosine))
        {
            var found = new Neighbor[2];
            foreach (var shape in new[] { IndexShape.Flat(1), IndexShape.IvfFlat(1) })
            {
                using var exact = GenericIndex.FromModel(shape with { Metric = metric }, shape.HasLists ? [0] : default, default);
                exact.Add([1e-23f, 2e-23f]);
                Assert.Equal(2, exact.Search([3e-23f], found));
                Assert.Equal([1, 0], found.Select(neighbor => neighbor.Id));
            }

            var inverted = IndexShape.IvfPq(1, 1, 2) with { Metric = metric };
            using var codes = GenericIndex.FromModel(inverted, [0], [1e-23f, 2e-23f]);
            codes.Add([1e-23f, 2e-23f]);
            Assert.Equal(2, codes.Search([3e-23f], found));
            Assert.Equal([1, 0], found.Select(neighbor => neighbor.Id));
        }
    }

    [Fact]
    public void Vectors_too_large_for_an_index_of_tiny_ones_are_refused_and_change_nothing()
    {
        using var index = GenericIndex.Flat(2);
        index.Add([1e-30f, 0]);
        Refusals.Expect<ArgumentException>(() => index.Add([1f, 0]), "vectors", "component 0 of vector 0 is 1", "at most");
        Refusals.Expect<ArgumentException>(() => index.Search([0, 1f], new Neighbor[1]), "query", "component 1 of vector 0 is 1", "at most");
        Assert.Equal(1, index.Count);
        index.Add([3e-30f, 0]);
    }

    [Fact]
    public void A_product_quantizer_of_tiny_vectors()
    {
        var vectors = TestVectors.Clustered(600, 12, 12, seed: 3);
        var small = TestVectors.Moved(vectors, 1f / (1L << 62) / (1 << 18));
        var options = new TrainingOptions { Iterations = 4 };
        var (quantizer, scaled) = (
            PqGen.Quantization.ProductQuantizer.Train(12, 3, 20, vectors, options),
            PqGen.Quantization.ProductQuantizer.Train(12, 3, 20, small, options));
        var (codes, same) = (new byte[600 * 3], new byte[600 * 3]);
        quantizer.Encode(vectors, codes);
        scaled.Encode(small, same);
        Assert.Equal(codes, same);
        var again = PqGen.Quantization.ProductQuantizer.FromCodebooks(12, 3, 20, scaled.Codebooks);
        again.Encode(small, same);
        Assert.Equal(codes, same);
        var decoded = new float[small.Length];
        again.Decode(codes, decoded);
        Assert.All(Enumerable.Range(0, decoded.Length), i => Assert.InRange(MathF.Abs(decoded[i] - small[i]), 0, small.Max(MathF.Abs)));
    }

    [Fact]
    public void Residuals_of_twice_the_largest_magnitude_save_and_open()
    {
        using var folder = new Storage.TempFolder();
        float[] vectors = [.. Enumerable.Repeat(-1e15f, 9), 1e15f];
        using var index = GenericIndex.Train(IndexShape.IvfPq(1, 1, 2), vectors, new TrainingOptions { NList = 1 });
        index.Add(vectors);
        index.Save(folder.File("large.pqg"));
        using var same = VectorIndex.Open(folder.File("large.pqg"));
        Assert.Equal(10, same.Count);
        var found = new Neighbor[1];
        Assert.Equal(1, same.Search([1e15f], found));
        Assert.Equal(9, found[0].Id);
        using var given = GenericIndex.FromModel(IndexShape.IvfPq(1, 1, 2), index.Centroids, index.Quantizer.Codebooks);
        given.Add(vectors);
        Assert.Equal(10, given.Count);
    }

    private static long[] Found(VectorIndex index, float[] vectors, SearchOptions options)
    {
        var found = new List<long>();
        var results = new Neighbor[8];
        for (var q = 0; q < 12; q++)
        {
            var count = index.Search(vectors.AsSpan(q * 37 * index.Dimension, index.Dimension), results, options);
            found.AddRange(results.Take(count).Select(neighbor => neighbor.Id));
            Assert.All(results.Take(count), neighbor => Assert.False(float.IsNaN(neighbor.Distance)));
        }

        return [.. found];
    }
}
