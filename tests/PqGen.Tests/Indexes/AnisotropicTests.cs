using PqGen.Common;
using PqGen.Kernels;
using PqGen.Quantization;
using PqGen.Tests.Kernels;
using PqGen.Tests.Storage;

namespace PqGen.Tests.Indexes;

/// <summary>Score-aware codes: against coordinate descent in plain loops, by their loss, and as part of an index.</summary>
[Trait("Category", "Kernels")]
public class AnisotropicTests
{
    private const string Stage = "score-aware codebooks";

    public static TheoryData<IndexFactory> Kinds =>
        [.. IndexFactory.All.Where(factory => factory.HasCodes && factory.Metric != Metric.SquaredL2)];

    [Theory]
    [InlineData(1, 1, 2)]
    [InlineData(6, 3, 16)]
    [InlineData(20, 4, 17)]
    [InlineData(33, 1, 40)]
    [InlineData(64, 16, 256)]
    public void Codes_are_those_of_plain_loops(int dimension, int m, int ksub)
    {
        const int Count = 40;
        var kernels = new GenericKernels(dimension, m, ksub, metric: Metric.InnerProduct);
        var codebooks = TestVectors.Uniform(ksub, dimension, seed: 1);
        var quantizer = new ProductQuantizer<GenericKernels>(kernels, codebooks, exponent: 0);
        var (vectors, originals) = (TestVectors.Uniform(Count, dimension, seed: 2), TestVectors.Uniform(Count, dimension, seed: 3));
        originals.AsSpan(5 * dimension, dimension).Clear();
        foreach (var weight in new[] { 0.5f, 3, 40 })
        {
            foreach (var passes in new[] { 1, 2, 9 })
            {
                var codes = new byte[Count * m];
                quantizer.EncodeChecked(vectors, codes);
                var expected = codes.ToArray();
                new AnisotropicCoder<GenericKernels>(kernels, quantizer.CodebookPanels, weight).Improve(vectors, originals, codes, passes);
                for (var i = 0; i < Count; i++)
                {
                    Improve(
                        vectors.AsSpan(i * dimension, dimension),
                        originals[(i * dimension)..((i + 1) * dimension)],
                        codebooks,
                        m,
                        ksub,
                        weight,
                        passes,
                        expected.AsSpan(i * m, m));
                }

                Assert.Equal(expected, codes);
            }
        }
    }

