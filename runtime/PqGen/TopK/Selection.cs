using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PqGen.TopK;

/// <summary>
/// Selection without branches that depend on the data: of a few numbers none can be predicted, and each misprediction costs as much as
/// some ten comparisons. Floats are compared as integers in the same order (<see cref="Key(float)"/>).
/// </summary>
internal static class Selection
{
    /// <summary>So many keys or fewer are ranked, each against all; of more the k-th is found by bisection.</summary>
    private const int MaxRanked = 64;

    /// <summary>Values that are compared with a limit together.</summary>
    private const int Marked = 64;

    /// <summary>The most numbers that are sorted by comparing each with all.</summary>
    public const int MaxSorted = 128;

    /// <summary>An integer in the order of floats: -0 directly below 0, NaN with a clear sign above infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Key(float value)
    {
        var bits = BitConverter.SingleToInt32Bits(value);
        return bits ^ ((bits >> 31) & int.MaxValue);
    }

    /// <summary>The float of a key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Value(int key) => BitConverter.Int32BitsToSingle(key ^ ((key >> 31) & int.MaxValue));

    /// <summary>The k-th smallest key, <paramref name="k"/> from 1 to the number of keys.</summary>
    public static int Kth(ReadOnlySpan<int> keys, int k) => keys.Length <= MaxRanked ? KthByRank(keys, k) : KthByBisection(keys, k);

    /// <summary>
    /// A key that at least <paramref name="k"/> of the values do not exceed, and few others: the k-th smallest of the minima of 4k groups
    /// of values, or of 64.
    /// </summary>
    /// <param name="values">Floats, <paramref name="k"/> at least.</param>
    /// <param name="k">1 or more.</param>
    /// <param name="minima">Working memory of <see cref="GroupCount"/> integers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int UpperBoundOfKth(ReadOnlySpan<float> values, int k, Span<int> minima)
    {
        var bits = MemoryMarshal.Cast<float, int>(values);
        var groups = GroupCount(values.Length, k);
        minima = minima[..groups];
        minima.Fill(int.MaxValue);
        for (var start = 0; start < bits.Length; start += groups)
        {
            var part = bits.Slice(start, Math.Min(groups, bits.Length - start));
            var g = 0;
            for (; g <= part.Length - Vector<int>.Count; g += Vector<int>.Count)
            {
                var raw = new Vector<int>(part[g..]);
                var keys = raw ^ (Vector.ShiftRightArithmetic(raw, 31) & new Vector<int>(int.MaxValue));
                Vector.Min(keys, new Vector<int>(minima[g..])).CopyTo(minima[g..]);
            }

            for (; g < part.Length; g++)
            {
                minima[g] = Math.Min(minima[g], Key(values[start + g]));
            }
        }

        return Kth(minima, k);
    }

    /// <summary>The groups that <see cref="UpperBoundOfKth"/> makes of values.</summary>
    public static int GroupCount(int values, int k) => Math.Min(values, Math.Max(MaxRanked, checked(4 * k)));

    /// <summary>The values whose key is at most a limit, each as one number: its key above its place.</summary>
    /// <param name="values">Floats.</param>
    /// <param name="limit">The limit.</param>
    /// <param name="numbered">Room for as many numbers, written.</param>
    /// <returns>How many there are.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int NumberUpTo(ReadOnlySpan<float> values, int limit, Span<long> numbered)
    {
        ref var bits = ref Unsafe.As<float, int>(ref MemoryMarshal.GetReference(values));
        var (start, count) = (0, 0);
        for (; start <= values.Length - Marked; start += Marked)
        {
            for (var marks = UpTo(ref Unsafe.Add(ref bits, start), limit); marks != 0; marks &= marks - 1)
            {
                var place = start + BitOperations.TrailingZeroCount(marks);
                numbered[count++] = ((long)Key(values[place]) << 32) | (uint)place;
            }
        }

        for (; start < values.Length; start++)
        {
            var key = Key(values[start]);
            numbered[count] = ((long)key << 32) | (uint)start;
            count += key <= limit ? 1 : 0;
        }

        return count;
    }

    /// <summary>A bit for each of 64 values whose key is at most a limit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong UpTo(ref int bits, int limit)
    {
        var marks = 0UL;
        if (Vector256.IsHardwareAccelerated)
        {
            for (nuint i = 0; i < Marked; i += (nuint)Vector256<int>.Count)
            {
                var raw = Vector256.LoadUnsafe(ref bits, i);
                var keys = raw ^ ((raw >> 31) & Vector256.Create(int.MaxValue));
                marks |= (ulong)Vector256.LessThanOrEqual(keys, Vector256.Create(limit)).ExtractMostSignificantBits() << (int)i;
            }

            return marks;
        }

        for (nuint i = 0; i < Marked; i += (nuint)Vector128<int>.Count)
        {
            var raw = Vector128.LoadUnsafe(ref bits, i);
            var keys = raw ^ ((raw >> 31) & Vector128.Create(int.MaxValue));
            marks |= (ulong)Vector128.LessThanOrEqual(keys, Vector128.Create(limit)).ExtractMostSignificantBits() << (int)i;
        }

        return marks;
    }

