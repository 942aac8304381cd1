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
        var edges = IndexFileBytes.Sections(bytes).SelectMany(section => new[] { section.Offset, section.Offset + section.Length });
        var entries = Enumerable.Range(0, IndexFileBytes.Sections(bytes).Length + 1).Select(entry => IndexFileBytes.PreambleSize + (entry * 64));
        var lengths = edges.Concat(entries).Concat([0, 1, 7, 8, 12, bytes.Length - 33, bytes.Length - 1])
            .SelectMany(edge => new[] { edge - 1, edge, edge + 1 })
            .Where(length => length >= 0 && length < bytes.Length).Distinct();
        foreach (var length in lengths)
        {
            Refused(factory, folder, bytes[..length], $"{length} bytes");
            Refusals.Expect<IndexFileException>(() => factory.Open(folder.File("damaged.pqg")).Dispose(), $"{length} bytes");
            Refusals.Expect<IndexFileException>(() => VectorIndex.Load(new MemoryStream(bytes[..length])).Dispose(), $"{length} bytes");
            Refusals.Expect<IndexFileException>(() => VectorIndex.Load(new ForwardStream(bytes[..length])).Dispose(), "the stream: ");
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
        var places = Enumerable.Range(0, IndexFileBytes.HeaderSize(bytes))
            .Concat(Enumerable.Range(bytes.Length - 64, 64))
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
        Refused(factory, folder, [], "0 bytes", "128 or more");
        Refused(factory, folder, "a text"u8.ToArray(), "6 bytes");
        Refused(factory, folder, new byte[5000], "does not begin as an index file");
        Refused(factory, folder, [.. "\u0093NUMPY"u8, .. new byte[5000]], "does not begin as an index file");
    }

    [Fact]
    public void A_version_to_come()
    {
        using var folder = new TempFolder();
        var bytes = Saved(IndexFactory.All[0], folder);
        Refused(IndexFactory.All[0], folder, IndexFileBytes.With(bytes, 8, 3), "format version 3", "reads versions 1 to 2");
    }

    [Fact]
    public void A_pointer_of_git_lfs_is_named_as_such()
    {
        using var folder = new TempFolder();
        var pointer = "version https://git-lfs.github.com/spec/v1\n"u8
            + "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"u8;
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
                Refused(other, folder, bytes, $"holds {saved.Shape}");
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
            Refused(
                factory,
                folder,
                IndexFileBytes.With(bytes, IndexFileBytes.Section(bytes, "SHAP").Offset + 32, long.MaxValue),
                "9223372036854775807 vectors were ever added");
            foreach (var huge in new[] { 1L << 31, 1L << 40, 1L << 62, long.MaxValue, -1, -64 })
            {
                var shape = IndexFileBytes.Section(bytes, "SHAP").Offset;
                var fields = Enumerable.Range(0, IndexFileBytes.Sections(bytes).Length)
                    .SelectMany(entry => new[] { 64 + (64 * entry) + 8, 64 + (64 * entry) + 16 }).Concat([16, shape + 24]);
                foreach (var field in fields)
                {
                    var before = GC.GetAllocatedBytesForCurrentThread();
                    Refused(factory, folder, IndexFileBytes.With(bytes, field, huge), "");
                    Refusals.Expect<IndexFileException>(() => VectorIndex.Load(new ForwardStream(IndexFileBytes.With(bytes, field, huge))).Dispose());
                    Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (4 * bytes.Length) + 4_000_000);
                }
            }
        }
    }

    /// <summary>A directory that is as whole as its checksum says, and says what cannot be.</summary>
    [Fact]
    public void Sections_that_are_twice_there_missing_out_of_place_or_of_another_length()
    {
        using var folder = new TempFolder();
        var factory = IndexFactory.IvfPq(18, 9, 11);
        var sections = IndexFileBytes.Contents(Saved(factory, folder));
        Assert.Equal(["SHAP", "CENT", "CODB", "ORIG", "CNTS", "LIST", "IDS ", "ROWS"], sections.Select(section => section.Section.Name));
        Refused(factory, folder, IndexFileBytes.File([.. sections, sections[7]]), "section ROWS is there twice");
        Refused(factory, folder, IndexFileBytes.File([.. sections[1..]]), "first section is CENT", "SHAP");
        Refused(factory, folder, IndexFileBytes.File([sections[0], sections[2], sections[1], .. sections[3..]]), "CENT lies behind CODB");
        foreach (var missing in sections[1..6].Where(section => section.Section.Name != "ORIG"))
        {
            Refused(
                factory,
                folder,
                IndexFileBytes.File([.. sections.Where(section => section != missing)]),
                $"section {missing.Section.Name} is missing");
        }

        foreach (var section in sections)
        {
            (FileSection, byte[])[] Changed(byte[] contents) => [.. sections.Select(other => other == section ? (other.Section, contents) : other)];
            Refused(factory, folder, IndexFileBytes.File(Changed(section.Contents[..^4])), $"section {section.Section.Name}: it has", "bytes");
            Refused(factory, folder, IndexFileBytes.File(Changed([.. section.Contents, 0, 0, 0, 0])), $"section {section.Section.Name}: it has");
        }

        var flat = IndexFileBytes.Contents(Saved(IndexFactory.Flat(18), folder));
        Refused(IndexFactory.Flat(18), folder, IndexFileBytes.File([flat[0], sections[1], .. flat[1..]]), "section CENT is in a file of [FlatIndex");
        Refused(IndexFactory.Flat(18), folder, IndexFileBytes.File([.. flat, sections[7]]), "section ROWS is in a file of");
    }

    internal static byte[] Saved(IndexFactory factory, TempFolder folder)
    {
        using var index = factory.Build(TestVectors.Uniform(270, factory.Dimension, seed: 1), nlist: 3, ids: TestVectors.ShuffledIds(270, seed: 2));
        index.Save(folder.File("saved.pqg"));
        return File.ReadAllBytes(folder.File("saved.pqg"));
    }

    /// <summary>A file that is refused when it is read, and when it is verified.</summary>
    internal static void Refused(IndexFactory factory, TempFolder folder, byte[] bytes, params string[] fragments)
    {
        var path = folder.File("damaged.pqg");
        File.WriteAllBytes(path, bytes);
        Refusals.Expect<IndexFileException>(() => factory.Read(path).Dispose(), [path, .. fragments]);
        if (IsOfAnyShape(factory, path))
        {
            Refusals.Expect<IndexFileException>(() => VectorIndex.Verify(path), path);
        }
    }

    /// <summary>Whether a file is refused whatever the class is declared to be that opens it.</summary>
    private static bool IsOfAnyShape(IndexFactory factory, string path)
    {
        try
        {
            return VectorIndex.Inspect(path).Shape == factory.Shape;
        }
        catch (IndexFileException)
        {
            return true;
        }
    }
}
