using System.Numerics;
using System.Runtime.CompilerServices;
using PqGen.Kernels;
using PqGen.TopK;

namespace PqGen.Scan;

/// <summary>The positions of a block's vectors.</summary>
internal interface IBlockPositions
{
    int this[int lane] { get; }
}

/// <summary>Positions that lie in memory, that of lane 0 first.</summary>
internal readonly ref struct ListedPositions(ref int first) : IBlockPositions
{
    private readonly ref int _first = ref first;

    public int this[int lane] => Unsafe.Add(ref _first, lane);
}

/// <summary>Positions that follow each other.</summary>
internal readonly struct FollowingPositions(int first) : IBlockPositions
{
    public int this[int lane] => first + lane;
}

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
    public static ulong Of<TCollector, TPositions>(scoped in TCollector collector, scoped TPositions positions, ulong lanes)
        where TCollector : struct, ICollector, allows ref struct
        where TPositions : struct, IBlockPositions, allows ref struct
    {
        var names = collector;
        var admitted = 0UL;
        if (lanes == ulong.MaxValue)
        {
            for (var lane = 0; lane < KernelLayout.BlockSize; lane++)
            {
                admitted |= Bit(names.Admits(positions[lane])) << lane;
            }

            return admitted;
        }

        for (var left = lanes; left != 0; left &= left - 1)
        {
            var lane = BitOperations.TrailingZeroCount(left);
            admitted |= Bit(names.Admits(positions[lane])) << lane;
        }

        return admitted;
    }

    /// <summary>1 for true.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bit(bool value) => Unsafe.As<bool, byte>(ref value) & 1u;
}
