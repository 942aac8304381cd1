using PqGen.Tests.Indexes;
using PqGen.Vectors;

namespace PqGen.Tests.Storage;

/// <summary>Files of FAISS, read and written.</summary>
public class FaissImportTests
{
    public static TheoryData<string> Names => FaissFile.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void An_imported_index_finds_what_FAISS_finds_and_so_does_its_file(string name)
    {
        using var folder = new TempFolder();
        var file = FaissFile.Of(name);
        using var index = VectorIndex.ImportFaiss(file.Path);
        file.AssertFoundBy(index);
        index.Save(folder.File("saved.pqg"));
        Assert.Equal(index.Count, VectorIndex.Verify(folder.File("saved.pqg")).Count);
        using var opened = VectorIndex.Open(folder.File("saved.pqg"));
        Assert.Equal(index.Shape, opened.Shape);
        file.AssertFoundBy(opened);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_was_exported_is_imported_as_it_was(string name)
    {
        using var folder = new TempFolder();
        var file = FaissFile.Of(name);
        using var index = VectorIndex.ImportFaiss(file.Path);
        index.ExportFaiss(folder.File("out.faiss"));
        using var again = VectorIndex.ImportFaiss(folder.File("out.faiss"));
        Assert.Equal((index.Shape, index.Count, index.NList), (again.Shape, again.Count, again.NList));
        file.AssertFoundBy(again);
        using var stream = new MemoryStream();
        index.ExportFaiss(stream);
        Assert.Equal(File.ReadAllBytes(folder.File("out.faiss")), stream.ToArray());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_imported_index_lives_on(string name)
    {
        using var index = VectorIndex.ImportFaiss(FaissFile.PathOf(name));
        var count = index.Count;
        var vector = FaissFile.Queries[3];
        index.Add([1L << 50, (1L << 50) + 1], [.. vector, .. FaissFile.Queries[4]]);
        Assert.Equal(count + 2, index.Count);
        var top = new Neighbor[count + 2];
        var all = new SearchOptions { NProbe = Math.Max(1, index.NList) };
        Assert.Equal(top.Length, index.Search(vector, top, all));
        Assert.Equal(top.Length, top.Select(neighbor => neighbor.Id).Distinct().Count());
        foreach (var scan in new[] { ScanKind.Fast, ScanKind.Plain })
        {
            var other = new Neighbor[top.Length];
            index.Search(vector, other, all with { Scan = scan });
            Assert.Equal(top, other);
        }

        Assert.True(index.Remove(1L << 50));
        Assert.True(index.Remove(top.First(neighbor => neighbor.Id != 1L << 50).Id));
        index.Compact();
        Assert.Equal(count, index.Count);
    }

    [Theory]
    [InlineData("faiss115_ivfpq20x4fs_l2", 16, false, .95)]
    [InlineData("faiss115_opq20_ivfpq20x8_l2", 256, true, 1)]
    public void A_file_of_FAISS_115_finds_the_same(string name, int ksub, bool isDeclarable, double share)
    {
        using var index = VectorIndex.ImportFaiss(FaissFile.PathOf(name));
        Assert.Equal((4000, 32, 6, 20, ksub), (index.Count, index.NList, index.DefaultNProbe, index.Shape.M, index.Shape.Ksub));
        Assert.Equal(isDeclarable, index.Shape.IsDeclarable);
        var queries = VectorFile.ReadFloats(Path.Combine(AppContext.BaseDirectory, "Reference/Data/query.npy"));
        var truth = VectorFile.ReadInts(Path.ChangeExtension(FaissFile.PathOf(name), null) + "_ids.npy");
        var hits = 0;
        for (var q = 0; q < queries.Count; q++)
        {
            var top = new Neighbor[10];
            index.Search(queries.Row(q), top);
            hits += top.Count(neighbor => truth.Row(q).Contains(neighbor.Id));
        }

        Assert.InRange(hits, share * 10 * queries.Count, 10 * queries.Count);
    }

    [Fact]
    public void A_transform_in_front_of_codes_is_kept_and_one_in_front_of_rows_is_undone()
    {
        using var pca = VectorIndex.ImportFaiss(FaissFile.PathOf("pca4_ivfpq4x4_l2"));
        Assert.Equal((8, 4, true), (pca.Shape.InputDimension, pca.Shape.Dimension, pca.Transform!.IsOrthonormal));
        Assert.NotEqual(0, pca.Transform.Bias.Length);
        using var whitened = VectorIndex.ImportFaiss(FaissFile.PathOf("pcaw4_ivfpq4x4_l2"));
        Assert.False(whitened.Transform!.IsOrthonormal);
        using var spread = VectorIndex.ImportFaiss(FaissFile.PathOf("remap12_mean_pq4x4_l2"));
        Assert.Equal((8, 12, 0, 12), (
            spread.Shape.InputDimension, spread.Shape.Dimension, spread.Transform!.Matrix.Length, spread.Transform.Bias.Length));
        using var rotated = VectorIndex.ImportFaiss(FaissFile.PathOf("rr8_ivfflat_l2"));
        using var plain = VectorIndex.ImportFaiss(FaissFile.PathOf("flat_l2"));
        Assert.Null(rotated.Transform);
        var (vector, expected) = (new float[8], new float[8]);
        Assert.Equal(VectorSource.Kept, rotated.TryGetVector(9, vector));
        Assert.Equal(VectorSource.Kept, plain.TryGetVector(9, expected));
        Assert.All(vector.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
    }

    [Theory]
    [InlineData("l2norm_flat_ip", Metric.Cosine, true)]
    [InlineData("l2norm_ivfflat_l2lists_ip", Metric.Cosine, true)]
    [InlineData("l2norm_ivfpq4x4_ip", Metric.Cosine, false)]
    [InlineData("ivfpq4x4_ip_vectors", Metric.InnerProduct, false)]
    [InlineData("ivfpq4x4_l2", Metric.SquaredL2, true)]
    public void The_shape_says_whether_a_class_can_be_declared_so(string name, Metric metric, bool isDeclarable)
    {
        using var index = VectorIndex.ImportFaiss(FaissFile.PathOf(name));
        Assert.Equal((metric, isDeclarable), (index.Metric, index.Shape.IsDeclarable));
        Assert.Equal(isDeclarable, index.Shape.ToString().EndsWith(")]", StringComparison.Ordinal));
    }

    [Fact]
    public void Kept_rows_are_those_of_the_refine_stage()
    {
        using var index = VectorIndex.ImportFaiss(FaissFile.PathOf("ivfpq4x4_fp16_l2"));
        var vector = new float[index.Dimension];
        Assert.Equal(VectorSource.Kept, index.TryGetVector(7, vector));
        Assert.All(vector, component => Assert.Equal(component, (float)(Half)component));
    }

    [Fact]
    public void A_declared_class_imports_its_own_kind_and_no_other()
    {
        using var folder = new TempFolder();
        var vectors = TestVectors.Clustered(600, 40, 9, seed: 3);
        using var index = ByteIvfPq.Train(vectors, new TrainingOptions { NList = 6 });
        index.Add(vectors);
        index.ExportFaiss(folder.File("own.faiss"));
        using var again = ByteIvfPq.ImportFaiss(folder.File("own.faiss"));
        var (top, other) = (new Neighbor[20], new Neighbor[20]);
        for (var q = 0; q < 20; q++)
        {
            index.Search(vectors.AsSpan(q * 40, 40), top, new SearchOptions { NProbe = 3, Rerank = 30 });
            again.Search(vectors.AsSpan(q * 40, 40), other, new SearchOptions { NProbe = 3, Rerank = 30 });
            Assert.Equal(top, other);
        }

        var e = Assert.Throws<IndexFileException>(() => ByteIvfPq.ImportFaiss(FaissFile.PathOf("flat_l2")));
        Assert.Contains("[FlatIndex(Dimension = 8)]", e.Found, StringComparison.Ordinal);
        Assert.StartsWith("ByteIvfPq is declared with", e.Needed, StringComparison.Ordinal);
    }
}
