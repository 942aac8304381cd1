using System.Numerics;
using System.Runtime.CompilerServices;

namespace PqGen.Common;

/// <summary>Plain arithmetic on vectors, off the hot paths.</summary>
internal static class VectorMath
{
    /// <summary>x - y by component; every component is rounded once, so any vector width gives the same bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Subtract(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> difference)
    {
        var d = 0;
        for (; d <= x.Length - Vector<float>.Count; d += Vector<float>.Count)
        {
            (new Vector<float>(x[d..]) - new Vector<float>(y[d..])).CopyTo(difference[d..]);
        }

        for (; d < x.Length; d++)
        {
            difference[d] = x[d] - y[d];
        }
    }

    /// <summary>Adds a number to every component.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(Span<float> x, float number)
    {
        var d = 0;
        for (; d <= x.Length - Vector<float>.Count; d += Vector<float>.Count)
        {
            (new Vector<float>(x[d..]) + new Vector<float>(number)).CopyTo(x[d..]);
        }

        for (; d < x.Length; d++)
        {
            x[d] += number;
        }
    }

    /// <summary>Adds a vector to sums, component by component; every component is rounded once, so any vector width gives the same bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(ReadOnlySpan<float> x, Span<float> sums)
    {
        var d = 0;
        for (; d <= x.Length - Vector<float>.Count; d += Vector<float>.Count)
        {
            (new Vector<float>(sums[d..]) + new Vector<float>(x[d..])).CopyTo(sums[d..]);
        }

        for (; d < x.Length; d++)
        {
            sums[d] += x[d];
        }
    }

    /// <summary>The mean of vectors, float <c>[n][dimension]</c>, n at least 1; summed in double precision, one after the other.</summary>
    public static double[] Mean(ReadOnlySpan<float> vectors, int dimension, CancellationToken cancellation = default)
    {
        var (sums, count) = (new double[dimension], vectors.Length / dimension);
        var look = Math.Max(1, Parallelism.Look / dimension);
        for (var i = 0; i < count; i++)
        {
            if (i % look == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            for (var d = 0; d < dimension; d++)
            {
                sums[d] += vectors[(i * dimension) + d];
            }
        }

        return Array.ConvertAll(sums, sum => sum / count);
    }

    /// <summary>The same, rounded to floats.</summary>
    public static float[] FloatMean(ReadOnlySpan<float> vectors, int dimension, CancellationToken cancellation = default) =>
        Array.ConvertAll(Mean(vectors, dimension, cancellation), component => (float)component);

    /// <summary>
    /// Brings vectors to length 1, in double precision, so that any magnitude keeps its direction; a vector of zeros stays one. Any processor gives
    /// the same bits.
    /// </summary>
    /// <param name="vectors">float <c>[n][dimension]</c>, finite.</param>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="normalized">float <c>[n][dimension]</c>, written; may be <paramref name="vectors"/> itself.</param>
    public static void Normalize(ReadOnlySpan<float> vectors, int dimension, Span<float> normalized)
    {
        for (var at = 0; at < vectors.Length; at += dimension)
        {
            var norm = SquaredNorm(vectors.Slice(at, dimension));
            var factor = norm > 0 ? 1 / Math.Sqrt(norm) : 0;
            for (var d = at; d < at + dimension; d++)
            {
                normalized[d] = (float)(vectors[d] * factor);
            }
        }
    }

    /// <summary>||x||^2 to within a thousandth, for the bounds of rounding errors; its bits may differ between processors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float ApproximateSquaredNorm(ReadOnlySpan<float> x)
    {
        var sums = Vector<float>.Zero;
        var d = 0;
        for (; d <= x.Length - Vector<float>.Count; d += Vector<float>.Count)
        {
            var components = new Vector<float>(x[d..]);
            sums += components * components;
        }

        var sum = Vector.Sum(sums);
        for (; d < x.Length; d++)
        {
            sum += x[d] * x[d];
        }

        return sum;
    }

    /// <summary>The inner product in double precision.</summary>
    public static double Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double sum = 0;
        for (var d = 0; d < x.Length; d++)
        {
            sum += (double)x[d] * y[d];
        }

        return sum;
    }

    /// <summary>||x||^2 in double precision.</summary>
    public static double SquaredNorm(ReadOnlySpan<float> x)
    {
        double sum = 0;
        foreach (var component in x)
        {
            sum += (double)component * component;
        }

        return sum;
    }
}
