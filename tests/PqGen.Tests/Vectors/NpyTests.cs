using PqGen.Vectors;

namespace PqGen.Tests.Vectors;

public class NpyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_header_version_is_read(int version)
    {
        using var file = new TempFile(".npy", NpyBytes.Of("<f4", "(2, 3)", NpyBytes.Floats(1, 2, 3, 4, 5, -6.5f), version: version));
        var matrix = VectorFile.ReadFloats(file.Path);
        Assert.Equal((2, 3), (matrix.Count, matrix.Dimension));
        Assert.Equal([1, 2, 3, 4, 5, -6.5f], matrix.Values);
        Assert.Equal([4, 5, -6.5f], matrix.Row(1));
    }

    [Fact]
    public void Float64_and_float16_become_float32()
    {
        using var doubles = new TempFile(".npy", NpyBytes.Of("<f8", "(1, 3)", NpyBytes.Doubles(0.1, -2, double.PositiveInfinity)));
        Assert.Equal([0.1f, -2f, float.PositiveInfinity], VectorFile.ReadFloats(doubles.Path).Values);
        using var halves = new TempFile(".npy", NpyBytes.Of("<f2", "(3, 1)", NpyBytes.Halves((Half)0.1, (Half)(-65504f), Half.NaN)));
        Assert.Equal([(float)(Half)0.1, -65504f, float.NaN], VectorFile.ReadFloats(halves.Path).Values);
    }

    [Theory]
    [InlineData("{\"shape\":(1,2),\"fortran_order\":False,\"descr\":\"<f4\"}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1L, 2L), }           ")]
    [InlineData(" { 'fortran_order' : False , 'descr' : '<f4' , 'shape' : ( 1 , 2 , ) } ")]
    public void Any_order_and_spacing_of_the_header_is_read(string header)
    {
        using var file = new TempFile(".npy", NpyBytes.WithHeader(header, NpyBytes.Floats(7, 8)));
        Assert.Equal([7, 8], VectorFile.ReadFloats(file.Path).Values);
    }

    [Fact]
    public void Integers_are_read()
    {
        using var int32 = new TempFile(".npy", NpyBytes.Of("<i4", "(2, 2)", NpyBytes.Ints(1, -2, 3, int.MaxValue)));
        var matrix = VectorFile.ReadInts(int32.Path);
        Assert.Equal((2, 2), (matrix.Count, matrix.Columns));
        Assert.Equal([1, -2, 3, int.MaxValue], matrix.Values);
        Assert.Equal([3, int.MaxValue], matrix.Row(1));
        using var int64 = new TempFile(".npy", NpyBytes.Of("<i8", "(1, 2)", NpyBytes.Longs(1L << 40, -1)));
        Assert.Equal([1L << 40, -1], VectorFile.ReadInts(int64.Path).Values);
        using var uint32 = new TempFile(".npy", NpyBytes.Of("<u4", "(1, 1)", NpyBytes.Ints(-1)));
        Assert.Equal([uint.MaxValue], VectorFile.ReadInts(uint32.Path).Values);
        using var uint16 = new TempFile(".npy", NpyBytes.Of("<u2", "(1, 1)", [0xFF, 0xFF]));
        Assert.Equal([ushort.MaxValue], VectorFile.ReadInts(uint16.Path).Values);
        using var int16 = new TempFile(".npy", NpyBytes.Of("<i2", "(1, 1)", [0xFF, 0xFF]));
        Assert.Equal([-1], VectorFile.ReadInts(int16.Path).Values);
        using var uint8 = new TempFile(".npy", NpyBytes.Of("|u1", "(1, 1)", [0xFF]));
        Assert.Equal([255], VectorFile.ReadInts(uint8.Path).Values);
        using var int8 = new TempFile(".npy", NpyBytes.Of("|i1", "(1, 1)", [0xFF]));
        Assert.Equal([-1], VectorFile.ReadInts(int8.Path).Values);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_written_is_read_again_across_chunks(bool half)
    {
        const int Dimension = 7;
        float[] values = [.. Enumerable.Range(0, 20_000 * Dimension).Select(i => (float)(Half)((i % 2048) / 4f))];
        using var file = new TempFile(".npy");
        VectorFile.WriteNpy(file.Path, Dimension, values, half);
        var matrix = VectorFile.ReadFloats(file.Path);
        Assert.Equal((20_000, Dimension), (matrix.Count, matrix.Dimension));
        Assert.True(matrix.Values.SequenceEqual(values));
        Assert.Equal(0, (new FileInfo(file.Path).Length - ((half ? 2L : 4L) * values.Length)) % 64);
    }

    [Fact]
    public void Float64_is_read_across_chunks()
    {
        double[] values = [.. Enumerable.Range(0, 140_000).Select(i => i + 0.5)];
        using var file = new TempFile(".npy", NpyBytes.Of("<f8", "(20000, 7)", NpyBytes.Doubles(values)));
        Assert.Equal(values.Select(v => (float)v), VectorFile.ReadFloats(file.Path).Values.ToArray());
    }

    [Fact]
    public void The_first_non_finite_component_is_found()
    {
        Assert.True(new VectorMatrix(2, [1, 2, 3, float.NaN, float.PositiveInfinity, 0]).TryFindNonFinite(out var row, out var component));
        Assert.Equal((1, 1), (row, component));
        Assert.False(new VectorMatrix(2, [1, 2]).TryFindNonFinite(out row, out component));
        Assert.Equal((-1, -1), (row, component));
    }

    public static TheoryData<string, byte[], string[]> BadFiles => new()
    {
        { "empty", [], ["the file is empty"] },
        { "a few bytes", [0x93, 0x4E], ["2 bytes", "numpy.save"] },
        { "text", [.. "a,b,c\n1,2,3\n"u8], ["magic", "numpy.save"] },
        { "version 4", [0x93, .. "NUMPY"u8, 4, 0, 0, 0, 0, 0], ["version 4.0", "1.0, 2.0 and 3.0"] },
        { "version 0", [0x93, .. "NUMPY"u8, 0, 0, 0, 0, 0, 0], ["version 0.0"] },
        { "no header length", [0x93, .. "NUMPY"u8, 1, 0, 5], ["ends inside its header"] },
        { "header length beyond the file", [0x93, .. "NUMPY"u8, 2, 0, 255, 255, 255, 255, 1], ["4294967295", "1 follow"] },
        { "header too long", [0x93, .. "NUMPY"u8, 2, 0, 0, 0, 2, 0, .. new byte[1 << 17]], ["131072", "at most 65536"] },
        { "header garbage", NpyBytes.WithHeader("hello", []), ["no '{'"] },
        { "header unclosed", NpyBytes.WithHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1)", []), ["no '}'"] },
        { "header without shape", NpyBytes.WithHeader("{'descr': '<f4', 'fortran_order': False}", []), ["no 'descr', 'fortran_order' or 'shape'"] },
        { "header with a key twice", NpyBytes.WithHeader("{'descr': '<f4', 'descr': '<f4'}", []), ["the key 'descr'"] },
        { "header with an unknown key", NpyBytes.WithHeader("{'colour': 'red'}", []), ["the key 'colour'"] },
        {
            "header with text behind",
            NpyBytes.WithHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1)} x", NpyBytes.Floats(1)),
            ["behind the dictionary"]
        },
        { "order neither true nor false", NpyBytes.WithHeader("{'fortran_order': 0}", []), ["neither True nor False"] },
        { "negative rows", NpyBytes.Of("<f4", "(-1, 4)", NpyBytes.Floats(1, 2, 3, 4)), ["no length of an axis"] },
        { "rows beyond Int64", NpyBytes.Of("<f4", "(99999999999999999999, 4)", []), ["no length of an axis"] },
        {
            "a product that overflows",
            NpyBytes.Of("<f4", "(4611686018427387904, 4611686018427387904)", []),
            ["85070591730234615865843651857942052864 bytes", "truncated"]
        },
        {
            "structured",
            NpyBytes.WithHeader("{'descr': [('x', '<f4'), ('y', '<f4', (2,))], 'fortran_order': False, 'shape': (1, 1), }", NpyBytes.Floats(1, 2)),
            ["several fields", "structured_to_unstructured(x, '<f4').reshape(len(x), -1)"]
        },
        { "structured and unclosed", NpyBytes.WithHeader("{'descr': [('x', '<f4'", []), ["does not end"] },
        { "integers", NpyBytes.Of("<i4", "(1, 1)", NpyBytes.Ints(1)), ["'<i4'", "save x.astype('<f4')"] },
        { "objects", NpyBytes.Of("|O", "(1, 1)", NpyBytes.Ints(1)), ["'|O'", "save numpy.stack(x).astype('<f4')"] },
        { "complex", NpyBytes.Of("<c8", "(1, 1)", NpyBytes.Floats(1, 2)), ["'<c8'", "numpy.concatenate([x.real, x.imag], axis=1).astype('<f4')"] },
        { "plain bytes", NpyBytes.Of("|V2", "(1, 1)", [1, 2]), ["'|V2'", "(x.view('<u2').astype('<u4') << 16).view('<f4')"] },
        { "bytes of another type", NpyBytes.Of("|V1", "(1, 1)", [1]), ["'|V1'", "where their type is known"] },
        { "the processor's order", NpyBytes.Of("=f4", "(1, 1)", NpyBytes.Floats(1)), ["'=f4'", "save x.astype('<f4')"] },
        {
            "structured arrays",
            NpyBytes.WithHeader("{'descr': ([('x', '<f4')], (3,)), 'fortran_order': False, 'shape': (1,)}", []),
            ["several fields"]
        },
        {
            "names with brackets",
            NpyBytes.WithHeader("{'descr': [('a]\\'(', '<f4')], 'fortran_order': False, 'shape': (1,)}", []),
            ["several fields"]
        },
        { "a type in a tuple unclosed", NpyBytes.WithHeader("{'descr': ('<f4', (3,)", []), ["no ')'"] },
        { "a scalar", NpyBytes.Of("<f4", "()", NpyBytes.Floats(1)), ["shape ()", "two axes"] },
        { "one axis", NpyBytes.Of("<f4", "(4,)", NpyBytes.Floats(1, 2, 3, 4)), ["shape (4,)", "two axes", "reshape"] },
        { "three axes", NpyBytes.Of("<f4", "(1, 2, 2)", NpyBytes.Floats(1, 2, 3, 4)), ["shape (1, 2, 2)", "two axes"] },
        { "no rows", NpyBytes.Of("<f4", "(0, 4)", []), ["shape (0, 4)", "at least one row"] },
        { "no components", NpyBytes.Of("<f4", "(4, 0)", []), ["shape (4, 0)", "at least one row"] },
        { "truncated", NpyBytes.Of("<f4", "(2, 2)", NpyBytes.Floats(1, 2, 3)), ["takes 16 bytes, but 12 follow", "truncated"] },
        {
            "trailing bytes",
            NpyBytes.Of("<f4", "(2, 2)", NpyBytes.Floats(1, 2, 3, 4, 5)),
            ["takes 16 bytes, but 20 follow", "behind its last element"]
        },
        { "float64 beyond float32", NpyBytes.Of("<f8", "(2, 2)", NpyBytes.Doubles(1, 2, 3, -1e300)), ["row 1, component 1 is -1E+300", "scale"] },
    };

    [Theory]
    [MemberData(nameof(BadFiles))]
    public void A_bad_file_is_refused_with_what_was_found_and_what_is_needed(string what, byte[] content, string[] expected)
    {
        using var file = new TempFile(".npy", content);
        var e = Assert.Throws<VectorFileException>(() => VectorFile.ReadFloats(file.Path));
        Assert.StartsWith(file.Path + ": ", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
        Assert.All(expected, part => Assert.True(e.Message.Contains(part, StringComparison.Ordinal), $"{what}: no '{part}' in: {e.Message}"));
    }

    [Fact]
    public void Every_truncation_of_a_file_is_refused()
    {
        var whole = NpyBytes.Of("<f4", "(2, 2)", NpyBytes.Floats(1, 2, 3, 4), version: 2);
        for (var length = 0; length < whole.Length; length++)
        {
            using var file = new TempFile(".npy", whole[..length]);
            Assert.Throws<VectorFileException>(() => VectorFile.ReadFloats(file.Path));
        }
    }

    [Fact]
    public void A_file_of_floats_is_no_file_of_integers()
    {
        using var file = new TempFile(".npy", NpyBytes.Of("<f4", "(1, 1)", NpyBytes.Floats(1)));
        var e = Assert.Throws<VectorFileException>(() => VectorFile.ReadInts(file.Path));
        Assert.Contains("'<f4'", e.Found, StringComparison.Ordinal);
        Assert.Contains("astype('<i8')", e.Needed, StringComparison.Ordinal);
        Assert.Equal(file.Path, e.File);
    }
}
