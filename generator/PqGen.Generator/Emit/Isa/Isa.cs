using PqGen.Generator.Spec;
using PqGen.Kernels;
using static PqGen.Generator.Emit.Expressions;

namespace PqGen.Generator.Emit;

/// <summary>
/// One row of the table of instruction sets: all that an emitter needs to know to write a kernel for it. Emitters write one algorithm over these
/// numbers; a new instruction set is a new row. What needs no size is a function of the runtime, chosen by the type of its vectors.
/// </summary>
/// <param name="Name">The suffix of the kernels written for it, and its guard's name among the runtime's <c>InstructionSets</c>.</param>
/// <param name="Bits">Bits of a register.</param>
/// <param name="Registers">Vector registers.</param>
/// <param name="FloatTile">The register tiles of the float kernels; null where another row's serve as well.</param>
/// <param name="ScanBlocks">
/// Blocks of a tile of codes that share the table loads of each sub-quantizer; 0 where another row's scan serves as well.
/// </param>
/// <param name="SpansRows">
/// Whether a byte is looked up in a whole row of the byte table: by permutations of registers, or in tables of some of them.
/// </param>
internal sealed record Isa(string Name, int Bits, int Registers, FloatTile? FloatTile, int ScanBlocks, bool SpansRows)
{
    /// <summary>For scans alone: 4 table registers, 8 sums of 4 blocks.</summary>
    private static readonly Isa s_avx512Vbmi = new("Avx512Vbmi", 512, 32, null, 4, true);

    /// <summary>
    /// For floats alone: 4 points x 4 panels are 16 accumulators. Tables are stored in few streams, which is best where codebooks come from an
    /// outer cache.
    /// </summary>
    private static readonly Isa s_avx512 = new("Avx512", 512, 32, new FloatTile(4, 4, 4, 2, 8), 0, false);

    /// <summary>4 points x 1 panel are 8 accumulators, 6 points 12. Scans: 2 table registers, 8 sums of 2 blocks.</summary>
    private static readonly Isa s_avx2 = new("Avx2", 256, 16, new FloatTile(4, 6, 1, 1, 4), 2, false);

    /// <summary>
    /// For scans of codes of a whole byte alone: up to 4 tables of 4 registers, 4 sums of a block and as many of its odd vectors.
    /// </summary>
    private static readonly Isa s_advSimd = new("AdvSimd", 128, 32, null, 1, true);

    /// <summary>
    /// Every processor; 16 registers at least: 2 points x 1 panel are 8 accumulators. Scans: 2 table registers, 8 sums of a block.
    /// </summary>
    private static readonly Isa s_vector128 = new("Vector128", 128, 16, new FloatTile(2, 2, 1, 1, 2), 1, false);

    /// <summary>The rows of float kernels, best first: the order in which a kernel tries them. The last has no guard.</summary>
    public static readonly Isa[] OfFloats = [s_avx512, s_avx2, s_vector128];

    /// <summary>Entries of a row of the byte table in each of its parts, where a look-up spans the row.</summary>
    private const int PartSize = 64;

    /// <summary>The rows of kernels that transpose four sub-quantizers at a time, and of those that take one after the other.</summary>
    public static readonly Isa[] OfDecoding = [s_avx2, s_vector128];

    /// <summary>The rows of scans, best first. The last has no guard, and is as good as Arm64's where two codes share a byte.</summary>
    public static Isa[] OfScans(KernelSpec spec) =>
        spec.IsPacked ? [s_avx512Vbmi, s_avx2, s_vector128] : [s_avx512Vbmi, s_avx2, s_advSimd, s_vector128];

    /// <summary>The condition, a constant of the JIT, under which the row applies; empty in the last.</summary>
    public string Guard => this == s_vector128 ? "" : $"InstructionSets.{Name}";

    /// <summary>The vector class of System.Runtime.Intrinsics.</summary>
    public string Vector { get; } = "Vector" + Bits;

    /// <summary>The runtime's operations of the scan on such registers.</summary>
    public string ScanLanes => "ScanLanes" + Bits;

    /// <summary>Bytes of a register.</summary>
    public int Width => Bits / 8;

    /// <summary>Floats in a register.</summary>
    public int FloatLanes => Bits / 32;

    /// <summary>The type of a vector of floats.</summary>
    public string Floats => Vector + "<float>";

    /// <summary>The type of a vector of integers as wide.</summary>
    public string Ints => Vector + "<int>";

    /// <summary>The type of a vector of bytes.</summary>
    public string Bytes => Vector + "<byte>";

    /// <summary>The register tiles of the float kernels.</summary>
    public FloatTile Tile => FloatTile!;

    /// <summary>Vectors that hold one component of a panel's centroids.</summary>
    public int VectorsPerPanel => KernelLayout.PanelWidth / FloatLanes;

    /// <summary>Registers that hold one run of one block.</summary>
    public int RegistersPerBlock => KernelLayout.BlockSize / Width;

    /// <summary>Whether a code byte is looked up as two nibbles.</summary>
    public bool UsesNibbles(KernelSpec spec) => spec.IsPacked || !SpansRows;

    /// <summary>Whether a look-up bounds a byte by its nibbles: no register look-up spans the row.</summary>
    public bool BoundsByNibbles(KernelSpec spec) => !spec.IsPacked && !SpansRows;

    /// <summary>Parts of the byte table that look up one run of codes: the rows of two nibbles, or 64 entries each.</summary>
    public int RowParts(KernelSpec spec) =>
        UsesNibbles(spec) ? 2
        : spec.Ksub <= 64 ? 1
        : spec.Ksub <= 128 ? 2
        : 4;

    /// <summary>Bytes of the byte table that look up one run of codes: whole parts, or two rows of 16 that are repeated over registers.</summary>
    public int RowSize(KernelSpec spec) => RowParts(spec) * (UsesNibbles(spec) ? 16 : PartSize);

    /// <summary>The expression that loads part <paramref name="part"/> of the row that begins so many bytes behind <c>row</c>.</summary>
    public string LoadRow(KernelSpec spec, int offset, int part) =>
        UsesNibbles(spec) ? $"{ScanLanes}.Load16(ref row, {Text(offset + (part * 16))})"
        : Width == PartSize ? Load(Vector, "row", Text(offset + (part * PartSize)))
        : $"{ScanLanes}.Load{PartSize}(ref row, {Text(offset + (part * PartSize))})";
}

/// <summary>Points x panels of the float kernels' register tiles.</summary>
/// <param name="Points">Points that share the centroid loads.</param>
/// <param name="LoopPoints">As Points, where the components are looped over: what a search keeps for each point is then rarely touched.</param>
/// <param name="Panels">Panels that share the point broadcasts.</param>
/// <param name="TablePanels">As Panels, where few components are stored as tables.</param>
/// <param name="PointPanels">Panels of a single point whose components are looped over: enough sums to hide the latency of a multiply-add.</param>
internal sealed record FloatTile(int Points, int LoopPoints, int Panels, int TablePanels, int PointPanels);
