using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Common;

namespace PqGen.Storage;

/// <summary>Vectors by position, in the units of the index, that candidates are compared with.</summary>
internal interface IRowView
{
    /// <summary>Asks the processor for a row that will be read soon.</summary>
    void Prefetch(int position);

    /// <summary>The row of a position as floats.</summary>
    /// <param name="position">The position.</param>
    /// <param name="memory">float <c>[Dimension]</c>, written where the row lies elsewhere as something else.</param>
    /// <returns>float <c>[Dimension]</c>: the row itself, or the memory.</returns>
    ref float At(int position, ref float memory);
}

/// <summary>Vectors by position as one reader sees them, in the format that the index keeps.</summary>
internal readonly struct KeptRowView(ColumnView<byte> rows, RowScheme scheme) : IRowView
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int position) => rows.Prefetch(position);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref float At(int position, ref float memory)
    {
        ref var row = ref rows.At(position);
        if (scheme.Format == RowFormat.Float32)
        {
            return ref Unsafe.As<byte, float>(ref row);
        }

        RowCoding.Decode(ref row, scheme, MemoryMarshal.CreateSpan(ref memory, scheme.Dimension));
        return ref memory;
    }
}

/// <summary>Vectors by position, appended by one writer while any number of readers read.</summary>
/// <param name="scheme">How they are kept.</param>
internal sealed class KeptRows(RowScheme scheme)
{
    private readonly RowScheme _first = scheme with { Format = RowCoding.First(scheme.Format) };
    private readonly Column<byte> _rows = new(RowCoding.Bytes(RowCoding.First(scheme.Format), scheme.Dimension));

    /// <summary>How they are kept.</summary>
    public RowScheme Scheme => scheme;

    public RowFormat Format => scheme.Format;

    /// <summary>The same vectors in more bytes, for a second look at the nearest; null where they are kept once.</summary>
    public KeptRows? Second { get; } = RowCoding.Second(scheme.Format) is { } second ? new KeptRows(scheme with { Format = second }) : null;

    /// <summary>Components of a vector.</summary>
    public int Dimension => scheme.Dimension;

    /// <summary>Bytes of one vector, in the first format where there are two.</summary>
    public int RowBytes => _rows.Width;

    /// <summary>The rows as they are kept, in the first format.</summary>
    public Column<byte> Bytes => _rows;

    /// <summary>The rows at this moment, in the first format.</summary>
    public KeptRowView View => new(_rows.View, _first);

    /// <summary>The rows at this moment, in the format that loses least.</summary>
    public KeptRowView Exact => (Second ?? this).View;

    public long SizeInBytes => _rows.SizeInBytes + (Second?.SizeInBytes ?? 0);

    /// <summary>Those of the bytes that lie in a mapped file.</summary>
    public long MappedBytes => _rows.MappedBytes + (Second?.MappedBytes ?? 0);

    /// <inheritdoc cref="Column{T}.Reserve"/>
    public void Reserve(int count, int used)
    {
        _rows.Reserve(count, used);
        Second?.Reserve(count, used);
    }

    /// <summary>Writes vectors, float <c>[n][Dimension]</c>, from a position on.</summary>
    public void Write(ReadOnlySpan<float> vectors, int at)
    {
        Second?.Write(vectors, at);
        if (_first.Format == RowFormat.Float32)
        {
            _rows.Write(MemoryMarshal.AsBytes(vectors), at);
            return;
        }

        var (view, dimension) = (_rows.View, Dimension);
        for (var i = 0; i < vectors.Length / dimension; i++)
        {
            RowCoding.Encode(vectors.Slice(i * dimension, dimension), _first, ref view.At(at + i));
        }
    }
}
