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

    /// <summary>Whether no vector is filtered.</summary>
    bool AdmitsAll { get; }

    /// <summary>Vectors collected, or scored, up to those asked for.</summary>
    int Count { get; }

    /// <summary>Whether as many vectors have been scored as are asked for, so that there is a k-th distance to hold others against.</summary>
    bool HasThreshold { get; }

    /// <summary>
    /// The threshold of the byte bounds that now stands for the k-th distance; negative when no vector of the segment can reach it.
    /// </summary>
    int Threshold();

    /// <summary>What a byte bound of 0 stands for in the segment at work.</summary>
    double From { get; }

    /// <summary>What one unit of a byte bound stands for; 0 where segments differ in that.</summary>
    double Step { get; }

    /// <summary>The number of the segment at work, in the order of entering.</summary>
    int Segment { get; }

    /// <summary>Goes back to a segment that was entered.</summary>
    void Return(int segment);

    /// <summary>The largest score that does not exclude a vector of the segment at work, and a little more for what roundings may cost.</summary>
    double Limit { get; }

    /// <summary>
    /// Marks in <paramref name="survivors"/> the vectors of blocks, whole tiles or single blocks, whose bound is at most the threshold, and writes
    /// bounds if their reference is not null.
    /// </summary>
    void Scan(int firstBlock, int blockCount, int threshold, ref ulong survivors, ref ushort bounds);

    /// <summary>The vectors of a block that a filter lets through.</summary>
    ulong Admitted(int block, ulong lanes);

    /// <summary>Asks for what a filter looks at of a block that will be scored.</summary>
    void Expect(int block);

    /// <summary>
    /// UInt16 <c>[8][64]</c>, where the bounds of the blocks at work are written; a null reference where scores do not come of them.
    /// </summary>
    ref ushort Bounds { get; }

    /// <summary>Scores vectors of a block and collects those that may be among the nearest.</summary>
    /// <param name="block">The block.</param>
    /// <param name="lanes">The vectors.</param>
    /// <param name="bounds">UInt16 <c>[64]</c>, the block's bounds; not read where <see cref="Bounds"/> is a null reference.</param>
    /// <param name="raised">What was added to these.</param>
    void Score(int block, ulong lanes, ref ushort bounds, int raised = 0);

    /// <summary>Brings the threshold up to date after some blocks were scored.</summary>
    void Settle();
}

/// <summary>
/// The exact fast scan: sums of a byte table rounded down are lower bounds of distances; a vector whose bound exceeds the current
/// k-th distance is dropped, a survivor is re-scored from floats. What is found is what the plain float scan finds: the same ids in the
/// same order. Where candidates for re-ranking are looked for, the bound may itself be what orders them.
/// </summary>
internal static class FastScan
{
    /// <summary>Blocks scanned between two looks at the k-th distance: two tiles.</summary>
    public const int Stride = 2 * KernelLayout.TileBlocks;

    /// <summary>
    /// Of a segment's first <paramref name="count"/> vectors, scans those of the blocks before one, or opens the scan with them.
    /// </summary>
    public static void Run<TBlocks>(ref TBlocks scanned, ref Opening opening, int count, int endBlock = int.MaxValue)
        where TBlocks : struct, IScannedBlocks, allows ref struct
    {
        var first = 0;
        if (opening.IsOpen)
        {
            first = opening.Take(ref scanned, Math.Min(count, (int)Math.Min((long)endBlock * KernelLayout.BlockSize, int.MaxValue)));
            if (opening.IsFull)
            {
                opening.Close(ref scanned);
            }
        }

        Run(ref scanned, count, first, endBlock);
    }

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
        var end = EndOf(blocks, tiled);