    /// <summary>Sorts distinct numbers, upwards: each goes to the place that is the count of those below it.</summary>
    /// <param name="numbers">Up to <see cref="MaxSorted"/>, sorted in place.</param>
    /// <param name="memory">Working memory of as many.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SortFew(Span<long> numbers, Span<long> memory)
    {
        var copy = memory[..numbers.Length];
        numbers.CopyTo(copy);
        var i = 0;
        for (; i <= copy.Length - Vector<long>.Count; i += Vector<long>.Count)
        {
            var lanes = new Vector<long>(copy[i..]);
            var ranks = Vector<long>.Zero;
            foreach (var number in copy)
            {
                ranks -= Vector.LessThan(new Vector<long>(number), lanes);
            }

            for (var l = 0; l < Vector<long>.Count; l++)
            {
                numbers[(int)ranks[l]] = copy[i + l];
            }
        }

        for (; i < copy.Length; i++)
        {
            var rank = 0;
            foreach (var number in copy)
            {
                rank += number < copy[i] ? 1 : 0;
            }

            numbers[rank] = copy[i];
        }
    }

    /// <summary>The largest key that fewer than k are smaller than. Lanes run over keys, each compared with all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int KthByRank(ReadOnlySpan<int> keys, int k)
    {
        var largest = new Vector<int>(int.MinValue);
        var i = 0;
        for (; i <= keys.Length - Vector<int>.Count; i += Vector<int>.Count)
        {
            var lanes = new Vector<int>(keys[i..]);
            var ranks = Vector<int>.Zero;
            foreach (var key in keys)
            {
                ranks -= Vector.LessThan(new Vector<int>(key), lanes);
            }

            largest = Vector.Max(largest, Vector.ConditionalSelect(Vector.LessThan(ranks, new Vector<int>(k)), lanes, new Vector<int>(int.MinValue)));
        }

        var kth = int.MinValue;
        for (var l = 0; l < Vector<int>.Count; l++)
        {
            kth = Math.Max(kth, largest[l]);
        }

        for (; i < keys.Length; i++)
        {
            var rank = 0;
            foreach (var key in keys)
            {
                rank += key < keys[i] ? 1 : 0;
            }

            kth = Math.Max(kth, rank < k ? keys[i] : int.MinValue);
        }

        return kth;
    }

    /// <summary>The smallest number that k keys do not exceed, by halving the range it is in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int KthByBisection(ReadOnlySpan<int> keys, int k)
    {
        var (low, high) = Range(keys);
        while (low < high)
        {
            var middle = (int)(((long)low + high) >> 1);
            var count = CountUpTo(keys, middle);
            if (count == k)
            {
                return LargestUpTo(keys, middle);
            }

            (low, high) = count > k ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (int Smallest, int Largest) Range(ReadOnlySpan<int> keys)
    {
        var (smallest, largest) = (new Vector<int>(keys), new Vector<int>(keys));
        var i = Vector<int>.Count;
        for (; i <= keys.Length - Vector<int>.Count; i += Vector<int>.Count)
        {
            var lanes = new Vector<int>(keys[i..]);
            (smallest, largest) = (Vector.Min(smallest, lanes), Vector.Max(largest, lanes));
        }

        var lastLanes = new Vector<int>(keys[^Vector<int>.Count..]);
        (smallest, largest) = (Vector.Min(smallest, lastLanes), Vector.Max(largest, lastLanes));
        var (min, max) = (smallest[0], largest[0]);
        for (var l = 1; l < Vector<int>.Count; l++)
        {
            (min, max) = (Math.Min(min, smallest[l]), Math.Max(max, largest[l]));
        }

        return (min, max);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int LargestUpTo(ReadOnlySpan<int> keys, int limit)
    {
        var lanes = new Vector<int>(int.MinValue);
        var limits = new Vector<int>(limit);
        var i = 0;
        for (; i <= keys.Length - Vector<int>.Count; i += Vector<int>.Count)
        {
            var part = new Vector<int>(keys[i..]);
            lanes = Vector.Max(lanes, Vector.ConditionalSelect(Vector.LessThanOrEqual(part, limits), part, lanes));
        }

        var largest = int.MinValue;
        for (var l = 0; l < Vector<int>.Count; l++)
        {
            largest = Math.Max(largest, lanes[l]);
        }

        for (; i < keys.Length; i++)
        {
            largest = Math.Max(largest, keys[i] <= limit ? keys[i] : int.MinValue);
        }

        return largest;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int CountUpTo(ReadOnlySpan<int> keys, int limit)
    {
        var counts = Vector<int>.Zero;
        var limits = new Vector<int>(limit);
        var i = 0;
        for (; i <= keys.Length - Vector<int>.Count; i += Vector<int>.Count)
        {
            counts -= Vector.LessThanOrEqual(new Vector<int>(keys[i..]), limits);
        }

        var count = Vector.Sum(counts);
        for (; i < keys.Length; i++)
        {
            count += keys[i] <= limit ? 1 : 0;
        }

        return count;
    }
}
