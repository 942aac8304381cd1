using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Kernels;
using PqGen.Quantization;
using PqGen.Storage;

namespace PqGen.Scan;

/// <summary>Makes codes of vectors, and moves them between rows and the lanes of segments.</summary>
internal static class CodeLanes
{
    /// <summary>Vectors encoded by a thread at a time.</summary>
    private const int EncodeChunk = 1024;

    /// <summary>Encodes vectors, or their residuals from their lists' centroids.</summary>
    /// <param name="quantizer">The quantizer.</param>
    /// <param name="vectors">float <c>[n][Dimension]</c>.</param>
    /// <param name="centroids">float <c>[NList][Dimension]</c>; empty where vectors themselves are encoded.</param>
    /// <param name="lists">The list of each vector.</param>
    /// <param name="threads">Threads to use.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>byte <c>[n][M]</c>.</returns>
    public static byte[] Encode<TKernels>(
        ProductQuantizer<TKernels> quantizer,
        ReadOnlySpan<float> vectors,
        ReadOnlyMemory<float> centroids,
        int[] lists,
        int threads,
        CancellationToken cancellation)
        where TKernels : struct, IPqKernels
    {
        var (m, dimension) = (quantizer.M, quantizer.Dimension);
        var codes = new byte[checked(lists.Length * m)];
        Parallelism.ForRows(
            vectors,
            dimension,
            EncodeChunk,
            threads,
            (first, rows) =>
            {
                var part = codes.AsSpan(first * m, rows.Length / dimension * m);
                if (centroids.IsEmpty)
                {
                    quantizer.EncodeChecked(rows, rows, part);
                    return;
                }

                var residuals = ArrayPool<float>.Shared.Rent(rows.Length);
                for (var i = 0; i < rows.Length / dimension; i++)
                {
                    VectorMath.Subtract(
                        rows.Slice(i * dimension, dimension),
                        centroids.Span.Slice(lists[first + i] * dimension, dimension),
                        residuals.AsSpan(i * dimension, dimension));
                }

                quantizer.EncodeChecked(residuals.AsSpan(0, rows.Length), rows, part);
                ArrayPool<float>.Shared.Return(residuals);
            },
            cancellation);
        return codes;
    }

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

    /// <summary>The vector that a code stands for, its list's centroid added where codes are of residuals.</summary>
    public static void Decode<TKernels>(
        ProductQuantizer<TKernels> quantizer, ReadOnlySpan<float> centroids, int list, in Segment segment, int place, Span<float> vector)
        where TKernels : struct, IPqKernels
    {
        var (block, lane, dsub) = (place / KernelLayout.BlockSize, place % KernelLayout.BlockSize, quantizer.Dsub);
        Span<byte> code = stackalloc byte[IndexLimits.MaxM];
        code = code[..quantizer.M];
        BlockCodes.Read(
            ref segment.Block(block, quantizer.CodeSize), segment.RunStride(block), lane, code, quantizer.Ksub <= KernelLayout.MaxPackedKsub);
        for (var m = 0; m < code.Length; m++)
        {
            quantizer.KernelCodebooks.Slice(((m * quantizer.Ksub) + code[m]) * dsub, dsub).CopyTo(vector[(m * dsub)..]);
        }

        for (var d = 0; d < vector.Length && !centroids.IsEmpty; d++)
        {
            vector[d] += centroids[(list * vector.Length) + d];
        }
    }
}
