using PqGen.Kernels;

namespace PqGen.Tests.Kernels;

/// <summary>
/// What every implementation of the scan kernels owes, checked against <see cref="ScalarScanReference"/>. Generated structs and their
/// run-time-sized twin go through the same checks.
/// </summary>
internal static class ScanKernelChecks
{
    /// <summary>The smallest float with a finite reciprocal.</summary>
    private const double MinNormal = 1.17549435e-38;

    /// <summary>All checks on one kernel struct.</summary>
    public static void CheckAll<TKernels>(TKernels kernels, int seed)
        where TKernels : struct, IPqKernels
    {
        for (var blockCount = 0; blockCount <= 9; blockCount++)
        {
            var data = new ScanCase(kernels.Dimension, kernels.M, kernels.Ksub, blockCount, seed + blockCount);
            CheckAdc(kernels, data);
            CheckScale(kernels, data);
            CheckScan(kernels, data);
        }

        CheckTables(kernels, seed);
    }

    /// <summary>Tables at the edges: entries below 0 as inner products give them, far from 0, all equal, too close together for a step.</summary>
    private static void CheckTables<TKernels>(TKernels kernels, int seed)
        where TKernels : struct, IPqKernels
    {
        foreach (var (scale, offset) in ((float, float)[])[(-2, 0), (1, -1e6f), (0, 3), (0, 0), (1e-38f, 0), (1e30f, 0)])
        {
            var data = new ScanCase(kernels.Dimension, kernels.M, kernels.Ksub, blockCount: 5, seed);
            foreach (ref var entry in data.Table.Span)
                entry = (entry * scale) + offset;
            CheckScale(kernels, data);
            CheckScan(kernels, data);
        }
    }

    /// <summary>AdcDistances, AdcDistance and DecodedDistance give the bits of the scalar sum.</summary>
    public static void CheckAdc<TKernels>(TKernels kernels, ScanCase data)
        where TKernels : struct, IPqKernels
    {
        var distances = new AlignedBuffer<float>(data.Vectors);
        kernels.AdcDistances(ref data.Table.Reference, ref data.Blocks.Reference, data.BlockCount, ref distances.Reference);
        distances.AssertGuards();
        for (var i = 0; i < data.Vectors; i++)
        {
            var expected = Bits(ScalarScanReference.AdcDistance(data.Table.Span, data.Blocks.Span, i, data.M, data.Ksub));
            Assert.Equal(expected, Bits(distances.Span[i]));
            var stride = KernelLayout.RunStride(i / 64, data.BlockCount);
            ref var block = ref data.Blocks.Span[(int)KernelLayout.BlockOffset(i / 64, data.BlockCount, KernelLayout.CodeSize(data.M, data.Ksub))];
            Assert.Equal(expected, Bits(kernels.AdcDistance(ref data.Table.Reference, ref block, stride, i % 64)));
            Assert.Equal(expected, Bits(kernels.DecodedDistance(ref data.Query.Reference, ref data.Centroids.Reference, ref block, stride, i % 64)));
        }
    }

    /// <summary>QuantizeTable returns the scale of the definition, and the bounds on it never exceed the distance.</summary>
    public static void CheckScale<TKernels>(TKernels kernels, ScanCase data)
        where TKernels : struct, IPqKernels
    {
        var scale = Quantize(kernels, data, float.PositiveInfinity, out _);
        var (expected, step) = ScalarScanReference.Scale(data.Table.Span, PerByteSum(kernels), data.M, data.Ksub);
        Assert.Equal(expected with { Step = 0 }, scale with { Step = 0 });
        // Sums of floats come out a little differently with the order. A step about to underflow may be given up.
        Assert.Equal(step, scale.Step, step < 2 * MinNormal ? 2 * MinNormal : Math.Max(1e-5 * step, 1e-6 * scale.Magnitude / data.M));
        Assert.Equal(scale, Quantize(kernels, data, Math.Max(1, 2 * scale.Step), out _));
        CheckBounds(kernels, data, scale);
        var whole = Quantize(kernels, data, float.PositiveInfinity, out _, saturates: false);
        Assert.Equal(ScalarScanReference.ScaleWithoutSaturation(data.Table.Span, PerByteSum(kernels), data.M, data.Ksub), whole);
        CheckBounds(kernels, data, whole);
        foreach (var part in new[] { 256, 30_000 })
        {
            if (scale.Step > part * MinNormal)
            {
                var finer = Quantize(kernels, data, scale.Step / part, out _);
                Assert.Equal(scale with { Step = scale.Step / part }, finer);
                CheckBounds(kernels, data, finer);
            }
        }
    }

