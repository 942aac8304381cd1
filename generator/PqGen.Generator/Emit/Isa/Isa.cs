using PqGen.Kernels;

namespace PqGen.Generator.Emit;

/// <summary>
/// One row of the table of instruction sets: all an emitter needs to know to write a float kernel for it. Emitters write one
/// algorithm over these names; a new instruction set is a new row.
/// </summary>
/// <param name="Name">The suffix of the kernels written for it, .NET's name of the instruction set.</param>
/// <param name="Vector">The vector class of System.Runtime.Intrinsics whose operations the kernels use.</param>
/// <param name="FloatLanes">Floats in a vector.</param>
/// <param name="Guard">The condition, a constant of the JIT, under which the row applies.</param>
/// <param name="PointsPerTile">Points that share the centroid loads of a register tile.</param>
/// <param name="PointsPerLoop">As PointsPerTile, where the components are looped over: what a search keeps per point is then rarely touched.</param>
/// <param name="PanelsPerTile">Panels that share the point broadcasts of a register tile.</param>
/// <param name="PanelsPerTableTile">As PanelsPerTile, where few components are stored as tables: codebooks come from an outer cache, best in few streams.</param>
/// <param name="PanelsPerPoint">Panels of a tile with a single point whose components are looped over: enough sums to hide the latency of a multiply-add.</param>
/// <param name="Registers">Vector registers.</param>
internal sealed record Isa(
    string Name, string Vector, int FloatLanes, string Guard, int PointsPerTile, int PointsPerLoop, int PanelsPerTile, int PanelsPerTableTile, int PanelsPerPoint, int Registers)
{
    /// <summary>32 registers: 4 points x 4 panels are 16 accumulators.</summary>
    public static readonly Isa Avx512 = new("Avx512", "Vector512", 16, "Vector512.IsHardwareAccelerated", 4, 4, 4, 2, 8, 32);

    /// <summary>16 registers: 4 points x 1 panel are 8 accumulators, 6 points 12.</summary>
    public static readonly Isa Avx2 = new("Avx2", "Vector256", 8, "Vector256.IsHardwareAccelerated && Fma.IsSupported", 4, 6, 1, 1, 4, 16);

    /// <summary>Every processor; 16 registers at least: 2 points x 1 panel are 8 accumulators.</summary>
    public static readonly Isa Vector128 = new("Vector128", "Vector128", 4, "", 2, 2, 1, 1, 2, 16);

    /// <summary>All rows, best first: the order in which a kernel tries them. The last has no guard.</summary>
    public static readonly Isa[] All = [Avx512, Avx2, Vector128];

    /// <summary>The type of a vector of floats.</summary>
    public string Floats => Vector + "<float>";

    /// <summary>The type of a vector of integers as wide.</summary>
    public string Ints => Vector + "<int>";

    /// <summary>Vectors that hold one component of a panel's centroids.</summary>
    public int VectorsPerPanel => KernelLayout.PanelWidth / FloatLanes;
}
