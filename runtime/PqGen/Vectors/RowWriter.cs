using System.Buffers.Binary;
using PqGen.Common;

namespace PqGen.Vectors;

/// <summary>Values to elements of a file, little-endian. Returns the first value that the elements cannot stand for, or -1.</summary>
internal delegate int ElementEncoder<T>(ReadOnlySpan<T> values, Span<byte> bytes);

/// <summary>How rows are written into a file.</summary>
/// <param name="Type">The type of its elements.</param>
/// <param name="Preamble">What the file begins with.</param>
/// <param name="HasHeads">Whether each row begins with the number of its elements.</param>
internal sealed record WrittenFormat(ElementType Type, byte[] Preamble, bool HasHeads = false);

/// <summary>Writes rows into a file, chunk by chunk.</summary>
/// <param name="stream">The file.</param>
/// <param name="path">Its path, for messages.</param>
/// <param name="format">How its rows lie.</param>
/// <param name="columns">Elements of a row.</param>
/// <param name="encode">Values to elements.</param>
internal sealed class RowWriter<T>(Stream stream, string path, WrittenFormat format, int columns, ElementEncoder<T> encode)
    where T : struct
{
    /// <summary>Bytes that are written at a time, but a row at least.</summary>
    private const int ChunkSize = 1 << 20;

    private byte[] _bytes = [];

    /// <summary>Rows written.</summary>
    public long Rows { get; private set; }

    /// <summary>Writes whole rows.</summary>
    public void Write(ReadOnlySpan<T> values)
    {
        var (head, size) = (format.HasHeads ? sizeof(int) : 0, format.Type.Size);
        var rowSize = head + ((long)columns * size);
        if (rowSize > Array.MaxLength)
        {
            throw new VectorFileException(
                path, Guard.Text($"rows of {rowSize} bytes"), Guard.Text($"rows of up to {Array.MaxLength} bytes are written"));
        }

        var chunk = (int)Math.Max(1, ChunkSize / rowSize);
        for (; !values.IsEmpty; values = values[Math.Min(values.Length, chunk * columns)..])
        {
            var rows = Math.Min(chunk, values.Length / columns);
            var bytes = WorkingMemory.Ensure(ref _bytes, (int)(rows * rowSize));
            for (var row = 0; row < rows; row++)
            {
                var one = bytes.Slice((int)(row * rowSize), (int)rowSize);
                if (head > 0)
                {
                    BinaryPrimitives.WriteInt32LittleEndian(one, columns);
                }

                var from = values.Slice(row * columns, columns);
                if (encode(from, one[head..]) is >= 0 and var bad)
                {
                    throw new VectorFileException(
                        path,
                        Guard.Text($"row {Rows}, component {bad} is {from[bad]}"),
                        Guard.Text($"the file's elements are {format.Type.Range}"));
                }

                Rows++;
            }

            stream.Write(bytes);
        }
    }
}
