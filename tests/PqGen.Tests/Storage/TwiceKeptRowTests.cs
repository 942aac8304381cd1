using PqGen.Tests.Indexes;

namespace PqGen.Tests.Storage;

/// <summary>Rows kept as int8 and as float16: candidates are those of the first, results those of the second.</summary>
public class TwiceKeptRowTests
{
    private const int N = 1200;
    private static readonly SearchOptions s_rerank = new() { NProbe = 4, Rerank = 80 };

    [Theory]
    [MemberData(nameof(IndexFactory.WithCodes), MemberType = typeof(IndexFactory))]
    public void The_nearest_by_bytes_are_ordered_by_halves(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(N, factory.Dimension, 5, seed: 1);
        using var bytes = factory.Build(vectors, format: RowFormat.Int8);
        using var halves = factory.Build(vectors, format: RowFormat.Float16);
        using var both = factory.Build(vectors, format: RowFormat.Int8Float16);
        Assert.Equal(bytes.Memory.Vectors + halves.Memory.Vectors, both.Memory.Vectors);
        var (exact, kept) = (new float[factory.Dimension], new float[factory.Dimension]);
        halves.TryGetVector(7, exact);
        Assert.Equal(VectorSource.Kept, both.TryGetVector(7, kept));
        Assert.Equal(exact, kept);
        var all = new SearchOptions { NProbe = int.MaxValue, Rerank = N };
        foreach (var (k, refine, looked) in new[] { (10, 0, 20), (15, 0, 30), (10, 3, 10), (3, 50, 50), (100, 0, 100) })
        {
            for (var q = 0; q < 20; q++)
            {
                var query = vectors.AsSpan(q * 31 * factory.Dimension, factory.Dimension);
                var nearest = bytes.Nearest(query, looked, s_rerank).Select(neighbor => neighbor.Id).ToHashSet();
                var expected = halves.Nearest(query, N, all).Where(neighbor => nearest.Contains(neighbor.Id)).Take(k).ToArray();
                Searching.Same(expected, both.Nearest(query, k, s_rerank with { Refine = refine }), $"query {q}, k {k}, Refine {refine}");
                Searching.Same(halves.Nearest(query, k, all), both.Nearest(query, k, all with { Refine = N }), $"query {q}, all");
                Searching.Same(
                    halves.Within(query, expected[^1].Distance, s_rerank), both.Within(query, expected[^1].Distance, s_rerank), $"query {q}, range");
            }
        }

        Assert.Equal(halves.Calibrate(50).Points, both.Calibrate(50).Points);
        var results = new Neighbor[10];
        AllocationTests.AssertNoAllocation(() => both.Search(vectors.AsSpan(0, factory.Dimension), results, s_rerank), s_rerank);
    }

