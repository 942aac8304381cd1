using PqGen.Tests.Indexes;

namespace PqGen.Tests.Storage;

/// <summary>Indexes in streams, and what a file says of itself without being opened.</summary>
public class IndexStreamTests
{
    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void A_stream_holds_the_bytes_of_the_file(IndexFactory factory)
    {
        using var folder = new TempFolder();
        using var index = factory.Build(TestVectors.Uniform(270, factory.Dimension, seed: 1), nlist: 3);
        index.Save(folder.File("index.pqg"));
        var bytes = File.ReadAllBytes(folder.File("index.pqg"));
        using var seeking = new MemoryStream();
        seeking.Write([1, 2, 3]);
        index.Save(seeking);
        index.Save(seeking);
        Assert.Equal([1, 2, 3, .. bytes, .. bytes], seeking.ToArray());
        var forward = new ForwardStream([.. bytes, .. bytes]);
        index.Save(forward);
        Assert.Equal(bytes, forward.Written);

        seeking.Position = 3;
        for (var i = 1; i <= 2; i++)
        {
            using var one = factory.Load(seeking);
            using var other = VectorIndex.Load(forward);
            Assert.Equal((3 + (i * bytes.Length), i * bytes.Length), ((int)seeking.Position, forward.BytesRead));
            Assert.Equal(Refusals.Answers(index), Refusals.Answers(one));
            Assert.Equal(Refusals.Answers(index), Refusals.Answers(other));
            Assert.Equal(index.Memory.Codes, other.Memory.Codes);
        }
    }

    [Fact]
    public void A_stream_of_another_shape_is_refused_before_its_contents_are_read()
    {
        var stream = new MemoryStream();
        using var index = IndexFactory.IvfPq(40, 20, 256).Build(TestVectors.Uniform(300, 40, seed: 1));
        index.Save(stream);
        stream.Position = 0;
        Refusals.Expect<IndexFileException>(() => ByteIvfPq.Load(stream), "the stream: the file holds [IvfPqIndex", "ByteIvfPq is declared with");
        Assert.InRange(stream.Position, 1, 2048);
    }

    [Fact]
    public void Arguments()
    {
        var (closed, index) = (new MemoryStream(), GenericIndex.Flat(3));
        closed.Dispose();
        Assert.Throws<ArgumentNullException>(() => index.Save((Stream)null!));
        Refusals.Expect<ArgumentException>(() => index.Save(closed), "stream cannot be written to");
        Refusals.Expect<ArgumentException>(() => index.Save(new MemoryStream([1], writable: false)), "stream cannot be written to");
        Assert.Throws<ArgumentNullException>(() => VectorIndex.Load(null!));
        Refusals.Expect<ArgumentException>(() => VectorIndex.Load(closed), "stream cannot be read");
        Refusals.Expect<ArgumentException>(() => VectorIndex.Inspect(closed), "stream cannot be read");
        Assert.Throws<ArgumentException>(() => VectorIndex.Inspect(""));
        Assert.Throws<ArgumentException>(() => VectorIndex.Verify(""));
        Assert.ThrowsAny<OperationCanceledException>(() => index.Save(new MemoryStream(), new CancellationToken(canceled: true)));
        index.Dispose();
        Assert.Throws<ObjectDisposedException>(() => index.Save(new MemoryStream()));
    }

    [Fact]
    public void What_a_file_says_of_itself()
    {
        var path = KeptFiles.Path("ivfpq", version: 2);
        var bytes = File.ReadAllBytes(path);
        using var index = VectorIndex.Open(path);
        var forward = new ForwardStream(bytes);
        foreach (var info in new[] { VectorIndex.Inspect(path), VectorIndex.Inspect(forward), VectorIndex.Verify(path) })
        {
            Assert.Equal((2, IndexKind.IvfPq, Metric.SquaredL2, index.Shape), (info.Version, info.Kind, info.Metric, info.Shape));
            Assert.Equal((3, KeptFiles.N, true, true), (info.NList, (int)info.Count, info.OwnIds, info.KeepsVectors));
            Assert.Equal((bytes.Length, 0), ((int)info.FileLength, info.DefaultNProbe));
            Assert.Equal(IndexFileBytes.Sections(bytes).Select(s => (s.Name, s.Offset, s.Length)), info.Sections.Select(
                s => (s.Name, (int)s.Offset, (int)s.Length)));
            Assert.All(info.Sections, section => Assert.Equal((true, 64), (section.IsRequired, section.Checksum.Length)));
        }

        Assert.Equal(IndexFileBytes.HeaderSize(bytes) + 64, forward.BytesRead);
        var removed = VectorIndex.Inspect(KeptFiles.Path("ivfflat-removed", version: 2));
        Assert.Equal((true, true, 2), (removed.OwnIds, removed.KeepsVectors, removed.DefaultNProbe));
        Assert.False(VectorIndex.Inspect(KeptFiles.Path("ivfpq-packed", version: 1)).KeepsVectors);
    }

