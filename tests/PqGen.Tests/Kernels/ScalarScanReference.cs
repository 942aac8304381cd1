using PqGen.Kernels;

namespace PqGen.Tests.Kernels;

/// <summary>The scan kernels' oracle: one plain loop each, no vectors, no cleverness.</summary>
internal static class ScalarScanReference
{
    /// <summary>The code of sub-quantizer m of a vector.</summary>
    /// <param name="blocks">
    /// Tiles, byte <c>[tile][CodeSize][4][64]</c>, then the one to three blocks left over, byte <c>[block][CodeSize][64]</c>.
    /// </param>
    public static int Code(ReadOnlySpan<byte> blocks, int m, int vector, int M, int ksub)
    {
        var (codeSize, block) = (KernelLayout.CodeSize(M, ksub), vector / 64);
        var tiles = blocks.Length / (256 * codeSize);
        var (start, stride) = block < tiles * 4 ? ((block / 4 * 256 * codeSize) + (block % 4 * 64), 256) : (block * 64 * codeSize, 64);
        if (ksub > 16)
            return blocks[start + (m * stride) + (vector % 64)];
        var both = blocks[start + (m / 2 * stride) + (vector % 64)];
        return m % 2 == 0 ? both & 15 : both >> 4;
    }

    /// <summary>float <c>[M][PaddedKsub]</c> of one query, each entry fma(x - c, x - c, sum) in order of the components.</summary>
    /// <param name="centroids">float <c>[M][Ksub][Dsub]</c>.</param>
    public static float[] DistanceTable(ReadOnlySpan<float> query, ReadOnlySpan<float> centroids, int M, int ksub)
    {
        var padded = KernelLayout.PaddedKsub(ksub);
        var dsub = query.Length / M;
        var table = new float[M * padded];
        for (var m = 0; m < M; m++)
        {
            for (var k = 0; k < padded; k++)
            {
                var sum = 0f;
                for (var d = 0; d < dsub; d++)
                {
                    var difference = query[(m * dsub) + d] - centroids[(((m * ksub) + Math.Min(k, ksub - 1)) * dsub) + d];
                    sum = MathF.FusedMultiplyAdd(difference, difference, sum);
                }

                table[(m * padded) + k] = sum;
            }
        }

        return table;
    }

    /// <summary>The plain ADC distance: a float sum in order of m.</summary>
    public static float AdcDistance(ReadOnlySpan<float> table, ReadOnlySpan<byte> blocks, int vector, int M, int ksub)
    {
        var sum = 0f;
        for (var m = 0; m < M; m++)
            sum += table[(m * KernelLayout.PaddedKsub(ksub)) + Code(blocks, m, vector, M, ksub)];
        return sum;
    }

    /// <summary>The distance in real arithmetic, near enough: a double sum.</summary>
    public static double RealDistance(ReadOnlySpan<float> table, ReadOnlySpan<byte> blocks, int vector, int M, int ksub)
    {
        var sum = 0d;
        for (var m = 0; m < M; m++)
            sum += table[(m * KernelLayout.PaddedKsub(ksub)) + Code(blocks, m, vector, M, ksub)];
        return sum;
    }

    /// <summary>The scale of a table's bytes, by its definition; the step in double arithmetic.</summary>
    public static (TableScale Scale, double Step) Scale(ReadOnlySpan<float> table, int perByteSum, int M, int ksub)
    {
        float bias = 0, magnitude = 0;
        var sums = new double[M];
        for (var m = 0; m < M; m++)
        {
            var row = table.Slice(m * KernelLayout.PaddedKsub(ksub), KernelLayout.PaddedKsub(ksub));
            float min = float.PositiveInfinity, max = float.NegativeInfinity;
            var mean = 0d;
            foreach (var entry in row)
            {
                min = Math.Min(min, entry);
                max = Math.Max(max, entry);
                mean += (double)entry / row.Length;
            }

            bias += min;
            magnitude += Math.Max(Math.Abs(min), Math.Abs(max));
            sums[m / perByteSum] += mean - min;
        }

        // A sum one standard deviation above the mean still is a byte, if a byte deviates by half its mean.
        var step = sums.Max() / Math.Floor(255 / (1 + (0.5 / Math.Sqrt(Math.Min(M, perByteSum)))));
        return (new TableScale(bias, float.IsNormal((float)step) ? (float)step : 0, magnitude), step);
    }

