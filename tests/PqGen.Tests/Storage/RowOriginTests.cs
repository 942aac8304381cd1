using System.Globalization;
using PqGen.Storage;
using PqGen.Tests.Indexes;

namespace PqGen.Tests.Storage;

/// <summary>Rows of 8 bits are taken from the mean of the training vectors where that makes their steps smaller.</summary>
public class RowOriginTests
{
    private const int N = 1500;
    private const int K = 10;

    public static TheoryData<IndexFactory> Codes => [.. IndexFactory.All.Where(factory => factory.HasCodes)];

    [Theory]
    [InlineData(0f)]
    [InlineData(5f)]
    [InlineData(-300f)]
    public void Bytes_lose_half_of_a_step_of_the_distance_from_the_origin(float offset)
    {
        foreach (var dimension in new[] { 1, 7, 16, 33, 100 })
        {
            var (origin, vector) = (Vector(dimension, seed: 1, offset), Vector(dimension, seed: 2, offset));
            var decoded = Recoded(vector, origin);
            var step = Enumerable.Range(0, dimension).Max(d => Math.Abs(vector[d] - origin[d])) / 127.0;
            for (var d = 0; d < dimension; d++)
            {
                // A rounding of the difference, one of the product, one of the sum.
                Assert.InRange(Math.Abs((double)vector[d] - decoded[d]), 0, (0.5001 * step) + (Math.Abs(vector[d]) * Math.Pow(2, -23)));
            }

            Assert.Equal(origin, Recoded(origin, origin));

            // A vector unlike those of training loses no more than without an origin.
            float[] small = [.. Vector(dimension, seed: 3, 0).Select(component => component / 64)];
            Assert.Equal(Recoded(small, []), Recoded(small, [.. origin.Select(component => component + 50)]));
        }
    }