    [Theory]
    [MemberData(nameof(IndexFactory.WithCodes), MemberType = typeof(IndexFactory))]
    public void Files_streams_and_changes_keep_both(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(N, factory.Dimension, 5, seed: 2);
        var ids = TestVectors.ShuffledIds(N, seed: 3);
        using var halves = factory.Build(vectors, format: RowFormat.Float16, ids: ids);
        using var index = factory.Build(vectors, format: RowFormat.Int8Float16, ids: ids);
        using var folder = new TempFolder();
        Change(halves);
        Change(index);
        Same(halves, index, vectors);
        index.Save(folder.File("index.pqg"));
        var info = VectorIndex.Verify(folder.File("index.pqg"));
        Assert.Equal(RowFormat.Int8Float16, info.RowFormat);
        var sections = info.Sections.ToDictionary(section => section.Name, section => section.Length);
        Assert.Equal(
            (index.Count * (factory.Dimension + 4), index.Count * ((2 * factory.Dimension) + 2)), (sections["ROWS"], sections["ROW2"]));
        index.Compact();
        Same(halves, index, vectors);
        using var mapped = factory.Open(folder.File("index.pqg"));
        Assert.InRange(mapped.Memory.Mapped, sections["ROWS"] + sections["ROW2"], mapped.Memory.Total);
        Same(halves, mapped, vectors);
        using var read = factory.Read(folder.File("index.pqg"));
        Same(halves, read, vectors);
        using (var stream = new ForwardStream(File.ReadAllBytes(folder.File("index.pqg"))))
        {
            using var loaded = factory.Load(stream);
            Same(halves, loaded, vectors);
        }

        foreach (var changed in new[] { halves, mapped, read })
        {
            changed.Add(vectors.AsSpan(0, 9 * factory.Dimension));
            changed.Update([ids[700]], vectors.AsSpan(0, factory.Dimension));
        }

        Same(halves, mapped, vectors);
        Same(halves, read, vectors);
        mapped.Save(folder.File("index.pqg"));
        read.Save(folder.File("same.pqg"));
        Assert.Equal(File.ReadAllBytes(folder.File("same.pqg")), File.ReadAllBytes(folder.File("index.pqg")));

        var (low, high) = (folder.File("low.pqg"), folder.File("high.pqg"));
        VectorIndex.Split(folder.File("same.pqg"), [(low, new IdRange(long.MinValue, 0)), (high, new IdRange(1, long.MaxValue))]);
        VectorIndex.Merge(folder.File("merged.pqg"), [low, high]);
        using var merged = factory.Open(folder.File("merged.pqg"));
        Same(halves, merged, vectors);

        void Change(VectorIndex changed)
        {
            changed.Remove(ids.AsSpan(0, 300));
            changed.Update(ids.AsSpan(500, 2), vectors.AsSpan(0, 2 * factory.Dimension));
        }
    }

    [Fact]
    public void What_is_damaged_in_the_second_rows_is_found()
    {
        using var folder = new TempFolder();
        var factory = IndexFactory.IvfPq(18, 9, 11);
        using (var index = factory.Build(TestVectors.Uniform(N, 18, seed: 4), format: RowFormat.Int8Float16))
        {
            index.Save(folder.File("whole.pqg"));
        }

        var bytes = File.ReadAllBytes(folder.File("whole.pqg"));
        var (rows, path) = (IndexFileBytes.Section(bytes, "ROW2"), folder.File("damaged.pqg"));
        File.WriteAllBytes(path, [.. bytes[..rows.Offset], (byte)(bytes[rows.Offset] ^ 1), .. bytes[(rows.Offset + 1)..]]);
        Refusals.Expect<IndexFileException>(() => VectorIndex.Verify(path), "section ROW2: the checksum");
        Refusals.Expect<IndexFileException>(() => VectorIndex.Open(path, mapped: false), "section ROW2: the checksum");
        using (var mapped = VectorIndex.Open(path))
        {
            Refusals.Expect<IndexFileException>(() => mapped.Save(folder.File("saved.pqg")), "section ROW2: the checksum");
        }

        // An exponent that makes no number of a row, and a header that says something else.
        var broken = bytes.ToArray();
        BitConverter.TryWriteBytes(broken.AsSpan(rows.Offset + (2 * 18)), short.MinValue);
        File.WriteAllBytes(path, IndexFileBytes.Sealed(broken));
        Refusals.Expect<IndexFileException>(() => VectorIndex.Verify(path), "section ROW2");
        foreach (var format in new[] { RowFormat.Float16, RowFormat.Int8, (RowFormat)4 })
        {
            File.WriteAllBytes(path, IndexFileBytes.With(bytes, IndexFileBytes.Section(bytes, "SHAP").Offset + 60, (int)format));
            Assert.Throws<IndexFileException>(() => VectorIndex.Verify(path));
            Assert.Throws<IndexFileException>(() => VectorIndex.Open(path));
        }
    }

    private static void Same(VectorIndex halves, VectorIndex both, float[] vectors)
    {
        for (var q = 0; q < 20; q++)
        {
            var query = vectors.AsSpan(q * 31 * both.Dimension, both.Dimension);
            Searching.Same(halves.Nearest(query, 10, s_rerank), both.Nearest(query, 10, s_rerank with { Refine = N }), $"query {q}");
        }
    }
}
