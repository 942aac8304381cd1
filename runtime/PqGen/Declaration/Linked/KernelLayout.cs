namespace PqGen.Kernels;

/// <summary>
/// The memory layouts that kernels and runtime share. The generator compiles this same file, so that emitted literals and the
/// runtime's arithmetic cannot drift apart.
/// </summary>
/// <remarks>
/// <para><b>Centroid panels</b>, float <c>[panel][d][PanelWidth]</c>: 16 centroids side by side, component by component, so that vector
/// lanes run over centroids and each lane sums its components in order. The last panel repeats the last centroid, which
/// therefore never wins a tie against itself. A codebook is <c>[m][panel][d][PanelWidth]</c>.</para>
/// <para><b>Distance table</b>, float <c>[m][PaddedKsub(ksub)]</c>.</para>
/// <para><b>Code blocks</b>: 64 vectors a block, sub-quantizer-major. With Ksub above 16 a run holds one sub-quantizer's codes; up to 16, a
/// run holds two (sub-quantizer 2r in the low nibble, 2r + 1 in the high one; the high nibble of an odd last run is 0). Four
/// blocks are a tile, byte <c>[tile][run][TileBlocks][BlockSize]</c>: a scan that takes four blocks at once reads memory in its order. The blocks
/// that are left over lie one by one, byte <c>[block][run][BlockSize]</c>. Which are tiled follows from the room a list has, not from what it
/// holds.</para>
/// <para><b>Term blocks</b>, UInt16 <c>[block][BlockSize]</c>: the per-vector terms of a block, first the 32 of the even vectors, then the
/// 32 of the odd ones, the order in which 16-bit sums of bytes come out.</para>
/// </remarks>
#if PQGEN_RUNTIME
public
#else
internal
#endif
static class KernelLayout
{
    /// <summary>
    /// The version of the kernels' contracts and of these layouts. Generated kernels carry the version of the generator that wrote them; a runtime of
    /// another one refuses them. Any change of either raises it.
    /// </summary>
    public const int ContractVersion = 4;

    /// <summary>Centroids per panel.</summary>
    public const int PanelWidth = 16;

    /// <summary>Vectors per code block.</summary>
    public const int BlockSize = 64;

    /// <summary>Sub-quantizers whose table bytes are added as bytes, saturating, at most. The scan of more adds several such sums as words.</summary>
    public const int MaxByteSum = 16;

    /// <summary>
    /// The same where a scan adds terms. The fewer, the finer are the steps of the bytes. The lists that an IVF index probes are those near the
    /// query: there, more vectors come close to the threshold, and to score one costs more than to scan a few.
    /// </summary>
    public const int MaxByteSumWithTerms = 4;

    /// <summary>The largest Ksub whose codes are packed two to a byte.</summary>
    public const int MaxPackedKsub = 16;

    /// <summary>
    /// The largest Ksub whose codes are looked up in tables of 16 entries straight away; where there are more tables, bounds come first.
    /// </summary>
    public const int MaxUnboundedKsub = 64;

    /// <summary>Neighbouring entries of a row of a byte table that such a bound takes the least of.</summary>
    public const int BoundGroup = 8;

    /// <summary>
    /// Whether bounds may come before look-ups. Where a scan adds terms they do not: of the lists that an IVF index probes, near the query, they
    /// would leave most.
    /// </summary>
    /// <param name="maxByteSum"><see cref="MaxByteSum"/> or <see cref="MaxByteSumWithTerms"/>.</param>
    public static bool BoundsFirst(int maxByteSum) => maxByteSum > MaxByteSumWithTerms;

    /// <summary>Blocks per tile.</summary>
    public const int TileBlocks = 4;

    /// <summary>Bytes from one run of a block to its next, where the block is part of a tile.</summary>
    public const int TileStride = TileBlocks * BlockSize;

    /// <summary>
    /// Whether centroids, and codes, are compared by squared L2: under cosine, too, which compares rows by inner products.
    /// </summary>
    public static bool ComparesCodesByL2(Metric metric) => metric != Metric.InnerProduct;

    /// <summary>The number of panels that hold <paramref name="centroids"/> centroids.</summary>
    public static int PanelCount(int centroids) => (centroids + PanelWidth - 1) / PanelWidth;

    /// <summary>Ksub rounded up to whole panels: the row length of a distance table.</summary>
    public static int PaddedKsub(int ksub) => PanelCount(ksub) * PanelWidth;

    /// <summary>The bytes of one vector's code: M, or M/2 rounded up when two codes share a byte.</summary>
    public static int CodeSize(int m, int ksub) => ksub <= MaxPackedKsub ? (m + 1) / 2 : m;

    /// <summary>
    /// The runs of a block whose table bytes are added as bytes before they are added as words: CodeSize in parts as equal as may be, of at
    /// most <paramref name="maxByteSum"/> sub-quantizers.
    /// </summary>
    public static int RunsPerByteSum(int m, int ksub, int maxByteSum)
    {
        var runs = CodeSize(m, ksub);
        var most = ksub <= MaxPackedKsub ? maxByteSum / 2 : maxByteSum;
        var sums = (runs + most - 1) / most;
        return (runs + sums - 1) / sums;
    }

    /// <summary>
    /// What the table bytes of that many sub-quantizers may add up to on average over the centroids, so that a sum one standard deviation above
    /// still is a byte, where entries deviate by half their mean. Most vectors near a query lie below the average.
    /// </summary>
    public static int MeanByteSum(int subQuantizers) => (int)(byte.MaxValue / (1 + (0.5 / System.Math.Sqrt(subQuantizers))));

    /// <summary>The number of blocks that hold <paramref name="vectors"/> vectors.</summary>
    public static int BlockCount(int vectors) => (vectors + BlockSize - 1) / BlockSize;

    /// <summary>The blocks that lie in tiles, of a list with room for <paramref name="capacity"/> blocks.</summary>
    public static int TiledBlocks(int capacity) => capacity / TileBlocks * TileBlocks;

    /// <summary>Bytes from one run of a block to its next, in a list with room for <paramref name="capacity"/> blocks.</summary>
    public static int RunStride(int block, int capacity) => block < TiledBlocks(capacity) ? TileStride : BlockSize;

    /// <summary>Where a block's first run begins, in bytes, in a list with room for <paramref name="capacity"/> blocks.</summary>
    public static long BlockOffset(int block, int capacity, int codeSize) => block < TiledBlocks(capacity)
        ? ((long)(block / TileBlocks) * TileStride * codeSize) + (block % TileBlocks * BlockSize)
        : (long)block * BlockSize * codeSize;

    /// <summary>The position of a vector's term inside its term block.</summary>
    public static int TermPosition(int lane) => (lane >> 1) + ((lane & 1) * (BlockSize / 2));
}
