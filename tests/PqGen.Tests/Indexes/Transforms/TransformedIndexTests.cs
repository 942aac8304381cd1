using PqGen.Common;
using PqGen.Quantization;

namespace PqGen.Tests.Indexes.Transforms;

/// <summary>An index behind a transform: by codes an index of the transformed vectors, by rows one of the caller's.</summary>
public class TransformedIndexTests
{
    private const int N = 700;
    private const int K = 12;

    public static TheoryData<IndexFactory> Factories => [.. IndexFactory.Transformed];

    /// <summary>The same model without a transform, fed with vectors that a scalar loop has transformed, gives the same bits.</summary>
    [Theory]
    [MemberData(nameof(Factories))]
    public void By_codes_it_finds_what_an_index_of_transformed_vectors_finds(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(N, factory.Dimension, 30, seed: 1);
        using var index = factory.Build(vectors);
        var shape = index.Shape with { InputDimension = index.Shape.Dimension };

        // Under cosine vectors come to length 1 first, and would once more: squared distances order and score codes alike.
        using var plain = GenericIndex.FromModel(
            factory.Metric == Metric.Cosine ? shape with { Metric = Metric.SquaredL2 } : shape,
            index.Centroids,
            index.Quantizer.Codebooks,
            keepVectors: false);
        var transformed = Transformed(index, vectors);
        plain.Add(transformed);
        var dimension = shape.Dimension;
        foreach (var options in factory.Options().Where(options => options.Rerank == 0))
        {
            for (var q = 0; q < 25; q++)
            {
                var (found, expected) = (new Neighbor[K], new Neighbor[K]);
                var count = index.Search(vectors.AsSpan(q * factory.Dimension, factory.Dimension), found, options);
                Assert.Equal(plain.Search(transformed.AsSpan(q * dimension, dimension), expected, options), count);
                Assert.Equal(
                    expected[..count].Select(neighbor => factory.Metric == Metric.Cosine
                        ? neighbor with { Distance = 1 - (neighbor.Distance / 2) } : neighbor),
                    found[..count]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Factories))]
    public void By_rows_distances_are_those_of_the_vectors_themselves(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(N, factory.Dimension, 30, seed: 1);
        using var index = factory.Build(vectors);
        var (found, vector) = (new Neighbor[K], new float[factory.Dimension]);
        for (var q = 0; q < 25; q++)
        {
            var query = vectors.AsSpan(q * factory.Dimension, factory.Dimension);
            Assert.Equal(K, index.Search(query, found, new SearchOptions { NProbe = index.NList, Rerank = N }));
            var expected = BruteForce.Nearest(query, vectors, K, factory.Metric);
            for (var i = 0; i < K; i++)
            {
                Assert.Equal(expected[i].Distance, found[i].Distance, 1e-5 * Math.Max(1, Math.Abs(expected[i].Distance)));
            }

            Assert.Equal(VectorSource.Kept, index.TryGetVector(q, vector));
            if (factory.Metric != Metric.Cosine)
            {
                Assert.Equal(query.ToArray(), vector);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Factories))]
    public void What_a_code_stands_for_is_led_back(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(N, factory.Dimension, 30, seed: 1);
        using var index = factory.Build(vectors, keepVectors: false);
        var (vector, distances) = (new float[factory.Dimension], 0d);
        for (var i = 0; i < N; i++)
        {
            Assert.Equal(VectorSource.Decoded, index.TryGetVector(i, vector));
            var original = vectors[(i * factory.Dimension)..((i + 1) * factory.Dimension)];
            if (factory.Metric == Metric.Cosine)
            {
                var length = MathF.Sqrt(original.Sum(component => component * component));
                original = Array.ConvertAll(original, component => component / length);
            }

            distances += BruteForce.SquaredDistance(original, vector) / N;
        }

        // The error of the codes, which the transform keeps.
        Assert.Equal(index.TrainingReport!.QuantizationError, distances, 0.15 * distances);
    }

    [Theory]
    [MemberData(nameof(Factories))]
    public void A_trained_transform_keeps_distances(IndexFactory factory)
    {
        using var index = factory.Build(TestVectors.Clustered(N, factory.Dimension, 30, seed: 1));
        var transform = index.Transform!;
        Assert.Equal((factory.Dimension, index.Shape.Dimension), (transform.InputDimension, transform.Dimension));
        Assert.Equal(factory.Dimension, index.Dimension);
        Assert.True(transform.IsOrthonormal);
        Assert.Equal(factory.Transform != TransformKind.None && factory.Metric == Metric.SquaredL2, transform.Bias.Length > 0);
        Assert.Equal(factory.Transform == TransformKind.Opq, transform.Matrix.Length > 0);
        Assert.True(Distance(transform.Matrix, transform.InputDimension) <= 1e-5);
    }

    [Fact]
    public void The_mean_is_that_of_the_training_vectors()
    {
        var vectors = TestVectors.Moved(TestVectors.Uniform(N, 12, seed: 1), 1, offset: 300);
        using var index = GenericIndex.Train(IndexShape.Pq(12, 3, 16), vectors, new TrainingOptions { Transform = TransformKind.Mean });
        for (var d = 0; d < 12; d++)
        {
            Assert.Equal(-Enumerable.Range(0, N).Average(i => (double)vectors[(i * 12) + d]), index.Transform!.Bias[d], 1e-4);
        }
    }

    [Theory]
    [InlineData(1e-30f)]
    [InlineData(1e-9f)]
    [InlineData(9e14f)]
    public void Vectors_of_any_magnitude(float scale)
    {
        foreach (var factory in IndexFactory.Transformed)
        {
            var vectors = TestVectors.Moved(TestVectors.Uniform(N, factory.Dimension, seed: 1), scale);
            using var index = factory.Build(vectors);
            var vector = new float[factory.Dimension];
            var found = new Neighbor[1];
            for (var i = 0; i < 20; i++)
            {
                var query = vectors.AsSpan(i * factory.Dimension, factory.Dimension);
                Assert.Equal(1, index.Search(query, found, new SearchOptions { NProbe = index.NList, Rerank = N }));
                Assert.True(factory.Metric == Metric.InnerProduct || found[0].Id == i);
                Assert.Equal(1, index.Search(query, found, new SearchOptions { NProbe = index.NList }));
                Assert.True(float.IsFinite(found[0].Distance));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Factories))]
    public void Memory_is_foreseen(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(6000, factory.Dimension, 30, seed: 1);
        using var index = factory.Build(vectors);
        var (found, estimate) = (index.Memory, GenericIndex.EstimateMemory(index.Shape, 6000, 12, transform: factory.Transform));
        Assert.InRange(estimate.Model, 0.98 * found.Model, 1.02 * found.Model);
        Assert.InRange(estimate.Vectors, 0.98 * found.Vectors, 1.02 * found.Vectors);
    }

    [Fact]
    public void A_given_transform_may_lead_to_fewer_components()
    {
        var vectors = TestVectors.Clustered(N, 24, 30, seed: 1);
        var matrix = LinearTransformTests.Rotation(24)[..(10 * 24)];
        var transform = new LinearTransform(24, 10, matrix, TestVectors.Uniform(1, 10, seed: 2));
        var few = transform.Apply(vectors, 1, default);
        using var trained = GenericIndex.Train(IndexShape.IvfPq(10, 5, 32), few, new TrainingOptions { NList = 8 });
        using var index = GenericIndex.FromModel(
            IndexShape.IvfPq(10, 5, 32) with { InputDimension = 24 }, trained.Centroids, trained.Quantizer.Codebooks, transform: transform);
        index.Add(vectors);
        trained.Add(few);
        using var stream = new MemoryStream();
        index.Save(stream);
        stream.Position = 0;
        using var same = VectorIndex.Load(stream);
        foreach (var one in new[] { index, same })
        {
            Assert.Equal(24, one.Dimension);
            for (var q = 0; q < 20; q++)
            {
                var (found, expected) = (new Neighbor[K], new Neighbor[K]);
                one.Search(vectors.AsSpan(q * 24, 24), found, new SearchOptions { NProbe = 8 });
                trained.Search(few.AsSpan(q * 10, 10), expected, new SearchOptions { NProbe = 8 });
                Assert.Equal(expected, found);
                one.Search(vectors.AsSpan(q * 24, 24), found, new SearchOptions { NProbe = 8, Rerank = N });
                Assert.Equal(q, found[0].Id);
                var nearest = BruteForce.Nearest(vectors.AsSpan(q * 24, 24), vectors, K);
                Assert.Equal(nearest.Select(near => (long)near.Position), found.Select(near => near.Id));
            }
        }
    }

    /// <summary>What the index makes of vectors before it encodes them, one float at a time.</summary>
    private static float[] Transformed(VectorIndex index, float[] vectors)
    {
        var transform = index.Transform!;
        var (inputs, outputs) = (transform.InputDimension, transform.Dimension);
        var transformed = new float[vectors.Length / inputs * outputs];
        for (var i = 0; i < vectors.Length / inputs; i++)
        {
            var vector = vectors[(i * inputs)..((i + 1) * inputs)];
            if (index.Metric == Metric.Cosine)
            {
                VectorMath.Normalize(vector, inputs, vector);
            }

            for (var j = 0; j < outputs; j++)
            {
                var sum = 0f;
                for (var d = 0; d < inputs; d++)
                {
                    var entry = transform.Matrix.Length > 0 ? transform.Matrix[(j * inputs) + d] : d * outputs / inputs == j ? 1 : 0;
                    sum = MathF.FusedMultiplyAdd(vector[d], entry, sum);
                }

                transformed[(i * outputs) + j] = transform.Bias.Length > 0 ? sum + transform.Bias[j] : sum;
            }
        }

        return transformed;
    }

    /// <summary>The largest difference of the products of columns from those of axes.</summary>
    private static double Distance(ReadOnlySpan<float> matrix, int columns)
    {
        var largest = 0d;
        for (var i = 0; i < columns && matrix.Length > 0; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                var sum = i == j ? -1d : 0;
                for (var row = 0; row < matrix.Length / columns; row++)
                {
                    sum += (double)matrix[(row * columns) + i] * matrix[(row * columns) + j];
                }

                largest = Math.Max(largest, Math.Abs(sum));
            }
        }

        return largest;
    }
}
