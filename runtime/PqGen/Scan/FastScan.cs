using PqGen.Kernels;

namespace PqGen.Scan;

/// <summary>
/// What the fast scan asks of a list of codes and of what is collected from it, the nearest vectors so far.
/// </summary>
internal interface IScannedList
{
    /// <summary>The blocks that the list has room for, which decides which are tiled.</summary>
    int Capacity { get; }

    /// <summary>Whether as many vectors have been scored as are asked for, so that there is a k-th distance to hold others against.</summary>
    bool HasThreshold { get; }

    /// <summary>The threshold of the byte bounds that now stands for the k-th distance; negative when no vector of the list can reach it.</summary>
    int Threshold();

    /// <summary>Marks in <paramref name="survivors"/> the vectors of blocks, whole tiles or single blocks, whose bound is at most the threshold.</summary>
    void Scan(int firstBlock, int blockCount, int threshold, ref ulong survivors);

    /// <summary>Scores vectors of a block from floats and collects those that may be among the nearest.</summary>
    void Score(int block, ulong lanes);

    /// <summary>Brings the threshold up to date after some blocks were scored.</summary>
    void Settle();
}

/// <summary>
/// The exact fast scan: sums of a byte table rounded down are lower bounds of distances; a vector whose bound exceeds the current
/// k-th distance is dropped, a survivor is re-scored from floats. What is found is what the plain float scan finds: the same ids in the
/// same order.
/// </summary>
internal static class FastScan
{
    /// <summary>Blocks scanned between two looks at the k-th distance: two tiles.</summary>
    public const int Stride = 2 * KernelLayout.TileBlocks;

    /// <summary>Scans the first <paramref name="count"/> vectors of a list.</summary>
    public static void Run<TList>(ref TList list, int count)
        where TList : struct, IScannedList, allows ref struct
        => Run(ref list, count, 0, int.MaxValue);

    /// <summary>Of a list's first <paramref name="count"/> vectors, scans those of some blocks, which begin at a tile, and end at one or with the list.</summary>
    public static void Run<TList>(ref TList list, int count, int firstBlock, int endBlock)
        where TList : struct, IScannedList, allows ref struct
    {
        Span<ulong> survivors = stackalloc ulong[Stride];
        var blocks = Math.Min(KernelLayout.BlockCount(count), endBlock);
        var tiled = KernelLayout.TiledBlocks(list.Capacity);
        // Tiles are scanned whole, to the end of the one that holds the last vector.
        var end = blocks <= tiled ? KernelLayout.TiledBlocks(blocks + KernelLayout.TileBlocks - 1) : blocks;

        // While there is no k-th distance every vector is a survivor, and there is nothing to scan for.
        var first = firstBlock;
        for (; first < blocks && !list.HasThreshold; first++)
        {
            list.Score(first, Lanes(first, count));
            list.Settle();
        }

        while (first < blocks)
        {
            var threshold = list.Threshold();
            if (threshold < 0)
            {
                return;
            }

            var from = first < tiled ? KernelLayout.TiledBlocks(first) : first;
            var to = Math.Min(from + Stride, end);
            list.Scan(from, to - from, threshold, ref survivors[0]);
            for (; first < Math.Min(to, blocks); first++)
            {
                if ((survivors[first - from] & Lanes(first, count)) is not 0 and var lanes)
                {
                    list.Score(first, lanes);
                }
            }

            list.Settle();
        }
    }

    /// <summary>The lanes of a block that hold vectors.</summary>
    private static ulong Lanes(int block, int count) =>
        count - (block * KernelLayout.BlockSize) >= KernelLayout.BlockSize ? ulong.MaxValue : (1UL << (count % KernelLayout.BlockSize)) - 1;

    /// <summary>(value - from) / step rounded down, as a threshold of byte bounds: negative for none, at most 65,535.</summary>
    public static int Quantize(double value, double from, double step)
    {
        var threshold = Math.Floor((value - from) / step);
        return threshold < 0 ? -1 : threshold < ushort.MaxValue ? (int)threshold : ushort.MaxValue;
    }
}
