using PqGen.Common;

namespace PqGen.Clustering;

/// <summary>
/// A uniform sample of rows that come one after the other, nobody knows how many (Waterman's algorithm R; Knuth, The Art of Computer Programming 2,
/// 3.4.2). It depends on the rows' order and the seed alone; as long as all rows fit, it is all of them in their order.
/// </summary>
/// <param name="dimension">Components of a row.</param>
/// <param name="capacity">Rows that are kept at most, 1 or more; no more than an array holds are.</param>
/// <param name="seed">Seed of the choice.</param>
internal sealed class Reservoir(int dimension, long capacity, int seed)
{
    private readonly int _capacity = (int)Math.Min(capacity, Array.MaxLength / dimension);
    private readonly Random _random = new(seed);
    private float[] _rows = [];

    /// <summary>Rows that have come.</summary>
    public long Seen { get; private set; }

    /// <summary>Rows that are kept.</summary>
    public int Count => (int)Math.Min(Seen, _capacity);

    /// <summary>The rows that are kept, float <c>[Count][dimension]</c>.</summary>
    public ReadOnlySpan<float> Rows => _rows.AsSpan(0, Count * dimension);

    /// <summary>Takes the next rows, float <c>[n][dimension]</c>; those that it keeps it copies.</summary>
    public void Add(ReadOnlySpan<float> rows)
    {
        Reserve(Math.Min(_capacity, Seen + (rows.Length / dimension)));
        for (; !rows.IsEmpty; rows = rows[dimension..])
        {
            var place = Seen < _capacity ? Seen : _random.NextInt64(Seen + 1);
            Seen++;
            if (place < _capacity)
            {
                rows[..dimension].CopyTo(_rows.AsSpan((int)place * dimension));
            }
        }
    }

    private void Reserve(long rows)
    {
        if (rows * dimension > _rows.Length)
        {
            Array.Resize(ref _rows, Growth.Capacity(_rows.Length, (int)rows * dimension, _capacity * dimension));
        }
    }
}
