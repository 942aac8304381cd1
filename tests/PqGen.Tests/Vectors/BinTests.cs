using PqGen.Vectors;

namespace PqGen.Tests.Vectors;

/// <summary>The .fbin family, and what every reader refuses alike.</summary>
public class BinTests
{
    private static readonly string[] s_floats = [".npy", ".fvecs", ".bvecs", ".fbin", ".u8bin", ".i8bin"];
    private static readonly string[] s_ints = [".npy", ".ivecs", ".ibin"];

    [Fact]
    public void Vectors_and_integers_are_read()
    {
        using var floats = new TempFile(".fbin", [.. NpyBytes.Ints(2, 3), .. NpyBytes.Floats(1, 2, 3, 4, 5, -6.5f)]);
        var matrix = VectorFile.ReadFloats(floats.Path);
        Assert.Equal((2, 3), (matrix.Count, matrix.Dimension));
        Assert.Equal([1, 2, 3, 4, 5, -6.5f], matrix.Values);
        using var unsigned = new TempFile(".u8bin", [.. NpyBytes.Ints(1, 2), 1, 255]);
        Assert.Equal([1, 255], VectorFile.ReadFloats(unsigned.Path).Values);
        using var signed = new TempFile(".i8bin", [.. NpyBytes.Ints(2, 1), 1, 255]);
        Assert.Equal([1, -1], VectorFile.ReadFloats(signed.Path).Values);
        using var ints = new TempFile(".ibin", NpyBytes.Ints(2, 2, 7, -8, 9, 10));
        Assert.Equal([7, -8, 9, 10], VectorFile.ReadInts(ints.Path).Values);
        using var truth = new TempFile(".ibin", [.. NpyBytes.Ints(1, 2, 7, 8), .. NpyBytes.Floats(0.5f, 0.75f)]);
        Assert.Equal([7, 8], VectorFile.ReadInts(truth.Path).Values);
    }

    public static TheoryData<string, byte[], string[]> BadFiles => new()
    {
        { "half a head", [1, 0, 0, 0, 1], ["5 bytes", "8 bytes"] },
        { "no rows", NpyBytes.Ints(0, 4), ["0 rows of 4"] },
        { "no components", NpyBytes.Ints(4, 0), ["4 rows of 0"] },
        { "truncated", NpyBytes.Ints(2, 2, 1, 2, 3), ["2 rows of 2 components take 16 bytes, but 12 follow", "truncated"] },
        { "trailing bytes", NpyBytes.Ints(1, 1, 1, 2, 3), ["take 4 bytes, but 12 follow", "behind its last element"] },
        { "lengths that overflow", NpyBytes.Ints(-1, -1), ["4294967295 rows of 4294967295 components take 73786976260478468100 bytes", "truncated"] },
        { "lengths whose product is 0 in 64 bits", NpyBytes.Ints(int.MinValue, int.MinValue, 1), ["take 18446744073709551616 bytes", "truncated"] },
    };

    [Theory]
    [MemberData(nameof(BadFiles))]
    public void A_bad_file_is_refused_with_what_was_found_and_what_is_needed(string what, byte[] content, string[] expected)
    {
        foreach (var extension in (string[])[".fbin", ".ibin"])
        {
            using var file = new TempFile(extension, content);
            var e = Assert.Throws<VectorFileException>(() => Read(file.Path));
            Assert.StartsWith(file.Path + ": ", e.Message, StringComparison.Ordinal);
            Assert.All(expected, part => Assert.True(e.Message.Contains(part, StringComparison.Ordinal), $"{what}: no '{part}' in: {e.Message}"));
        }
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        foreach (var extension in s_floats.Concat(s_ints).Where(extension => extension != ".npy"))
        {
            byte[] whole = extension.EndsWith("bin", StringComparison.Ordinal)
                ? [.. NpyBytes.Ints(3, 1), .. new byte[extension is ".fbin" or ".ibin" ? 12 : 3]]
                : [.. NpyBytes.Ints(3), .. new byte[extension == ".bvecs" ? 3 : 12]];
            for (var length = 0; length < whole.Length; length++)
            {
                using var file = new TempFile(extension, whole[..length]);
                Assert.Throws<VectorFileException>(() => Read(file.Path));
            }
        }
    }

    [Fact]
    public void A_Git_LFS_pointer_is_named_as_such_by_every_reader()
    {
        const string Pointer = """
            version https://git-lfs.github.com/spec/v1
            oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
            size 12345

            """;
        foreach (var extension in s_floats.Concat(s_ints))
        {
            using var file = new TempFile(extension, System.Text.Encoding.ASCII.GetBytes(Pointer));
            var e = Assert.Throws<VectorFileException>(() => Read(file.Path));
            Assert.Contains("Git LFS pointer", e.Found, StringComparison.Ordinal);
            Assert.Contains("git lfs pull", e.Needed, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_of_the_other_kind_is_refused()
    {
        using var ints = new TempFile(".ibin", NpyBytes.Ints(1, 1, 1));
        Assert.Equal("a file of integers (.ibin)", Assert.Throws<VectorFileException>(() => VectorFile.ReadFloats(ints.Path)).Found);
        using var floats = new TempFile(".u8bin", [.. NpyBytes.Ints(1, 1), 1]);
        Assert.Equal("a file of vectors (.u8bin)", Assert.Throws<VectorFileException>(() => VectorFile.ReadInts(floats.Path)).Found);
    }

    private static object Read(string path) => s_ints.Contains(Path.GetExtension(path)) ? VectorFile.ReadInts(path) : VectorFile.ReadFloats(path);
}
