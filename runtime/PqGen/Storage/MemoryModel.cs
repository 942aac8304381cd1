using System.Runtime.CompilerServices;
using PqGen.Clustering;
using PqGen.Kernels;
using PqGen.Ivf;

namespace PqGen.Storage;

/// <summary>What an index of given sizes takes, computed without building it; tests hold it against what indexes report.</summary>
internal static class MemoryModel
{
    private const int LineSize = 64;

    public static IndexMemory Flat(int dimension, long count) => new(0, 0, 0, Buffer(count * dimension * sizeof(float)));

    public static IndexMemory IvfFlat(int dimension, long count, int nlist) =>
        new(Coarse(dimension, nlist), 0, count * sizeof(int), (count * dimension * sizeof(float)) + ((long)nlist * (LineSize + (LineSize / 2))));

    public static IndexMemory Pq(IPqKernels kernels, long count, bool keepVectors) =>
        new(Quantizer(kernels), Buffer(Slots(count) * KernelLayout.CodeSize(kernels.M, kernels.Ksub)) + LineSize, 0, keepVectors ? Flat(kernels.Dimension, count).Vectors : 0);

    public static IndexMemory IvfPq(IIvfPqKernels kernels, long count, int nlist, bool keepVectors)
    {
        // A list's last block is half full on average.
        var slots = count == 0 ? 0 : count + (Math.Min(nlist, count) * KernelLayout.BlockSize / 2);
        var terms = ((long)kernels.M * kernels.Ksub * sizeof(double)) + ((long)nlist * Unsafe.SizeOf<TermRange>());
        return new IndexMemory(
            Coarse(kernels.Dimension, nlist) + Quantizer(kernels) + terms,
            (slots * (KernelLayout.CodeSize(kernels.M, kernels.Ksub) + sizeof(ushort))) + ((long)nlist * 2 * LineSize),
            slots * sizeof(int),
            keepVectors ? Flat(kernels.Dimension, count).Vectors : 0);
    }

    /// <summary>Checks what a caller asks an estimate for.</summary>
    public static void Check(long count, int nlist)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Array.MaxLength - KernelLayout.BlockSize);
        ArgumentOutOfRangeException.ThrowIfLessThan(nlist, 1);
    }

    private static long Slots(long count) => (count + KernelLayout.BlockSize - 1) / KernelLayout.BlockSize * KernelLayout.BlockSize;

    private static long Buffer(long bytes) => ((bytes + LineSize - 1) / LineSize * LineSize) + LineSize;

    private static long Coarse(int dimension, int nlist) =>
        ((long)nlist * dimension * sizeof(float)) + Buffer(Panels.Size(nlist, dimension) * sizeof(float));

    private static long Quantizer(IPqKernels kernels) =>
        Buffer((long)kernels.M * kernels.Ksub * kernels.Dsub * sizeof(float)) + Buffer(kernels.M * Panels.Size(kernels.Ksub, kernels.Dsub) * sizeof(float));
}
