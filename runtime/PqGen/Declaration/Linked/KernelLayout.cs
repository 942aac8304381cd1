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
/// <para><b>Code blocks</b>, byte <c>[block][run][BlockSize]</c>: 64 vectors a block, sub-quantizer-major. With Ksub above 16 a run holds
/// one sub-quantizer's codes; up to 16, a run holds two (sub-quantizer 2r in the low nibble, 2r + 1 in the high one; the high
/// nibble of an odd last run is 0).</para>
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
    /// <summary>Centroids per panel.</summary>
    public const int PanelWidth = 16;

    /// <summary>Vectors per code block.</summary>
    public const int BlockSize = 64;

    /// <summary>The largest entry of a byte table: two of them add without leaving a byte.</summary>
    public const int MaxTableByte = 127;

    /// <summary>The largest Ksub whose codes are packed two to a byte.</summary>
    public const int MaxPackedKsub = 16;

    private const int PrefetchLead = 2048;
    private const int MinPrefetchedCodeSize = 4;
    private const int MaxPrefetchedCodeSize = 32;

    /// <summary>The number of panels that hold <paramref name="centroids"/> centroids.</summary>
    public static int PanelCount(int centroids) => (centroids + PanelWidth - 1) / PanelWidth;

    /// <summary>Ksub rounded up to whole panels: the row length of a distance table.</summary>
    public static int PaddedKsub(int ksub) => PanelCount(ksub) * PanelWidth;

    /// <summary>The bytes of one vector's code: M, or M/2 rounded up when two codes share a byte.</summary>
    public static int CodeSize(int m, int ksub) => ksub <= MaxPackedKsub ? (m + 1) / 2 : m;

    /// <summary>The number of blocks that hold <paramref name="vectors"/> vectors.</summary>
    public static int BlockCount(int vectors) => (vectors + BlockSize - 1) / BlockSize;

    /// <summary>
    /// Whether a scan prefetches: a tile of several blocks is not read in the order of memory. Shorter codes lie in few lines; with longer
    /// ones the hardware follows each block by itself, and hints cost more than they bring (measured on Zen 4).
    /// </summary>
    public static bool Prefetches(int blocksPerTile, int codeSize)
        => blocksPerTile > 1 && codeSize is >= MinPrefetchedCodeSize and <= MaxPrefetchedCodeSize;

    /// <summary>How many blocks ahead a scan of <paramref name="blocksPerTile"/> blocks at once prefetches: the tile after this one, and 2 KB.</summary>
    public static int PrefetchDistance(int blocksPerTile, int codeSize)
        => blocksPerTile + (((PrefetchLead / BlockSize) + codeSize - 1) / codeSize);

    /// <summary>The position of a vector's term inside its term block.</summary>
    public static int TermPosition(int lane) => (lane >> 1) + ((lane & 1) * (BlockSize / 2));
}
