using PqGen.Generator.Spec;
using PqGen.Kernels;
using static PqGen.Generator.Emit.Expressions;

namespace PqGen.Generator.Emit;

/// <summary>Writes the kernels CentroidScores, NearestCentroids.</summary>
internal static class CentroidEmitter
{
    private static readonly KernelMethod s_scores = new(
        "void", "CentroidScores", "ref float points", "int count", "ref float panels", "int panelCount", "ref float scores");

    private static readonly KernelMethod s_nearest = new(
        "void", "NearestCentroids",
        "ref float points", "int count", "ref float panels", "int panelCount", "ref int nearest", "ref float distances");

    public static readonly KernelMethod[] Methods = [s_scores, s_nearest];

    public static void Write(KernelSpec spec, CodeWriter writer)
    {
        var dimension = Text(spec.Dimension);
        var nearest = new PanelKernel(LaneSum.SquaredDifference, spec.Dimension, "points", dimension, "panels", 0, Row: null);
        var scores = nearest with { Sum = LaneSum.OfCentroids(spec), Row = "centroids" };

        s_scores.WriteDispatch(Isa.OfFloats, "public", writer);
        foreach (var isa in Isa.OfFloats)
        {
            using (s_scores.Leaf(isa, writer))
            {
                writer.Line($"var centroids = (nuint)panelCount * {Text(KernelLayout.PanelWidth)};");
                writer.Line("ref var rows = ref scores;");
                PanelEmitter.Write(scores, isa, writer);
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
