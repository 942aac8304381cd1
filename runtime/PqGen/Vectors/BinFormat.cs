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

    /// <summary>What a file begins with.</summary>
    public static byte[] Head(uint rows, uint columns)
    {
        var head = new byte[HeadSize];
        BinaryPrimitives.WriteUInt32LittleEndian(head, rows);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(sizeof(uint)), columns);
        return head;
    }

    public static RowLayout Layout(string path, FileStream stream, ElementType type, bool mayHaveDistances = false)
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
        var needed = (UInt128)rows * columns * (uint)type.Size;
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

        VectorFile.CheckColumns(path, columns);
        return new RowLayout(path, type, rows, (int)columns, HeadSize);
    }
}
