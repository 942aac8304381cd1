using System.Globalization;
using PqGen.Common;

namespace PqGen.Vectors;

/// <summary>Reads the elements of a file that holds nothing else from here on, chunk by chunk.</summary>
/// <param name="path">The file, for messages.</param>
/// <param name="stream">The file, at its first element.</param>
/// <param name="type">The type of its elements.</param>
/// <param name="rows">Rows, 1 or more.</param>
/// <param name="columns">Elements of a row, 1 or more.</param>
/// <param name="byColumns">Whether columns, not rows, lie together.</param>
internal sealed class ElementReader(string path, FileStream stream, ElementType type, int rows, int columns, bool byColumns = false)
{
    private const int ChunkLength = 1 << 16;

    /// <summary>Elements to the values of a chunk; returns the first that does not fit, or -1.</summary>
    private delegate int Converter<T>(Span<byte> bytes, Span<T> values);

    public VectorMatrix ReadFloats() => new(columns, Read<float>(type.ToFloats, Guard.Text($"float32 ends at {float.MaxValue}: scale the vectors")));

    public IntMatrix ReadInts() => new(columns, Read<long>(type.ToInts, Guard.Text($"integers up to {long.MaxValue} are read")));

    private T[] Read<T>(Converter<T> convert, string range)
    {
        var values = new T[VectorFile.ArrayLength(path, rows, columns)];
        var length = Math.Min(values.Length, ChunkLength);
        var bytes = new byte[length * type.Size];
        var columnChunk = byColumns ? new T[length] : [];
        var count = length;
        for (var at = 0; at < values.Length; at += count)
        {
            count = Math.Min(length, values.Length - at);
            var chunk = bytes.AsSpan(0, count * type.Size);
            VectorFile.ReadExactly(path, stream, chunk);
            var converted = byColumns ? columnChunk.AsSpan(0, count) : values.AsSpan(at, count);
            if (convert(chunk, converted) is >= 0 and var bad)
            {
                ThrowOutOfRange(chunk.Slice(bad * type.Size, type.Size), at + bad, range);
            }

            for (var i = 0; byColumns && i < count; i++)
            {
                values[((at + i) % rows * columns) + ((at + i) / rows)] = converted[i];
            }
        }

        return values;
    }

    private void ThrowOutOfRange(ReadOnlySpan<byte> element, int at, string range)
    {
        // In the processor's order by now.
        var value = type.Kind == ElementKind.Float
            ? BitConverter.ToDouble(element).ToString(CultureInfo.InvariantCulture)
            : BitConverter.ToUInt64(element).ToString(CultureInfo.InvariantCulture);
        var (row, column) = byColumns ? (at % rows, at / rows) : (at / columns, at % columns);
        throw new VectorFileException(path, Guard.Text($"row {row}, component {column} is {value}"), range);
    }
}