    [Fact]
    public void Whole_numbers_of_a_byte_stay_what_they_are()
    {
        var random = new Random(1);
        foreach (var (from, to) in new[] { (0, 256), (-127, 128), (0, 3), (0, 1), (128, 256) })
        {
            var vector = Enumerable.Range(0, 100).Select(_ => (float)random.Next(from, to)).ToArray();
            Assert.Equal(vector, Recoded(vector, Vector(100, seed: 3, offset: 7)));
        }

        // A vector whose step is 1 is none of these.
        float[] origin = [0.5f, 0.25f, 0.5f], other = [127.5f, 10.5f, 0.5f];
        Assert.Equal(127.5f, Recoded(other, origin)[0], 127.5f / (1 << 22));
        Assert.InRange(Recoded(other, origin)[1], 10, 11);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(2f)]
    public void Nothing_along_a_vector_is_lost_where_inner_products_compare(float offset)
    {
        foreach (var dimension in new[] { 7, 33, 100 })
        {
            var vector = Vector(dimension, seed: 2, offset);
            foreach (var origin in new[] { [], Vector(dimension, seed: 1, offset) })
            {
                var (product, cosine) = (Along(vector, origin, Metric.InnerProduct), Along(vector, origin, Metric.Cosine));
                Assert.InRange(Math.Abs(product), 0, 3e-7);
                Assert.Equal(product, cosine);
                Assert.NotInRange(Math.Abs(Along(vector, origin, Metric.SquaredL2)), 0, 3e-6);
            }
        }

        // Of a vector that one component makes up, a step that loses nothing along it is that component's.
        Assert.Equal([0, 2.5f, 0], Recoded([0, 2.5f, 0], [], Metric.InnerProduct));
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void Rows_far_from_zero_lose_no_more_than_others(IndexFactory factory)
    {
        // As text embeddings are: one component is large in all of them.
        var vectors = TestVectors.Clustered(N, factory.Dimension, 30, seed: 1);
        var (near, largest) = (Lost(factory, vectors), vectors.Max());
        for (var i = 0; i < N; i++)
        {
            vectors[i * factory.Dimension] += (factory.Metric == Metric.Cosine ? 4 : 40) * largest;
        }

        Assert.InRange(near, 0, 0.06);
        Assert.InRange(Lost(factory, vectors), 0, 0.07);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void Files_keep_the_origin(IndexFactory factory)
    {
        using var folder = new TempFolder();
        var vectors = TestVectors.Moved(TestVectors.Clustered(N, factory.Dimension, 30, seed: 2), 1, 20);
        foreach (var format in new[] { RowFormat.Int8, RowFormat.Int8Float16 })
        {
            using var index = factory.Build(vectors, format: format);
            var (path, low, high, merged) = (folder.File("index.pqg"), folder.File("low.pqg"), folder.File("high.pqg"), folder.File("merged.pqg"));
            index.Save(path);
            Assert.Equal(4 * factory.Dimension, IndexFileBytes.Section(File.ReadAllBytes(path), "RORG").Length);
            VectorIndex.Split(path, [(low, new(0, 299)), (high, new(300, N))]);
            VectorIndex.Merge(merged, [low, high]);
            using var mapped = VectorIndex.Open(path);
            using var read = VectorIndex.Open(path, mapped: false);
            using var again = VectorIndex.Open(merged);
            read.Remove(Enumerable.Range(0, 300).Select(id => (long)id).ToArray());
            read.Add(Enumerable.Range(0, 300).Select(id => (long)id).ToArray(), vectors.AsSpan(0, 300 * factory.Dimension));
            read.Compact();
            var (expected, kept) = (new float[factory.Dimension], new float[factory.Dimension]);
            var options = new SearchOptions { NProbe = int.MaxValue, Rerank = 80 };
            for (var q = 0; q < 20; q++)
            {
                var query = vectors.AsSpan(q * 31 * factory.Dimension, factory.Dimension);
                var found = index.Nearest(query, K, options);
                Searching.Same(found, mapped.Nearest(query, K, options), $"mapped, query {q}");
                Searching.Same(found, again.Nearest(query, K, options), $"merged, query {q}");
                Assert.Equal(VectorSource.Kept, index.TryGetVector(q, expected));
                foreach (var other in new VectorIndex[] { mapped, read, again })
                {
                    Assert.Equal(VectorSource.Kept, other.TryGetVector(q, kept));
                    Assert.Equal(expected, kept);
                }
            }
        }
    }

    [Fact]
    public void The_document_says_what_rows_stand_for()
    {
        using var folder = new TempFolder();
        var factory = IndexFactory.IvfPq(18, 9, 11);
        var vectors = TestVectors.Moved(TestVectors.Clustered(N, factory.Dimension, 30, seed: 2), 1, 20);
        var (second, third) = (factory.Dimension, 2 * factory.Dimension);
        for (var d = 0; d < factory.Dimension; d++)
        {
            (vectors[d], vectors[second + d], vectors[third + d]) = (d - 9, 200 + d, d / 16f);
        }

        using var index = factory.Build(vectors, format: RowFormat.Int8);
        index.Save(folder.File("index.pqg"));
        var bytes = File.ReadAllBytes(folder.File("index.pqg"));
        var (rows, origin) = (IndexFileBytes.Section(bytes, "ROWS").Offset, IndexFileBytes.Section(bytes, "RORG").Offset);
        var (kept, width) = (new float[factory.Dimension], factory.Dimension + 4);
        for (var row = 0; row < N; row++)
        {
            var step = BitConverter.ToSingle(bytes, rows + (row * width) + factory.Dimension);
            Assert.Equal(row switch { 0 => 1, 1 => -1, _ => 0 }, step is 1 or -1 ? (int)step : 0);
            Assert.Equal(row is 1 or 2, step < 0);
            index.TryGetVector(row, kept);
            for (var d = 0; d < factory.Dimension; d++)
            {
                var value = (sbyte)bytes[rows + (row * width) + d];
                var expected = step switch
                {
                    1 => value,
                    -1 => value + 128,
                    < 0 => value * -step,
                    _ => BitConverter.ToSingle(bytes, origin + (4 * d)) + (value * step),
                };
                Assert.Equal(expected, kept[d]);
            }
        }
    }

    [Fact]
    public void It_is_there_where_it_makes_steps_smaller()
    {
        using var folder = new TempFolder();
        var factory = IndexFactory.IvfPq(18, 9, 11);
        var near = TestVectors.Moved(TestVectors.Clustered(N, factory.Dimension, 30, seed: 2), 1);
        foreach (var (format, offset, expected) in new[]
        {
            (RowFormat.Int8, 0f, false), (RowFormat.Int8, 20, true), (RowFormat.Int8Float16, 20, true), (RowFormat.Float16, 20, false),
            (RowFormat.Float32, 20, false),
        })
        {
            using var index = factory.Build(Centered(near, factory.Dimension, offset), format: format);
            index.Save(folder.File("index.pqg"));
            var sections = IndexFileBytes.Sections(File.ReadAllBytes(folder.File("index.pqg")));
            Assert.Equal(expected, sections.Any(section => section.Name == "RORG"));
        }
    }

    [Fact]
    public void A_damaged_origin_is_refused_and_parts_with_others_are_not_merged()
    {
        using var folder = new TempFolder();
        var factory = IndexFactory.Pq(18, 9, 11);
        using (var index = factory.Build(TestVectors.Moved(TestVectors.Clustered(N, factory.Dimension, 30, seed: 2), 1, 20), format: RowFormat.Int8))
        {
            index.Save(folder.File("index.pqg"));
        }

        var bytes = File.ReadAllBytes(folder.File("index.pqg"));
        var section = IndexFileBytes.Section(bytes, "RORG");
        foreach (var value in new[] { float.NaN, float.NegativeInfinity, 1e20f })
        {
            var what = string.Create(CultureInfo.InvariantCulture, $"component 2 is {value}");
            DamagedIndexFileTests.Refused(
                factory, folder, IndexFileBytes.With(bytes, section.Offset + 8, BitConverter.SingleToInt32Bits(value)), "section RORG", what);
        }

        File.WriteAllBytes(folder.File("other.pqg"), IndexFileBytes.With(bytes, section.Offset + 8, BitConverter.SingleToInt32Bits(21)));
        Refusals.Expect<ArgumentException>(
            () => VectorIndex.Merge(folder.File("merged.pqg"), [folder.File("index.pqg"), folder.File("other.pqg")]),
            "kept rows taken from another origin");
    }

    /// <summary>The share of a vector's squared length that its row has too much, along it.</summary>
    private static double Along(float[] vector, float[] origin, Metric metric)
    {
        var decoded = Recoded(vector, origin, metric);
        var lost = vector.Select((component, d) => (double)component * (decoded[d] - component)).Sum();
        return lost / vector.Sum(component => (double)component * component);
    }

    /// <summary>The share of the nearest that re-ranking by rows of 8 bits does not find.</summary>
    private static double Lost(IndexFactory factory, float[] vectors)
    {
        using var bytes = factory.Build(vectors, format: RowFormat.Int8);
        using var whole = factory.Build(vectors, format: RowFormat.Float32);
        var options = new SearchOptions { NProbe = int.MaxValue, Rerank = N };
        var same = 0;
        for (var q = 0; q < 40; q++)
        {
            var query = vectors.AsSpan(q * 31 * factory.Dimension, factory.Dimension);
            var expected = whole.Nearest(query, K, options).Select(neighbor => neighbor.Id).ToHashSet();
            same += bytes.Nearest(query, K, options).Count(neighbor => expected.Contains(neighbor.Id));
        }

        return 1 - (same / (40.0 * K));
    }

    /// <summary>Vectors whose mean is the same number in every component.</summary>
    private static float[] Centered(float[] vectors, int dimension, float mean)
    {
        var centered = vectors.ToArray();
        for (var d = 0; d < dimension; d++)
        {
            var average = Enumerable.Range(0, N).Average(i => vectors[(i * dimension) + d]);
            for (var i = 0; i < N; i++)
            {
                centered[(i * dimension) + d] += mean - average;
            }
        }

        return centered;
    }

    private static float[] Vector(int dimension, int seed, float offset) =>
        TestVectors.Moved(TestVectors.Clustered(1, dimension, 1, seed), 1, offset);

    private static float[] Recoded(float[] vector, float[] origin, Metric metric = Metric.SquaredL2)
    {
        var row = new byte[RowCoding.Bytes(RowFormat.Int8, vector.Length)];
        var scheme = new RowScheme(RowFormat.Int8, vector.Length, metric, origin);
        RowCoding.Encode(vector, scheme, ref row[0]);
        var decoded = new float[vector.Length];
        RowCoding.Decode(ref row[0], scheme, decoded);
        return decoded;
    }
}
