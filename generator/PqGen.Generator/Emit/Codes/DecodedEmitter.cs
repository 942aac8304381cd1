using System.Linq;
using PqGen.Generator.Spec;
using PqGen.Kernels;
using static PqGen.Generator.Emit.Expressions;

namespace PqGen.Generator.Emit;

/// <summary>Writes the kernel DecodedDistance: four sub-quantizers at a time where registers can be transposed, else one by one.</summary>
internal static class DecodedEmitter
{
    /// <summary>Sub-quantizers that go together: the lanes of a register.</summary>
    public const int Lanes = 4;

    /// <summary>Up to so many components of a sub-vector are unrolled.</summary>
    private const int MaxUnrolled = 32;

    /// <summary>The kernel's signature.</summary>
    public static readonly KernelMethod Method = new(
        "float", "DecodedDistance", "ref float query", "ref float centroids", "ref byte block", "int runStride", "int lane");

    public static void Write(KernelSpec spec, CodeWriter writer)
    {
        if (spec.M < Lanes)
        {
            writer.Line(KernelMethod.LeafAttribute);
            using (writer.Braces(Method.Header("public static")))
            {
                WriteOneByOne(spec, writer);
            }

            return;
        }

        Method.WriteDispatch(Isa.OfDecoding, "public", writer);
        const string Comment =
            """
            // Four sub-quantizers at a time: the differences of four components of each are transposed, so that lanes run over
            // sub-quantizers and each sums its components in order.
            """;
        using (Method.Leaf(Isa.OfDecoding[0], writer, Comment))
        {
            WriteTransposed(spec, writer);
        }

        using (Method.Leaf(Isa.OfDecoding[1], writer))
        {
            WriteOneByOne(spec, writer);
        }
    }

    private static void WriteTransposed(KernelSpec spec, CodeWriter writer)
    {
        var whole = spec.M / Lanes * Lanes;
        writer.Line("ref var codes = ref Unsafe.Add(ref block, lane);");
        writer.Line("var sum = 0f;");
        using (writer.Braces($"for (var m = 0; m < {whole}; m += {Lanes})"))
        {
            for (var l = 0; l < Lanes; l++)
            {
                writer.Line($"ref var centroid{l} = ref Unsafe.Add(ref centroids, {Row(spec, l)});");
            }

            writer.Line("var subsums = Vector128<float>.Zero;");
            WriteComponents(spec, writer);
            writer.Line(
                $"""
                sum += subsums.ToScalar();
                sum += subsums.GetElement(1);
                sum += subsums.GetElement(2);
                sum += subsums.GetElement(3);
                codes = ref Unsafe.Add(ref codes, {KernelLayout.CodeSize(Lanes, spec.Ksub)} * runStride);
                query = ref Unsafe.Add(ref query, {Lanes * spec.Dsub});
                centroids = ref Unsafe.Add(ref centroids, {Lanes * spec.Ksub * spec.Dsub});
                """);
        }

        for (var m = whole; m < spec.M; m++)
        {
            writer.Line();
            using (writer.Braces($"// Sub-quantizer {m} has no full group."))
            {
                writer.Line($"ref var subvector = ref Unsafe.Add(ref query, {(m - whole) * spec.Dsub});");
                writer.Line($"ref var centroid = ref Unsafe.Add(ref centroids, {Row(spec, m - whole)});");
                WriteSubsum(spec, writer);
            }
        }

        writer.Line();
        writer.Line("return sum;");
    }

    /// <summary>Where the sub-centroid of the l-th sub-quantizer's code begins, in floats.</summary>
    private static string Row(KernelSpec spec, int l)
    {
        var run = spec.IsPacked ? l / 2 : l;
        var offset = run == 0 ? "codes" : run == 1 ? "Unsafe.Add(ref codes, runStride)" : $"Unsafe.Add(ref codes, {run} * runStride)";
        var code = $"(nint){AdcEmitter.Code(spec, offset, l)}";
        var row = l == 0 ? code : $"({l * spec.Ksub} + {code})";
        return spec.Dsub == 1 ? row : $"{row} * {spec.Dsub}";
    }

