using PqGen.Kernels;
using PqGen.Storage;

namespace PqGen.Scan;

/// <summary>The plain float ADC scan: the distance of every code, and nothing dropped. The fast scan's answer is measured against it.</summary>
internal static class PlainScan
{
    private const int Blocks = 16;

    /// <param name="kernels">The kernels.</param>
    /// <param name="table">The distance table of the query, or of its residual from the list's centroid.</param>
    /// <param name="contents">The list.</param>
    /// <param name="count">Vectors in it.</param>
    /// <param name="positions">int <c>[count]</c>; empty where place and position are the same.</param>
    /// <param name="ids">The ids by position; null where they are the same.</param>
    /// <param name="nearest">What is being collected.</param>
    /// <param name="scratch">Working memory.</param>
    public static void Run<TKernels>(TKernels kernels, ref float table, CodeList.Buffers contents, int count, ReadOnlySpan<int> positions, long[]? ids, ref TopK.TopK nearest, Scratch scratch)
        where TKernels : struct, IPqKernels
    {
        const int Chunk = Blocks * KernelLayout.BlockSize;
        var blockBytes = (long)KernelLayout.CodeSize(kernels.M, kernels.Ksub);
        var distances = Scratch.Ensure(ref scratch.Distances, Chunk).Span(0, Chunk);
        for (var first = 0; first < count; first += Chunk)
        {
            var part = Math.Min(Chunk, count - first);
            // Chunks begin at a tile; the last may end inside one, which is then summed whole.
            var firstBlock = first / KernelLayout.BlockSize;
            var blocks = Math.Min(Blocks, contents.Capacity - firstBlock);
            kernels.AdcDistances(ref table, ref contents.Codes.At(first * blockBytes), blocks, ref distances[0]);
            for (var i = 0; i < part; i++)
            {
                if (distances[i] <= nearest.Threshold)
                {
                    nearest.Push(IdMap.Id(ids, positions.IsEmpty ? first + i : positions[first + i]), distances[i]);
                }
            }
        }
    }
}
