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

    [Fact]
    public void A_fast_scan_of_FAISS_115_is_unpacked()
    {
        using var index = VectorIndex.ImportFaiss(FaissFile.PathOf("faiss115_ivfpq20x4fs_l2"));
        Assert.Equal((4000, 32, 6, 20, 16), (index.Count, index.NList, index.DefaultNProbe, index.Shape.M, index.Shape.Ksub));
        Assert.False(index.Shape.IsDeclarable);
        var queries = VectorFile.ReadFloats(Path.Combine(AppContext.BaseDirectory, "Reference/Data/query.npy"));
        var truth = VectorFile.ReadInts(Path.ChangeExtension(FaissFile.PathOf("faiss115_ivfpq20x4fs_l2"), null) + "_ids.npy");
        var hits = 0;
        for (var q = 0; q < queries.Count; q++)
        {
            var top = new Neighbor[10];
            index.Search(queries.Row(q), top);
            hits += top.Count(neighbor => truth.Row(q).Contains(neighbor.Id));
        }

        Assert.InRange(hits, .95 * 10 * queries.Count, 10 * queries.Count);
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
