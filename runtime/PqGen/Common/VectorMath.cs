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
