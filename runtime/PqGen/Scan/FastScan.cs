using System.Runtime.CompilerServices;
using PqGen.Kernels;

namespace PqGen.Scan;

/// <summary>
/// What the fast scan asks of a segment of codes and of what is collected from it, the nearest vectors so far.
/// </summary>
internal interface IScannedBlocks
{
    /// <summary>The blocks that the segment has room for, which decides which are tiled.</summary>
    int Capacity { get; }

    /// <summary>Whether as many vectors have been scored as are asked for, so that there is a k-th distance to hold others against.</summary>
    bool HasThreshold { get; }

    /// <summary>
    /// The threshold of the byte bounds that now stands for the k-th distance; negative when no vector of the segment can reach it.
    /// </summary>
    int Threshold();

    /// <summary>
    /// Marks in <paramref name="survivors"/> the vectors of blocks, whole tiles or single blocks, whose bound is at most the threshold.
    /// </summary>
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

    /// <summary>Scans the first <paramref name="count"/> vectors of a segment.</summary>
    public static void Run<TBlocks>(ref TBlocks scanned, int count)
        where TBlocks : struct, IScannedBlocks, allows ref struct
        => Run(ref scanned, count, 0, int.MaxValue);

    /// <summary>
    /// Of a segment's first <paramref name="count"/> vectors, scans those of some blocks, which begin and end at a tile or end with the
    /// segment.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TBlocks>(ref TBlocks scanned, int count, int firstBlock, int endBlock)
        where TBlocks : struct, IScannedBlocks, allows ref struct
    {
        Span<ulong> survivors = stackalloc ulong[Stride];
        var blocks = Math.Min(KernelLayout.BlockCount(count), endBlock);
        var tiled = KernelLayout.TiledBlocks(scanned.Capacity);
        // Tiles are scanned whole, to the end of the one that holds the last vector.
        var end = blocks <= tiled ? KernelLayout.TiledBlocks(blocks + KernelLayout.TileBlocks - 1) : blocks;

        // While there is no k-th distance every vector is a survivor, and there is nothing to scan for.
        var first = firstBlock;
        for (; first < blocks && !scanned.HasThreshold; first++)
        {
            scanned.Score(first, Lanes(first, count));
            scanned.Settle();
        }

        while (first < blocks)
        {
            var threshold = scanned.Threshold();
            if (threshold < 0)
            {
                return;
            }

            var from = first < tiled ? KernelLayout.TiledBlocks(first) : first;
            var to = Math.Min(from + Stride, end);
            scanned.Scan(from, to - from, threshold, ref survivors[0]);
            for (; first < Math.Min(to, blocks); first++)
            {
                if ((survivors[first - from] & Lanes(first, count)) is not 0 and var lanes)
                {
                    scanned.Score(first, lanes);
                }
            }

            scanned.Settle();
        }
    }

    /// <summary>The lanes of a block that hold vectors.</summary>
    private static ulong Lanes(int block, int count) =>
        count - (block * KernelLayout.BlockSize) >= KernelLayout.BlockSize ? ulong.MaxValue : (1UL << (count % KernelLayout.BlockSize)) - 1;

    /// <summary>1 for true, without a branch: what filters allow cannot be predicted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Bit(bool value) => Unsafe.As<bool, byte>(ref value) & 1u;

    /// <summary>(value - from) / step rounded down, as a threshold of byte bounds: negative for none, at most 65,535.</summary>
    public static int Quantize(double value, double from, double step)
    {
        var threshold = Math.Floor((value - from) / step);
        return threshold < 0 ? -1 : threshold < ushort.MaxValue ? (int)threshold : ushort.MaxValue;
    }
}
