using System.Linq;
using PqGen.Generator.Spec;
using PqGen.Kernels;

namespace PqGen.Generator.Emit;

/// <summary>
/// One row of the table of instruction sets: all that an emitter needs to know to write a kernel for it. Emitters write one algorithm over these
/// numbers; a new instruction set is a new row. What needs no size is a function of the runtime, chosen by the type of its vectors.
/// </summary>
/// <param name="Name">The suffix of the kernels written for it, and its guard's name among the runtime's <c>InstructionSets</c>.</param>
/// <param name="Bits">Bits of a register.</param>
/// <param name="Registers">Vector registers.</param>
/// <param name="FloatTile">The register tiles of the float kernels; null where another row's serve as well.</param>
/// <param name="ScanBlocks">Blocks of a tile of codes that share the table loads of each sub-quantizer.</param>
/// <param name="Lookups">What looks up codes of a whole byte; null where a code is bounded by its nibbles.</param>
/// <param name="Nibbles">The runtime's class of look-ups by nibbles.</param>
internal sealed record Isa(string Name, int Bits, int Registers, FloatTile? FloatTile, int ScanBlocks, ByteLookups? Lookups, string Nibbles)
{
    /// <summary>For scans alone: 4 table registers, 8 sums of 4 blocks.</summary>
    private static readonly Isa s_avx512Vbmi = new(
        "Avx512Vbmi", 512, 32, null, 4, new ByteLookups("ByteRows512", HasTables: false, BoundsFirst: false), "ByteRows512");

    /// <summary>
    /// 4 points x 4 panels are 16 accumulators. Float tables are stored in few streams, which is best where codebooks come from an outer cache.
    /// Scans: 4 table registers, 8 sums of 4 blocks.
    /// </summary>
    private static readonly Isa s_avx512 = new(
        "Avx512", 512, 32, new FloatTile(4, 4, 4, 2, 8), 4, new ByteLookups("WordRows512", HasTables: false, BoundsFirst: true), "WordRows512");

    /// <summary>
    /// 4 points x 1 panel are 8 accumulators, 6 points 12. Scans: 2 table registers, 8 sums of 2 blocks; tables of 16 entries, too many for
    /// registers, are read for each register of codes.
    /// </summary>
    private static readonly Isa s_avx2 = new(
        "Avx2", 256, 16, new FloatTile(4, 6, 1, 1, 4), 2, new ByteLookups("TableRows256", HasTables: true, BoundsFirst: true), "ScanLanes256");

    /// <summary>
    /// For scans of codes of a whole byte alone: up to 4 tables of 4 registers, 4 sums of a block and as many of its odd vectors.
    /// </summary>
    private static readonly Isa s_advSimd = new(
        "AdvSimd", 128, 32, null, 1, new ByteLookups("ScanLanes128", HasTables: false, BoundsFirst: false), "ScanLanes128");

    /// <summary>
    /// Every processor; 16 registers at least: 2 points x 1 panel are 8 accumulators. Scans: 2 table registers, 8 sums of a block.
    /// </summary>
    private static readonly Isa s_vector128 = new("Vector128", 128, 16, new FloatTile(2, 2, 1, 1, 2), 1, null, "ScanLanes128");

    /// <summary>The rows of float kernels, best first: the order in which a kernel tries them. The last has no guard.</summary>
    public static readonly Isa[] OfFloats = [s_avx512, s_avx2, s_vector128];

    /// <summary>The rows of kernels that transpose four sub-quantizers at a time, and of those that take one after the other.</summary>
    public static readonly Isa[] OfDecoding = [s_avx2, s_vector128];

    /// <summary>The rows of scans, best first. The last has no guard, and is as good as Arm64's where two codes share a byte.</summary>
    public static Isa[] OfScans(KernelSpec spec) =>
        spec.IsPacked ? [s_avx512Vbmi, s_avx512, s_avx2, s_vector128] : [s_avx512Vbmi, s_avx512, s_avx2, s_advSimd, s_vector128];

    /// <summary>The rows of what writes the byte tables that scans look up: as those, but for 512 bits once, if both read the same.</summary>
    public static Isa[] OfByteTables(KernelSpec spec) =>
        [.. OfScans(spec).Where(isa => isa != s_avx512Vbmi || s_avx512.BoundOf(spec) is not null)];

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

    /// <summary>How a scan looks up a run of codes, or bounds it by nibbles.</summary>
    public RowLookup LookupOf(KernelSpec spec) =>
        spec.IsPacked || Lookups is null ? RowLookup.OfNibbles(this, spec)
        : Lookups.HasTables ? RowLookup.OfTables(this, spec, Lookups)
        : RowLookup.OfRows(this, spec, Lookups);

    /// <summary>How a scan bounds a run of codes before it is looked up; null where all are looked up straight away.</summary>
    public RowLookup? BoundOf(KernelSpec spec) =>
        Lookups is { BoundsFirst: true } && spec.BoundsFirst ? RowLookup.OfGroups(this, spec, Lookups) : null;

    /// <summary>Whether codes of a whole byte are bounded by their nibbles and never looked up.</summary>
    public bool BoundsByNibbles(KernelSpec spec) => !spec.IsPacked && Lookups is null;

    /// <summary>Bytes of the byte table.</summary>
    public int ByteTableSize(KernelSpec spec) => spec.CodeSize * (LookupOf(spec).RowSize + (BoundOf(spec)?.RowSize ?? 0));
}

/// <summary>Points x panels of the float kernels' register tiles.</summary>
/// <param name="Points">Points that share the centroid loads.</param>
/// <param name="LoopPoints">As Points, where the components are looped over: what a search keeps for each point is then rarely touched.</param>
/// <param name="Panels">Panels that share the point broadcasts.</param>
/// <param name="TablePanels">As Panels, where few components are stored as tables.</param>
/// <param name="PointPanels">Panels of a single point whose components are looped over: enough sums to hide the latency of a multiply-add.</param>
internal sealed record FloatTile(int Points, int LoopPoints, int Panels, int TablePanels, int PointPanels);