    [Fact]
    public void No_pass_makes_the_loss_larger()
    {
        const int Dimension = 24, M = 6, Ksub = 32, Count = 300;
        var kernels = new GenericKernels(Dimension, M, Ksub, metric: Metric.InnerProduct);
        var vectors = TestVectors.Uniform(Count, Dimension, seed: 4);
        var codebooks = TestVectors.Uniform(Ksub, Dimension, seed: 5);
        var quantizer = new ProductQuantizer<GenericKernels>(kernels, codebooks, exponent: 0);
        var weight = Anisotropic.Weight(0.4f, Dimension);
        Assert.Equal(((Dimension - 1) * 0.16 / 0.84) - 1, weight, 1e-5);
        var coder = new AnisotropicCoder<GenericKernels>(kernels, quantizer.CodebookPanels, weight);
        var codes = new byte[Count * M];
        quantizer.EncodeChecked(vectors, codes);
        var (plain, before) = (Losses(), Losses());
        for (var pass = 0; pass < 6; pass++)
        {
            coder.Improve(vectors, vectors, codes, passes: 1);
            var after = Losses();
            Assert.All(after.Zip(before), pair => Assert.InRange(pair.First, 0, pair.Second + 1e-5));
            before = after;
        }

        Assert.True(before.Sum() < 0.9 * plain.Sum(), $"{before.Sum()}, of plain codes {plain.Sum()}");

        double[] Losses()
        {
            var decoded = new float[Count * Dimension];
            quantizer.Decode(codes, decoded);
            return [.. Enumerable.Range(0, Count).Select(i => Loss(vectors, decoded, i, Dimension, weight).Loss)];
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Any_number_of_threads_and_the_twin_make_the_same_file_and_the_loss_falls(IndexFactory factory)
    {
        var vectors = TestVectors.Uniform(900, factory.Dimension, seed: 6);
        using var folder = new TempFolder();
        var expected = Array.Empty<byte>();
        foreach (var (one, threads) in new[] { (factory, 1), (factory, 3), (factory.Twin, 2) })
        {
            using var index = Build(one, vectors, threads);
            index.Save(folder.File("saved.pqg"));
            var bytes = File.ReadAllBytes(folder.File("saved.pqg"));
            expected = expected.Length == 0 ? bytes : expected;
            Assert.Equal(expected, bytes);
            var losses = Assert.Single(index.TrainingReport!.Stages, stage => stage.Name == Stage).Objectives;
            Assert.True(losses.Count > 1);
            Assert.All(losses.Zip(losses.Skip(1)), pair => Assert.InRange(pair.Second, 0, pair.First * (1 + 1e-6)));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_added_later_and_to_the_opened_file_is_encoded_alike(IndexFactory factory)
    {
        var vectors = TestVectors.Uniform(900, factory.Dimension, seed: 7);
        var half = 450 * factory.Dimension;
        using var folder = new TempFolder();
        using var atOnce = Build(factory, vectors, 1);
        using var index = Build(factory, vectors, 1, add: half);
        index.Save(folder.File("half.pqg"));
        var bytes = File.ReadAllBytes(folder.File("half.pqg"));
        Assert.Equal(0.4f, BitConverter.ToSingle(bytes, IndexFileBytes.Section(bytes, "ANIS").Offset));
        using var opened = factory.Open(folder.File("half.pqg"));
        index.Add(vectors.AsSpan(half), threads: 1);
        opened.Add(vectors.AsSpan(half), threads: 3);
        foreach (var other in new[] { index, opened })
        {
            Assert.Equal(Saved(atOnce), Saved(other));
        }

        foreach (var damaged in new[] { 0f, 1, -0.2f, float.NaN, float.PositiveInfinity })
        {
            DamagedIndexFileTests.Refused(
                factory,
                folder,
                IndexFileBytes.With(bytes, IndexFileBytes.Section(bytes, "ANIS").Offset, BitConverter.SingleToInt32Bits(damaged)),
                "section ANIS: the threshold is");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Errors_along_vectors_are_smaller_than_those_of_plain_codes(IndexFactory factory)
    {
        var vectors = TestVectors.Uniform(1200, factory.Dimension, seed: 8);
        if (factory.Metric == Metric.Cosine)
        {
            VectorMath.Normalize(vectors, factory.Dimension, vectors);
        }

        using var plain = Build(factory, vectors, 1, threshold: 0);
        using var index = Build(factory, vectors, 1);
        var (before, after) = (Parallel(plain), Parallel(index));
        Assert.True(after < 0.9 * before, $"{after}, of plain codes {before}");

        double Parallel(VectorIndex built)
        {
            var decoded = new float[vectors.Length];
            for (var i = 0; i < built.Count; i++)
            {
                Assert.Equal(VectorSource.Decoded, built.TryGetVector(i, decoded.AsSpan(i * factory.Dimension, factory.Dimension)));
            }

            return Enumerable.Range(0, (int)built.Count).Sum(i => Loss(vectors, decoded, i, factory.Dimension, 0).Parallel);
        }
    }

    [Fact]
    public void A_low_threshold_leaves_codes_plain_and_vectors_of_zeros_have_codes()
    {
        var factory = IndexFactory.Pq(24, 6, 16).Under(Metric.InnerProduct);
        var vectors = TestVectors.Uniform(500, 24, seed: 9);
        vectors.AsSpan(0, 240).Clear();
        using var plain = Build(factory, vectors, 1, threshold: 0);
        using var low = Build(factory, vectors, 1, threshold: 0.2f);
        using var high = Build(factory, vectors, 1, threshold: 0.9f);
        for (var q = 0; q < 50; q++)
        {
            var query = vectors.AsSpan(q * 240, 24);
            Searching.Same(plain.Nearest(query, 10), low.Nearest(query, 10), $"query {q}");
        }

        Assert.DoesNotContain(low.TrainingReport!.Stages, stage => stage.Name == Stage);
        Assert.Equal(500, high.Count);
    }

    [Fact]
    public void What_cannot_be_is_refused_by_name()
    {
        var vectors = TestVectors.Uniform(400, 18, seed: 7);
        var options = new TrainingOptions { AnisotropicThreshold = 0.2f, NList = 4 };
        var shape = IndexShape.IvfPq(18, 9, 11);
        Refusals.Expect<ArgumentException>(
            () => GenericIndex.Train(shape, vectors, options), "AnisotropicThreshold is 0.2", "under SquaredL2", "InnerProduct or Cosine");
        Refusals.Expect<ArgumentException>(
            () => GenericIndex.Train(IndexShape.IvfFlat(18, Metric.InnerProduct), vectors, options), "kind IvfFlat", "it needs codes");
        foreach (var bad in new[] { -0.1f, 1, float.NaN, float.PositiveInfinity })
        {
            Refusals.Expect<ArgumentOutOfRangeException>(
                () => GenericIndex.Train(shape with { Metric = Metric.Cosine }, vectors, options with { AnisotropicThreshold = bad }),
                "AnisotropicThreshold is");
        }
    }

    private static VectorIndex Build(IndexFactory factory, float[] vectors, int threads, float threshold = 0.4f, int? add = null)
    {
        var index = factory.Train(vectors, new TrainingOptions
        {
            NList = 5, Iterations = 6, CoarseIterations = 3, KeepVectors = false, Threads = threads, AnisotropicThreshold = threshold,
        });
        index.Add(vectors.AsSpan(0, add ?? vectors.Length), threads);
        return index;
    }

    private static byte[] Saved(VectorIndex index)
    {
        using var stream = new MemoryStream();
        index.Save(stream);
        return stream.ToArray();
    }

    /// <summary>||r||^2 + w p^2 and p^2 of the error r of a vector, p what it has along the vector.</summary>
    private static (double Loss, double Parallel) Loss(float[] vectors, float[] decoded, int i, int dimension, double weight)
    {
        double error = 0, along = 0, norm = 0;
        for (var d = i * dimension; d < (i + 1) * dimension; d++)
        {
            var difference = (double)vectors[d] - decoded[d];
            error += difference * difference;
            along += difference * vectors[d];
            norm += (double)vectors[d] * vectors[d];
        }

        return (error + (weight * along * along / norm), along * along / norm);
    }

    /// <summary>Coordinate descent, one float at a time.</summary>
    private static void Improve(
        ReadOnlySpan<float> vector, float[] original, float[] codebooks, int m, int ksub, float weight, int passes, Span<byte> code)
    {
        if (original.All(component => component == 0))
        {
            return;
        }

        var dsub = vector.Length / m;
        var u = new float[vector.Length];
        VectorMath.Normalize(original, u.Length, u);
        var (own, parallel) = (new double[m], new double[m]);
        double sum = 0;
        for (var sub = 0; sub < m; sub++)
        {
            for (var d = sub * dsub; d < (sub + 1) * dsub; d++)
            {
                own[sub] += (double)vector[d] * u[d];
            }

            parallel[sub] = own[sub] + (0.5 * Product(sub, code[sub]));
            sum += parallel[sub];
        }

        for (var pass = 0; pass < passes; pass++)
        {
            for (var sub = 0; sub < m; sub++)
            {
                var rest = (float)(sum - parallel[sub] + own[sub]);
                var best = (int)code[sub];
                for (var k = ksub - 1; k >= 0; k--)
                {
                    var (loss, least) = (LossOf(vector, k), LossOf(vector, best));
                    best = loss < least || (loss == least && best != code[sub]) ? k : best;
                }

                code[sub] = (byte)best;
                var changed = own[sub] + (0.5 * Product(sub, best));
                sum += changed - parallel[sub];
                parallel[sub] = changed;

                float LossOf(ReadOnlySpan<float> x, int k)
                {
                    var along = rest + (Product(sub, k) * 0.5f);
                    return ScalarReference.LaneDistance(x.Slice(sub * dsub, dsub), Centroid(sub, k)) + (weight * (along * along));
                }
            }
        }

        ReadOnlySpan<float> Centroid(int sub, int k) => codebooks.AsSpan(((sub * ksub) + k) * dsub, dsub);

        float Product(int sub, int k) => ScalarReference.LaneInnerProduct(u.AsSpan(sub * dsub, dsub), Centroid(sub, k));
    }
}
