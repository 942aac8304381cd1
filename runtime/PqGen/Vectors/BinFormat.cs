using System.Buffers.Binary;
using PqGen.Common;

namespace PqGen.Vectors;

/// <summary>
/// The .fbin, .u8bin, .i8bin and .ibin formats of the billion-scale benchmarks (Simhadri et al. 2022): rows and components as little-endian
/// UInt32, then the elements by rows. Distances, float32 by rows, may follow the integers of true neighbours.
/// </summary>
internal static class BinFormat
{
    private const int HeadSize = 2 * sizeof(uint);

    public static VectorMatrix ReadFloats(string path, FileStream stream, ElementType type)
    {
        var (rows, columns) = Shape(path, stream, type.Size, mayHaveDistances: false);
        return new ElementReader(path, stream, type, rows, columns).ReadFloats();
    }

    public static IntMatrix ReadInts(string path, FileStream stream)
    {
        var (rows, columns) = Shape(path, stream, sizeof(int), mayHaveDistances: true);
        return new ElementReader(path, stream, new ElementType(ElementKind.Signed, sizeof(int)), rows, columns).ReadInts();
    }

    /// <summary>Rows and columns, checked against the length of the file.</summary>
    private static (int Rows, int Columns) Shape(string path, FileStream stream, int elementSize, bool mayHaveDistances)
    {
        if (stream.Length < HeadSize)
        {
            throw new VectorFileException(path, Guard.Text($"the file has {stream.Length} bytes"), "it starts with rows and components in 8 bytes");
        }

        Span<byte> head = stackalloc byte[HeadSize];
        VectorFile.ReadExactly(path, stream, head);
        var rows = BinaryPrimitives.ReadUInt32LittleEndian(head);
        var columns = BinaryPrimitives.ReadUInt32LittleEndian(head[sizeof(uint)..]);
        if (rows == 0 || columns == 0)
        {
            throw new VectorFileException(
                path, Guard.Text($"the file says that it has {rows} rows of {columns} components"), "at least one row of one component is needed");
        }

        var found = (UInt128)(stream.Length - HeadSize);
        var needed = (UInt128)rows * columns * (uint)elementSize;
        var withDistances = needed + ((UInt128)rows * columns * sizeof(float));
        if (found != needed && !(mayHaveDistances && found == withDistances))
        {
            throw new VectorFileException(
                path,
                Guard.Text($"{rows} rows of {columns} components take {needed} bytes, but {found} follow the first {HeadSize}"),
                needed > found
                    ? "either the file is truncated, or it is not little-endian, or it is another format"
                    : "the file has bytes behind its last element, or it is another format");
        }

        _ = VectorFile.ArrayLength(path, rows, columns);
        return ((int)rows, (int)columns);
    }
}
