using System.Runtime.InteropServices;
using PqGen.Vectors;

namespace PqGen.Tests.Vectors;

/// <summary>Ranges of rows and chunks of every format are the slices of the whole.</summary>
public class RangeTests
{
    private const int Rows = 1_237;
    private const int Columns = 7;

    /// <summary>Numbers that every type of element holds.</summary>
    private static readonly float[] s_values = [.. Enumerable.Range(0, Rows * Columns).Select(i => (float)(i * 31 % 127))];

    public static TheoryData<string, byte[]> FloatFiles => new()
    {
        { ".fbin", [.. NpyBytes.Ints(Rows, Columns), .. NpyBytes.Floats(s_values)] },
        { ".u8bin", [.. NpyBytes.Ints(Rows, Columns), .. Bytes] },
        { ".i8bin", [.. NpyBytes.Ints(Rows, Columns), .. Bytes] },
        { ".fvecs", WithHeads(NpyBytes.Floats(s_values), sizeof(float)) },
        { ".bvecs", WithHeads(Bytes, 1) },
        { ".npy", NpyBytes.Of("<f4", Shape, NpyBytes.Floats(s_values)) },
        { ".npy", NpyBytes.Of("<f8", Shape, NpyBytes.Doubles(Array.ConvertAll(s_values, value => (double)value))) },
        { ".npy", NpyBytes.Of("<f2", Shape, NpyBytes.Halves(Array.ConvertAll(s_values, value => (Half)value))) },
        { ".npy", NpyBytes.Of("|u1", Shape, Bytes) },
        { ".npy", NpyBytes.Of("<f4", Shape, NpyBytes.Floats(ByColumns), fortran: true) },
        { ".npy", NpyBytes.Of("|i1", Shape, [.. ByColumns.Select(value => (byte)value)], fortran: true) },
    };

    public static TheoryData<string, byte[]> IntFiles => new()
    {
        { ".ibin", [.. NpyBytes.Ints(Rows, Columns), .. NpyBytes.Ints(Numbers)] },
        { ".ibin", [.. NpyBytes.Ints(Rows, Columns), .. NpyBytes.Ints(Numbers), .. NpyBytes.Floats(s_values)] },
        { ".ivecs", WithHeads(NpyBytes.Ints(Numbers), sizeof(int)) },
        { ".npy", NpyBytes.Of("<i4", Shape, NpyBytes.Ints(Numbers)) },
        { ".npy", NpyBytes.Of("<i8", Shape, NpyBytes.Longs([.. ByColumns.Select(value => (long)value)]), fortran: true) },
    };

    private static string Shape => $"({Rows}, {Columns})";

    private static byte[] Bytes => [.. s_values.Select(value => (byte)value)];

    private static int[] Numbers => [.. s_values.Select(value => (int)value)];

    private static float[] ByColumns => [.. Enumerable.Range(0, Rows * Columns).Select(at => s_values[(at % Rows * Columns) + (at / Rows)])];

    [Theory]
    [MemberData(nameof(FloatFiles))]
    public void Ranges_of_vectors(string extension, byte[] content)
    {
        using var file = new TempFile(extension, content);
        Assert.Equal(((long)Rows, Columns), VectorFile.ReadShape(file.Path));
        Assert.Equal(s_values, VectorFile.ReadFloats(file.Path).Values);
        foreach (var (first, count) in new[] { (0, Rows), (0, 1), (Rows - 1, 1), (500, 0), (Rows, 0), (3, 700), (1, Rows - 1), (0, Rows - 1) })
        {
            var part = VectorFile.ReadFloats(file.Path, first, count);
            Assert.Equal((count, Columns), (part.Count, part.Dimension));
            Assert.Equal(s_values.AsSpan(first * Columns, count * Columns), part.Values);
        }
    }

