using PqGen.Generator.Spec;
using static PqGen.Generator.Emit.Expressions;

namespace PqGen.Generator.Emit;

/// <summary>Writes the kernels NearestSubcentroids, DistanceTables, InnerProductTables.</summary>
internal static class CodebookEmitter
{
    private static readonly KernelMethod NearestSubcentroids = new(
        "void", "NearestSubcentroids",
        "ref float subvectors", "int stride", "int count", "ref float panels", "ref int nearest", "ref float distances");

    private static readonly KernelMethod DistanceTables = new(
        "void", "DistanceTables", "ref float queries", "int count", "ref float codebooks", "ref float tables");

    private static readonly KernelMethod InnerProductTables = DistanceTables with { Name = "InnerProductTables" };

    public static void Write(KernelSpec spec, CodeWriter writer)
    {
        WriteNearest(spec, writer);
        writer.Line();
        WriteTables(DistanceTables, PanelSum.SquaredDistance, spec, writer);
        writer.Line();
        WriteTables(InnerProductTables, PanelSum.MinusTwiceInnerProduct, spec, writer);
    }

    private static void WriteNearest(KernelSpec spec, CodeWriter writer)
    {
        var kernel = new PanelKernel(
            PanelSum.SquaredDistance, spec.Dsub, "subvectors", "(nuint)stride", "panels", spec.PaddedKsub, Row: null);

        NearestSubcentroids.WriteDispatch(Isa.All, writer);
        foreach (var isa in Isa.All)
        {
            using (NearestSubcentroids.Leaf(isa, writer))
            {
                PanelEmitter.Write(kernel, isa, writer);
            }
        }
    }

    private static void WriteTables(KernelMethod method, PanelSum sum, KernelSpec spec, CodeWriter writer)
    {
        var (dimension, row) = (Text(spec.Dimension), Text(spec.M * spec.PaddedKsub));
        var kernel = new PanelKernel(sum, spec.Dsub, "subqueries", dimension, "codebook", spec.PaddedKsub, row);

        method.WriteDispatch(Isa.All, writer);
        foreach (var isa in Isa.All)
        {
            using (method.Leaf(isa, writer))
            {
                writer.Line("// One sub-quantizer after the other, so that its codebook is read once for all queries.");
                using (writer.Braces($"for (nuint m = 0; m < {Text(spec.M)}; m++)"))
                {
                    writer.Line($"ref float subqueries = ref Unsafe.Add(ref queries, m * {Text(spec.Dsub)});");
                    writer.Line($"ref float codebook = ref Unsafe.Add(ref codebooks, m * {Text(spec.PaddedKsub * spec.Dsub)});");
                    writer.Line($"ref float rows = ref Unsafe.Add(ref tables, m * {Text(spec.PaddedKsub)});");
                    PanelEmitter.Write(kernel, isa, writer);
                }
            }
        }
    }
}
