using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PqGen.Kernels;

/// <summary>
/// Rounds a distance table down to bytes: q[m][k] = min(255, floor((T[m][k] - min over k of T[m]) / step)). With the step, the bytes of the
/// sub-quantizers that a scan adds as bytes sum up to <see cref="KernelLayout.MeanByteSum"/> on average, or to 255 at most, unless a smaller step is
/// asked for. Rows are padded with their last entry.
/// </summary>
internal static class ByteTableQuantizer
{
    /// <summary>The scale of a table's bytes, and the smallest entry of each row.</summary>
    /// <param name="table">float <c>[minima.Length][paddedKsub]</c>.</param>
    /// <param name="paddedKsub">The row length, a multiple of 16.</param>
    /// <param name="perByteSum">The sub-quantizers whose bytes are added as bytes.</param>
    /// <param name="largestStep">The largest step.</param>
    /// <param name="saturates">Whether byte sums may saturate.</param>
    /// <param name="minima">float <c>[M]</c>, written.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TableScale Measure(ref float table, int paddedKsub, int perByteSum, float largestStep, bool saturates, Span<float> minima)
    {
        float bias = 0, magnitude = 0, sum = 0, widest = 0;
        for (var m = 0; m < minima.Length; m++)
        {
            var (min, max, mean) = Range(ref Unsafe.Add(ref table, (nint)m * paddedKsub), paddedKsub);
            minima[m] = min;
            bias += min;
            magnitude += MathF.Max(MathF.Abs(min), MathF.Abs(max));
            var span = saturates ? mean : max - min;
            sum = m % perByteSum == 0 ? span : sum + span;
            widest = MathF.Max(widest, sum);
        }

        // A step whose reciprocal is not finite makes every byte 0: the bound is the bias.
        var byteSum = saturates ? KernelLayout.MeanByteSum(Math.Min(perByteSum, minima.Length)) : byte.MaxValue;
        var step = MathF.Min(largestStep, widest / byteSum);
        return new TableScale(bias, float.IsNormal(step) ? step : 0, magnitude);
    }

