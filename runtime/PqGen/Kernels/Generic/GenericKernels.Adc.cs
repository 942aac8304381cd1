using System.Runtime.CompilerServices;

namespace PqGen.Kernels;

/// <content>Plain ADC: sums of float table entries, in order of the sub-quantizers.</content>
internal readonly partial struct GenericKernels
{
    /// <inheritdoc cref="IPqKernels.AdcDistances"/>
    public void AdcDistances(ref float table, ref byte blocks, int blockCount, ref float distances)
    {
        var paddedKsub = KernelLayout.PaddedKsub(Ksub);
        if (IsPacked)
        {
            AdcPacked(M, paddedKsub, ref table, ref blocks, blockCount, ref distances);
        }
        else
        {
            AdcBytes(M, paddedKsub, ref table, ref blocks, blockCount, ref distances);
        }
    }

    /// <inheritdoc cref="IPqKernels.AdcDistance"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float AdcDistance(ref float table, ref byte block, int runStride, int lane)
    {
        var paddedKsub = KernelLayout.PaddedKsub(Ksub);
        var sum = 0f;
        for (var m = 0; m < M; m++)
        {
            sum += Unsafe.Add(ref table, ((nint)m * paddedKsub) + CodeAt(ref block, runStride, m, lane));
        }

        return sum;
    }

    /// <inheritdoc cref="IPqKernels.DecodedDistance"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float DecodedDistance(ref float query, ref float centroids, ref byte block, int runStride, int lane)
    {
        var sum = 0f;
        for (var m = 0; m < M; m++)
        {
            ref var centroid = ref Unsafe.Add(ref centroids, (((nint)m * Ksub) + CodeAt(ref block, runStride, m, lane)) * Dsub);
            ref var subvector = ref Unsafe.Add(ref query, m * Dsub);
            var subsum = 0f;
            for (var d = 0; d < Dsub; d++)
            {
                subsum = SquaredDifference.Add(subsum, Unsafe.Add(ref subvector, d), Unsafe.Add(ref centroid, d));
            }

            sum += subsum;
        }

        return sum;
    }

    /// <summary>The code of sub-quantizer m of one vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int CodeAt(ref byte block, int runStride, int m, int lane)
        => IsPacked
            ? (Unsafe.Add(ref block, (m / 2 * runStride) + lane) >> (m % 2 * 4)) & 15
            : Unsafe.Add(ref block, (m * runStride) + lane);

    /// <summary>Eight vectors in flight, so that the additions of one wait for no other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AdcBytes(int m, nint paddedKsub, ref float table, ref byte blocks, int blockCount, ref float distances)
    {
        for (nint block = 0; block < blockCount; block++)
        {
            var runStride = KernelLayout.RunStride((int)block, blockCount);
            ref var first = ref Unsafe.Add(ref blocks, (nint)KernelLayout.BlockOffset((int)block, blockCount, m));
            for (nint lane = 0; lane < KernelLayout.BlockSize; lane += 8)
            {
                ref var codes = ref Unsafe.Add(ref first, lane);
                ref var row = ref table;
                float sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0, sum4 = 0, sum5 = 0, sum6 = 0, sum7 = 0;
                for (var left = m; left > 0; left--)
                {
                    sum0 += Unsafe.Add(ref row, codes);
                    sum1 += Unsafe.Add(ref row, Unsafe.Add(ref codes, 1));
                    sum2 += Unsafe.Add(ref row, Unsafe.Add(ref codes, 2));
                    sum3 += Unsafe.Add(ref row, Unsafe.Add(ref codes, 3));
                    sum4 += Unsafe.Add(ref row, Unsafe.Add(ref codes, 4));
                    sum5 += Unsafe.Add(ref row, Unsafe.Add(ref codes, 5));
                    sum6 += Unsafe.Add(ref row, Unsafe.Add(ref codes, 6));
                    sum7 += Unsafe.Add(ref row, Unsafe.Add(ref codes, 7));
                    codes = ref Unsafe.Add(ref codes, runStride);
                    row = ref Unsafe.Add(ref row, paddedKsub);
                }

                ref var output = ref Unsafe.Add(ref distances, (block * KernelLayout.BlockSize) + lane);
                output = sum0;
                Unsafe.Add(ref output, 1) = sum1;
                Unsafe.Add(ref output, 2) = sum2;
                Unsafe.Add(ref output, 3) = sum3;
                Unsafe.Add(ref output, 4) = sum4;
                Unsafe.Add(ref output, 5) = sum5;
                Unsafe.Add(ref output, 6) = sum6;
                Unsafe.Add(ref output, 7) = sum7;
            }
        }
    }

    /// <summary>Two codes a byte: the low nibble's table entry is added before the high one's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AdcPacked(int m, nint paddedKsub, ref float table, ref byte blocks, int blockCount, ref float distances)
    {
        var runs = (m + 1) / 2;
        for (nint block = 0; block < blockCount; block++)
        {
            var runStride = KernelLayout.RunStride((int)block, blockCount);
            ref var first = ref Unsafe.Add(ref blocks, (nint)KernelLayout.BlockOffset((int)block, blockCount, runs));
            for (nint lane = 0; lane < KernelLayout.BlockSize; lane += 4)
            {
                ref var codes = ref Unsafe.Add(ref first, lane);
                ref var row = ref table;
                float sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
                for (var left = m; left > 0; left -= 2)
                {
                    int code0 = codes;
                    int code1 = Unsafe.Add(ref codes, 1);
                    int code2 = Unsafe.Add(ref codes, 2);
                    int code3 = Unsafe.Add(ref codes, 3);
                    sum0 += Unsafe.Add(ref row, code0 & 15);
                    sum1 += Unsafe.Add(ref row, code1 & 15);
                    sum2 += Unsafe.Add(ref row, code2 & 15);
                    sum3 += Unsafe.Add(ref row, code3 & 15);
                    if (left > 1)
                    {
                        row = ref Unsafe.Add(ref row, paddedKsub);
                        sum0 += Unsafe.Add(ref row, code0 >> 4);
                        sum1 += Unsafe.Add(ref row, code1 >> 4);
                        sum2 += Unsafe.Add(ref row, code2 >> 4);
                        sum3 += Unsafe.Add(ref row, code3 >> 4);
                        row = ref Unsafe.Add(ref row, paddedKsub);
                    }

                    codes = ref Unsafe.Add(ref codes, runStride);
                }

                ref var output = ref Unsafe.Add(ref distances, (block * KernelLayout.BlockSize) + lane);
                output = sum0;
                Unsafe.Add(ref output, 1) = sum1;
                Unsafe.Add(ref output, 2) = sum2;
                Unsafe.Add(ref output, 3) = sum3;
            }
        }
    }
}
