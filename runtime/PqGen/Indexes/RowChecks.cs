using PqGen.Common;

namespace PqGen.Indexes;

/// <summary>The checks of rows that come one by one, or some at a time: what is wrong is named by the row's number.</summary>
internal static class RowChecks
{
    /// <summary>One row of exactly the dimension.</summary>
    public static ReadOnlySpan<float> One(float[]? row, long number, int dimension, string name, float limit = Guard.MaxMagnitude)
    {
        if (row is null)
        {
            throw new ArgumentException(Guard.Text($"{name}: row {number} is null; every row needs {dimension} components."), name);
        }

        return One(row.AsSpan(), number, dimension, name, limit);
    }

    /// <summary>One row of exactly the dimension.</summary>
    public static ReadOnlySpan<float> One(ReadOnlySpan<float> row, long number, int dimension, string name, float limit)
    {
        if (row.Length != dimension)
        {
            throw new ArgumentException(Guard.Text($"{name}: row {number} has {row.Length} components; every row needs {dimension}."), name);
        }

        return Finite(row, number, dimension, name, limit);
    }

    /// <summary>One whole row or several.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="first">The number of the first.</param>
    /// <param name="dimension">Components of a row.</param>
    /// <param name="name">The caller's argument.</param>
    /// <param name="limit">The largest magnitude of a component.</param>
    public static ReadOnlySpan<float> Whole(
        ReadOnlyMemory<float> rows, long first, int dimension, string name, float limit = Guard.MaxMagnitude)
    {
        Length(rows, first, dimension, name);
        return Finite(rows.Span, first, dimension, name, limit);
    }

    /// <summary>Checks that there is one whole row or several.</summary>
    public static void Length(ReadOnlyMemory<float> rows, long first, int dimension, string name)
    {
        if (rows.IsEmpty || rows.Length % dimension != 0)
        {
            throw new ArgumentException(
                Guard.Text($"{name}: the memory of row {first} has {rows.Length} floats; it needs one or more whole vectors of {dimension} ")
                + Guard.Text($"components, a multiple of {dimension} floats."),
                name);
        }
    }

    /// <summary>Whole rows, whose components are finite and within the limit.</summary>
    public static ReadOnlySpan<float> Finite(ReadOnlySpan<float> rows, long first, int dimension, string name, float limit)
    {
        if (Guard.IndexOfNotFinite(rows, limit) is >= 0 and var bad)
        {
            Guard.ThrowNotFinite(rows[bad], first + (bad / dimension), bad % dimension, name, limit);
        }

        return rows;
    }
}