    private static void CheckBounds<TKernels>(TKernels kernels, ScanCase data, TableScale scale)
        where TKernels : struct, IPqKernels
    {
        var bytes = ExpectedBytes(kernels, data, scale.Step);
        var allowance = (data.M + 8) * Math.Pow(2, -22) * scale.Magnitude;
        for (var i = 0; i < data.Vectors; i++)
        {
            var bound = scale.Bias + (
                (double)scale.Step * ScalarScanReference.Bound(bytes, PerByteSum(kernels), data.Blocks.Span, [], 0, i, data.M, data.Ksub));
            Assert.True(bound <= ScalarScanReference.RealDistance(data.Table.Span, data.Blocks.Span, i, data.M, data.Ksub) + allowance);
        }
    }

    /// <summary>
    /// ScanBlocks marks exactly the vectors whose bound is at most the threshold, and none that the exact bytes keep is lost. Kernels that bound
    /// vectors by groups of codes first may leave a tile at that, unless it is too many vectors.
    /// </summary>
    public static void CheckScan<TKernels>(TKernels kernels, ScanCase data)
        where TKernels : struct, IPqKernels
    {
        var widest = Quantize(kernels, data, float.PositiveInfinity, out _).Step;
        CheckScan(kernels, data, float.PositiveInfinity);
        CheckScan(kernels, data, float.PositiveInfinity, saturates: false);
        CheckScan(kernels, data, widest / 3);
        CheckScan(kernels, data, widest / 256);
        CheckScan(kernels, data, widest / 30_000);
    }

    private static void CheckScan<TKernels>(TKernels kernels, ScanCase data, float largestStep, bool saturates = true)
        where TKernels : struct, IPqKernels
    {
        var step = Quantize(kernels, data, largestStep, out var byteTable, saturates).Step;
        var bytes = ExpectedBytes(kernels, data, step);
        var groupBytes = ScalarScanReference.GroupBounds(bytes, data.M, data.Ksub);
        var exactBytes = ScalarScanReference.Bytes(data.Table.Span, step, data.M, data.Ksub);
        foreach (var termFactor in (int[])[-1, 0, 1, 700, 32768, 65535])
        {
            var terms = termFactor < 0 ? default : data.Terms.Span;
            var bounds = Bounds(kernels, data, bytes, terms, termFactor);
            var groupBounds = MayBoundFirst(kernels) ? Bounds(kernels, data, groupBytes, terms, termFactor) : bounds;
            foreach (var threshold in Thresholds(bounds))
            {
                var survivors = new AlignedBuffer<ulong>(data.BlockCount);
                var written = new AlignedBuffer<ushort>(data.Vectors);
                if (termFactor < 0)
                    kernels.ScanBlocks(ref byteTable.Reference, ref data.Blocks.Reference, data.BlockCount, threshold, ref survivors.Reference);
                else
                    kernels.ScanBlocks(
                        ref byteTable.Reference,
                        ref data.Blocks.Reference,
                        ref data.Terms.Reference,
                        data.BlockCount,
                        termFactor,
                        threshold,
                        ref survivors.Reference,
                        ref written.Reference);
                survivors.AssertGuards();
                written.AssertGuards();
                var most = Survivors(groupBounds, 0, threshold).Count(bit => bit) > Math.Min(256, bounds.Length) / 2;
                for (var first = 0; first < bounds.Length; first += 256)
                {
                    var (exact, left) = (Survivors(bounds, first, threshold), Survivors(groupBounds, first, threshold));
                    var marked = exact.Select((_, i) => (survivors.Span[(first + i) / 64] >> (i % 64) & 1) != 0).ToArray();
                    if (most || left.Count(bit => bit) > left.Length / 16 || !marked.SequenceEqual(left))
                        Assert.Equal(exact, marked);
                }

                for (var i = 0; i < bounds.Length; i++)
                {
                    var survived = (survivors.Span[i / 64] >> (i % 64) & 1) != 0;
                    if (termFactor >= 0)
                    {
                        int bound = written.Span[(i / 64 * 64) + KernelLayout.TermPosition(i % 64)];
                        Assert.True(bound == bounds[i] || bound == groupBounds[i]);
                        Assert.Equal(bound <= threshold, survived);
                    }

                    Assert.True(
                        survived || ScalarScanReference.Bound(
                            exactBytes, PerByteSum(kernels), data.Blocks.Span, terms, termFactor, i, data.M, data.Ksub) > threshold);
                }
            }
        }
    }

