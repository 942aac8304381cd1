using PqGen.Tests.Indexes;

namespace PqGen.Tests.Storage;

/// <summary>
/// The format as it is: files of version 1, kept beside this test, open as long as there is this library, and the same index is
/// saved as the same bytes on every processor.
/// </summary>
public class FormatTests
{
    private const int Dimension = 6;
    private const int N = 70;

    public static TheoryData<string> Kinds => ["flat", "ivfflat", "pq", "ivfpq", "ivfpq-packed"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Files_of_version_1(string kind)
    {
        using var folder = new TempFolder();
        using var expected = Build(kind);
        expected.Save(folder.File("saved.pqg"));
        var kept = Path.Combine(AppContext.BaseDirectory, "Storage", "Data", kind + ".v1.pqg");
        Assert.Equal(File.ReadAllBytes(kept), File.ReadAllBytes(folder.File("saved.pqg")));

        using var opened = Open(kind, kept);
        Assert.Equal(N, opened.Count);
        Assert.Equal(Refusals.Answers(expected), Refusals.Answers(opened));
    }

    [Fact]
    public void Every_section_begins_where_the_format_says()
    {
        using var folder = new TempFolder();
        using var index = Build("ivfpq");
        index.Save(folder.File("saved.pqg"));
        var bytes = File.ReadAllBytes(folder.File("saved.pqg"));
        Assert.Equal("PqGenIx\u001A"u8.ToArray(), bytes[..8]);
        Assert.Equal([1, 4, 0, Dimension, 2, 17, 3, 3], Enumerable.Range(2, 8).Select(field => BitConverter.ToInt32(bytes, 4 * field)));
        Assert.Equal(N, BitConverter.ToInt64(bytes, 40));
        Assert.Equal(TestVectors.Uniform(3, Dimension, seed: 3), Floats(bytes, 0));
        Assert.Equal(TestVectors.Uniform(17, Dimension, seed: 4), Floats(bytes, 1));
        Assert.Equal(N, Enumerable.Range(0, 3).Sum(list => BitConverter.ToInt32(bytes, IndexFileBytes.Offset(bytes, 2) + (4 * list))));
        Assert.Equal(TestVectors.ShuffledIds(N, seed: 2)[5], BitConverter.ToInt64(bytes, IndexFileBytes.Offset(bytes, 6) + (5 * 8)));
        Assert.Equal(TestVectors.Uniform(N, Dimension, seed: 1), Floats(bytes, 7));
        Assert.Equal(bytes.Length - IndexFileBytes.HashSize, IndexFileBytes.Offset(bytes, 8));
        Assert.All(Enumerable.Range(0, 9), section => Assert.Equal(0, IndexFileBytes.Offset(bytes, section) % 64));
    }

    private static VectorIndex Build(string kind)
    {
        var (centroids, codebooks) = (TestVectors.Uniform(3, Dimension, seed: 3), TestVectors.Uniform(17, Dimension, seed: 4));
        VectorIndex index = kind switch
        {
            "flat" => GenericIndex.Flat(Dimension),
            "ivfflat" => GenericIndex.FromModel(IndexShape.IvfFlat(Dimension), centroids, default),
            "pq" => GenericIndex.FromModel(IndexShape.Pq(Dimension, 2, 17), default, codebooks),
            "ivfpq" => GenericIndex.FromModel(IndexShape.IvfPq(Dimension, 2, 17), centroids, codebooks),
            _ => GenericIndex.FromModel(IndexShape.IvfPq(Dimension, 3, 5), centroids, codebooks.AsSpan(0, 5 * Dimension), keepVectors: false),
        };
        var vectors = TestVectors.Uniform(N, Dimension, seed: 1);
        if (kind is "flat" or "ivfpq")
        {
            index.Add(TestVectors.ShuffledIds(N, seed: 2), vectors);
        }
        else
        {
            index.Add(vectors);
        }

        return index;
    }

    private static VectorIndex Open(string kind, string path) => kind switch
    {
        "flat" => VectorIndex.Open(path),
        "ivfflat" => VectorIndex.Open(path),
        "pq" => VectorIndex.Open(path),
        _ => VectorIndex.Open(path),
    };

    private static float[] Floats(byte[] bytes, int section) =>
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(
            bytes.AsSpan(IndexFileBytes.Offset(bytes, section), (int)IndexFileBytes.Length(bytes, section))).ToArray();
}
