using System.Numerics;
using PqGen.Kernels;

namespace PqGen.Scan;

/// <summary>What the fast scan asks of a list of codes.</summary>
internal interface IScannedList
{
    /// <summary>The blocks that the list has room for, which decides which are tiled.</summary>
    int Capacity { get; }

    /// <summary>The threshold of the byte bounds that stands for a distance; negative when no vector of the list can reach it.</summary>
    int Threshold(float distance);

    /// <summary>Marks in <paramref name="survivors"/> the vectors of blocks, whole tiles or single blocks, whose bound is at most the threshold.</summary>
    void Scan(int firstBlock, int blockCount, int threshold, ref ulong survivors);

    /// <summary>The distance of vector <paramref name="i"/> of the list; or any larger one, if it is certainly above <paramref name="threshold"/>.</summary>
    float Distance(int i, float threshold);

    /// <summary>What vector <paramref name="i"/> is called in the results.</summary>
    long Id(int i);
}

/// <summary>
/// The exact fast scan: sums of a byte table rounded down are lower bounds of distances; a vector whose bound exceeds the current
/// k-th distance is dropped, a survivor is re-scored from floats. What is found is what the plain float scan finds: the same ids in the
/// same order.
/// </summary>
internal static class FastScan
{
    /// <summary>Blocks scanned between two looks at the k-th distance: two tiles.</summary>
    private const int Stride = 2 * KernelLayout.TileBlocks;

    public static void Run<TList>(ref TList list, int count, ref TopK.TopK nearest)
        where TList : struct, IScannedList, allows ref struct
    {
        Span<ulong> survivors = stackalloc ulong[Stride];
        var blocks = KernelLayout.BlockCount(count);
        var tiled = KernelLayout.TiledBlocks(list.Capacity);
        // Tiles are scanned whole, to the end of the one that holds the last vector.
        var end = blocks <= tiled ? KernelLayout.TiledBlocks(blocks + KernelLayout.TileBlocks - 1) : blocks;

        // While there is no k-th distance every vector is a survivor, and there is nothing to scan for.
        var first = 0;
        for (; first < blocks && !nearest.IsFull; first++)
        {
            Rescore(ref list, first, Lanes(first, count), ref nearest);
        }

        while (first < blocks)
        {
            var threshold = list.Threshold(nearest.Threshold);
            if (threshold < 0)
            {
                return;
            }

            var from = first < tiled ? KernelLayout.TiledBlocks(first) : first;
            var to = Math.Min(from + Stride, end);
            list.Scan(from, to - from, threshold, ref survivors[0]);
            for (; first < Math.Min(to, blocks); first++)
            {
                Rescore(ref list, first, survivors[first - from] & Lanes(first, count), ref nearest);
            }
        }
    }

    /// <summary>The lanes of a block that hold vectors.</summary>
    private static ulong Lanes(int block, int count) =>
        count - (block * KernelLayout.BlockSize) >= KernelLayout.BlockSize ? ulong.MaxValue : (1UL << (count % KernelLayout.BlockSize)) - 1;

    private static void Rescore<TList>(ref TList list, int block, ulong survivors, ref TopK.TopK nearest)
        where TList : struct, IScannedList, allows ref struct
    {
        for (; survivors != 0; survivors &= survivors - 1)
        {
            var i = (block * KernelLayout.BlockSize) + BitOperations.TrailingZeroCount(survivors);
            var distance = list.Distance(i, nearest.Threshold);
            if (distance <= nearest.Threshold)
            {
                nearest.Push(list.Id(i), distance);
            }
        }
    }

    /// <summary>(value - from) / step rounded down, as a threshold of byte bounds: negative for none, at most 65,535.</summary>
    public static int Quantize(double value, double from, double step)
    {
        var threshold = Math.Floor((value - from) / step);
        return threshold < 0 ? -1 : threshold < ushort.MaxValue ? (int)threshold : ushort.MaxValue;
    }
}
