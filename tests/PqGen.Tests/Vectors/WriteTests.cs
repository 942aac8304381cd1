using PqGen.Tests.Storage;
using PqGen.Vectors;

namespace PqGen.Tests.Vectors;

/// <summary>What is written is read again, and what a format cannot hold is refused, with the file as it was.</summary>
public class WriteTests
{
    [Theory]
    [InlineData(".npy", false)]
    [InlineData(".npy", true)]
    [InlineData(".fvecs", false)]
    [InlineData(".bvecs", false)]
    [InlineData(".fbin", false)]
    [InlineData(".u8bin", false)]
    [InlineData(".i8bin", false)]
    public void Vectors_of_every_format_are_read_again(string extension, bool half)
    {
        const int Dimension = 37;
        const int Count = 30_001;
        float[] values = [.. Enumerable.Range(0, Count * Dimension).Select(i => (float)((i * 31) % 128))];
        using var folder = new TempFolder();
        var path = folder.File("vectors" + extension);
        VectorFile.Write(path, Count, Dimension, [values.AsMemory(0, Dimension * 11), values.AsMemory(Dimension * 11)], half);
        var read = VectorFile.ReadFloats(path);
        Assert.Equal(Dimension, read.Dimension);
        Assert.Equal(values, read.Values);
        if (extension == ".npy")
        {
            VectorFile.WriteNpy(folder.File("other.npy"), Dimension, values, half);
            Assert.Equal(File.ReadAllBytes(folder.File("other.npy")), File.ReadAllBytes(path));
        }
    }

    [Theory]
    [InlineData(".npy", long.MinValue, long.MaxValue)]
    [InlineData(".ivecs", int.MinValue, int.MaxValue)]
    [InlineData(".ibin", int.MinValue, int.MaxValue)]
    public void Integers_of_every_format_are_read_again(string extension, long least, long most)
    {
        using var folder = new TempFolder();
        var path = folder.File("ids" + extension);
        VectorFile.WriteInts(path, new IntMatrix(2, [least, most, -1, 0, 1, 2]));
        var read = VectorFile.ReadInts(path);
        Assert.Equal(2, read.Columns);
        Assert.Equal([least, most, -1, 0, 1, 2], read.Values);
    }

    [Theory]
    [InlineData(".u8bin", 256f, "whole numbers of 0 to 255")]
    [InlineData(".u8bin", -1f, "whole numbers of 0 to 255")]
    [InlineData(".bvecs", 0.5f, "whole numbers of 0 to 255")]
    [InlineData(".bvecs", float.NaN, "whole numbers of 0 to 255")]
    [InlineData(".i8bin", 128f, "whole numbers of -128 to 127")]
    [InlineData(".txt", 1f, "vectors are written to")]
    [InlineData(".ivecs", 1f, "vectors are written to")]
    public void What_a_format_cannot_hold_is_refused_and_the_file_stays(string extension, float bad, string needed)
    {
        using var folder = new TempFolder();
        var path = folder.File("vectors" + extension);
        File.WriteAllText(path, "before");
        var e = Assert.Throws<VectorFileException>(() => VectorFile.Write(path, 2, 2, [new float[] { 1, 2, 3, bad }]));
        Assert.Contains(needed, e.Needed, StringComparison.Ordinal);
        Assert.True(extension is ".txt" or ".ivecs" || e.Found.StartsWith("row 1, component 1 is ", StringComparison.Ordinal), e.Found);
        Assert.Equal("before", File.ReadAllText(path));
        Assert.Single(folder.Files);
    }

    [Fact]
    public void Halves_and_Int32_have_ends()
    {
        using var folder = new TempFolder();
        Assert.Throws<VectorFileException>(() => VectorFile.Write(folder.File("x.npy"), 1, 1, [new[] { 1e6f }], half: true));
        var e = Assert.Throws<VectorFileException>(() => VectorFile.WriteInts(folder.File("x.ivecs"), new IntMatrix(1, [1L << 40])));
        Assert.Equal("row 0, component 0 is 1099511627776", e.Found);
        Assert.Throws<VectorFileException>(() => VectorFile.WriteInts(folder.File("x.fvecs"), new IntMatrix(1, [1])));
        Assert.Empty(folder.Files);
    }

    [Fact]
    public void Chunks_have_to_be_whole_and_as_many_as_stated()
    {
        using var folder = new TempFolder();
        var path = folder.File("x.npy");
        Assert.Throws<ArgumentException>("chunks", () => VectorFile.Write(path, 2, 2, [new float[3]]));
        Assert.Throws<ArgumentException>("chunks", () => VectorFile.Write(path, 2, 2, [new float[2]]));
        Assert.Throws<ArgumentException>("chunks", () => VectorFile.Write(path, 2, 2, [new float[6]]));
        Assert.Throws<ArgumentOutOfRangeException>("count", () => VectorFile.Write(path, 0, 2, []));
        Assert.Throws<ArgumentOutOfRangeException>("dimension", () => VectorFile.Write(path, 1, 0, []));
        Assert.Empty(folder.Files);
    }
}
