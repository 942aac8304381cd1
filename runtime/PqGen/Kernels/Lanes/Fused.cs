using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace PqGen.Kernels;

/// <summary>
/// The fused multiply-add of IEEE 754, x * y + addend rounded once, on every processor and in every build: the instruction where there is one, else
/// arithmetic in doubles that gives the same bits. Zeros' signs, denormals and overflow to infinity are the instruction's too; of a NaN the sign and
/// the payload are not specified.
/// </summary>
/// <remarks>
/// <para>
/// A build ahead of time without an instruction set knows no FMA, and neither does a process with its instruction sets turned off. The library's own
/// method then calls the C library for each lane.
/// </para>
/// <para>
/// Two floats' product is exact in a double. The sum with the addend is rounded to odd: of the two doubles around an inexact sum, the one whose last
/// bit is set. Rounded on to a float, of at most 24 bits, it gives what rounding the exact sum once gives, as 53 is at least 2 * 24 + 2 (Boldo and
/// Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd", IEEE Transactions on Computers 57, 2008). A
/// denormal float has fewer bits still, and no sum here is so small that a double is denormal.
/// </para>
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Fused
{
    /// <summary>
    /// Whether the library's method is the fastest: where there is the instruction, and where not even vectors of doubles are registers, as in a
    /// process whose instruction sets are all turned off.
    /// </summary>
    private static bool IsTheLibrarys
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Fma.IsSupported || AdvSimd.IsSupported || !Sse2.IsSupported;
    }

    /// <summary>x * y + addend, rounded once, in each lane.</summary>
    /// <param name="x">A factor.</param>
    /// <param name="y">The other.</param>
    /// <param name="addend">What is added to their product.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> MultiplyAdd(Vector128<float> x, Vector128<float> y, Vector128<float> addend) =>
        IsTheLibrarys ? Vector128.FusedMultiplyAdd(x, y, addend) : InDoubles(x, y, addend);

    /// <summary>x * y + addend, rounded once.</summary>
    /// <param name="x">A factor.</param>
    /// <param name="y">The other.</param>
    /// <param name="addend">What is added to their product.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MultiplyAdd(float x, float y, float addend) =>
        IsTheLibrarys ? MathF.FusedMultiplyAdd(x, y, addend) : InDoubles(x, y, addend);

    /// <summary>Adds x times a factor to sums, component by component, each rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void MultiplyAdd(float factor, ReadOnlySpan<float> x, Span<float> sums)
    {
        sums = sums[..x.Length];
        var (d, factors) = (0, Vector128.Create(factor));
        for (; d <= x.Length - Vector128<float>.Count; d += Vector128<float>.Count)
        {
            MultiplyAdd(factors, Vector128.Create(x[d..]), Vector128.Create<float>(sums[d..])).CopyTo(sums[d..]);
        }

        for (; d < x.Length; d++)
        {
            sums[d] = MultiplyAdd(factor, x[d], sums[d]);
        }
    }

    /// <summary>What <see cref="MultiplyAdd(Vector128{float}, Vector128{float}, Vector128{float})"/> is without the instruction.</summary>
    /// <remarks>
    /// Rounding twice, to nearest each time, differs from rounding once only where the double lies halfway between two floats. Such lanes are rare:
    /// all four are looked at together, and rounded to odd when there is one. That takes half the time of rounding all to odd.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<float> InDoubles(Vector128<float> x, Vector128<float> y, Vector128<float> addend)
    {
        var productLower = Vector128.WidenLower(x) * Vector128.WidenLower(y);
        var productUpper = Vector128.WidenUpper(x) * Vector128.WidenUpper(y);
        var addendLower = Vector128.WidenLower(addend);
        var addendUpper = Vector128.WidenUpper(addend);
        if (Sse.IsSupported)
        {
            var sumLower = productLower + addendLower;
            var sumUpper = productUpper + addendUpper;
            var rounded = Vector128.Narrow(sumLower, sumUpper);
            if (!AnyHalfway(sumLower, sumUpper, rounded))
            {
                return rounded;
            }
        }

        return Vector128.Narrow(SumToOdd(productLower, addendLower), SumToOdd(productUpper, addendUpper));
    }

    /// <summary>What <see cref="MultiplyAdd(float, float, float)"/> is without the instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float InDoubles(float x, float y, float addend) =>
        (float)SumToOdd(Vector128.CreateScalar((double)x * y), Vector128.CreateScalar((double)addend)).ToScalar();

    /// <summary>Whether a sum may lie halfway between two floats.</summary>
    /// <remarks>
    /// A normal float keeps all but the last 29 bits of a double's fraction: halfway is a one and 28 zeros, in the lower of the double's words.
    /// Where a denormal float's halfway lies depends on its size: whatever rounds to less than 2 ** -125, zero too, may be one.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AnyHalfway(Vector128<double> sumLower, Vector128<double> sumUpper, Vector128<float> rounded)
    {
        var lowWords = Sse.Shuffle(sumLower.AsSingle(), sumUpper.AsSingle(), 0b10_00_10_00).AsUInt32();
        var halfway = Vector128.Equals(lowWords << 3, Vector128.Create(0x80000000u));
        var tiny = Vector128.Equals(rounded.AsUInt32() & Vector128.Create(0x7F000000u), Vector128<uint>.Zero);
        return (halfway | tiny).ExtractMostSignificantBits() != 0;
    }

    /// <summary>a + b rounded to odd.</summary>
    /// <remarks>
    /// Knuth's sum of two gives the exact error of the rounded sum. A sum that was rounded away from zero steps back by a unit of the last place; an
    /// inexact one then has its last bit set. An infinite sum's error is a NaN, which is not above 0: it stays as it is.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> SumToOdd(Vector128<double> a, Vector128<double> b)
    {
        var sum = a + b;
        var bRounded = sum - a;
        var error = (a - (sum - bRounded)) + (b - bRounded);
        var inexact = Vector128.GreaterThan(Vector128.Abs(error), Vector128<double>.Zero).AsInt64() & Vector128<long>.One;
        var away = (sum ^ error).AsInt64() >>> 63;
        return ((sum.AsInt64() - (inexact & away)) | inexact).AsDouble();
    }
}
