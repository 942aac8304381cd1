using PqGen.Generator.Spec;
using PqGen.Kernels;
using static PqGen.Generator.Emit.Expressions;

namespace PqGen.Generator.Emit;

/// <summary>Writes the kernels CentroidDistances, NearestCentroids.</summary>
internal static class CentroidEmitter
{
    private static readonly KernelMethod CentroidDistances = new(
        "void", "CentroidDistances", "ref float points", "int count", "ref float panels", "int panelCount", "ref float distances");

    private static readonly KernelMethod NearestCentroids = new(
        "void", "NearestCentroids",
        "ref float points", "int count", "ref float panels", "int panelCount", "ref int nearest", "ref float distances");

    public static void Write(KernelSpec spec, CodeWriter writer)
    {
        var dimension = Text(spec.Dimension);
        var nearest = new PanelKernel(PanelSum.SquaredDistance, spec.Dimension, "points", dimension, "panels", 0, Row: null);
        var distances = nearest with { Row = "centroids" };

        CentroidDistances.WriteDispatch(Isa.All, writer);
        foreach (var isa in Isa.All)
        {
            using (CentroidDistances.Leaf(isa, writer))
            {
                writer.Line($"nuint centroids = (nuint)panelCount * {Text(KernelLayout.PanelWidth)};");
                writer.Line("ref float rows = ref distances;");
                PanelEmitter.Write(distances, isa, writer);
            }
        }

        writer.Line();
        NearestCentroids.WriteDispatch(Isa.All, writer);
        foreach (var isa in Isa.All)
        {
            using (NearestCentroids.Leaf(isa, writer))
            {
                writer.Line($"nuint centroids = (nuint)panelCount * {Text(KernelLayout.PanelWidth)};");
                PanelEmitter.Write(nearest, isa, writer);
            }
        }
    }
}
