using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace PqGen.Vectors;

/// <summary>
/// The .fvecs, .bvecs and .ivecs formats: each row is its number of components as a little-endian Int32, then the components, as float32,
/// bytes or Int32. All rows have the same number.
/// </summary>
internal static class VecsFormat
{
    private const int HeadSize = sizeof(int);

    public static VectorMatrix ReadFvecs(string path, FileStream stream)
    {
        (int rows, int columns) = Shape(path, stream, sizeof(float));
        var values = new float[VectorFile.ArrayLength(path, rows, columns)];
        for (int i = 0; i < rows; i++)
        {
            CheckHead(path, stream, i, columns);
            Span<float> row = values.AsSpan(i * columns, columns);
            VectorFile.ReadExactly(path, stream, MemoryMarshal.AsBytes(row));
            LittleEndian.ToHost(MemoryMarshal.Cast<float, int>(row));
        }

        return new VectorMatrix(columns, values);
    }

    public static VectorMatrix ReadBvecs(string path, FileStream stream)
    {
        (int rows, int columns) = Shape(path, stream, sizeof(byte));
        var values = new float[VectorFile.ArrayLength(path, rows, columns)];
        var row = new byte[columns];
        for (int i = 0; i < rows; i++)
        {
            CheckHead(path, stream, i, columns);
            VectorFile.ReadExactly(path, stream, row);
            for (int d = 0; d < columns; d++)
                values[(i * columns) + d] = row[d];
        }

        return new VectorMatrix(columns, values);
    }

    public static IntMatrix ReadIvecs(string path, FileStream stream)
    {
        (int rows, int columns) = Shape(path, stream, sizeof(int));
        var values = new long[VectorFile.ArrayLength(path, rows, columns)];
        var row = new int[columns];
        for (int i = 0; i < rows; i++)
        {
            CheckHead(path, stream, i, columns);
            VectorFile.ReadExactly(path, stream, MemoryMarshal.AsBytes(row.AsSpan()));
            LittleEndian.ToHost(row);
            for (int d = 0; d < columns; d++)
                values[(i * columns) + d] = row[d];
        }

        return new IntMatrix(columns, values);
    }

    /// <summary>Rows and columns, by the first row's head and the length of the file.</summary>
    private static (int Rows, int Columns) Shape(string path, FileStream stream, int componentSize)
    {
        long length = stream.Length;
        if (length < HeadSize)
            throw new VectorFileException(path, $"the file has {length} bytes", "a row starts with its number of components in 4 bytes");
        int columns = ReadHead(path, stream);
        stream.Position = 0;
        if (columns < 1)
            throw new VectorFileException(path, $"the first row says that it has {columns} components", "it needs 1 or more, as a little-endian Int32");

        long rowSize = HeadSize + ((long)columns * componentSize);
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
            throw new VectorFileException(path, $"{length / rowSize} rows", $"one array holds at most {Array.MaxLength} values: split the file");
        return ((int)(length / rowSize), columns);
    }

    private static void CheckHead(string path, FileStream stream, int row, int columns)
    {
        int found = ReadHead(path, stream);
        if (found != columns)
            throw new VectorFileException(path, $"row {row} says that it has {found} components, row 0 has {columns}", "every row needs the same number");
    }

    private static int ReadHead(string path, FileStream stream)
    {
        Span<byte> head = stackalloc byte[HeadSize];
        VectorFile.ReadExactly(path, stream, head);
        return BinaryPrimitives.ReadInt32LittleEndian(head);
    }
}
