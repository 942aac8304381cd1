using System.Runtime.CompilerServices;
using PqGen.Kernels;
using PqGen.Quantization;
using PqGen.Storage;

namespace PqGen.Scan;

/// <summary>Writes codes into segments.</summary>
internal static class CodeWriting
{
    /// <summary>Writes the code of row i, and its term where there is one.</summary>
    public static void Write<TKernels>(TKernels kernels, in EncodedRows rows, int i, in Segment segment, int place, in ListLayout layout)
        where TKernels : struct, IPqKernels
    {
        var (block, lane) = (place / KernelLayout.BlockSize, place % KernelLayout.BlockSize);
        BlockCodes.Write(
            ref segment.Block(block, layout.VectorBytes),
            segment.RunStride(block),
            lane,
            rows.Codes.AsSpan(i * kernels.M, kernels.M),
            kernels.Ksub <= KernelLayout.MaxPackedKsub);
        if (layout.HasTerms)
        {
            Unsafe.Add(ref segment.Terms(layout), ((nint)block * KernelLayout.BlockSize) + KernelLayout.TermPosition(lane)) = rows.Terms[i];
        }
    }
}
