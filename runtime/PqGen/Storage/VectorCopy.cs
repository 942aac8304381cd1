using System.Runtime.CompilerServices;
using PqGen.Kernels;
using PqGen.Quantization;

namespace PqGen.Storage;

/// <summary>Copies vectors as lists hold them, one at a time.</summary>
internal static class VectorCopy
{
    /// <summary>Copies a vector from its place in a segment to one in another, under a position of its own there.</summary>
    public static void Run(in Segment from, int place, in Segment to, int toPlace, int position, in ListLayout layout)
    {
        if (layout.HasPositions)
        {
            Unsafe.Add(ref to.Positions(layout), toPlace) = position;
        }

        if (!layout.IsBlocked)
        {
            Unsafe.CopyBlockUnaligned(
                ref Unsafe.Add(ref to.Payload, (nint)toPlace * layout.VectorBytes),
                ref Unsafe.Add(ref from.Payload, (nint)place * layout.VectorBytes),
                (uint)layout.VectorBytes);
            return;
        }

        var (block, lane) = (place / KernelLayout.BlockSize, place % KernelLayout.BlockSize);
        var (toBlock, toLane) = (toPlace / KernelLayout.BlockSize, toPlace % KernelLayout.BlockSize);
        BlockCodes.CopyLane(
            ref from.Block(block, layout.VectorBytes),
            from.RunStride(block),
            lane,
            ref to.Block(toBlock, layout.VectorBytes),
            to.RunStride(toBlock),
            toLane,
            layout.VectorBytes);
        if (layout.HasTerms)
        {
            Unsafe.Add(ref to.Terms(layout), ((nint)toBlock * KernelLayout.BlockSize) + KernelLayout.TermPosition(toLane)) =
                Unsafe.Add(ref from.Terms(layout), ((nint)block * KernelLayout.BlockSize) + KernelLayout.TermPosition(lane));
        }
    }
}
