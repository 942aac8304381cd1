using PqGen.Common;
using PqGen.Storage;
using PqGen.Tests.Indexes;

namespace PqGen.Tests.Storage;

/// <summary>Vectors kept in fewer bytes: what they lose is what the format says, and nothing else changes.</summary>
public class RowFormatTests
{
    private const int N = 1500;
    private const int K = 10;

    public static TheoryData<IndexFactory, RowFormat> Cases
    {
        get
        {
            var cases = new TheoryData<IndexFactory, RowFormat>();
            foreach (var factory in IndexFactory.All.Where(factory => factory.HasCodes))
            {
                cases.Add(factory, RowFormat.Float16);
                cases.Add(factory, RowFormat.Int8);
                cases.Add(factory, RowFormat.Int8Float16);
            }

            return cases;
        }
    }

    [Theory]
    [InlineData(1f)]
    [InlineData(1e-7f)]
    [InlineData(1e-30f)]
    [InlineData(3e14f)]
    public void Halves_lose_half_of_their_last_bit(float scale)
    {
        foreach (var dimension in new[] { 1, 7, 16, 33, 100 })
        {
            var vector = TestVectors.Moved(TestVectors.Clustered(1, dimension, 1, seed: dimension), scale);
            var decoded = Recoded(vector, RowFormat.Float16);
            var largest = vector.Max(MathF.Abs);
            for (var d = 0; d < dimension; d++)
            {
                // 11 bits of each; below 2^-29 of the largest, steps of a half's smallest.
                var allowed = Math.Max(Math.Abs(vector[d]) / 2048.0, largest * Math.Pow(2, -39));
                Assert.InRange(Math.Abs((double)vector[d] - decoded[d]), 0, allowed);
            }
        }
    }

    [Theory]
    [InlineData(1f)]
    [InlineData(1e-30f)]
    [InlineData(3e14f)]
    public void Bytes_lose_half_of_a_step(float scale)
    {
        foreach (var dimension in new[] { 1, 7, 16, 33, 100 })
        {
            var vector = TestVectors.Moved(TestVectors.Clustered(1, dimension, 1, seed: dimension), scale);
            var decoded = Recoded(vector, RowFormat.Int8);
            var step = vector.Max(MathF.Abs) / 127.0;
            for (var d = 0; d < dimension; d++)
            {
                Assert.InRange(Math.Abs((double)vector[d] - decoded[d]), 0, 0.5001 * step);
            }
        }
    }

    [Fact]
    public void Whole_numbers_of_a_byte_stay_what_they_are()
    {
        var random = new Random(1);
        foreach (var (from, to) in new[] { (0, 256), (-127, 128), (0, 3), (0, 1), (128, 256) })
        {
            var vector = Enumerable.Range(0, 100).Select(_ => (float)random.Next(from, to)).ToArray();
            Assert.Equal(vector, Recoded(vector, RowFormat.Int8));
            Assert.Equal(vector, Recoded(vector, RowFormat.Float16));
        }
    }

