using System.Buffers.Binary;

namespace PqGen.Vectors;

/// <summary>
/// The .fvecs, .bvecs and .ivecs formats: each row is its number of components as a little-endian Int32, then the components, as float32,
/// bytes or Int32. All rows have the same number.
/// </summary>
internal static class VecsFormat
{
    private const int HeadSize = sizeof(int);

    private delegate int Converter<T>(Span<byte> bytes, Span<T> values);

    public static VectorMatrix ReadFvecs(string path, FileStream stream) =>
        ReadFloats(path, stream, new ElementType(ElementKind.Float, sizeof(float)));

    public static VectorMatrix ReadBvecs(string path, FileStream stream) =>
        ReadFloats(path, stream, new ElementType(ElementKind.Unsigned, sizeof(byte)));

    public static IntMatrix ReadIvecs(string path, FileStream stream)
    {
        var type = new ElementType(ElementKind.Signed, sizeof(int));
        var values = Read<long>(path, stream, type.Size, type.ToInts, out var columns);
        return new IntMatrix(columns, values);
    }

    private static VectorMatrix ReadFloats(string path, FileStream stream, ElementType type)
    {
        var values = Read<float>(path, stream, type.Size, type.ToFloats, out var columns);
        return new VectorMatrix(columns, values);
    }

    /// <summary>Every element fits: none is a float64 or an unsigned 64-bit integer.</summary>
    private static T[] Read<T>(string path, FileStream stream, int elementSize, Converter<T> convert, out int columns)
    {
        (var rows, columns) = Shape(path, stream, elementSize);
        var values = new T[VectorFile.ArrayLength(path, rows, columns)];
        var row = new byte[VectorFile.ArrayLength(path, columns, elementSize)];
        for (var i = 0; i < rows; i++)
        {
            CheckHead(path, stream, i, columns);
            VectorFile.ReadExactly(path, stream, row);
            _ = convert(row, values.AsSpan(i * columns, columns));
        }

        return values;
    }

    /// <summary>Rows and columns, by the first row's head and the length of the file.</summary>
    private static (int Rows, int Columns) Shape(string path, FileStream stream, int componentSize)
    {
        var length = stream.Length;
        if (length < HeadSize)
        {
            throw new VectorFileException(path, $"the file has {length} bytes", "a row starts with its number of components in 4 bytes");
        }

        var columns = ReadHead(path, stream);
        stream.Position = 0;
        if (columns < 1)
        {
            throw new VectorFileException(
                path, $"the first row says that it has {columns} components", "it needs 1 or more, as a little-endian Int32");
        }

        var rowSize = HeadSize + ((long)columns * componentSize);
        if (rowSize > length)
        {
            throw new VectorFileException(
                path,
                $"the first row says that it has {columns} components, {rowSize} bytes, but the file has {length}",
                "either the file is truncated, or it is not little-endian, or it is another format");
        }

        if (length % rowSize != 0)
        {
            throw new VectorFileException(
                path,
                $"{length} bytes are {length / rowSize} rows of {columns} components ({rowSize} bytes each) and {length % rowSize} bytes more",
                "every row needs the same number of components, and the last one must be whole");
        }

        if (length / rowSize > Array.MaxLength)
        {
            throw new VectorFileException(path, $"{length / rowSize} rows", $"one array holds at most {Array.MaxLength} values: split the file");
        }

        return ((int)(length / rowSize), columns);
    }

    private static void CheckHead(string path, FileStream stream, int row, int columns)
    {
        var found = ReadHead(path, stream);
        if (found != columns)
        {
            throw new VectorFileException(
                path, $"row {row} says that it has {found} components, row 0 has {columns}", "every row needs the same number");
        }
    }

    private static int ReadHead(string path, FileStream stream)
    {
        Span<byte> head = stackalloc byte[HeadSize];
        VectorFile.ReadExactly(path, stream, head);
        return BinaryPrimitives.ReadInt32LittleEndian(head);
    }
}
