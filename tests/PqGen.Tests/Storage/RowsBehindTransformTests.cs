using System.Buffers;
using PqGen.Quantization;
using PqGen.Tests.Indexes;

namespace PqGen.Tests.Storage;

/// <summary>Indexes of FAISS whose rows are what a transform has made, from which nothing leads back: distances are those behind it.</summary>
public class RowsBehindTransformTests
{
    private const int Dimension = 8;

    public static TheoryData<string> Names =>
    [
        "pca4_flat_l2", "pcar4_flat_ip", "pcaw4_ivfflat_l2_ids", "idmap_pca4_flat_l2", "opq2_4_ivfflat_ip", "pad12_flat_l2",
        "l2norm_rr12_ivfflat_ip", "mean_flat_ip",
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_finds_what_comparing_all_transformed_vectors_finds_and_so_do_its_files(string name)
    {
        using var folder = new TempFolder();
        using var index = VectorIndex.ImportFaiss(FaissFile.PathOf(name));
        Assert.Equal((Dimension, Dimension, false), (index.Dimension, index.Shape.InputDimension, index.Shape.IsDeclarable));
        Assert.Equal(index.Shape.Dimension * sizeof(float), index.CodeSize);
        Assert.EndsWith("with rows that a transform has made of 8 components", index.Shape.ToString(), StringComparison.Ordinal);

        // Of vectors that are added, all is known.
        index.Remove(index.Nearest(FaissFile.Queries[0], (int)index.Count, All(index)).Select(neighbor => neighbor.Id).ToArray());
        Assert.Equal(0, index.Count);
        var vectors = TestVectors.Clustered(300, Dimension, 12, seed: 4);
        index.Add([.. Enumerable.Range(0, 300).Select(i => 7L * i)], vectors);
        index.Save(folder.File("saved.pqg"));
        index.ExportFaiss(folder.File("out.faiss"));
        using var mapped = VectorIndex.Open(folder.File("saved.pqg"));
        using var read = VectorIndex.Open(folder.File("saved.pqg"), mapped: false);
        using var again = VectorIndex.ImportFaiss(folder.File("out.faiss"));
        for (var q = 0; q < 30; q++)
        {
            var query = TestVectors.Clustered(30, Dimension, 12, seed: 5).AsSpan(q * Dimension, Dimension);
            var expected = Nearest(index, vectors, query);
            foreach (var one in new[] { index, mapped, read, again })
            {
                Assert.Equal(index.Shape, one.Shape);
                var found = one.Nearest(query, 10, All(one));
                Assert.Equal(expected.Select(neighbor => neighbor.Id), found.Select(neighbor => neighbor.Id));
                for (var rank = 0; rank < found.Length; rank++)
                {
                    Assert.Equal(expected[rank].Distance, found[rank].Distance, 1e-4f * (1 + Math.Abs(expected[rank].Distance)));
                }

                Assert.Equal(found, one.Nearest(query, 10, All(one) with { Scan = ScanKind.Plain, Rerank = 50 }));
                var within = new ArrayBufferWriter<Neighbor>();
                one.SearchRange(query, found[6].Distance, within, All(one));
                Assert.Equal(found[..7], within.WrittenSpan.ToArray());
            }
        }
    }

    [Theory]
    [InlineData("pca4_flat_l2", true)]
    [InlineData("opq2_4_ivfflat_ip", true)]
    [InlineData("pcaw4_ivfflat_l2_ids", false)]
    public void A_row_is_led_back_where_the_transform_leads_back(string name, bool leadsBack)
    {
        using var index = VectorIndex.ImportFaiss(FaissFile.PathOf(name));
        var (id, vector) = (index.Nearest(FaissFile.Queries[0], 1)[0].Id, new float[Dimension]);
        if (!leadsBack)
        {
            Assert.Throws<InvalidOperationException>(() => index.TryGetVector(id, vector));
            Refusals.Expect<InvalidOperationException>(() => index.Calibrate(queries: 20), "calibrate it with queries");
            index.Calibrate([.. FaissFile.Queries.SelectMany(query => query)], k: 3);
            Assert.Equal(1, index.Calibration!.Points[^1].Recall);
            return;
        }

        // The nearest vector that leads to the row: from which it is no way.
        Assert.Equal(VectorSource.Decoded, index.TryGetVector(id, vector));
        index.Add([1L << 40], vector);
        var found = index.Nearest(vector, 2, All(index));
        Assert.Equal(found[0].Distance, found[1].Distance, 1e-3f * (1 + Math.Abs(found[0].Distance)));
        Assert.Equal(1, index.Calibrate(queries: 50, k: 3).Points[^1].Recall);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_file_is_split_and_merged_again(string name)
    {
        using var folder = new TempFolder();
        using var index = VectorIndex.ImportFaiss(FaissFile.PathOf(name));
        index.Save(folder.File("index.pqg"));
        var middle = index.Nearest(FaissFile.Queries[0], (int)index.Count, All(index)).Select(neighbor => neighbor.Id).Order().ElementAt(90);
        VectorIndex.Split(
            folder.File("index.pqg"),
            [(folder.File("low.pqg"), new IdRange(long.MinValue, middle)), (folder.File("high.pqg"), new IdRange(middle + 1, long.MaxValue))]);
        Assert.Equal(91, VectorIndex.Verify(folder.File("low.pqg")).Count);
        VectorIndex.Merge(folder.File("again.pqg"), [folder.File("low.pqg"), folder.File("high.pqg")]);
        using var again = VectorIndex.Open(folder.File("again.pqg"));
        Assert.Equal(Refusals.Answers(index), Refusals.Answers(again));
    }

    [Fact]
    public void It_is_made_of_a_model_with_its_transform_alone()
    {
        using var folder = new TempFolder();
        using var index = VectorIndex.ImportFaiss(FaissFile.PathOf("pcaw4_ivfflat_l2_ids"));
        Refusals.Expect<ArgumentException>(() => GenericIndex.FromModel(index.Shape, index.Centroids, []), "transform is null");
        Refusals.Expect<ArgumentException>(() => GenericIndex.Train(index.Shape, new float[80]), "take a model with its transform");
        using var own = GenericIndex.FromModel(index.Shape, index.Centroids, [], transform: index.Transform);
        own.Add(FaissFile.Queries.SelectMany(query => query).ToArray());
        own.Save(folder.File("own.pqg"));
        using var opened = VectorIndex.Open(folder.File("own.pqg"));
        Assert.Equal(3, opened.Nearest(FaissFile.Queries[3], 1)[0].Id);
        Refusals.Expect<ArgumentException>(
            () => GenericIndex.FromModel(IndexShape.IvfFlat(4), index.Centroids, [], transform: index.Transform), "transform is one of");
    }

    [Fact]
    public void Its_file_has_the_transform_and_says_so()
    {
        using var index = VectorIndex.ImportFaiss(FaissFile.PathOf("pca4_flat_l2"));
        using var stream = new MemoryStream();
        index.Save(stream);
        var file = stream.ToArray();
        var shape = IndexFileBytes.Section(file, "SHAP").Offset;
        Assert.Equal(6, BitConverter.ToInt32(file, shape));
        Refused(IndexFileBytes.With(file, shape, 1), "InputDimension is 8");
        Refused(IndexFileBytes.With(file, shape, 8), "kind is 8");
        Refused(IndexFileBytes.File([.. IndexFileBytes.Contents(file).Where(part => part.Section.Name != "TRAN")]), "TRAN is missing");
    }

    [Fact]
    public void Vectors_that_are_small_beside_what_is_subtracted_or_large_are_taken()
    {
        foreach (var (scale, bias) in new[] { (1f, 1e-20f), (1e-20f, 1e-25f), (1e-20f, 1e-20f), (1e10f, 1e-15f) })
        {
            using var folder = new TempFolder();
            using var source = GenericIndex.FromModel(
                Shape(), [], [], transform: new LinearTransform(Dimension, 4, TestVectors.Uniform(4, Dimension, seed: 3), [bias, 0, bias, 0]));
            var vectors = TestVectors.Moved(TestVectors.Clustered(60, Dimension, 5, seed: 4), scale);
            source.Add(vectors);
            source.ExportFaiss(folder.File("out.faiss"));
            using var index = VectorIndex.ImportFaiss(folder.File("out.faiss"));
            for (var q = 0; q < 60; q += 7)
            {
                var query = vectors.AsSpan(q * Dimension, Dimension);
                Assert.Equal(source.Nearest(query, 5).Select(neighbor => neighbor.Id), index.Nearest(query, 5).Select(neighbor => neighbor.Id));
            }
        }

        IndexShape Shape()
        {
            using var index = VectorIndex.ImportFaiss(FaissFile.PathOf("pca4_flat_l2"));
            return index.Shape;
        }
    }

    private static void Refused(byte[] file, string found)
    {
        var e = Assert.Throws<IndexFileException>(() => VectorIndex.Load(new MemoryStream(file)));
        Assert.Contains(found, e.Message, StringComparison.Ordinal);
    }

    private static SearchOptions All(VectorIndex index) => new() { NProbe = index.NList };

    /// <summary>The ten nearest, by double sums over what the transform makes of all vectors.</summary>
    private static Neighbor[] Nearest(VectorIndex index, float[] vectors, ReadOnlySpan<float> query)
    {
        var (n, d) = (vectors.Length / Dimension, index.Shape.Dimension);
        var (rows, one) = (new float[n * d], new float[d]);
        index.Transform!.Apply(Normalized(vectors), rows);
        index.Transform.Apply(Normalized(query), one);
        var all = Enumerable.Range(0, n).Select(i =>
        {
            var (square, product) = (0d, 0d);
            for (var j = 0; j < d; j++)
            {
                var (x, y) = (rows[(i * d) + j], one[j]);
                (square, product) = (square + (((double)x - y) * ((double)x - y)), product + ((double)x * y));
            }

            return new Neighbor(7L * i, (float)(index.Metric == Metric.SquaredL2 ? square : product));
        });
        return [.. (index.Metric == Metric.SquaredL2 ? all.OrderBy(one => one.Distance) : all.OrderByDescending(one => one.Distance)).Take(10)];

        float[] Normalized(ReadOnlySpan<float> values)
        {
            var copy = values.ToArray();
            for (var at = 0; index.Metric == Metric.Cosine && at < copy.Length; at += Dimension)
            {
                var length = Math.Sqrt(copy.Skip(at).Take(Dimension).Sum(x => (double)x * x));
                for (var j = at; j < at + Dimension; j++)
                {
                    copy[j] = (float)(copy[j] / length);
                }
            }

            return copy;
        }
    }
}