    [Fact]
    public void Every_half_is_decoded_as_the_runtime_does()
    {
        var row = new byte[(16 * 2) + 2];
        var decoded = new float[16];
        for (var first = 0; first < 65536; first += 16)
        {
            for (var d = 0; d < 16; d++)
            {
                BitConverter.TryWriteBytes(row.AsSpan(2 * d), (ushort)(first + d));
            }

            RowCoding.Decode(ref row[0], new RowScheme(RowFormat.Float16, 16, Metric.SquaredL2, []), decoded);
            for (var d = 0; d < 16; d++)
            {
                var half = BitConverter.UInt16BitsToHalf((ushort)(first + d));
                if (Half.IsFinite(half))
                {
                    Assert.Equal(BitConverter.SingleToInt32Bits((float)half), BitConverter.SingleToInt32Bits(decoded[d]));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Re_ranking_orders_by_the_rows_as_they_are_kept(IndexFactory factory, RowFormat format)
    {
        var vectors = TestVectors.Clustered(N, factory.Dimension, 30, seed: 1);
        using var index = factory.Build(vectors, format: format);
        using var whole = factory.Build(vectors, format: RowFormat.Float32);
        var bytes = (long)N * RowCoding.Bytes(format, factory.Dimension);
        Assert.InRange(index.Memory.Vectors, bytes, (long)(1.02 * bytes) + 4096);
        Assert.True(index.Memory.Vectors < whole.Memory.Vectors);
        var (same, vector) = (0, new float[factory.Dimension]);
        using var exact = Exact(factory, index);
        for (var q = 0; q < 40; q++)
        {
            var query = vectors.AsSpan(q * 31 * factory.Dimension, factory.Dimension);
            var options = new SearchOptions { NProbe = int.MaxValue, Rerank = N, Refine = format == RowFormat.Int8Float16 ? N : 0 };
            var found = index.Nearest(query, K, options);
            Searching.Same(exact.Nearest(AsKept(factory, query), K), found, $"query {q}");
            Searching.Same(found, index.Nearest(query, K, options with { Scan = ScanKind.Plain }), $"query {q}");
            var expected = whole.Nearest(query, K, options with { Refine = 0 }).Select(neighbor => neighbor.Id).ToHashSet();
            same += found.Count(neighbor => expected.Contains(neighbor.Id));
        }

        // Rows of length 1 in one cluster differ in little but their direction.
        var least = (format != RowFormat.Int8, factory.Metric == Metric.Cosine) switch
        {
            (true, false) => 0.99,
            (true, true) => 0.95,
            _ => 0.93,
        };
        Assert.True(same >= least * 40 * K, $"{same} of {40 * K}");
        Assert.Equal(VectorSource.Kept, index.TryGetVector(7, vector));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Files_streams_changes_and_compaction_keep_the_rows_as_they_are(IndexFactory factory, RowFormat format)
    {
        var vectors = TestVectors.Clustered(N, factory.Dimension, 30, seed: 2);
        using var index = factory.Build(vectors, format: format);
        index.Remove(Enumerable.Range(0, N / 3).Select(id => (long)id).ToArray());
        index.Update([5, 1200], vectors.AsSpan(0, 2 * factory.Dimension));
        using var stream = new MemoryStream();
        index.Save(stream);
        stream.Position = 0;
        using var loaded = GenericIndex.Load(stream);
        var options = new SearchOptions { NProbe = int.MaxValue, Rerank = 60 };
        for (var q = 0; q < 40; q++)
        {
            var query = vectors.AsSpan(q * 31 * factory.Dimension, factory.Dimension);
            Searching.Same(index.Nearest(query, K, options), loaded.Nearest(query, K, options), $"query {q}");
            Searching.Same(index.Within(query, 0.5f, options), loaded.Within(query, 0.5f, options), $"query {q}");
        }

        var before = index.Nearest(vectors.AsSpan(0, factory.Dimension), K, options);
        index.Compact();
        Searching.Same(before, index.Nearest(vectors.AsSpan(0, factory.Dimension), K, options), "compacted");
        loaded.Add([90_000L], vectors.AsSpan(0, factory.Dimension));
        Assert.Equal(VectorSource.Kept, loaded.TryGetVector(90_000, new float[factory.Dimension]));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Their_memory_is_foreseen_and_files_tell_of_them(IndexFactory factory, RowFormat format)
    {
        using var index = factory.Build(TestVectors.Clustered(N, factory.Dimension, 30, seed: 4), format: format);
        var estimate = GenericIndex.EstimateMemory(factory.Shape, N, Math.Max(1, index.NList), rowFormat: format).Vectors;
        Assert.InRange(index.Memory.Vectors, 0.98 * estimate, 1.02 * estimate);
        using var stream = new MemoryStream();
        index.Save(stream);
        stream.Position = 0;
        var told = VectorIndex.Inspect(stream);
        Assert.Equal((true, format, CoarseSearch.Automatic), (told.KeepsVectors, told.RowFormat, told.CoarseSearch));
    }

    [Theory]
    [InlineData(RowFormat.Float32)]
    [InlineData(RowFormat.Float16)]
    [InlineData(RowFormat.Int8)]
    [InlineData(RowFormat.Int8Float16)]
    public void What_an_index_takes_it_saves_and_what_it_saves_opens(RowFormat format)
    {
        foreach (var largest in new[] { 1e15f, 0.9999e15f, 7e14f, 1e-44f })
        {
            var vectors = TestVectors.Uniform(64, 8, seed: 5);
            var most = vectors.Max(MathF.Abs);
            vectors = [.. vectors.Select(component => Math.Clamp((float)((double)component / most * largest), -largest, largest))];
            using var index = GenericIndex.Train(
                IndexShape.Pq(8, 2, 4), vectors, new TrainingOptions { Iterations = 2, RowFormat = format });
            index.Add(vectors);
            using var stream = new MemoryStream();
            index.Save(stream);
            stream.Position = 0;
            using var loaded = GenericIndex.Load(stream);
            Assert.Equal(64, loaded.Count);
        }
    }

    [Fact]
    public void A_calibration_is_saved_with_its_index()
    {
        var factory = IndexFactory.IvfPq(18, 9, 11);
        var vectors = TestVectors.Clustered(N, factory.Dimension, 30, seed: 3);
        using var index = factory.Build(vectors, format: RowFormat.Float16);
        var calibration = index.Calibrate(100, K);
        using var stream = new MemoryStream();
        index.Save(stream);
        stream.Position = 0;
        using var loaded = GenericIndex.Load(stream);
        Assert.Equal(calibration.Points, loaded.Calibration!.Points);
        Assert.Equal((K, 100), (loaded.Calibration.K, loaded.Calibration.Queries));
        var options = new SearchOptions { TargetRecall = 0.9f };
        Searching.Same(index.Nearest(vectors.AsSpan(0, 18), K, options), loaded.Nearest(vectors.AsSpan(0, 18), K, options), "recall by name");
    }

    /// <summary>An exact index of the rows as another keeps them.</summary>
    private static GenericIndex Exact(IndexFactory factory, VectorIndex index)
    {
        var rows = new float[N * factory.Dimension];
        for (var id = 0; id < N; id++)
        {
            index.TryGetVector(id, rows.AsSpan(id * factory.Dimension, factory.Dimension));
        }

        // Rows that were normalized before they were rounded are no longer of length 1, and are compared as they are.
        var metric = factory.Metric == Metric.Cosine ? Metric.InnerProduct : factory.Metric;
        var exact = GenericIndex.FromModel(IndexShape.Flat(factory.Dimension) with { Metric = metric }, default, default);
        exact.Add(rows);
        return exact;
    }

    /// <summary>A query as an index computes with it.</summary>
    private static float[] AsKept(IndexFactory factory, ReadOnlySpan<float> query)
    {
        var kept = query.ToArray();
        if (factory.Metric == Metric.Cosine)
        {
            VectorMath.Normalize(query, query.Length, kept);
        }

        return kept;
    }

    private static float[] Recoded(float[] vector, RowFormat format)
    {
        var row = new byte[RowCoding.Bytes(format, vector.Length)];
        var scheme = new RowScheme(format, vector.Length, Metric.SquaredL2, []);
        RowCoding.Encode(vector, scheme, ref row[0]);
        var decoded = new float[vector.Length];
        RowCoding.Decode(ref row[0], scheme, decoded);
        return decoded;
    }
}
