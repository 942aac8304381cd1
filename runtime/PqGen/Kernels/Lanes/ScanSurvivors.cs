using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace PqGen.Kernels;

/// <summary>
/// The end of a scan: one bit for each vector of a register, in order, says whether its bound, its term added, is at most the limit.
/// </summary>
/// <remarks>
/// A block of terms holds those of its even vectors, then those of its odd ones; so does a block of bounds. Without terms, or where bounds are not
/// asked for, their reference is null.
/// </remarks>
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
    /// <param name="bounds">UInt16 <c>[blockCount][64]</c>, written, or a null reference.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfBytes<TRegister, TLanes>(
        TRegister bytes, ref ushort terms, nint lane, TRegister factor, TRegister limit, TRegister byteLimit, ref ushort bounds)
        where TRegister : struct
        where TLanes : struct, IScanLanes<TRegister>
    {
        if (Unsafe.IsNullRef(ref terms) && Unsafe.IsNullRef(ref bounds))
        {
            return TLanes.AtMost(bytes, byteLimit);
        }

        return OfSums<TRegister, TLanes>(TLanes.LowBytes(bytes), TLanes.HighBytes(bytes), ref terms, lane, factor, limit, ref bounds);
    }

    /// <summary>The survivors by sums that are words.</summary>
    /// <param name="sums">The sums, the bytes of two neighbours taken as one word.</param>
    /// <param name="odds">The sums of the odd vectors.</param>
    /// <param name="terms">UInt16 <c>[blockCount][64]</c>, or a null reference.</param>
    /// <param name="lane">The place of the register's first even vector among the terms.</param>
    /// <param name="factor">What terms are multiplied by, in every word.</param>
    /// <param name="limit">The limit, in every word.</param>
    /// <param name="bounds">UInt16 <c>[blockCount][64]</c>, written, or a null reference.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfWords<TRegister, TLanes>(
        TRegister sums, TRegister odds, ref ushort terms, nint lane, TRegister factor, TRegister limit, ref ushort bounds)
        where TRegister : struct
        where TLanes : struct, IScanLanes<TRegister> =>
        OfSums<TRegister, TLanes>(TLanes.LowSums(sums, odds), odds, ref terms, lane, factor, limit, ref bounds);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong OfSums<TRegister, TLanes>(
        TRegister evens, TRegister odds, ref ushort terms, nint lane, TRegister factor, TRegister limit, ref ushort bounds)
        where TRegister : struct
        where TLanes : struct, IScanLanes<TRegister>
    {
        if (!Unsafe.IsNullRef(ref terms))
        {
            evens = TLanes.AddTerms(evens, LoadTerms<TRegister, TLanes>(ref terms, lane), factor);
            odds = TLanes.AddTerms(odds, LoadTerms<TRegister, TLanes>(ref terms, lane + HalfBlock), factor);
        }

        if (!Unsafe.IsNullRef(ref bounds))
        {
            TLanes.Store(evens, ref Unsafe.As<ushort, byte>(ref Unsafe.Add(ref bounds, lane)));
            TLanes.Store(odds, ref Unsafe.As<ushort, byte>(ref Unsafe.Add(ref bounds, lane + HalfBlock)));
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
