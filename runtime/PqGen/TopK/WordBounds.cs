using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using PqGen.Common;

namespace PqGen.TopK;

/// <summary>Bounds of vectors as 16-bit words, in blocks of 64: those of a block's even vectors, then those of its odd ones.</summary>
internal static class WordBounds
{
    private const int HalfBlock = 32;

    /// <summary>Groups whose minima are looked at, at least.</summary>
    private const int LeastGroups = 128;

    /// <summary>Where more bounds than so many are wanted, a sample says where about they end.</summary>
    private const int Many = 512;

    /// <summary>Adds to every bound, saturating at 65,535.</summary>
    public static void Add(Span<ushort> bounds, int value)
    {
        if (value == 0)
        {
            return;
        }

        var added = new Vector<ushort>((ushort)value);
        foreach (ref var lanes in MemoryMarshal.Cast<ushort, Vector<ushort>>(bounds))
        {
            lanes = Vector.AddSaturate(lanes, added);
        }
    }

    /// <summary>The groups that <see cref="UpperBoundOfKth"/> makes of bounds: a power of two, at most so many as a block of registers
    /// holds.</summary>
    public static int GroupCount(int k) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(LeastGroups, 4L * Math.Min(k, 1 << 16)));

    /// <summary>A number that at least <paramref name="k"/> bounds do not exceed, and few others: the k-th smallest of the minima of 4k
    /// groups.</summary>
    /// <param name="bounds">Whole blocks, more than 2k bounds.</param>
    /// <param name="k">1 or more.</param>
    /// <param name="keys">Working memory of <see cref="GroupCount"/> integers for k.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int UpperBoundOfKth(ReadOnlySpan<ushort> bounds, int k, Span<int> keys)
    {
        var groups = Math.Min(GroupCount(k), bounds.Length);
        Span<ushort> minima = MemoryMarshal.Cast<int, ushort>(keys)[..groups];
        minima.Fill(ushort.MaxValue);
        for (var start = 0; start < bounds.Length; start += groups)
        {
            var part = bounds.Slice(start, Math.Min(groups, bounds.Length - start));
            for (var g = 0; g < part.Length; g += Vector<ushort>.Count)
            {
                Vector.Min(new Vector<ushort>(part[g..]), new Vector<ushort>(minima[g..])).CopyTo(minima[g..]);
            }
        }

        return Kth(minima, k);
    }

    /// <summary>
    /// A number that about <paramref name="k"/> bounds do not exceed: <see cref="UpperBoundOfKth"/>, or where k is large, by a sample.
    /// </summary>
    /// <param name="bounds">Whole blocks, more than k bounds.</param>
    /// <param name="k">1 or more.</param>
    /// <param name="memory">Grows to what is needed.</param>
    public static int AboutKth(ReadOnlySpan<ushort> bounds, int k, ref int[] memory)
    {
        if (k <= Many)
        {
            return UpperBoundOfKth(bounds, k, WorkingMemory.Ensure(ref memory, GroupCount(k)));
        }

        // Halves of blocks on every path, so that all see the same sample.
        var halves = bounds.Length / HalfBlock;
        var sampled = Math.Min(2 * Many / HalfBlock, halves);
        Span<ushort> sample = MemoryMarshal.Cast<int, ushort>(WorkingMemory.Ensure(ref memory, Many))[..(sampled * HalfBlock)];
        for (var half = 0; half < sampled; half++)
        {
            bounds.Slice((int)((long)half * halves / sampled) * HalfBlock, HalfBlock).CopyTo(sample[(half * HalfBlock)..]);
        }

        return Kth(sample, Math.Max(1, (int)((long)k * sample.Length / bounds.Length)));
    }

    /// <summary>The vectors of a block whose bound is above one number and at most another: bit i stands for vector i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Between(ReadOnlySpan<ushort> block, int above, int atMost)
    {
        if (!Vector128.IsHardwareAccelerated)
        {
            return BetweenOneByOne(block, above, atMost);
        }

        var (least, most) = (Vector512.Create((ushort)(above + 1)), Vector512.Create((ushort)Math.Min(atMost, ushort.MaxValue)));
        var evens = Vector512.Create(block[..HalfBlock]);
        var odds = Vector512.Create(block[HalfBlock..]);
        var even = (Vector512.GreaterThanOrEqual(evens, least) & Vector512.LessThanOrEqual(evens, most)).ExtractMostSignificantBits();
        var odd = (Vector512.GreaterThanOrEqual(odds, least) & Vector512.LessThanOrEqual(odds, most)).ExtractMostSignificantBits();
        return (even | odd) == 0 ? 0 : Spread((uint)even) | (Spread((uint)odd) << 1);
    }

    private static ulong BetweenOneByOne(ReadOnlySpan<ushort> block, int above, int atMost)
    {
        var lanes = 0UL;
        for (var i = 0; i < HalfBlock; i++)
        {
            lanes |= block[i] > above && block[i] <= atMost ? 1UL << (2 * i) : 0;
            lanes |= block[HalfBlock + i] > above && block[HalfBlock + i] <= atMost ? 2UL << (2 * i) : 0;
        }

        return lanes;
    }

    /// <summary>The smallest number that k words do not exceed, by halving the range it is in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Kth(ReadOnlySpan<ushort> words, int k)
    {
        var (low, high) = (0, (int)ushort.MaxValue);
        while (low < high)
        {
            var middle = (low + high) >> 1;
            var limit = new Vector<ushort>((ushort)middle);
            var counts = Vector<ushort>.Zero;
            for (var i = 0; i < words.Length; i += Vector<ushort>.Count)
            {
                counts -= Vector.LessThanOrEqual(new Vector<ushort>(words[i..]), limit);
            }

            // A lane counts at most 2^16 / lanes words.
            (low, high) = Sum(counts) >= k ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Sum(Vector<ushort> words)
    {
        Vector.Widen(words, out var low, out var high);
        return (int)Vector.Sum(low + high);
    }

    /// <summary>Bit i to bit 2i.</summary>
    private static ulong Spread(uint bits)
    {
        if (System.Runtime.Intrinsics.X86.Bmi2.X64.IsSupported)
        {
            return System.Runtime.Intrinsics.X86.Bmi2.X64.ParallelBitDeposit(bits, 0x5555_5555_5555_5555);
        }

        var spread = (ulong)bits;
        spread = (spread | (spread << 16)) & 0x0000_FFFF_0000_FFFF;
        spread = (spread | (spread << 8)) & 0x00FF_00FF_00FF_00FF;
        spread = (spread | (spread << 4)) & 0x0F0F_0F0F_0F0F_0F0F;
        spread = (spread | (spread << 2)) & 0x3333_3333_3333_3333;
        return (spread | (spread << 1)) & 0x5555_5555_5555_5555;
    }
}