    /// <summary>Adds the squared differences of all components of four sub-quantizers to subsums.</summary>
    private static void WriteComponents(KernelSpec spec, CodeWriter writer)
    {
        if (spec.Dsub == 1)
        {
            writer.Line(
                """
                var subcentroids = Vector128.Create(centroid0, centroid1, centroid2, centroid3);
                subsums = TransposedSquares.AddSquares(subsums, Vector128.LoadUnsafe(ref query) - subcentroids);
                """);
            return;
        }

        if (spec.Dsub < Lanes)
        {
            WritePairs(spec, 0, both: true, writer);
            if (spec.Dsub == 3)
            {
                WritePairs(spec, 1, both: false, writer);
            }

            return;
        }

        var whole = spec.Dsub / Lanes * Lanes;
        if (whole > MaxUnrolled)
        {
            using (writer.Braces($"for (nuint d = 0; d < {whole}; d += {Lanes})"))
            {
                WriteQuads(Lanes, l => l == 0 ? "d" : $"d + {l * spec.Dsub}", "d", writer);
            }

            writer.Line();
        }
        else
        {
            for (var d = 0; d < whole; d += Lanes)
            {
                WriteQuads(Lanes, l => $"{(l * spec.Dsub) + d}", $"{d}", writer);
            }
        }

        if (spec.Dsub > whole)
        {
            // The last four components overlap those before them; only the new ones are added.
            var d = spec.Dsub - Lanes;
            WriteQuads(spec.Dsub - whole, l => $"{(l * spec.Dsub) + d}", $"{d}", writer);
        }
    }

    private static void WriteQuads(int added, System.Func<int, string> queryOffset, string offset, CodeWriter writer)
    {
        var rows = Enumerable.Range(0, Lanes).Select(l =>
            $"{Load("Vector128", "query", queryOffset(l))} - {Load("Vector128", $"centroid{Text(l)}", offset)}");
        writer.Line(
            $"""
            subsums = TransposedSquares.AddLast{added}(
                subsums,
                {string.Join(",\n    ", rows)});
            """);
    }

    /// <summary>Adds component d of sub-vectors of two or three components, and where <paramref name="both"/> says so, the next one.</summary>
    private static void WritePairs(KernelSpec spec, int d, bool both, CodeWriter writer)
    {
        writer.Line(
            $"""
            subsums = TransposedSquares.{(both ? "AddPairs" : "AddSeconds")}(
                subsums,
                {Pair("query", 0, "query", spec.Dsub)}
                    - {Pair("centroid0", 0, "centroid1", 0)},
                {Pair("query", 2 * spec.Dsub, "query", 3 * spec.Dsub)}
                    - {Pair("centroid2", 0, "centroid3", 0)});
            """);

        string Pair(string first, int firstOffset, string second, int secondOffset) =>
            $"TransposedSquares.LoadPairs(ref {At(first, firstOffset + d)}, ref {At(second, secondOffset + d)})";
    }

    private static void WriteOneByOne(KernelSpec spec, CodeWriter writer)
    {
        writer.Line("var sum = 0f;");
        using (writer.Braces($"for (nint m = 0; m < {spec.M}; m++)"))
        {
            writer.Line(
                $"""
                nint code = {(spec.IsPacked
                    ? "(Unsafe.Add(ref block, ((m >> 1) * runStride) + lane) >> (int)((m & 1) * 4)) & 15"
                    : "Unsafe.Add(ref block, (m * runStride) + lane)")};
                ref var subvector = ref Unsafe.Add(ref query, m * {spec.Dsub});
                ref var centroid = ref Unsafe.Add(ref centroids, ((m * {spec.Ksub}) + code) * {spec.Dsub});
                """);
            WriteSubsum(spec, writer);
        }

        writer.Line();
        writer.Line("return sum;");
    }

    private static void WriteSubsum(KernelSpec spec, CodeWriter writer)
    {
        writer.Line("var subsum = 0f;");
        using (writer.Braces($"for (nint d = 0; d < {spec.Dsub}; d++)"))
        {
            writer.Line("subsum = SquaredDifference.Add(subsum, Unsafe.Add(ref subvector, d), Unsafe.Add(ref centroid, d));");
        }

        writer.Line();
        writer.Line("sum += subsum;");
    }
}
