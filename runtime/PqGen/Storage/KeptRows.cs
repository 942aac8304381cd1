using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Common;

namespace PqGen.Storage;

/// <summary>Vectors by position as one reader sees them, in the format that the index keeps.</summary>
internal readonly struct KeptRowView(ColumnView<byte> rows, RowFormat format, int dimension)
{
    /// <summary>Asks the processor for a row that will be read soon.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int position) => rows.Prefetch(position);

    /// <summary>The row of a position as floats.</summary>
    /// <param name="position">The position.</param>
    /// <param name="memory">float <c>[Dimension]</c>, written where the row is kept as something else.</param>
    /// <returns>float <c>[Dimension]</c>: the row itself, or the memory.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref float At(int position, ref float memory)
    {
        ref var row = ref rows.At(position);
        if (format == RowFormat.Float32)
        {
            return ref Unsafe.As<byte, float>(ref row);
        }

        RowCoding.Decode(ref row, format, MemoryMarshal.CreateSpan(ref memory, dimension));
        return ref memory;
    }
}

/// <summary>Vectors by position, appended by one writer while any number of readers read.</summary>
/// <param name="format">How they are kept.</param>
/// <param name="dimension">Components of a vector.</param>
internal sealed class KeptRows(RowFormat format, int dimension)
{
    private readonly Column<byte> _rows = new(RowCoding.Bytes(format, dimension));

    public RowFormat Format => format;

    /// <summary>Components of a vector.</summary>
    public int Dimension => dimension;

    /// <summary>Bytes of one vector.</summary>
    public int RowBytes => _rows.Width;

    /// <summary>The rows as they are kept.</summary>
    public Column<byte> Bytes => _rows;

    /// <summary>The rows at this moment.</summary>
    public KeptRowView View => new(_rows.View, format, dimension);

    public long SizeInBytes => _rows.SizeInBytes;

    /// <summary>Those of the bytes that lie in a mapped file.</summary>
    public long MappedBytes => _rows.MappedBytes;

    /// <inheritdoc cref="Column{T}.Reserve"/>
    public void Reserve(int count, int used) => _rows.Reserve(count, used);

    /// <summary>Writes vectors, float <c>[n][Dimension]</c>, from a position on.</summary>
    public void Write(ReadOnlySpan<float> vectors, int at)
    {
        if (format == RowFormat.Float32)
        {
            _rows.Write(MemoryMarshal.AsBytes(vectors), at);
            return;
        }

        var view = _rows.View;
        for (var i = 0; i < vectors.Length / dimension; i++)
        {
            RowCoding.Encode(vectors.Slice(i * dimension, dimension), format, ref view.At(at + i));
        }
    }
}
