using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using PqGen.Common;

namespace PqGen.Vectors;

/// <summary>Elements of a file to values; overwrites the bytes. Returns the first element that does not fit, or -1.</summary>
internal delegate int ElementConverter<T>(Span<byte> bytes, Span<T> values);

/// <summary>Reads ranges of rows from a file, whichever way they lie in it. Allocates its working memory once.</summary>
/// <param name="file">The file.</param>
/// <param name="layout">How its rows lie.</param>
/// <param name="convert">Elements to values.</param>
/// <param name="range">What values need to be, for messages.</param>
internal sealed class RowReader<T>(SafeFileHandle file, RowLayout layout, ElementConverter<T> convert, string range)
    where T : struct
{
    /// <summary>Bytes that are read at a time, but a row at least.</summary>
    private const int ChunkSize = 1 << 20;

    private byte[] _bytes = [];
    private T[] _column = [];

    /// <summary>Reads rows <paramref name="first"/> and up.</summary>
    /// <param name="first">The first row, in the file as all others.</param>
    /// <param name="values">T <c>[count][Columns]</c>, written.</param>
    public void Read(long first, Span<T> values)
    {
        if (layout.ByColumns)
        {
            ReadColumns(first, values);
        }
        else
        {
            ReadRows(first, values);
        }
    }

    private void ReadRows(long first, Span<T> values)
    {
        var count = values.Length / layout.Columns;
        var chunk = (int)Math.Clamp(ChunkSize / layout.RowSize, 1, Math.Max(1, count));
        var bytes = Ensure(layout, chunk * layout.RowSize);
        for (var row = 0; row < count; row += chunk)
        {
            var rows = Math.Min(chunk, count - row);
            var part = bytes[..(int)(rows * layout.RowSize)];
            ReadExactly(part, layout.Start + ((first + row) * layout.RowSize));
            if (!layout.HasHeads)
            {
                Convert(part, values.Slice(row * layout.Columns, rows * layout.Columns), first + row, 0);
                continue;
            }

            for (var i = 0; i < rows; i++)
            {
                var one = part.Slice((int)(i * layout.RowSize), (int)layout.RowSize);
                CheckHead(BinaryPrimitives.ReadInt32LittleEndian(one), first + row + i);
                Convert(one[layout.HeadSize..], values.Slice((row + i) * layout.Columns, layout.Columns), first + row + i, 0);
            }
        }
    }

    /// <summary>One column after the other: as many places in the file as there are columns.</summary>
    private void ReadColumns(long first, Span<T> values)
    {
        var count = values.Length / layout.Columns;
        var chunk = Math.Clamp(ChunkSize / layout.Type.Size, 1, Math.Max(1, count));
        var bytes = Ensure(layout, (long)chunk * layout.Type.Size);
        var column = WorkingMemory.Ensure(ref _column, chunk);
        for (var c = 0; c < layout.Columns; c++)
        {
            for (var row = 0; row < count; row += chunk)
            {
                var rows = Math.Min(chunk, count - row);
                var part = bytes[..(rows * layout.Type.Size)];
                ReadExactly(part, layout.Start + (((c * layout.Rows) + first + row) * layout.Type.Size));
                Convert(part, column[..rows], first + row, c);
                for (var i = 0; i < rows; i++)
                {
                    values[((row + i) * layout.Columns) + c] = column[i];
                }
            }
        }
    }

    private Span<byte> Ensure(RowLayout rows, long size)
    {
        if (size > Array.MaxLength)
        {
            throw new VectorFileException(rows.Path, $"rows of {size} bytes", $"rows of up to {Array.MaxLength} bytes are read");
        }

        return WorkingMemory.Ensure(ref _bytes, (int)size);
    }

    private void ReadExactly(Span<byte> bytes, long offset)
    {
        while (!bytes.IsEmpty)
        {
            var read = RandomAccess.Read(file, bytes, offset);
            if (read == 0)
            {
                throw new VectorFileException(
                    $"{layout.Path}: the file ended while it was read; it may still be being written", new EndOfStreamException());
            }

            bytes = bytes[read..];
            offset += read;
        }
    }

    private void CheckHead(int found, long row)
    {
        if (found != layout.Columns)
        {
            throw new VectorFileException(
                layout.Path,
                Guard.Text($"row {row} says that it has {found} components, row 0 has {layout.Columns}"),
                "every row needs the same number");
        }
    }

    /// <summary>Converts elements of which the first is that of a row and a column.</summary>
    private void Convert(Span<byte> bytes, Span<T> values, long row, int column)
    {
        if (convert(bytes, values) is >= 0 and var bad)
        {
            var place = layout.ByColumns ? (Row: row + bad, Column: column) : (Row: row + (bad / layout.Columns), Column: bad % layout.Columns);
            ThrowOutOfRange(bytes.Slice(bad * layout.Type.Size, layout.Type.Size), place.Row, place.Column);
        }
    }

    private void ThrowOutOfRange(ReadOnlySpan<byte> element, long row, int column)
    {
        // In the processor's order by now.
        var value = layout.Type.Kind == ElementKind.Float
            ? BitConverter.ToDouble(element).ToString(CultureInfo.InvariantCulture)
            : BitConverter.ToUInt64(element).ToString(CultureInfo.InvariantCulture);
        throw new VectorFileException(layout.Path, Guard.Text($"row {row}, component {column} is {value}"), range);
    }
}
