namespace PqGen.Vectors;

/// <summary>Vectors of one dimension, float <c>[Count][Dimension]</c>. Safe to read from any number of threads.</summary>
public sealed class VectorMatrix
{
    private readonly float[] _values;

    /// <summary>Makes a matrix of values, which it keeps and does not copy.</summary>
    /// <param name="dimension">Components of a vector, 1 or more.</param>
    /// <param name="values">float <c>[count][dimension]</c>.</param>
    /// <exception cref="ArgumentException">The length of <paramref name="values"/> is not a multiple of <paramref name="dimension"/>.</exception>
    public VectorMatrix(int dimension, float[] values)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length % dimension != 0)
        {
            throw new ArgumentException($"{values.Length} values are not whole vectors of {dimension} components.", nameof(values));
        }

        Dimension = dimension;
        Count = values.Length / dimension;
        _values = values;
    }

    /// <summary>Vectors.</summary>
    public int Count { get; }

    /// <summary>Components of a vector.</summary>
    public int Dimension { get; }

    /// <summary>All components, float <c>[Count][Dimension]</c>.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>The same, for others to keep.</summary>
    public ReadOnlyMemory<float> Memory => _values;

    /// <summary>One vector, float <c>[Dimension]</c>.</summary>
    /// <param name="row">0 to Count - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="row"/> is not in the matrix.</exception>
    public ReadOnlySpan<float> Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Count);
        return _values.AsSpan(row * Dimension, Dimension);
    }

    /// <summary>Finds the first component that is NaN or infinite: no index takes it.</summary>
    /// <param name="row">The vector it is in; -1 when there is none.</param>
    /// <param name="component">Its place in the vector; -1 when there is none.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryFindNonFinite(out int row, out int component)
    {
        for (var i = 0; i < _values.Length; i++)
        {
            if (float.IsFinite(_values[i]))
            {
                continue;
            }

            (row, component) = (i / Dimension, i % Dimension);
            return true;
        }

        (row, component) = (-1, -1);
        return false;
    }
}
