using PqGen.Kernels;

namespace PqGen.Storage;

/// <summary>
/// Float32 vectors by row, appended by one writer while any number of readers read: a reader takes a snapshot of the rows, which
/// later growth replaces and never changes.
/// </summary>
internal sealed class VectorStore(int dimension)
{
    private AlignedBuffer<float> _rows = new(0);

    public int Dimension { get; } = dimension;

    public long SizeInBytes => Volatile.Read(ref _rows).SizeInBytes;

    /// <summary>The rows at this moment, <c>[capacity][Dimension]</c>.</summary>
    public AlignedBuffer<float> Rows => Volatile.Read(ref _rows);

    /// <summary>Makes room, so that <see cref="Write"/> cannot fail.</summary>
    public void Reserve(int count, int used)
    {
        if ((long)count * Dimension > _rows.Length)
        {
            Volatile.Write(ref _rows, _rows.Grow(Growth.Capacity(_rows.Length, (long)count * Dimension, Dimension), (long)used * Dimension));
        }
    }

    /// <summary>Takes rows read from a file into an empty store.</summary>
    public void Load(AlignedBuffer<float> rows) => _rows = rows;

    /// <summary>Writes rows behind those in use. They count once the owner publishes its new count.</summary>
    public void Write(ReadOnlySpan<float> vectors, int at) => vectors.CopyTo(_rows.Span((long)at * Dimension, vectors.Length));
}
