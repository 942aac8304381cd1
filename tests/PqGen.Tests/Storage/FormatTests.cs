using System.Runtime.InteropServices;
using PqGen.Storage;
using PqGen.Tests.Indexes;

namespace PqGen.Tests.Storage;

/// <summary>
/// The format as it is: files of every version, kept beside this test, open as long as there is this library and answer as they did, and the same
/// index is saved as the same bytes on every processor.
/// </summary>
public class FormatTests
{
    private const int Dimension = KeptFiles.Dimension;
    private const int N = KeptFiles.N;

    public static TheoryData<string> Names => [.. KeptFiles.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Files_of_version_1(string name)
    {
        using var folder = new TempFolder();
        var path = KeptFiles.Path(name, version: 1);
        using var opened = VectorIndex.Open(path);
        Assert.Equal(N, opened.Count);
        Assert.Equal(KeptFiles.Answers(name), Refusals.Answers(opened));

        // What it is saved as now is what the index itself is, but that terms stay what they are.
        opened.Save(folder.File("saved.pqg"));
        Assert.Equal(File.ReadAllBytes(KeptFiles.WithoutOrigin(name)), File.ReadAllBytes(folder.File("saved.pqg")));
        var info = VectorIndex.Verify(path);
        Assert.Equal((1, opened.Shape, N, new FileInfo(path).Length), (info.Version, info.Shape, (int)info.Count, info.FileLength));
        Assert.Contains(info.Sections, section => section.Name == (opened.Shape.HasCodes ? "CODE" : "ROWS"));

        using var stream = new MemoryStream([1, 2, 3, .. File.ReadAllBytes(path), 4]) { Position = 3 };
        using var loaded = VectorIndex.Load(stream);
        Assert.Equal(stream.Length - 1, stream.Position);
        Assert.Equal(KeptFiles.Answers(name), Refusals.Answers(loaded));
        Refusals.Expect<IndexFileException>(
            () => VectorIndex.Load(new ForwardStream(File.ReadAllBytes(path))).Dispose(), "version 1, in a stream that cannot seek", "its path");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Files_of_version_2(string name)
    {
        using var folder = new TempFolder();
        using var built = KeptFiles.Build(name);
        built.Save(folder.File("saved.pqg"));
        var path = KeptFiles.Path(name, version: 2);
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(folder.File("saved.pqg")));
        using var opened = VectorIndex.Open(path);
        Assert.Equal(N, opened.Count);
        Assert.Equal(built.DefaultNProbe, opened.DefaultNProbe);
        Assert.Equal(KeptFiles.Answers(name), Refusals.Answers(opened));
        Assert.Equal(2, VectorIndex.Verify(path).Version);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Files_of_before_terms_had_an_origin(string name)
    {
        using var folder = new TempFolder();
        using var built = KeptFiles.Build(name);
        using var opened = VectorIndex.Open(KeptFiles.WithoutOrigin(name));
        Assert.Equal(KeptFiles.Answers(name), Refusals.Answers(opened));
        opened.Save(folder.File("saved.pqg"));
        Assert.Equal(File.ReadAllBytes(KeptFiles.WithoutOrigin(name)), File.ReadAllBytes(folder.File("saved.pqg")));

        // Vectors that are added get terms as the others have them.
        var more = TestVectors.Uniform(2 * N, Dimension, seed: 7);
        foreach (var index in new[] { built, opened })
        {
            index.Add([.. Enumerable.Range(1000, 2 * N).Select(id => (long)id)], more);
        }

        for (var q = 0; q < 20; q++)
        {
            var query = more.AsSpan(q * Dimension, Dimension);
            var options = new SearchOptions { NProbe = 3 };
            Searching.Same(built.Nearest(query, 30, options), opened.Nearest(query, 30, options), $"query {q}");
        }
    }

    [Fact]
    public void Every_section_is_what_the_document_says()
    {
        var bytes = File.ReadAllBytes(KeptFiles.Path("ivfpq", version: 2));
        Assert.Equal("PqGenIx\u001A"u8.ToArray(), bytes[..8]);
        Assert.Equal([2, 8, bytes.Length, 0, 0, 0], Enumerable.Range(2, 6).Select(field => BitConverter.ToInt32(bytes, 4 * field)));
        var sections = IndexFileBytes.Sections(bytes).ToDictionary(section => section.Name);
        Assert.Equal(["SHAP", "CENT", "CODB", "ORIG", "CNTS", "LIST", "IDS ", "ROWS"], sections.Keys);
        Assert.All(sections.Values, section => Assert.Equal((1u, 0, 64), (section.Flags, section.Offset % 64, section.Alignment)));
        Assert.Equal(bytes, IndexFileBytes.Sealed(bytes.ToArray()));
        Assert.Equal(bytes, IndexFileBytes.File(IndexFileBytes.Contents(bytes)));

        Assert.Equal([4, 0, Dimension, 2, 17, 3, N, 0, N, 0, 0, 0, 64, 4, 0, 0], Numbers<int>(bytes, sections["SHAP"]));
        Assert.Equal(TestVectors.Uniform(3, Dimension, seed: 3), Numbers<float>(bytes, sections["CENT"]));
        Assert.Equal(TestVectors.Uniform(17, Dimension, seed: 4), Numbers<float>(bytes, sections["CODB"]));
        Assert.Equal(
            [.. Enumerable.Range(0, Dimension).Select(d => (float)Enumerable.Range(0, 3).Average(
                c => (double)TestVectors.Uniform(3, Dimension, seed: 3)[(c * Dimension) + d]))],
            Numbers<float>(bytes, sections["ORIG"]));
        Assert.Equal(N, Numbers<int>(bytes, sections["CNTS"]).Sum());
        Assert.Equal(TestVectors.ShuffledIds(N, seed: 2), Numbers<long>(bytes, sections["IDS "]));
        Assert.Equal(TestVectors.Uniform(N, Dimension, seed: 1), Numbers<float>(bytes, sections["ROWS"]));

        // Each list: codes [block][run][64], terms, positions, which are those of all vectors, in order.
        var positions = new List<int>();
        foreach (var (at, blocks, count) in IndexFileBytes.Lists(bytes, ListLayout.OfCodes(2, 17, inverted: true, hasTerms: true)))
        {
            var listed = MemoryMarshal.Cast<byte, int>(bytes.AsSpan(at + (blocks * 64 * (2 + 2)), blocks * 64 * sizeof(int))).ToArray();
            Assert.Equal(listed[..count].Order(), listed[..count]);
            Assert.All(listed[count..], position => Assert.Equal(0, position));
            positions.AddRange(listed[..count]);
        }

        Assert.Equal(Enumerable.Range(0, N), positions.Order());
    }

    /// <summary>The segments of a list cover it, and their bytes add up.</summary>
    [Fact]
    public void Long_lists_lie_in_segments_of_at_most_64_megabytes()
    {
        foreach (
            var layout in new[]
            {
                ListLayout.OfRows(1, inverted: false), ListLayout.OfRows(4096, inverted: true), ListLayout.OfCodes(1, 17, true, true),
                ListLayout.OfCodes(256, 256, false, false),
            })
        {
            foreach (var count in new[] { 0, 1, 63, 64, 65, 255, 256, 257, 4095, 4096, 4097, 5_000_000, 100_000_001, int.MaxValue - 100 })
            {
                var (next, bytes) = (0, 0L);
                for (var s = 0; s < layout.FileSegments(count); s++)
                {
                    var (first, blocks) = layout.FileSegment(count, s);
                    Assert.Equal(next, first);
                    Assert.InRange(layout.SegmentBytes(blocks), 1, ListLayout.MaxFileSegmentBytes);
                    bytes += layout.SegmentBytes(blocks);
                    next = (int)Math.Min(count, first + ((long)blocks * layout.BlockSize));
                    Assert.True(next == count || blocks % 4 == 0);
                }

                Assert.Equal((count, bytes), (next, layout.FileBytes(count)));
            }
        }
    }

    private static T[] Numbers<T>(byte[] bytes, FileSection section)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(bytes.AsSpan(section.Offset, section.Length)).ToArray();
}
