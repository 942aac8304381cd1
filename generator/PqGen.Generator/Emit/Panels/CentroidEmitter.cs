using PqGen.Generator.Spec;
using PqGen.Kernels;
using static PqGen.Generator.Emit.Expressions;

namespace PqGen.Generator.Emit;

/// <summary>Writes the kernels CentroidDistances, NearestCentroids.</summary>
internal static class CentroidEmitter
{
    private static readonly KernelMethod s_distances = new(
        "void", "CentroidDistances", "ref float points", "int count", "ref float panels", "int panelCount", "ref float distances");

    private static readonly KernelMethod s_nearest = new(
        "void", "NearestCentroids",
        "ref float points", "int count", "ref float panels", "int panelCount", "ref int nearest", "ref float distances");

    public static readonly KernelMethod[] Methods = [s_distances, s_nearest];

    public static void Write(KernelSpec spec, CodeWriter writer)
    {
        var dimension = Text(spec.Dimension);
        var nearest = new PanelKernel("SquaredDifference", spec.Dimension, "points", dimension, "panels", 0, Row: null);
        var distances = nearest with { Row = "centroids" };

        s_distances.WriteDispatch(Isa.OfFloats, "public", writer);
        foreach (var isa in Isa.OfFloats)
        {
            using (s_distances.Leaf(isa, writer))
            {
                writer.Line($"var centroids = (nuint)panelCount * {Text(KernelLayout.PanelWidth)};");
                writer.Line("ref var rows = ref distances;");
                PanelEmitter.Write(distances, isa, writer);
            }
        }

        writer.Line();
        s_nearest.WriteDispatch(Isa.OfFloats, "public", writer);
        foreach (var isa in Isa.OfFloats)
        {
            using (s_nearest.Leaf(isa, writer))
            {
                writer.Line($"var centroids = (nuint)panelCount * {Text(KernelLayout.PanelWidth)};");
                PanelEmitter.Write(nearest, isa, writer);
            }
        }
    }
}