    /// <summary>Whether the kernels look up every byte of a row, or bound it by its nibbles.</summary>
    public static bool IsExact<TKernels>(TKernels kernels)
        where TKernels : struct, IPqKernels
        => kernels.Ksub <= KernelLayout.MaxPackedKsub || kernels.Path != KernelPath.Vector128;

    /// <summary>Whether the kernels may bound vectors by groups of 8 codes before they look them up.</summary>
    private static bool MayBoundFirst<TKernels>(TKernels kernels)
        where TKernels : struct, IPqKernels
        => kernels.Ksub > 64 && kernels.Path is KernelPath.Avx512 or KernelPath.Avx2;

    private static int[] Bounds<TKernels>(TKernels kernels, ScanCase data, byte[] bytes, ReadOnlySpan<ushort> terms, int termFactor)
        where TKernels : struct, IPqKernels
    {
        var bounds = new int[data.Vectors];
        for (var i = 0; i < bounds.Length; i++)
            bounds[i] = ScalarScanReference.Bound(bytes, PerByteSum(kernels), data.Blocks.Span, terms, termFactor, i, data.M, data.Ksub);
        return bounds;
    }

    /// <summary>Which of up to 256 vectors have a bound of at most the threshold.</summary>
    private static bool[] Survivors(int[] bounds, int first, int threshold) =>
        [.. bounds[first..Math.Min(first + 256, bounds.Length)].Select(bound => bound <= threshold)];

    /// <summary>The sub-quantizers whose bytes are added as bytes; a run of packed codes holds two.</summary>
    private static int PerByteSum<TKernels>(TKernels kernels)
        where TKernels : struct, IPqKernels
        => kernels.RunsPerByteSum * (kernels.Ksub <= KernelLayout.MaxPackedKsub ? 2 : 1);

    private static byte[] ExpectedBytes<TKernels>(TKernels kernels, ScanCase data, float step)
        where TKernels : struct, IPqKernels
    {
        var bytes = ScalarScanReference.Bytes(data.Table.Span, step, data.M, data.Ksub);
        return IsExact(kernels) ? bytes : ScalarScanReference.NibbleBounds(bytes, data.M, data.Ksub);
    }

    private static TableScale Quantize<TKernels>(
        TKernels kernels, ScanCase data, float largestStep, out AlignedBuffer<byte> byteTable, bool saturates = true)
        where TKernels : struct, IPqKernels
    {
        byteTable = new AlignedBuffer<byte>(kernels.ByteTableSize);
        var scale = kernels.QuantizeTable(ref data.Table.Reference, largestStep, saturates, ref byteTable.Reference);
        byteTable.AssertGuards();
        return scale;
    }

    /// <summary>The edges, a small bound, which few have, and three values around the middle one.</summary>
    private static int[] Thresholds(int[] bounds)
    {
        var sorted = bounds.Order().ToArray();
        var median = sorted.Length == 0 ? 1000 : sorted[sorted.Length / 2];
        var small = sorted.Length == 0 ? 100 : sorted[sorted.Length / 100];
        return [0, small, Math.Max(0, median - 1), median, Math.Min(65535, median + 1), 65534, 65535];
    }

    private static int Bits(float value) => BitConverter.SingleToInt32Bits(value);
}
