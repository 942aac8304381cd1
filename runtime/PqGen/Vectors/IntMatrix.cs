namespace PqGen.Vectors;

/// <summary>Rows of integers, Int64 <c>[Count][Columns]</c>, such as the true neighbours of each query, nearest first.</summary>
public sealed class IntMatrix
{
    private readonly long[] _values;

    /// <summary>Makes a matrix of values, which it keeps and does not copy.</summary>
    /// <param name="columns">Integers of a row, 1 or more.</param>
    /// <param name="values">Int64 <c>[count][columns]</c>.</param>
    /// <exception cref="ArgumentException">The length of <paramref name="values"/> is not a multiple of <paramref name="columns"/>.</exception>
    public IntMatrix(int columns, long[] values)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length % columns != 0)
        {
            throw new ArgumentException($"{values.Length} values are not whole rows of {columns} integers.", nameof(values));
        }

        Columns = columns;
        Count = values.Length / columns;
        _values = values;
    }

    /// <summary>Rows.</summary>
    public int Count { get; }

    /// <summary>Integers of a row.</summary>
    public int Columns { get; }

    /// <summary>All integers, Int64 <c>[Count][Columns]</c>.</summary>
    public ReadOnlySpan<long> Values => _values;

    /// <summary>The same, for others to keep.</summary>
    internal ReadOnlyMemory<long> Memory => _values;

    /// <summary>One row, Int64 <c>[Columns]</c>.</summary>
    /// <param name="row">0 to Count - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="row"/> is not in the matrix.</exception>
    public ReadOnlySpan<long> Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Count);
        return _values.AsSpan(row * Columns, Columns);
    }
}
