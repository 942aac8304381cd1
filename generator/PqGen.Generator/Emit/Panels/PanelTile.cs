using PqGen.Kernels;
using static PqGen.Generator.Emit.Expressions;

namespace PqGen.Generator.Emit;

/// <summary>Points x panels whose sums are in registers at once.</summary>
internal sealed record PanelTile(PanelKernel Kernel, Isa Isa, int Points, int Panels)
{
    /// <summary>Vectors of centroids.</summary>
    public int Vectors => Panels * Isa.VectorsPerPanel;

    /// <summary>Whether the components of the only point stay in registers for all panels.</summary>
    public bool HoistsPoint => Points == 1 && Kernel.IsUnrolled && Kernel.Components + Vectors + 2 <= Isa.Registers;

    /// <summary>The name of the sums of a point and a vector of centroids.</summary>
    public string Sum(int point, int vector) => Points == 1 ? $"sum{Text(vector)}" : $"sum{Text(point)}_{Text(vector)}";

    /// <summary>Floats from a component of the tile's first centroid to one of a vector of centroids.</summary>
    public int Centroid(int vector, int component)
    {
        var (panel, part) = (vector / Isa.VectorsPerPanel, vector % Isa.VectorsPerPanel);
        return (((panel * Kernel.Components) + component) * KernelLayout.PanelWidth) + (part * Isa.FloatLanes);
    }
}
