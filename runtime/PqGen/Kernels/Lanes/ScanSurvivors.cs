using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace PqGen.Kernels;

/// <summary>
/// The end of a scan: one bit for each vector of a register, in order, says whether its bound, its term added, is at most the limit.
/// </summary>
/// <remarks>A term block holds the terms of its even vectors, then those of its odd ones. Without terms their reference is null.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ScanSurvivors
{
    private const int HalfBlock = KernelLayout.BlockSize / 2;

    /// <summary>
    /// The survivors of a block, on average, from which on looking its codes up costs less than scoring one survivor after the other.
    /// </summary>
    private const int Many = 4;

    /// <summary>The survivors by sums that are bytes.</summary>
    /// <param name="bytes">The sums.</param>
    /// <param name="terms">UInt16 <c>[blockCount][64]</c>, or a null reference.</param>
    /// <param name="lane">The place of the register's first even vector among the terms.</param>
    /// <param name="factor">What terms are multiplied by, in every word.</param>
    /// <param name="limit">The limit, in every word.</param>
    /// <param name="byteLimit">The limit, 255 if it is larger, in every byte.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfBytes<TRegister, TLanes>(
        TRegister bytes, ref ushort terms, nint lane, TRegister factor, TRegister limit, TRegister byteLimit)
        where TRegister : struct
        where TLanes : struct, IScanLanes<TRegister>
    {
        if (Unsafe.IsNullRef(ref terms))
        {
            return TLanes.AtMost(bytes, byteLimit);
        }

        var evens = TLanes.AddTerms(TLanes.LowBytes(bytes), LoadTerms<TRegister, TLanes>(ref terms, lane), factor);
        var odds = TLanes.AddTerms(TLanes.HighBytes(bytes), LoadTerms<TRegister, TLanes>(ref terms, lane + HalfBlock), factor);
        return TLanes.AtMost(evens, odds, limit);
    }

    /// <summary>The survivors by sums that are words.</summary>
    /// <param name="sums">The sums, the bytes of two neighbours taken as one word.</param>
    /// <param name="odds">The sums of the odd vectors.</param>
    /// <param name="terms">UInt16 <c>[blockCount][64]</c>, or a null reference.</param>
    /// <param name="lane">The place of the register's first even vector among the terms.</param>
    /// <param name="factor">What terms are multiplied by, in every word.</param>
    /// <param name="limit">The limit, in every word.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfWords<TRegister, TLanes>(TRegister sums, TRegister odds, ref ushort terms, nint lane, TRegister factor, TRegister limit)
        where TRegister : struct
        where TLanes : struct, IScanLanes<TRegister>
    {
        var evens = TLanes.LowSums(sums, odds);
        if (!Unsafe.IsNullRef(ref terms))
        {
            evens = TLanes.AddTerms(evens, LoadTerms<TRegister, TLanes>(ref terms, lane), factor);
            odds = TLanes.AddTerms(odds, LoadTerms<TRegister, TLanes>(ref terms, lane + HalfBlock), factor);
        }

        return TLanes.AtMost(evens, odds, limit);
    }

    /// <summary>Whether bounds leave so many vectors of some blocks that these should be looked up in full.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreMany(ref ulong survivors, nint blocks) => Count(ref survivors, blocks) > Many * blocks;

    /// <summary>Whether bounds leave so many vectors of some blocks that those behind them need not be bounded, but looked up in full.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreMost(ref ulong survivors, nint blocks) => Count(ref survivors, blocks) > HalfBlock * blocks;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Count(ref ulong survivors, nint blocks)
    {
        nint count = 0;
        for (nint i = 0; i < blocks; i++)
        {
            count += BitOperations.PopCount(Unsafe.Add(ref survivors, i));
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TRegister LoadTerms<TRegister, TLanes>(ref ushort terms, nint lane)
        where TRegister : struct
        where TLanes : struct, IScanLanes<TRegister> =>
        TLanes.Load(ref Unsafe.As<ushort, byte>(ref Unsafe.Add(ref terms, lane)));
}
