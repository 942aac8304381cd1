using PqGen.Vectors;

namespace PqGen.Tests.Vectors;

public class VecsTests
{
    [Fact]
    public void Fvecs_bvecs_and_ivecs_are_read()
    {
        using var fvecs = new TempFile(".fvecs", [.. Row(1.5f, -2), .. Row(3, 4)]);
        var floats = VectorFile.ReadFloats(fvecs.Path);
        Assert.Equal((2, 2), (floats.Count, floats.Dimension));
        Assert.Equal([1.5f, -2, 3, 4], floats.Values);

        using var bvecs = new TempFile(".BVECS", [3, 0, 0, 0, 1, 2, 255]);
        var bytes = VectorFile.ReadFloats(bvecs.Path);
        Assert.Equal((1, 3), (bytes.Count, bytes.Dimension));
        Assert.Equal([1, 2, 255], bytes.Values);

        using var ivecs = new TempFile(".ivecs", NpyBytes.Ints(2, 7, -8, 2, 9, 10));
        var ints = VectorFile.ReadInts(ivecs.Path);
        Assert.Equal((2, 2), (ints.Count, ints.Columns));
        Assert.Equal([7, -8, 9, 10], ints.Values);
    }

    public static TheoryData<string, byte[], string[]> BadFiles => new()
    {
        { "empty", [], ["the file is empty"] },
        { "half a head", [1, 0], ["2 bytes", "4 bytes"] },
        { "no components", NpyBytes.Ints(0, 0), ["has 0 components", "1 or more"] },
        { "negative components", NpyBytes.Ints(-3, 0), ["has -3 components", "1 or more"] },
        { "truncated first row", [.. NpyBytes.Ints(3), .. NpyBytes.Floats(1, 2)], ["3 components, 16 bytes, but the file has 12"] },
        { "big-endian", [0, 0, 0, 1, 0, 0, 0, 0], ["16777216 components", "little-endian"] },
        { "huge components", NpyBytes.Ints(int.MaxValue, 0), ["2147483647 components, 8589934592 bytes"] },
        { "truncated last row", [.. Row(1, 2), .. Row(3, 4)[..^1]], ["23 bytes are 1 rows of 2 components", "11 bytes more"] },
        { "trailing byte", [.. Row(1, 2), 0], ["1 bytes more", "last one must be whole"] },
        { "rows of different lengths", [.. Row(1, 2), .. NpyBytes.Ints(5, 0, 0)], ["row 1 says that it has 5 components, row 0 has 2"] },
    };

    [Theory]
    [MemberData(nameof(BadFiles))]
    public void A_bad_file_is_refused_with_what_was_found_and_what_is_needed(string what, byte[] content, string[] expected)
    {
        foreach (var extension in (string[])[".fvecs", ".ivecs"])
        {
            using var file = new TempFile(extension, content);
            var e = Assert.Throws<VectorFileException>(() =>
                extension == ".fvecs" ? (object)VectorFile.ReadFloats(file.Path) : VectorFile.ReadInts(file.Path));
            Assert.StartsWith(file.Path + ": ", e.Message, StringComparison.Ordinal);
            Assert.All(expected, part => Assert.True(e.Message.Contains(part, StringComparison.Ordinal), $"{what}: no '{part}' in: {e.Message}"));
        }
    }

    [Fact]
    public void A_bvecs_file_of_uneven_rows_is_refused()
    {
        using var file = new TempFile(".bvecs", [1, 0, 0, 0, 9, 2, 0, 0, 0, 9]);
        var e = Assert.Throws<VectorFileException>(() => VectorFile.ReadFloats(file.Path));
        Assert.Contains("row 1 says that it has 2 components", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_another_kind_is_refused()
    {
        Refused("a file of integers (.ivecs)", ".ivecs", VectorFile.ReadFloats);
        Refused("'.csv' is not known", ".csv", VectorFile.ReadFloats);
        Refused("'' is not known", "", VectorFile.ReadFloats);
        Refused("a file of vectors (.fvecs)", ".fvecs", VectorFile.ReadInts);
        Refused("a file of vectors (.bvecs)", ".bvecs", VectorFile.ReadInts);
        Refused("'.txt' is not known", ".txt", VectorFile.ReadInts);
    }

    [Fact]
    public void A_folder_and_a_missing_file_are_refused()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"pqgen-{Guid.NewGuid():N}.npy");
        Assert.Throws<FileNotFoundException>(() => VectorFile.ReadFloats(folder));
        Directory.CreateDirectory(folder);
        try
        {
            var e = Assert.Throws<VectorFileException>(() => VectorFile.ReadFloats(folder));
            Assert.Contains("folder", e.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    [Fact]
    public void A_matrix_refuses_values_that_are_not_whole_rows()
    {
        Assert.Throws<ArgumentException>(() => new VectorMatrix(2, [1, 2, 3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VectorMatrix(0, []));
        Assert.Throws<ArgumentException>(() => new IntMatrix(2, [1, 2, 3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VectorMatrix(1, [1]).Row(1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => new IntMatrix(1, [1]).Row(-1).Length);
    }

    private static void Refused(string part, string extension, Func<string, object> read)
    {
        using var file = new TempFile(extension, NpyBytes.Ints(1, 1));
        var e = Assert.Throws<VectorFileException>(() => read(file.Path));
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }

    private static byte[] Row(params float[] values) => [.. NpyBytes.Ints(values.Length), .. NpyBytes.Floats(values)];
}
