namespace PqGen.Storage;

/// <summary>
/// Float32 vectors of one list of an inverted file with their positions. One writer appends while any number of readers read: a
/// reader takes the count first and the contents second.
/// </summary>
internal sealed class VectorList(int dimension)
{
    private readonly VectorStore _vectors = new(dimension);
    private int[] _positions = [];
    private int _count;

    /// <summary>Vectors that a search sees.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>float <c>[capacity][Dimension]</c>; take <see cref="Count"/> first.</summary>
    public AlignedBuffer<float> Rows => _vectors.Rows;

    /// <summary>int <c>[capacity]</c>; take <see cref="Count"/> first.</summary>
    public int[] Positions => Volatile.Read(ref _positions);

    public long VectorBytes => _vectors.SizeInBytes;

    public long PositionBytes => (long)Positions.Length * sizeof(int);

    public void Reserve(int count)
    {
        _vectors.Reserve(count, _count);
        if (count > _positions.Length)
        {
            var positions = _positions;
            Array.Resize(ref positions, (int)Growth.Capacity(positions.Length, count, 1));
            Volatile.Write(ref _positions, positions);
        }
    }

    /// <summary>Writes one vector behind those in use. It counts after <see cref="Publish"/>.</summary>
    public void Write(int at, ReadOnlySpan<float> vector, int position)
    {
        _vectors.Write(vector, at);
        _positions[at] = position;
    }

    /// <summary>Takes contents read from a file into an empty list.</summary>
    public void Load(AlignedBuffer<float> rows, int[] positions)
    {
        _vectors.Load(rows);
        (_positions, _count) = (positions, positions.Length);
    }

    /// <summary>Lets searches see the first <paramref name="count"/> vectors.</summary>
    public void Publish(int count) => Volatile.Write(ref _count, count);
}
