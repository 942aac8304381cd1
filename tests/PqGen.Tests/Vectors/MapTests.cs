using System.Buffers.Binary;
using PqGen.Tests.Indexes;
using PqGen.Vectors;

namespace PqGen.Tests.Vectors;

/// <summary>Rows of a mapped file are those that reading it gives.</summary>
public class MapTests
{
    private const int Rows = 37;

    public static TheoryData<string, string> Kinds => new()
    {
        { ".npy", "<f4" }, { ".npy", ">f4" }, { ".npy", "<f2" }, { ".npy", ">f2" }, { ".npy", "<f8" }, { ".npy", "|u1" }, { ".npy", "|i1" },
        { ".npy", "<V2" }, { ".fvecs", "<f4" }, { ".bvecs", "|u1" }, { ".fbin", "<f4" }, { ".u8bin", "|u1" }, { ".i8bin", "|i1" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_row_of_every_kind_of_file(string extension, string type)
    {
        foreach (var dimension in new[] { 1, 3, 16, 33, 100, 300, 1100 })
        {
            using var file = new TempFile(extension, Bytes(extension, type, dimension));
            var read = VectorFile.ReadFloats(file.Path);
            using var mapped = VectorFile.Map(file.Path);
            Assert.Equal((Rows, dimension), (mapped.Count, mapped.Dimension));
            var row = new float[dimension];
            for (var i = Rows - 1; i >= 0; i--)
            {
                mapped.Prefetch(i);
                mapped.Read(i, row);
                Assert.Equal(read.Row(i), row);
            }

            AllocationTests.AssertNoAllocation(() => mapped.Read(5, row), default);
        }
    }

    [Fact]
    public void Ids_are_of_the_rows_that_a_rule_says()
    {
        using var file = new TempFile(".fvecs", Bytes(".fvecs", "<f4", 4));
        using var mapped = VectorFile.Map(file.Path, id => id == 7 ? -1 : (id - 1000) / 10);
        var (row, read) = (new float[4], VectorFile.ReadFloats(file.Path));
        mapped.Read(1050, row);
        Assert.Equal(read.Row(5), row);
        Assert.Equal(
            (true, true, false, false, false),
            (mapped.Contains(1000), mapped.Contains(1369), mapped.Contains(1370), mapped.Contains(7), mapped.Contains(long.MaxValue)));
        mapped.Prefetch(7);
        Refusals.Expect<ArgumentOutOfRangeException>(() => mapped.Read(7, row), "id 7 is of row -1", "37 rows", "row 0 to 36");
        Refusals.Expect<ArgumentOutOfRangeException>(() => mapped.Read(1370, row), "id 1370 is of row 37");
        Refusals.Expect<ArgumentException>(() => mapped.Read(1000, new float[5]), "vector has 5 elements", "needs 4");
    }

    [Fact]
    public void What_cannot_be_mapped_is_refused_by_name()
    {
        using var fortran = new TempFile(".npy", NpyBytes.Of("<f4", "(2, 2)", NpyBytes.Floats(1, 2, 3, 4), fortran: true));
        Refusals.Expect<VectorFileException>(() => VectorFile.Map(fortran.Path), fortran.Path, "Fortran order", "ascontiguousarray");
        using var integers = new TempFile(".ivecs", NpyBytes.Ints(1, 5));
        Refusals.Expect<VectorFileException>(() => VectorFile.Map(integers.Path), "a file of integers");
        using var empty = new TempFile(".fbin");
        Refusals.Expect<VectorFileException>(() => VectorFile.Map(empty.Path), "the file is empty");
        using var uneven = new TempFile(".fvecs", [.. NpyBytes.Ints(1, 0), .. NpyBytes.Ints(2, 0), .. NpyBytes.Ints(1, 0)]);
        using var mapped = VectorFile.Map(uneven.Path);
        var row = new float[1];
        mapped.Read(0, row);
        Refusals.Expect<VectorFileException>(() => mapped.Read(1, row), uneven.Path, "row 1 says that it has 2 components, row 0 has 1");
    }

    [Fact]
    public void A_file_that_was_closed_is_not_read()
    {
        using var file = new TempFile(".fvecs", Bytes(".fvecs", "<f4", 4));
        var mapped = VectorFile.Map(file.Path);
        mapped.Dispose();
        mapped.Dispose();
        Assert.Throws<ObjectDisposedException>(() => mapped.Read(0, new float[4]));
    }

    /// <summary>A file of so many rows; the header of an .npy is not filled up, so that its rows lie anywhere.</summary>
    private static byte[] Bytes(string extension, string type, int dimension)
    {
        var values = TestVectors.Moved(TestVectors.Uniform(Rows, dimension, seed: dimension), type[1] is 'u' ? 50 : 100, type[1] is 'u' ? 60 : 0);
        var elements = values.Select(value => Element(type, value)).ToArray();
        byte[] data = [.. elements.SelectMany(bytes => bytes)];
        return extension switch
        {
            ".npy" => NpyBytes.Of(type, $"({Rows}, {dimension})", data),
            ".fvecs" or ".bvecs" =>
                [.. Enumerable.Range(0, Rows).SelectMany(row => NpyBytes.Ints(dimension).Concat(
                    elements.Skip(row * dimension).Take(dimension).SelectMany(bytes => bytes)))],
            _ => [.. NpyBytes.Ints(Rows, dimension), .. data],
        };
    }

    private static byte[] Element(string type, float value)
    {
        var bytes = new byte[type[2] - '0'];
        switch (type)
        {
            case "<f4":
                BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
                break;

            case ">f4":
                BinaryPrimitives.WriteSingleBigEndian(bytes, value);
                break;

            case "<f2":
                BinaryPrimitives.WriteHalfLittleEndian(bytes, (Half)value);
                break;

            case ">f2":
                BinaryPrimitives.WriteHalfBigEndian(bytes, (Half)value);
                break;

            case "<f8":
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
                break;

            case "<V2":
                BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16));
                break;

            default:
                bytes[0] = type == "|u1" ? (byte)value : (byte)(sbyte)value;
                break;
        }

        return bytes;
    }
}