    [Theory]
    [MemberData(nameof(IntFiles))]
    public void Ranges_of_integers(string extension, byte[] content)
    {
        using var file = new TempFile(extension, content);
        Assert.Equal(((long)Rows, Columns), VectorFile.ReadShape(file.Path));
        var whole = VectorFile.ReadInts(file.Path);
        Assert.Equal(Numbers.Select(number => (long)number), whole.Values.ToArray());
        foreach (var (first, count) in new[] { (0, Rows), (0, 1), (Rows - 1, 1), (Rows, 0), (3, 700) })
        {
            var part = VectorFile.ReadInts(file.Path, first, count);
            Assert.Equal((count, Columns), (part.Count, part.Columns));
            Assert.Equal(whole.Values.Slice(first * Columns, count * Columns), part.Values);
        }
    }

    [Theory]
    [MemberData(nameof(FloatFiles))]
    public async Task Chunks(string extension, byte[] content)
    {
        using var file = new TempFile(extension, content);
        foreach (var rows in new[] { 0, 1, 100, Rows - 1, Rows, Rows + 1 })
        {
            var (values, counts) = (new List<float>(), new List<int>());
            var chunks = VectorFile.ReadChunks(file.Path, rows);
            for (var time = 0; time < 2; time++)
            {
                // Enumerated anew, it begins anew.
                values.Clear();
                counts.Clear();
                foreach (var chunk in chunks)
                {
                    values.AddRange(chunk.Span);
                    counts.Add(chunk.Length / Columns);
                }

                Assert.Equal(s_values, values);
            }

            Assert.All(counts.SkipLast(1), count => Assert.Equal(rows, count));
            Assert.InRange(counts[^1], 1, rows == 0 ? Rows : rows);
            values.Clear();
            await foreach (var chunk in VectorFile.ReadChunksAsync(file.Path, rows))
            {
                values.AddRange(chunk.Span);
            }

            Assert.Equal(s_values, values);
        }
    }