    /// <summary>The scale with whose step no byte sum saturates: the largest range that one has is 255 steps. The same bits everywhere.</summary>
    public static TableScale ScaleWithoutSaturation(ReadOnlySpan<float> table, int perByteSum, int M, int ksub)
    {
        var ranges = new float[M];
        for (var m = 0; m < M; m++)
        {
            var row = table.Slice(m * KernelLayout.PaddedKsub(ksub), KernelLayout.PaddedKsub(ksub)).ToArray();
            ranges[m / perByteSum] += row.Max() - row.Min();
        }

        var step = ranges.Max() / 255;
        return Scale(table, perByteSum, M, ksub).Scale with { Step = float.IsNormal(step) ? step : 0 };
    }

    /// <summary>byte <c>[M][Ksub]</c>: min(255, floor((T - min) / step)), the quotient taken by multiplying with the float reciprocal.</summary>
    public static byte[] Bytes(ReadOnlySpan<float> table, float step, int M, int ksub)
    {
        var inverse = step == 0 ? 0 : 1 / step;
        var bytes = new byte[M * ksub];
        for (var m = 0; m < M; m++)
        {
            var row = table.Slice(m * KernelLayout.PaddedKsub(ksub), ksub);
            var min = float.PositiveInfinity;
            foreach (var entry in row)
                min = Math.Min(min, entry);
            for (var k = 0; k < ksub; k++)
                bytes[(m * ksub) + k] = (byte)Math.Min(255, (row[k] - min) * inverse);
        }

        return bytes;
    }

    /// <summary>
    /// byte <c>[M][Ksub]</c>, at most <paramref name="bytes"/>: A[high nibble] + B[low nibble], where A is the smallest byte that shares the high
    /// nibble and B the smallest remainder of those below 255 that share the low one, sums saturating. Rows are padded with their last byte.
    /// </summary>
    public static byte[] NibbleBounds(ReadOnlySpan<byte> bytes, int M, int ksub)
    {
        var bounds = new byte[M * ksub];
        for (var m = 0; m < M; m++)
        {
            var high = new int[16];
            var low = new int[16];
            Array.Fill(high, 255);
            Array.Fill(low, 255);
            for (var k = 0; k < KernelLayout.PaddedKsub(ksub); k++)
                high[k / 16] = Math.Min(high[k / 16], bytes[(m * ksub) + Math.Min(k, ksub - 1)]);
            for (var k = 0; k < KernelLayout.PaddedKsub(ksub); k++)
            {
                var entry = bytes[(m * ksub) + Math.Min(k, ksub - 1)];
                low[k % 16] = Math.Min(low[k % 16], entry == 255 ? 255 : entry - high[k / 16]);
            }

            for (var k = 0; k < ksub; k++)
                bounds[(m * ksub) + k] = (byte)Math.Min(255, high[k / 16] + low[k % 16]);
        }

        return bounds;
    }

    /// <summary>byte <c>[M][Ksub]</c>: of each group of 8 neighbours the smallest byte.</summary>
    public static byte[] GroupBounds(ReadOnlySpan<byte> bytes, int M, int ksub)
    {
        var bounds = new byte[M * ksub];
        for (var m = 0; m < M; m++)
        {
            var row = bytes.Slice(m * ksub, ksub);
            for (var k = 0; k < ksub; k++)
                bounds[(m * ksub) + k] = row[(k / 8 * 8)..Math.Min((k / 8 * 8) + 8, ksub)].ToArray().Min();
        }

        return bounds;
    }

    /// <summary>The bound of a vector: its byte sums, each at most 255, plus (term * termFactor) >> 16, saturating.</summary>
    /// <param name="bytes">byte <c>[M][Ksub]</c>.</param>
    /// <param name="perByteSum">The sub-quantizers of a byte sum.</param>
    /// <param name="terms">UInt16 <c>[block][64]</c>, or empty.</param>
    public static int Bound(
        ReadOnlySpan<byte> bytes, int perByteSum, ReadOnlySpan<byte> blocks, ReadOnlySpan<ushort> terms, int termFactor, int vector, int M, int ksub)
    {
        var sums = new int[M];
        for (var m = 0; m < M; m++)
        {
            ref var sum = ref sums[m / perByteSum];
            sum = Math.Min(255, sum + bytes[(m * ksub) + Code(blocks, m, vector, M, ksub)]);
        }

        long bound = sums.Sum();
        if (!terms.IsEmpty)
            bound += (long)terms[(vector / 64 * 64) + KernelLayout.TermPosition(vector % 64)] * termFactor >> 16;
        return (int)Math.Min(bound, ushort.MaxValue);
    }
}
