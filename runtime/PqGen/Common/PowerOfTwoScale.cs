using System.Numerics;

namespace PqGen.Common;

/// <summary>
/// Scales by powers of two, which changes no digit. Squares of components below 1e-19 or so are too small for a float: vectors that are all
/// small are scaled before anything is computed of them, so that the squares of their differences fit.
/// </summary>
internal static class PowerOfTwoScale
{
    private const int SmallExponent = -40;

    /// <summary>From here on differences in the last of a float's digits still have squares that a float holds.</summary>
    private const float Small = 1f / (1L << -SmallExponent);

    /// <summary>
    /// The k for which the largest magnitude times 2^k lies in [2^-40, 2^-39), where that magnitude is below it; 0 where it is not, or all is 0.
    /// </summary>
    public static int ExponentFor(ReadOnlySpan<float> values) => ExponentOf(LargestUpTo(values));

    /// <summary>The same for a largest magnitude.</summary>
    public static int ExponentOf(float largest) => largest is > 0 and < Small ? SmallExponent - MathF.ILogB(largest) : 0;

    /// <summary>Values times 2^<paramref name="exponent"/>; a copy in any case.</summary>
    public static float[] Scaled(ReadOnlySpan<float> values, int exponent)
    {
        var scaled = values.ToArray();
        if (exponent != 0)
        {
            Apply(values, scaled, exponent);
        }

        return scaled;
    }

    /// <summary>The largest magnitude that stays computable times 2^<paramref name="exponent"/>.</summary>
    public static float Limit(int exponent) => exponent == 0 ? Guard.MaxMagnitude : MathF.ScaleB(Guard.MaxMagnitude, -exponent);

    /// <summary>Multiplies values by 2^<paramref name="exponent"/>.</summary>
    public static void ApplyInPlace(Span<float> values, int exponent)
    {
        if (exponent != 0)
        {
            Apply(values, values, exponent);
        }
    }

    /// <summary>Writes values times 2^<paramref name="exponent"/>, each rounded once where it is too small for all its digits.</summary>
    public static void Apply(ReadOnlySpan<float> from, Span<float> to, int exponent)
    {
        var factor = Math.ScaleB(1, exponent);
        for (var i = 0; i < from.Length; i++)
        {
            to[i] = (float)(from[i] * factor);
        }
    }

    /// <summary>The largest magnitude; of values with one of 2^-40 or more, any from there on.</summary>
    public static float LargestUpTo(ReadOnlySpan<float> values)
    {
        var largest = Vector<float>.Zero;
        var i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            largest = Vector.Max(largest, Vector.Abs(new Vector<float>(values[i..])));
            if (i % 4096 == 0 && Vector.GreaterThanAny(largest, new Vector<float>(Small)))
            {
                return Small;
            }
        }

        var greatest = 0f;
        for (var l = 0; l < Vector<float>.Count; l++)
        {
            greatest = MathF.Max(greatest, largest[l]);
        }

        for (; i < values.Length; i++)
        {
            greatest = MathF.Max(greatest, MathF.Abs(values[i]));
        }

        return greatest;
    }
}
