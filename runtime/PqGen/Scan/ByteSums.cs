using System.Runtime.CompilerServices;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Scan;

/// <summary>
/// A query's byte table as floats, so that the kernel which sums entries of the float table sums bytes, for one vector after the other: for
/// instruction sets that bound codes by their nibbles, and for the plain scan. Where no byte sum saturates, exact look-ups of a block give the same.
/// </summary>
internal static class ByteSums
{
    /// <summary>Makes the table.</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="table">float <c>[M][PaddedKsub]</c>.</param>
    /// <param name="scale">What the kernels have made of it, without saturation.</param>
    /// <param name="scratch">Working memory.</param>
    /// <returns>float <c>[M][PaddedKsub]</c>, whole numbers.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ref float Table<TKernels>(TKernels kernels, ref float table, TableScale scale, ScanScratch scratch)
        where TKernels : struct, IPqKernels
    {
        var padded = KernelLayout.PaddedKsub(kernels.Ksub);
        var entries = kernels.M * padded;
        var bytes = WorkingMemory.Ensure(ref scratch.PlainBytes, entries).Span(0, entries);
        var floats = WorkingMemory.Ensure(ref scratch.PlainByteTable, entries).Span(0, entries);
        Span<float> minima = stackalloc float[kernels.M];
        ByteTableQuantizer.Measure(ref table, padded, 1, float.PositiveInfinity, saturates: false, minima);
        ByteTableQuantizer.WriteRows(ref table, padded, minima, 1 / scale.Step, ref bytes[0], padded, hasTables: false);
        for (var i = 0; i < entries; i++)
        {
            floats[i] = bytes[i];
        }

        return ref floats[0];
    }
}