    [Fact]
    public void A_damaged_section_is_named_when_it_is_verified()
    {
        using var folder = new TempFolder();
        var bytes = File.ReadAllBytes(KeptFiles.Path("ivfpq", version: 2));
        foreach (var section in IndexFileBytes.Sections(bytes)[1..])
        {
            var damaged = bytes.ToArray();
            damaged[section.Offset + (section.Length / 2)] ^= 1;
            File.WriteAllBytes(folder.File("damaged.pqg"), damaged);
            Assert.Equal(8, VectorIndex.Inspect(folder.File("damaged.pqg")).Sections.Count);
            Refusals.Expect<IndexFileException>(() => VectorIndex.Verify(folder.File("damaged.pqg")), $"section {section.Name}: the checksum of its");
        }
    }

    [Fact]
    public void Sections_that_are_unknown_are_carried_over_or_refused_by_name()
    {
        using var folder = new TempFolder();
        var sections = IndexFileBytes.Contents(File.ReadAllBytes(KeptFiles.Path("ivfpq", version: 2)));
        (FileSection, byte[]) note = (new FileSection("NOTE", 0, 0, 0, 256), [.. Enumerable.Range(0, 3_000_000).Select(i => (byte)i)]);
        (FileSection, byte[]) told = (new FileSection("TOLD", 2, 0, 0, 64), [1, 2, 3]);
        var path = folder.File("index.pqg");
        File.WriteAllBytes(path, IndexFileBytes.File([sections[0], note, .. sections[1..], told]));
        var carried = IndexFileBytes.File([.. sections, note, told]);
        foreach (var index in new[] { VectorIndex.Open(path), VectorIndex.Load(new ForwardStream(File.ReadAllBytes(path))) })
        {
            using (index)
            {
                index.Save(folder.File("saved.pqg"));
                Assert.Equal(carried, File.ReadAllBytes(folder.File("saved.pqg")));
                Assert.InRange(index.Memory.Model, 3_000_000, 4_000_000);

                // What tells of the vectors is not true of others.
                index.Add([-5], new float[KeptFiles.Dimension]);
                Assert.True(index.Remove(-5));
                index.Save(folder.File("changed.pqg"));
                var names = VectorIndex.Verify(folder.File("changed.pqg")).Sections.Select(section => section.Name);
                Assert.Equal([.. sections.Select(section => section.Section.Name), "NOTE"], names);
            }
        }

        File.WriteAllBytes(path, IndexFileBytes.File([.. sections, (new FileSection("GRPH", 1, 0, 0, 64), [1, 2, 3])]));
        Refusals.Expect<IndexFileException>(() => VectorIndex.Open(path), path, "section GRPH is required", "does not know it", "newer version");
        Refusals.Expect<IndexFileException>(() => VectorIndex.Verify(path), "section GRPH is required");
        Assert.Equal("GRPH", VectorIndex.Inspect(path).Sections[^1].Name);
    }

    /// <summary>A list of more than one segment, and one that another index of the same vectors holds in others.</summary>
    [Fact]
    public void A_list_of_more_than_64_megabytes()
    {
        using var folder = new TempFolder();
        var vectors = TestVectors.Uniform(4100, 4096, seed: 1);
        using var index = GenericIndex.Flat(4096);
        index.Add(vectors.AsSpan(0, 3 * 4096));
        index.Add(vectors.AsSpan(3 * 4096));
        index.Save(folder.File("index.pqg"));
        using var opened = VectorIndex.Open(folder.File("index.pqg"));
        var (top, same) = (new Neighbor[10], new Neighbor[10]);
        foreach (var query in new[] { 0, 2, 3, 4095, 4096, 4099 })
        {
            Assert.Equal(10, index.Search(vectors.AsSpan(query * 4096, 4096), top));
            Assert.Equal(10, opened.Search(vectors.AsSpan(query * 4096, 4096), same));
            Assert.Equal(query, same[0].Id);
            Assert.Equal(top, same);
        }

        opened.Save(folder.File("again.pqg"));
        Assert.Equal(VectorIndex.Inspect(folder.File("index.pqg")).Sections, VectorIndex.Inspect(folder.File("again.pqg")).Sections);
    }
}
