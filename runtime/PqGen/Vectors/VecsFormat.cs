using System.Buffers.Binary;

namespace PqGen.Vectors;

/// <summary>
/// The .fvecs, .bvecs and .ivecs formats: each row is its number of components as a little-endian Int32, then the components, as float32,
/// bytes or Int32. All rows have the same number.
/// </summary>
internal static class VecsFormat
{
    private const int HeadSize = sizeof(int);

    /// <summary>Rows and columns, by the first row's head and the length of the file.</summary>
    public static RowLayout Layout(string path, FileStream stream, ElementType type)
    {
        var length = stream.Length;
        if (length < HeadSize)
        {
            throw new VectorFileException(path, $"the file has {length} bytes", "a row starts with its number of components in 4 bytes");
        }

        Span<byte> head = stackalloc byte[HeadSize];
        VectorFile.ReadExactly(path, stream, head);
        var columns = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (columns < 1)
        {
            throw new VectorFileException(
                path, $"the first row says that it has {columns} components", "it needs 1 or more, as a little-endian Int32");
        }

        var rowSize = HeadSize + ((long)columns * type.Size);
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

        VectorFile.CheckColumns(path, columns);
        return new RowLayout(path, type, length / rowSize, columns, 0, HasHeads: true);
    }
}