        // While there is no k-th distance every vector is a survivor, and there is nothing to scan for.
        var first = firstBlock;
        for (; first < blocks && !scanned.HasThreshold; first++)
        {
            Score(ref scanned, first, Lanes(first, count));
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
            scanned.Scan(from, to - from, threshold, ref survivors[0], ref scanned.Bounds);
            if (!scanned.AdmitsAll)
            {
                Expect(ref scanned, first, survivors[(first - from)..(Math.Min(to, blocks) - from)]);
            }

            for (; first < Math.Min(to, blocks); first++)
            {
                if ((survivors[first - from] & Lanes(first, count)) is not 0 and var lanes)
                {
                    scanned.Score(first, lanes, ref Unsafe.Add(ref scanned.Bounds, (first - from) * KernelLayout.BlockSize));
                }
            }

            scanned.Settle();
        }
    }

    /// <summary>Asks for what a filter looks at of the blocks that have lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Expect<TBlocks>(ref TBlocks scanned, int firstBlock, scoped ReadOnlySpan<ulong> lanes)
        where TBlocks : struct, IScannedBlocks, allows ref struct
    {
        for (var b = 0; b < lanes.Length; b++)
        {
            if (lanes[b] != 0)
            {
                scanned.Expect(firstBlock + b);
            }
        }
    }

    /// <summary>Scores vectors of a block whose bounds are not known: where scores come of them, its tile, or itself, is scanned for them.</summary>
    public static void Score<TBlocks>(ref TBlocks scanned, int block, ulong lanes)
        where TBlocks : struct, IScannedBlocks, allows ref struct
    {
        ref var bounds = ref scanned.Bounds;
        if (!Unsafe.IsNullRef(ref bounds))
        {
            Span<ulong> survivors = stackalloc ulong[KernelLayout.TileBlocks];
            var isTiled = block < KernelLayout.TiledBlocks(scanned.Capacity);
            var (first, blocks) = isTiled ? (KernelLayout.TiledBlocks(block), KernelLayout.TileBlocks) : (block, 1);
            scanned.Scan(first, blocks, ushort.MaxValue, ref survivors[0], ref bounds);
            bounds = ref Unsafe.Add(ref bounds, (block - first) * KernelLayout.BlockSize);
        }

        scanned.Score(block, lanes, ref bounds);
    }

    /// <summary>Scores the first <paramref name="count"/> vectors of a segment, and drops none by its bytes.</summary>
    public static void ScoreAll<TBlocks>(ref TBlocks scanned, int count)
        where TBlocks : struct, IScannedBlocks, allows ref struct
    {
        for (var block = 0; block < KernelLayout.BlockCount(count); block++)
        {
            Score(ref scanned, block, Lanes(block, count));
            scanned.Settle();
        }
    }

    /// <summary>
    /// Writes the bounds of the first vectors of a segment, whole strides of blocks or all that there are; 65,535 where a block holds no vector.
    /// </summary>
    /// <param name="scanned">The segment.</param>
    /// <param name="count">The vectors that it holds.</param>
    /// <param name="room">Blocks that there is room for, <see cref="Stride"/> at least.</param>
    /// <param name="bounds">UInt16 <c>[room][64]</c>.</param>
    /// <returns>Blocks written.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Bound<TBlocks>(ref TBlocks scanned, int count, int room, ref ushort bounds)
        where TBlocks : struct, IScannedBlocks, allows ref struct
    {
        Span<ulong> survivors = stackalloc ulong[Stride];
        var blocks = KernelLayout.BlockCount(count);
        var end = EndOf(blocks, KernelLayout.TiledBlocks(scanned.Capacity));
        var from = 0;
        while (from < end && from + Stride <= room)
        {
            var part = Math.Min(Stride, end - from);
            scanned.Scan(from, part, 0, ref survivors[0], ref Unsafe.Add(ref bounds, from * KernelLayout.BlockSize));
            from += part;
        }

        var written = Math.Min(from, blocks);
        for (var lane = count; lane < written * KernelLayout.BlockSize; lane++)
        {
            var place = (lane / KernelLayout.BlockSize * KernelLayout.BlockSize) + KernelLayout.TermPosition(lane % KernelLayout.BlockSize);
            Unsafe.Add(ref bounds, place) = ushort.MaxValue;
        }

        return written;
    }

    /// <summary>The lanes of a block that hold vectors.</summary>
    public static ulong Lanes(int block, int count) =>
        count - (block * KernelLayout.BlockSize) >= KernelLayout.BlockSize ? ulong.MaxValue : (1UL << (count % KernelLayout.BlockSize)) - 1;

    /// <summary>Tiles are scanned whole, to the end of the one that holds the last vector.</summary>
    public static int EndOf(int blocks, int tiled) => blocks <= tiled ? KernelLayout.TiledBlocks(blocks + KernelLayout.TileBlocks - 1) : blocks;
}
