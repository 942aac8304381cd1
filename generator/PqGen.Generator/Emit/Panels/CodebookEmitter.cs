using PqGen.Generator.Spec;
using static PqGen.Generator.Emit.Expressions;

namespace PqGen.Generator.Emit;

/// <summary>Writes the kernels NearestSubcentroids, DistanceTables, InnerProductTables.</summary>
internal static class CodebookEmitter
{
    private static readonly KernelMethod s_nearest = new(
        "void", "NearestSubcentroids",
        "ref float subvectors", "int stride", "int count", "ref float panels", "ref int nearest", "ref float distances");

    private static readonly KernelMethod s_distanceTables = new(
        "void", "DistanceTables", "ref float queries", "int count", "ref float codebooks", "ref float tables");

    private static readonly KernelMethod s_productTables = s_distanceTables with { Name = "InnerProductTables" };

    /// <summary>What both kinds of tables are written by.</summary>
    private static readonly KernelMethod s_tables = s_distanceTables with { Name = "Tables", TypeParameter = "TSum" };

    public static readonly KernelMethod[] Methods = [s_nearest, s_distanceTables, s_productTables];

    public static void Write(KernelSpec spec, CodeWriter writer)
    {
        WriteNearest(spec, writer);
        writer.Line();
        WriteTables(s_distanceTables, LaneSum.SquaredDifference, writer);
        writer.Line();
        WriteTables(s_productTables, LaneSum.MinusTwiceProduct, writer);
        writer.Line();
        WriteTables(spec, writer);
    }

    private static void WriteNearest(KernelSpec spec, CodeWriter writer)
    {
        var kernel = new PanelKernel(LaneSum.SquaredDifference, spec.Dsub, "subvectors", "(nuint)stride", "panels", spec.PaddedKsub, Row: null);

        s_nearest.WriteDispatch(Isa.OfFloats, "public", writer);
        foreach (var isa in Isa.OfFloats)
        {
            using (s_nearest.Leaf(isa, writer))
            {
                PanelEmitter.Write(kernel, isa, writer);
            }
        }
    }

    private static void WriteTables(KernelMethod method, string sum, CodeWriter writer) => writer.Line(
        $"""
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        {method.Header("public static")} =>
            {method.Call($"Tables<{sum}>")}
        """);

    private static void WriteTables(KernelSpec spec, CodeWriter writer)
    {
        var (dimension, row) = (Text(spec.Dimension), Text(spec.M * spec.PaddedKsub));
        var kernel = new PanelKernel("TSum", spec.Dsub, "subqueries", dimension, "codebook", spec.PaddedKsub, row);

        s_tables.WriteDispatch(Isa.OfFloats, "private", writer);
        foreach (var isa in Isa.OfFloats)
        {
            using (s_tables.Leaf(isa, writer))
            {
                writer.Line("// One sub-quantizer after the other, so that its codebook is read once for all queries.");
                using (writer.Braces($"for (nuint m = 0; m < {Text(spec.M)}; m++)"))
                {
                    writer.Line($"ref var subqueries = ref Unsafe.Add(ref queries, m * {Text(spec.Dsub)});");
                    writer.Line($"ref var codebook = ref Unsafe.Add(ref codebooks, m * {Text(spec.PaddedKsub * spec.Dsub)});");
                    writer.Line($"ref var rows = ref Unsafe.Add(ref tables, m * {Text(spec.PaddedKsub)});");
                    PanelEmitter.Write(kernel, isa, writer);
                }
            }
        }
    }
}
