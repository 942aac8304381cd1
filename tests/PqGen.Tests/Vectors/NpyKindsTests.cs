using PqGen.Vectors;

namespace PqGen.Tests.Vectors;

/// <summary>.npy files of every type of number, order of bytes and order of axes.</summary>
public class NpyKindsTests
{
    [Theory]
    [InlineData("|u1", new byte[] { 0, 200, 255 }, new[] { 0f, 200, 255 })]
    [InlineData("|i1", new byte[] { 0, 200, 255 }, new[] { 0f, -56, -1 })]
    [InlineData("<V2", new byte[] { 0x80, 0x3F, 0x20, 0xC1, 0x80, 0x7F }, new[] { 1f, -10, float.PositiveInfinity })]
    [InlineData(">V2", new byte[] { 0x3F, 0x80, 0xC1, 0x20, 0x7F, 0x80 }, new[] { 1f, -10, float.PositiveInfinity })]
    [InlineData(">f2", new byte[] { 0x3C, 0, 0xC0, 0, 0x7C, 0 }, new[] { 1f, -2, float.PositiveInfinity })]
    [InlineData(">f4", new byte[] { 0x3F, 0x80, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 1 }, new[] { 1f, -2, float.Epsilon })]
    [InlineData(">f8", new byte[] { 0x3F, 0xF0, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }, new[] { 1f, -2, 0 })]
    public void Vectors_of_every_type_are_read(string descr, byte[] data, float[] expected)
    {
        using var file = new TempFile(".npy", NpyBytes.Of(descr, "(1, 3)", data));
        Assert.Equal(expected, VectorFile.ReadFloats(file.Path).Values);
    }

    [Theory]
    [InlineData(">i2", new byte[] { 1, 2, 0xFF, 0xFF }, new[] { 258L, -1 })]
    [InlineData(">u2", new byte[] { 1, 2, 0xFF, 0xFF }, new[] { 258L, 65535 })]
    [InlineData(">i4", new byte[] { 0, 0, 1, 2, 0xFF, 0xFF, 0xFF, 0xFF }, new[] { 258L, -1 })]
    [InlineData(">u4", new byte[] { 0, 0, 1, 2, 0xFF, 0xFF, 0xFF, 0xFF }, new[] { 258L, uint.MaxValue })]
    [InlineData(">i8", new byte[] { 0, 0, 0, 0, 0, 0, 1, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE }, new[] { 258L, -2 })]
    [InlineData("<u8", new byte[] { 2, 1, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F }, new[] { 258L, long.MaxValue })]
    [InlineData(">u8", new byte[] { 0, 0, 0, 0, 0, 0, 1, 2, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, new[] { 258L, long.MaxValue })]
    public void Integers_of_every_type_are_read(string descr, byte[] data, long[] expected)
    {
        using var file = new TempFile(".npy", NpyBytes.Of(descr, "(2, 1)", data));
        Assert.Equal(expected, VectorFile.ReadInts(file.Path).Values);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Integers_of_one_axis_are_rows_of_one(bool fortran)
    {
        using var file = new TempFile(".npy", NpyBytes.Of("<i8", "(3,)", NpyBytes.Longs(5, -6, 7), fortran));
        var ids = VectorFile.ReadInts(file.Path);
        Assert.Equal((3, 1), (ids.Count, ids.Columns));
        Assert.Equal([5, -6, 7], ids.Values);
        Assert.Equal((3, 1), VectorFile.ReadShape(file.Path));
        Assert.Equal([-6], VectorFile.ReadInts(file.Path, 1, 1).Values);
    }

    [Theory]
    [InlineData(false, "row 1, component 0")]
    [InlineData(true, "row 0, component 1")]
    public void An_unsigned_integer_beyond_Int64_is_refused_with_its_place(bool fortran, string place)
    {
        using var file = new TempFile(".npy", NpyBytes.Of("<u8", "(2, 2)", NpyBytes.Longs(1, 2, -1, 4), fortran));
        var e = Assert.Throws<VectorFileException>(() => VectorFile.ReadInts(file.Path));
        Assert.Equal($"{place} is 18446744073709551615", e.Found);
        Assert.Contains("9223372036854775807", e.Needed, StringComparison.Ordinal);
    }

    [Fact]
    public void Fortran_order_is_read_by_columns_across_chunks()
    {
        const int Rows = 30_011;
        const int Columns = 5;
        var file = Enumerable.Range(0, Rows * Columns).Select(at => (float)((at % Rows * Columns) + (at / Rows)));
        using var floats = new TempFile(".npy", NpyBytes.Of("<f4", $"({Rows}, {Columns})", NpyBytes.Floats([.. file]), fortran: true));
        Assert.Equal(Enumerable.Range(0, Rows * Columns).Select(i => (float)i), VectorFile.ReadFloats(floats.Path).Values.ToArray());
        using var ints = new TempFile(".npy", NpyBytes.Of("<i4", "(2, 3)", NpyBytes.Ints(1, 4, 2, 5, 3, 6), fortran: true));
        Assert.Equal([1, 2, 3, 4, 5, 6], VectorFile.ReadInts(ints.Path).Values);
    }

    [Theory]
    [InlineData("(3, 1)")]
    [InlineData("(1, 3)")]
    public void One_row_or_one_column_has_no_order(string shape)
    {
        using var file = new TempFile(".npy", NpyBytes.Of("<f4", shape, NpyBytes.Floats(1, 2, 3), fortran: true));
        Assert.Equal([1, 2, 3], VectorFile.ReadFloats(file.Path).Values);
    }

    [Theory]
    [InlineData("('<f4', (3,))", "(2,)", "False")]
    [InlineData("('<f4', (3,))", "(2,)", "True")]
    [InlineData("('<f4', 3)", "(2,)", "False")]
    [InlineData("('<f4', (2, 3))", "()", "False")]
    public void Elements_that_are_arrays_are_the_inner_axes(string descr, string shape, string fortran)
    {
        var header = $"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}";
        using var file = new TempFile(".npy", NpyBytes.WithHeader(header, NpyBytes.Floats(1, 2, 3, 4, 5, 6)));
        var matrix = VectorFile.ReadFloats(file.Path);
        Assert.Equal((2, 3), (matrix.Count, matrix.Dimension));
        Assert.Equal([1, 2, 3, 4, 5, 6], matrix.Values);
    }

    /// <summary>Whatever one changed byte of a header makes of it, it is read or refused.</summary>
    [Fact]
    public void Every_change_of_a_byte_of_a_header_is_read_or_refused()
    {
        var whole = NpyBytes.Of("<f4", "(2, 2)", NpyBytes.Floats(1, 2, 3, 4));
        for (var at = 0; at < whole.Length - 16; at++)
        {
            foreach (var value in "\0'\"\\()[]{},:9LVxFT<>|\u00FF")
            {
                var changed = (byte[])whole.Clone();
                changed[at] = (byte)value;
                using var file = new TempFile(".npy", changed);
                Assert.True(IsReadOrRefused(() => VectorFile.ReadFloats(file.Path)));
                Assert.True(IsReadOrRefused(() => VectorFile.ReadInts(file.Path)));
            }
        }
    }

    private static bool IsReadOrRefused(Action read) => Record.Exception(read) is null or VectorFileException;
}
