using System.Numerics;
using System.Runtime.CompilerServices;
using PqGen.TopK;

namespace PqGen.Scan;

/// <summary>
/// Which vectors of a block may be found: not removed, and let through by a filter. No branch depends on it, since none could be predicted.
/// </summary>
internal static class Admission
{
    /// <summary>The lanes of a block that may be found.</summary>
    /// <param name="collector">Knows which positions may be found.</param>
    /// <param name="positions">The positions of the block's vectors.</param>
    /// <param name="lanes">The lanes to look at; no other position is read.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Of<TCollector>(scoped in TCollector collector, scoped ref int positions, ulong lanes)
        where TCollector : struct, ICollector, allows ref struct
    {
        var names = collector;
        var admitted = 0UL;
        if (lanes == ulong.MaxValue)
        {
            for (var lane = 0; lane < 64; lane++)
            {
                admitted |= Bit(names.Admits(Unsafe.Add(ref positions, lane))) << lane;
            }

            return admitted;
        }

        for (var left = lanes; left != 0; left &= left - 1)
        {
            var lane = BitOperations.TrailingZeroCount(left);
            admitted |= Bit(names.Admits(Unsafe.Add(ref positions, lane))) << lane;
        }

        return admitted;
    }

    /// <summary>The lanes of a block that may be found, where positions follow each other.</summary>
    /// <param name="collector">Knows which positions may be found.</param>
    /// <param name="first">The position of lane 0.</param>
    /// <param name="lanes">The lanes to look at; no other position is asked for.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Of<TCollector>(scoped in TCollector collector, int first, ulong lanes)
        where TCollector : struct, ICollector, allows ref struct
    {
        var names = collector;
        var admitted = 0UL;
        for (var left = lanes; left != 0; left &= left - 1)
        {
            var lane = BitOperations.TrailingZeroCount(left);
            admitted |= Bit(names.Admits(first + lane)) << lane;
        }

        return admitted;
    }

    /// <summary>1 for true.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bit(bool value) => Unsafe.As<bool, byte>(ref value) & 1u;
}
