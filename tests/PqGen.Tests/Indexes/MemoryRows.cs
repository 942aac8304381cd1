namespace PqGen.Tests.Indexes;

/// <summary>Rows by id in memory, which change as a caller's may.</summary>
internal sealed class MemoryRows(int dimension) : VectorRows
{
    private readonly Dictionary<long, float[]> _rows = [];
    private int _read;

    public override int Dimension => dimension;

    /// <summary>Rows that were read.</summary>
    public int RowsRead => _read;

    /// <summary>Rows of some vectors, float <c>[n][dimension]</c>, by ids; by number where there are none.</summary>
    public static MemoryRows Of(float[] vectors, int dimension, long[]? ids = null)
    {
        var rows = new MemoryRows(dimension);
        for (var i = 0; i < vectors.Length / dimension; i++)
        {
            rows.Set(ids?[i] ?? i, vectors.AsSpan(i * dimension, dimension));
        }

        return rows;
    }

    public void Set(long id, ReadOnlySpan<float> vector) => _rows[id] = vector.ToArray();

    public void Remove(long id) => _rows.Remove(id);

    public override bool Contains(long id) => _rows.ContainsKey(id);

    public override void Read(long id, Span<float> vector)
    {
        Interlocked.Increment(ref _read);
        _rows[id].CopyTo(vector);
    }
}
