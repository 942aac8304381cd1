using System.Numerics;
using System.Runtime.InteropServices;

namespace PqGen.Common;

/// <summary>
/// Makes tiny values larger. Squares of values below about 1e-19 underflow, so that distances between them are 0; times a power of two
/// they keep all of their bits.
/// </summary>
internal static class PowerOfTwoScale
{
    /// <summary>The smallest largest magnitude, 2^-40, that needs no scale: differences of its last bit still have a square.</summary>
    private const int SmallestUnscaled = -40;

    /// <summary>The largest power of two whose inverse is a normal float too: factors within it round a product once.</summary>
    private const int LargestFactor = 126;

    /// <summary>
    /// The power of two that brings the largest magnitude to 2^-40 to 2^-39; 0 where it is that or more, or nothing but zeros is there.
    /// </summary>
    /// <returns>0 to 109.</returns>
    public static int ExponentFor(ReadOnlySpan<float> values) => ExponentOf(LargestUpTo(values));

    /// <summary>The same, looking for cancellation before every few megabytes.</summary>
    public static int ExponentForMany(ReadOnlySpan<float> values, CancellationToken cancellation)
    {
        var (largest, limit) = (0f, MathF.ScaleB(1, SmallestUnscaled));
        for (int first = 0, count; first < values.Length && largest < limit; first += count)
        {
            cancellation.ThrowIfCancellationRequested();
            count = Math.Min(Parallelism.Look, values.Length - first);
            largest = MathF.Max(largest, LargestUpTo(values.Slice(first, count)));
        }

        return ExponentOf(largest);
    }

    /// <summary>The same for a largest magnitude.</summary>
    public static int ExponentOf(float largest) =>
        largest > 0 && largest < MathF.ScaleB(1, SmallestUnscaled) ? SmallestUnscaled - MathF.ILogB(largest) : 0;

    /// <summary>The largest magnitude of values; of those with one of 2^-40 or more, any from there on.</summary>
    public static float LargestUpTo(ReadOnlySpan<float> values)
    {
        // Without their signs, floats are ordered as their bits are.
        var bits = MemoryMarshal.Cast<float, int>(values);
        var limit = BitConverter.SingleToInt32Bits(MathF.ScaleB(1, SmallestUnscaled));
        var magnitude = new Vector<int>(int.MaxValue);
        var limits = new Vector<int>(limit);
        var largestLanes = Vector<int>.Zero;
        var i = 0;
        for (; i <= bits.Length - Vector<int>.Count; i += Vector<int>.Count)
        {
            largestLanes = Vector.Max(largestLanes, new Vector<int>(bits[i..]) & magnitude);
            if (Vector.GreaterThanOrEqualAny(largestLanes, limits))
            {
                return MathF.ScaleB(1, SmallestUnscaled);
            }
        }

        var largest = 0;
        for (var lane = 0; lane < Vector<int>.Count; lane++)
        {
            largest = Math.Max(largest, largestLanes[lane]);
        }

        for (; i < bits.Length; i++)
        {
            largest = Math.Max(largest, bits[i] & int.MaxValue);
        }

        return BitConverter.Int32BitsToSingle(largest);
    }

    /// <summary>The largest magnitude that stays computable times 2^<paramref name="exponent"/>.</summary>
    public static float Limit(int exponent) => exponent == 0 ? Guard.MaxMagnitude : MathF.ScaleB(Guard.MaxMagnitude, -exponent);

    /// <summary>Values times 2^<paramref name="exponent"/>; a copy in any case.</summary>
    public static float[] Scaled(ReadOnlySpan<float> values, int exponent)
    {
        var scaled = values.ToArray();
        ApplyInPlace(scaled, exponent);
        return scaled;
    }

    /// <summary>Multiplies values by 2^<paramref name="exponent"/>.</summary>
    public static void ApplyInPlace(Span<float> values, int exponent)
    {
        if (exponent != 0)
        {
            Apply(values, values, exponent);
        }
    }

    /// <summary>
    /// Writes every value times 2^<paramref name="exponent"/>: exact wherever the product is a normal float, otherwise rounded once, to a
    /// subnormal or to infinity.
    /// </summary>
    /// <param name="from">Values.</param>
    /// <param name="to">As many products; may be <paramref name="from"/> itself.</param>
    /// <param name="exponent">-252 to 252.</param>
    public static void Apply(ReadOnlySpan<float> from, Span<float> to, int exponent)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(to.Length, from.Length, nameof(to));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Math.Abs(exponent), 2 * LargestFactor, nameof(exponent));

        // Two factors where 2^exponent is no float. What the first rounds is so small that the second leaves nothing of it.
        var last = Math.Clamp(exponent, -LargestFactor, LargestFactor);
        var first = MathF.ScaleB(1, exponent - last);
        var second = MathF.ScaleB(1, last);
        var i = 0;
        for (; i <= from.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            (new Vector<float>(from[i..]) * first * second).CopyTo(to[i..]);
        }

        for (; i < from.Length; i++)
        {
            to[i] = from[i] * first * second;
        }
    }
}