    [Fact]
    public void A_file_is_read_in_the_memory_of_a_chunk()
    {
        const int Long = 200_000;
        var path = Path.Combine(Path.GetTempPath(), $"pqgen-{Guid.NewGuid():N}.npy");
        try
        {
            VectorFile.WriteNpy(path, 50, new float[Long * 50]);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var (rows, memory) = (0, (float[]?)null);
            foreach (var chunk in VectorFile.ReadChunks(path, 1000))
            {
                rows += chunk.Length / 50;
                Assert.True(MemoryMarshal.TryGetArray(chunk, out var segment));
                memory ??= segment.Array;
                Assert.Same(memory, segment.Array);
            }

            Assert.Equal(Long, rows);

            // The file has 40 MB, a chunk .2 MB; as bytes it is read in pieces of no more.
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 200_000, 1_000_000);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Rows_that_the_file_does_not_have()
    {
        using var file = new TempFile(".fbin", [.. NpyBytes.Ints(3, 2), .. NpyBytes.Floats(1, 2, 3, 4, 5, 6)]);
        foreach (var (first, count) in new[] { (0L, 4), (1L, 3), (4L, 0), (-1L, 1), (long.MaxValue, int.MaxValue), (2L, int.MaxValue) })
        {
            var e = Assert.Throws<ArgumentOutOfRangeException>("firstRow", () => VectorFile.ReadFloats(file.Path, first, count));
            Assert.Contains($"firstRow is {first} and count {count}, but {file.Path} has 3 rows", e.Message, StringComparison.Ordinal);
            Assert.Contains("firstRow + count at most 3", e.Message, StringComparison.Ordinal);
        }

        Assert.Throws<ArgumentOutOfRangeException>("count", () => VectorFile.ReadFloats(file.Path, 0, -1));
        Assert.Throws<ArgumentOutOfRangeException>("rowsPerChunk", () => VectorFile.ReadChunks(file.Path, -1));
        Assert.Throws<ArgumentOutOfRangeException>("rowsPerChunk", () => VectorFile.ReadChunksAsync(file.Path, -1));
        using var ints = new TempFile(".ivecs", NpyBytes.Ints(1, 5));
        Assert.Throws<ArgumentOutOfRangeException>("firstRow", () => VectorFile.ReadInts(ints.Path, 1, 1));
    }

    [Fact]
    public void A_bad_file_is_refused_before_the_first_chunk_is_asked_for()
    {
        using var file = new TempFile(".fbin", NpyBytes.Ints(2, 2, 1));
        Assert.Throws<VectorFileException>(() => VectorFile.ReadChunks(file.Path));
        Assert.Throws<VectorFileException>(() => VectorFile.ReadChunksAsync(file.Path));
        Assert.Throws<VectorFileException>(() => VectorFile.ReadShape(file.Path));
        Assert.Throws<FileNotFoundException>(() => VectorFile.ReadChunks(file.Path + ".fbin"));
        using var ints = new TempFile(".ivecs", NpyBytes.Ints(1, 5));
        Assert.Contains(
            "a file of integers", Assert.Throws<VectorFileException>(() => VectorFile.ReadChunks(ints.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_rows_of_a_range_are_looked_at_and_named_by_their_number_in_the_file()
    {
        using var heads = new TempFile(".fvecs", [.. WithHeads(NpyBytes.Floats(new float[40]), sizeof(float), 2)[..^12], .. NpyBytes.Ints(5, 0, 0)]);
        Assert.Equal(19, VectorFile.ReadFloats(heads.Path, 0, 19).Count);
        var e = Assert.Throws<VectorFileException>(() => VectorFile.ReadFloats(heads.Path, 7, 13));
        Assert.Equal("row 19 says that it has 5 components, row 0 has 2", e.Found);
        foreach (var fortran in new[] { false, true })
        {
            var values = new double[30];
            values[fortran ? 15 + 9 : (9 * 2) + 1] = 1e300;
            using var doubles = new TempFile(".npy", NpyBytes.Of("<f8", "(15, 2)", NpyBytes.Doubles(values), fortran));
            Assert.Equal(9, VectorFile.ReadFloats(doubles.Path, 0, 9).Count);
            e = Assert.Throws<VectorFileException>(() => VectorFile.ReadFloats(doubles.Path, 4, 11));
            Assert.Equal("row 9, component 1 is 1E+300", e.Found);
        }
    }

    [Fact]
    public void A_range_of_a_file_of_more_values_than_an_array_holds()
    {
        // Rows that are holes take no room on the disk.
        var path = Path.Combine(Path.GetTempPath(), $"pqgen-{Guid.NewGuid():N}.u8bin");
        try
        {
            using (var file = File.Create(path))
            {
                file.Write(NpyBytes.Ints(3_000_000, 1000));
                file.SetLength(8 + 3_000_000_000);
                file.Position = 8 + 2_999_999_000;
                file.Write([1, 2, 3]);
            }

            Assert.Equal((3_000_000, 1000), VectorFile.ReadShape(path));
            var last = VectorFile.ReadFloats(path, 2_999_998, 2);
            Assert.Equal([1, 2, 3, 0], last.Row(1)[..4]);
            Assert.Equal(0, last.Row(0)[0]);
            Assert.Equal("3000000 x 1000 values", Assert.Throws<VectorFileException>(() => VectorFile.ReadFloats(path)).Found);
            Assert.Throws<VectorFileException>(() => VectorFile.ReadFloats(path, 0, 3_000_000));
            Assert.Throws<VectorFileException>(() => VectorFile.ReadChunks(path, 3_000_000));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_cancelled_reading_stops()
    {
        using var file = new TempFile(".u8bin", [.. NpyBytes.Ints(100, 1), .. new byte[100]]);
        using var cancellation = new CancellationTokenSource();
        var chunks = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in VectorFile.ReadChunksAsync(file.Path, 10).WithCancellation(cancellation.Token))
            {
                if (++chunks == 3)
                {
                    await cancellation.CancelAsync();
                }
            }
        });
        Assert.Equal(3, chunks);
    }

    private static byte[] WithHeads(byte[] elements, int size, int columns = Columns) =>
        [.. elements.Chunk(columns * size).SelectMany(row => NpyBytes.Ints(columns).Concat(row))];
}
