using PqGen.Common;

namespace PqGen.Indexes;

/// <summary>Rows put one behind the other, to be added at once.</summary>
/// <param name="dimension">Components of a row.</param>
/// <param name="room">Rows expected.</param>
/// <param name="name">The caller's argument that they come from.</param>
internal sealed class RowBuffer(int dimension, int room, string name)
{
    private float[] _values = room > Array.MaxLength / dimension ? throw TooMany(dimension, name) : new float[room * dimension];

    /// <summary>The caller's argument that the rows come from.</summary>
    public string Name => name;

    /// <summary>Rows.</summary>
    public int Count { get; private set; }

    /// <summary>The rows, float <c>[Count][dimension]</c>.</summary>
    public ReadOnlySpan<float> Rows => _values.AsSpan(0, Count * dimension);

    /// <summary>Puts whole rows behind the others.</summary>
    public void Add(ReadOnlySpan<float> rows)
    {
        var (used, most) = (Count * dimension, Array.MaxLength / dimension * dimension);
        if (rows.Length > most - used)
        {
            throw TooMany(dimension, name);
        }

        if (used + rows.Length > _values.Length)
        {
            Array.Resize(ref _values, Growth.Capacity(_values.Length, used + rows.Length, most));
        }

        rows.CopyTo(_values.AsSpan(used));
        Count += rows.Length / dimension;
    }

    /// <summary>Forgets the rows and keeps their room.</summary>
    public void Clear() => Count = 0;

    private static ArgumentException TooMany(int dimension, string name) => new(
        Guard.Text($"{name} holds more than {Array.MaxLength / dimension} rows of {dimension} components, the most that are added at once: ")
        + "add them in parts, or with AddAsync, which does.",
        name);
}
