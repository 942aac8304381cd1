using PqGen.Tests.Indexes;

namespace PqGen.Tests.Storage;

/// <summary>Files that are cut off, changed, foreign or of another index: refused with what was found and what is needed.</summary>
public class DamagedIndexFileTests
{
    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void A_file_cut_off_anywhere(IndexFactory factory)
    {
        using var folder = new TempFolder();
        var bytes = Saved(factory, folder);
        var edges = Enumerable.Range(0, 9).Select(section => IndexFileBytes.Offset(bytes, section));
        var lengths = edges.Concat([0, 1, 7, 8, 12, 127, 128, 159, 160, bytes.Length - 33, bytes.Length - 32, bytes.Length - 1])
            .SelectMany(edge => new[] { edge - 1, edge, edge + 1 })
            .Where(length => length >= 0 && length < bytes.Length).Distinct();
        foreach (var length in lengths)
        {
            Refused(factory, folder, bytes[..length], $"{length} bytes");
        }

        Refused(factory, folder, [.. bytes, 0], $"{bytes.Length + 1} bytes");
        Refused(factory, folder, [.. bytes, .. new byte[64]], $"{bytes.Length + 64} bytes");
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Any_byte_that_is_another(IndexFactory factory)
    {
        using var folder = new TempFolder();
        var bytes = Saved(factory, folder);
        var random = new Random(1);
        var places = Enumerable.Range(0, IndexFileBytes.HeaderSize)
            .Concat(Enumerable.Range(bytes.Length - IndexFileBytes.HashSize, IndexFileBytes.HashSize))
            .Concat(Enumerable.Range(0, 150).Select(_ => random.Next(bytes.Length)));
        foreach (var at in places)
        {
            var damaged = bytes.ToArray();
            damaged[at] ^= (byte)(1 << random.Next(8));
            Refused(factory, folder, damaged, "");
        }
    }

    [Fact]
    public void Files_of_something_else()
    {
        using var folder = new TempFolder();
        var factory = IndexFactory.All[0];
        Refused(factory, folder, [], "0 bytes", "160 or more");
        Refused(factory, folder, "a text"u8.ToArray(), "6 bytes");
        Refused(factory, folder, new byte[5000], "does not begin as an index file");
        Refused(factory, folder, [.. "\u0093NUMPY"u8, .. new byte[5000]], "does not begin as an index file");
    }

    [Fact]
    public void A_version_to_come()
    {
        using var folder = new TempFolder();
        var bytes = Saved(IndexFactory.All[0], folder);
        Refused(IndexFactory.All[0], folder, IndexFileBytes.With(bytes, 8, 2), "format version 2", "reads version 1");
    }

    [Fact]
    public void A_pointer_of_git_lfs_is_named_as_such()
    {
        using var folder = new TempFolder();
        var pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"u8;
        Refused(IndexFactory.All[0], folder, pointer.ToArray(), "Git LFS pointer", "git lfs pull");
    }

    [Fact]
    public void A_file_of_another_kind()
    {
        using var folder = new TempFolder();
        foreach (var saved in IndexFactory.All)
        {
            var bytes = Saved(saved, folder);
            foreach (var other in IndexFactory.Generated.Where(other => other.Kind != saved.Kind))
            {
                Refused(other, folder, bytes, $"holds [{saved.Kind}Index(Dimension = {saved.Dimension}");
            }
        }
    }

    [Fact]
    public void A_file_of_another_shape()
    {
        using var folder = new TempFolder();
        using var index = IndexFactory.IvfPq(40, 20, 256).Build(TestVectors.Uniform(300, 40, seed: 1));
        index.Save(folder.File("index.pqg"));
        var exception = Assert.Throws<IndexFileException>(() => ByteIvfPq.Open(folder.File("index.pqg")));
        Assert.Equal(folder.File("index.pqg"), exception.File);
        Assert.Equal("the file holds [IvfPqIndex(Dimension = 40, M = 20, Ksub = 256)]", exception.Found);
        Assert.Equal("ByteIvfPq is declared with [IvfPqIndex(Dimension = 40, M = 10, Ksub = 256)]", exception.Needed);
        Assert.Contains(exception.Found, exception.Message, StringComparison.Ordinal);
        Refusals.Expect<IndexFileException>(
            () => SmallFlat.Open(folder.File("index.pqg")), "IvfPqIndex(Dimension = 40", "SmallFlat is declared with [FlatIndex(Dimension = 30)]");
        using var any = VectorIndex.Open(folder.File("index.pqg"));
        Assert.Equal(IndexShape.IvfPq(40, 20, 256), any.Shape);
    }

    [Fact]
    public void Lengths_beyond_the_file_reserve_nothing()
    {
        using var folder = new TempFolder();
        foreach (var factory in IndexFactory.All)
        {
            var bytes = Saved(factory, folder);
            foreach (var huge in new[] { 1L << 31, 1L << 40, 1L << 62, long.MaxValue, -1, -64 })
            {
                for (var field = 40; field < 112; field += 8)
                {
                    var before = GC.GetAllocatedBytesForCurrentThread();
                    Refused(factory, folder, IndexFileBytes.With(bytes, field, huge), "");
                    Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (2 * bytes.Length) + 2_000_000);
                }
            }
        }
    }

    internal static byte[] Saved(IndexFactory factory, TempFolder folder)
    {
        using var index = factory.Build(TestVectors.Uniform(270, factory.Dimension, seed: 1), nlist: 3, ids: TestVectors.ShuffledIds(270, seed: 2));
        index.Save(folder.File("saved.pqg"));
        return File.ReadAllBytes(folder.File("saved.pqg"));
    }

    internal static void Refused(IndexFactory factory, TempFolder folder, byte[] bytes, params string[] fragments)
    {
        var path = folder.File("damaged.pqg");
        File.WriteAllBytes(path, bytes);
        Refusals.Expect<IndexFileException>(() => factory.Open(path).Dispose(), [path, .. fragments]);
    }
}