    /// <summary>Writes byte <c>[M][rowSize]</c>: entries or, where rows are tables of 16, what <see cref="TableRows256"/> keeps of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WriteRows(
        ref float table, int paddedKsub, ReadOnlySpan<float> minima, float inverse, ref byte byteTable, int rowSize, bool hasTables)
    {
        for (var m = 0; m < minima.Length; m++)
        {
            ref var row = ref Unsafe.Add(ref table, (nint)m * paddedKsub);
            ref var bytes = ref Unsafe.Add(ref byteTable, (nint)m * rowSize);
            var last = Vector128<byte>.Zero;
            for (nint k = 0; k < paddedKsub; k += 16)
            {
                var entries = Quantize16(ref Unsafe.Add(ref row, k), minima[m], inverse);
                TableBytes.StoreTable(entries, hasTables ? last : Vector128<byte>.Zero, k / 16, ref Unsafe.Add(ref bytes, k));
                last = entries;
            }
        }
    }

    /// <summary>Writes byte <c>[CodeSize][2][16]</c> of a packed product quantizer; the last row is 0 when M is odd.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WritePacked(ref float table, ReadOnlySpan<float> minima, float inverse, ref byte byteTable)
    {
        WriteRows(ref table, 16, minima, inverse, ref byteTable, 16, hasTables: false);
        if (minima.Length % 2 != 0)
        {
            Vector128<byte>.Zero.StoreUnsafe(ref byteTable, (nuint)minima.Length * 16);
        }
    }

    /// <summary>Writes byte <c>[M][rowSize]</c>, the least of each group of <see cref="KernelLayout.BoundGroup"/> entries.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WriteGroupBounds(ref float table, int paddedKsub, ReadOnlySpan<float> minima, float inverse, ref byte byteTable, int rowSize)
    {
        for (var m = 0; m < minima.Length; m++)
        {
            ref var row = ref Unsafe.Add(ref table, (nint)m * paddedKsub);
            ref var bounds = ref Unsafe.Add(ref byteTable, (nint)m * rowSize);
            for (nint k = 0; k < paddedKsub; k += 16)
            {
                var bytes = Quantize16(ref Unsafe.Add(ref row, k), minima[m], inverse);
                Unsafe.WriteUnaligned(ref Unsafe.Add(ref bounds, k / KernelLayout.BoundGroup), TableBytes.LeastOfEights(bytes));
            }
        }
    }

    /// <summary>
    /// Writes byte <c>[M][2][16]</c>, the bounds of <see cref="NibbleTable{TRegister, TLanes, TNibbles}"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WriteNibbleBounds(ref float table, int paddedKsub, ReadOnlySpan<float> minima, float inverse, ref byte byteTable)
    {
        for (var m = 0; m < minima.Length; m++)
        {
            ref var row = ref Unsafe.Add(ref table, (nint)m * paddedKsub);
            ref var lowBounds = ref Unsafe.Add(ref byteTable, (nint)m * 32);
            ref var highBounds = ref Unsafe.Add(ref lowBounds, 16);
            var low = Vector128<byte>.AllBitsSet;
            Vector128<byte>.Zero.StoreUnsafe(ref highBounds);
            for (nint h = 0; h < paddedKsub / 16; h++)
            {
                var bytes = Quantize16(ref Unsafe.Add(ref row, h * 16), minima[m], inverse);
                low = TableBytes.LowerBounds(low, bytes, out Unsafe.Add(ref highBounds, h));
            }

            low.StoreUnsafe(ref lowBounds);
        }
    }

    /// <summary>The least and the greatest entry of a row, and by how much the mean exceeds the least.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (float Min, float Max, float Mean) Range(ref float row, int paddedKsub)
    {
        Vector128<float> min, max, sum;
        if (InstructionSets.Avx512)
        {
            var first = Vector512.Create(row);
            var mins = Vector512.LoadUnsafe(ref row);
            var maxs = mins;
            var sums = mins - first;
            for (nint k = 16; k < paddedKsub; k += 16)
            {
                var values = Vector512.LoadUnsafe(ref Unsafe.Add(ref row, k));
                mins = Vector512.MinNative(mins, values);
                maxs = Vector512.MaxNative(maxs, values);
                sums += values - first;
            }

            min = RowFolds.ToFour<Least>(mins);
            max = RowFolds.ToFour<Greatest>(maxs);
            sum = RowFolds.ToFour<Total>(sums);
        }
        else
        {
            var first = Vector128.Create(row);
            var mins0 = Vector128.LoadUnsafe(ref row);
            var mins1 = mins0;
            var maxs0 = mins0;
            var maxs1 = mins0;
            var sums0 = Vector128<float>.Zero;
            var sums1 = Vector128<float>.Zero;
            for (nint k = 0; k < paddedKsub; k += 8)
            {
                var values0 = Vector128.LoadUnsafe(ref Unsafe.Add(ref row, k));
                var values1 = Vector128.LoadUnsafe(ref Unsafe.Add(ref row, k + 4));
                mins0 = Vector128.MinNative(mins0, values0);
                mins1 = Vector128.MinNative(mins1, values1);
                maxs0 = Vector128.MaxNative(maxs0, values0);
                maxs1 = Vector128.MaxNative(maxs1, values1);
                sums0 += values0 - first;
                sums1 += values1 - first;
            }

            min = Vector128.MinNative(mins0, mins1);
            max = Vector128.MaxNative(maxs0, maxs1);
            sum = sums0 + sums1;
        }

        var least = RowFolds.OfRows<Least>(min).ToScalar();
        return (least, RowFolds.OfRows<Greatest>(max).ToScalar(), (Vector128.Sum(sum) / paddedKsub) + (row - least));
    }

    /// <summary>16 entries as bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Quantize16(ref float entries, float min, float inverse)
    {
        if (InstructionSets.Avx512)
        {
            return TableBytes.Quantize16(ref entries, Vector512.Create(min), Vector512.Create(inverse));
        }

        if (InstructionSets.Avx2)
        {
            return TableBytes.Quantize16(ref entries, Vector256.Create(min), Vector256.Create(inverse));
        }

        return TableBytes.Quantize16(ref entries, Vector128.Create(min), Vector128.Create(inverse));
    }
}
