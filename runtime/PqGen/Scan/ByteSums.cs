using System.Runtime.CompilerServices;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Scan;

/// <summary>
/// Sums of a query's byte table for one vector after the other, as exact look-ups of a block give them: for instruction sets that bound codes by
/// their nibbles, and for the plain scan.
/// </summary>
internal readonly ref struct ByteSums
{
    private readonly ref byte _table;
    private readonly int _m;
    private readonly int _paddedKsub;
    private readonly int _perSum;
    private readonly bool _isPacked;

    private ByteSums(ref byte table, int m, int ksub, int runsPerSum)
    {
        _table = ref table;
        _m = m;
        _paddedKsub = KernelLayout.PaddedKsub(ksub);
        _isPacked = ksub <= KernelLayout.MaxPackedKsub;
        _perSum = runsPerSum * (_isPacked ? 2 : 1);
    }

    /// <summary>Makes the table.</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="table">float <c>[M][PaddedKsub]</c>.</param>
    /// <param name="scale">What the kernels have made of it.</param>
    /// <param name="memory">Grows to what is needed.</param>
    public static ByteSums Of<TKernels>(TKernels kernels, ref float table, TableScale scale, ref AlignedBuffer<byte> memory)
        where TKernels : struct, IPqKernels
    {
        var padded = KernelLayout.PaddedKsub(kernels.Ksub);
        ref var bytes = ref WorkingMemory.Ensure(ref memory, (long)kernels.M * padded).Reference;
        Span<float> minima = stackalloc float[kernels.M];
        ByteTableQuantizer.Measure(ref table, padded, 1, float.PositiveInfinity, saturates: false, minima);
        ByteTableQuantizer.WriteRows(ref table, padded, minima, 1 / scale.Step, ref bytes, padded, hasTables: false);
        return new ByteSums(ref bytes, kernels.M, kernels.Ksub, kernels.RunsPerByteSum);
    }

    /// <summary>The sum of a vector's bytes, each byte sum at most 255.</summary>
    /// <param name="codes">The block's first run.</param>
    /// <param name="runStride">Bytes from a run to the next.</param>
    /// <param name="lane">The vector's place in the block.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int At(ref byte codes, int runStride, int lane)
    {
        var (sum, bytes) = (0, 0);
        for (var m = 0; m < _m; m++)
        {
            if (m % _perSum == 0)
            {
                (sum, bytes) = (sum + bytes, 0);
            }

            var run = Unsafe.Add(ref codes, ((_isPacked ? m / 2 : m) * runStride) + lane);
            var code = !_isPacked ? run : m % 2 == 0 ? run & 15 : run >> 4;
            bytes = Math.Min(byte.MaxValue, bytes + Unsafe.Add(ref _table, (m * _paddedKsub) + code));
        }

        return sum + bytes;
    }
}
