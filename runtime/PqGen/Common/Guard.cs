using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace PqGen.Common;

/// <summary>The checks at the boundary: kernels behind them read memory without any.</summary>
internal static class Guard
{
    /// <summary>The largest magnitude of a component: squares and their sums over 4096 components stay finite.</summary>
    public const float MaxMagnitude = 1e15f;

    /// <summary>The largest magnitude of a component of a residual, the difference of two vectors, and so of a codebook.</summary>
    public const float MaxResidualMagnitude = 2 * MaxMagnitude;

    /// <summary>Checks that a matrix has whole rows and returns how many.</summary>
    public static int Rows(ReadOnlySpan<float> vectors, int dimension, string name)
    {
        if (vectors.Length % dimension != 0)
        {
            throw new ArgumentException(
                Text($"{name} has {vectors.Length} floats; it needs whole vectors of {dimension} components, a multiple of {dimension} floats."),
                name);
        }

        return vectors.Length / dimension;
    }

    /// <summary>Checks the length of a span.</summary>
    public static void Length(int found, long needed, string name, string what)
    {
        if (found != needed)
        {
            ThrowLength(found, needed, name, what);
        }
    }

    /// <summary>Checks that every component is finite and small enough for its square to stay finite.</summary>
    public static void Finite(ReadOnlySpan<float> values, int dimension, string name, float limit = MaxMagnitude)
    {
        if (IndexOfNotFinite(values, limit) is >= 0 and var bad)
        {
            ThrowNotFinite(values[bad], bad / dimension, bad % dimension, name, limit);
        }
    }

    /// <summary>The same, looking for cancellation before every few megabytes.</summary>
    public static void Finite(ReadOnlySpan<float> values, int dimension, string name, CancellationToken cancellation)
    {
        for (int first = 0, count; first < values.Length; first += count)
        {
            cancellation.ThrowIfCancellationRequested();
            count = Math.Min(Parallelism.Look, values.Length - first);
            if (IndexOfNotFinite(values.Slice(first, count)) >= 0)
            {
                // Once more from the start: the message numbers the vectors of all values.
                Finite(values, dimension, name);
            }
        }
    }

    /// <summary>The first component that is not finite or too large; -1 where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int IndexOfNotFinite(ReadOnlySpan<float> values, float limit = MaxMagnitude)
    {
        var i = 0;
        var limits = new Vector<float>(limit);
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            if (!Vector.LessThanOrEqualAll(Vector.Abs(new Vector<float>(values[i..])), limits))
            {
                break;
            }
        }

        for (; i < values.Length; i++)
        {
            if (!(Math.Abs(values[i]) <= limit))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Checks a count that has a range.</summary>
    public static void Range(long found, long min, long max, string name, string what)
    {
        if (found < min || found > max)
        {
            ThrowRange(found, min, max, name, what);
        }
    }

    /// <summary>Checks a member of a caller's options.</summary>
    public static void Option(long found, long min, long max, string option, string what)
    {
        if (found < min || found > max)
        {
            ThrowOption(found, min, max, option, what);
        }
    }

    /// <summary>A message in the invariant culture.</summary>
    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    [DoesNotReturn]
    private static void ThrowLength(int found, long needed, string name, string what) =>
        throw new ArgumentException(Text($"{name} has {found} elements; it needs {needed}: {what}."), name);

    [DoesNotReturn]
    private static void ThrowRange(long found, long min, long max, string name, string what) =>
        throw new ArgumentOutOfRangeException(name, found, Text($"{name} is {found}; it needs {min} to {max}: {what}."));

    [DoesNotReturn]
    private static void ThrowOption(long found, long min, long max, string option, string what, object? options = null) =>
        throw new ArgumentOutOfRangeException(nameof(options), found, Text($"{option} is {found}; it needs {min} to {max}: {what}."));

    [DoesNotReturn]
    public static void ThrowNotFinite(float found, long row, int component, string name, float limit) =>
        throw new ArgumentException(
            Text($"{name}: component {component} of vector {row} is {found}; every component needs to be finite and at most {limit} in magnitude."),
            name);
}
