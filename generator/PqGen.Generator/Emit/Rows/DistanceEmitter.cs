using System.Linq;
using PqGen.Generator.Spec;
using static PqGen.Generator.Emit.Expressions;

namespace PqGen.Generator.Emit;

/// <summary>
/// Writes the kernels Score, Scores: lanes run over components, in the partial sums and the tree that the
/// contract fixes: 32 sums for the body, 4 for the tail, one for the last 3 components at most. The metric says what is summed.
/// </summary>
internal static class DistanceEmitter
{
    private static readonly KernelMethod s_one = new("float", "Score", "ref float x", "ref float y");

    private static readonly KernelMethod s_many = new(
        "void", "Scores", "ref float query", "ref float rows", "int count", "ref float scores");

    public static readonly KernelMethod[] Methods = [s_one, s_many];

    public static void Write(KernelSpec spec, CodeWriter writer)
    {
        s_one.WriteDispatch(Isa.OfFloats, "public", writer);
        foreach (var isa in Isa.OfFloats)
        {
            using (s_one.Leaf(isa, writer))
            {
                var one = new RowKernel(spec.Dimension, isa, LaneSum.OfRows(spec), "x", false, ["y"]);
                WriteSums(one, writer);
                writer.Line($"return {one.Result(0)};");
            }
        }

        writer.Line();
        s_many.WriteDispatch(Isa.OfFloats, "public", writer);
        foreach (var isa in Isa.OfFloats)
        {
            using (s_many.Leaf(isa, writer))
            {
                if (RowKernel.FitsRegisters(spec.Dimension, isa))
                {
                    WriteManyFromRegisters(new RowKernel(spec.Dimension, isa, LaneSum.OfRows(spec), "query", true, ["row"]), writer);
                }
                else if (!RowKernel.Unrolls(spec.Dimension, isa))
                {
                    WriteManyOneByOne(new RowKernel(spec.Dimension, isa, LaneSum.OfRows(spec), "query", false, ["row"]), writer);
                }
                else
                {
                    WriteManyInPairs(new RowKernel(spec.Dimension, isa, LaneSum.OfRows(spec), "query", false, ["row0", "row1"]), writer);
                }
            }
        }
    }

    /// <summary>The query is loaded once and stays in registers for all rows.</summary>
    private static void WriteManyFromRegisters(RowKernel kernel, CodeWriter writer)
    {
        writer.Line("// The query stays in registers for all rows.");
        for (var d = 0; d < kernel.BodyEnd; d += kernel.Isa.FloatLanes)
        {
            writer.Line($"var query{Text(d)} = {Load(kernel.Isa.Vector, "query", Text(d))};");
        }

        for (var d = kernel.BodyEnd; d < kernel.TailEnd; d += RowKernel.Tail)
        {
            writer.Line($"var query{Text(d)} = {Load("Vector128", "query", Text(d))};");
        }

        for (var d = kernel.TailEnd; d < kernel.Dimension; d++)
        {
            writer.Line($"var query{Text(d)} = {At("query", d)};");
        }

        using (writer.Braces("for (nuint i = 0; i < (nuint)count; i++)"))
        {
            writer.Line($"ref var row = ref Unsafe.Add(ref rows, i * {Text(kernel.Dimension)});");
            WriteSums(kernel, writer);
            writer.Line($"Unsafe.Add(ref scores, i) = {kernel.Result(0)};");
        }
    }

    /// <summary>One row after the other: long rows come from an outer cache, and one stream of memory is what prefetchers follow best.</summary>
    private static void WriteManyOneByOne(RowKernel kernel, CodeWriter writer)
    {
        using (writer.Braces("for (nuint i = 0; i < (nuint)count; i++)"))
        {
            writer.Line($"ref var row = ref Unsafe.Add(ref rows, i * {Text(kernel.Dimension)});");
            WriteSums(kernel, writer);
            writer.Line($"Unsafe.Add(ref scores, i) = {kernel.Result(0)};");
        }
    }

    /// <summary>Two rows share each load of the query.</summary>
    private static void WriteManyInPairs(RowKernel kernel, CodeWriter writer)
    {
        var dimension = Text(kernel.Dimension);
        writer.Line("nuint i = 0;");
        writer.Line("// Two rows at a time, so that each load of the query serves both.");
        using (writer.Braces("for (; i + 2 <= (nuint)count; i += 2)"))
        {
            writer.Line($"ref var row0 = ref Unsafe.Add(ref rows, i * {dimension});");
            writer.Line($"ref var row1 = ref Unsafe.Add(ref row0, {dimension});");
            WriteSums(kernel, writer);
            writer.Line($"Unsafe.Add(ref scores, i) = {kernel.Result(0)};");
            writer.Line($"Unsafe.Add(ref scores, i + 1) = {kernel.Result(1)};");
        }

        writer.Line();
        using (writer.Braces("if (i < (nuint)count)"))
        {
            var row = $"Unsafe.Add(ref rows, i * {dimension})";
            writer.Line($"Unsafe.Add(ref scores, i) = Score{kernel.Isa.Name}(ref query, ref {row});");
        }
    }

    private static void WriteSums(RowKernel kernel, CodeWriter writer)
    {
        WriteBody(kernel, writer);
        WriteTail(kernel, writer);
        WriteRest(kernel, writer);
        writer.Line();
    }

    private static void WriteBody(RowKernel kernel, CodeWriter writer)
    {
        var isa = kernel.Isa;
        if (kernel.BodyEnd == 0)
        {
            return;
        }

        writer.Line($"// Components 0 to {Text(kernel.BodyEnd - 1)}: component d to partial sum d mod 32.");
        if (kernel.Rows.Length > 1)
        {
            writer.Line($"{isa.Floats} x{Text(isa.FloatLanes)};");
        }

        if (kernel.IsUnrolled)
        {
            for (var d = 0; d < kernel.BodyEnd; d += isa.FloatLanes)
            {
                var sum = "sum" + Text(d / isa.FloatLanes % kernel.BodySums);
                WriteStep(kernel, isa.Vector, isa.FloatLanes, Text(d), sum, d < RowKernel.Body, writer);
            }
        }
        else
        {
            for (var y = 0; y < kernel.Rows.Length; y++)
            {
                var row = y;
                Declare(writer, isa.Floats, kernel.BodySums, s => $"{kernel.Name($"sum{Text(s)}", row)} = default");
            }

            using (writer.Braces($"for (nuint d = 0; d < {Text(kernel.BodyEnd)}; d += {Text(RowKernel.Body)})"))
            {
                for (var s = 0; s < kernel.BodySums; s++)
                {
                    WriteStep(kernel, isa.Vector, isa.FloatLanes, Plus("d", s * isa.FloatLanes), "sum" + Text(s), false, writer);
                }
            }
        }

        writer.Line();
        for (var y = 0; y < kernel.Rows.Length; y++)
        {
            WriteFold(kernel, y, writer);
        }
    }

    /// <summary>The contract's tree from 32 partial sums to 4: the upper half is added to the lower one.</summary>
    private static void WriteFold(RowKernel kernel, int y, CodeWriter writer)
    {
        var sums = Enumerable.Range(0, kernel.BodySums).Select(s => kernel.Name($"sum{Text(s)}", y)).ToArray();
        while (sums.Length > 1)
        {
            var half = sums.Length / 2;
            sums = Enumerable.Range(0, half).Select(s => half > 1 ? $"({sums[s]} + {sums[s + half]})" : $"{sums[s]} + {sums[s + half]}").ToArray();
        }

        var folded = kernel.Name($"sums{Text(kernel.Isa.FloatLanes)}", y);
        writer.Line($"var {folded} = {sums[0]};");
        for (var lanes = kernel.Isa.FloatLanes / 2; lanes >= RowKernel.Tail; lanes /= 2)
        {
            var next = kernel.Name($"sums{Text(lanes)}", y);
            writer.Line($"var {next} = {folded}.GetLower() + {folded}.GetUpper();");
            folded = next;
        }
    }

    private static void WriteTail(RowKernel kernel, CodeWriter writer)
    {
        if (kernel.TailEnd == kernel.BodyEnd)
        {
            return;
        }

        if (kernel.BodyEnd > 0)
        {
            writer.Line();
        }

        writer.Line($"// Components {Text(kernel.BodyEnd)} to {Text(kernel.TailEnd - 1)}: component d to partial sum d mod 4.");
        if (kernel.Rows.Length > 1 && (kernel.BodyEnd == 0 || kernel.Isa.FloatLanes != RowKernel.Tail))
        {
            writer.Line($"Vector128<float> x{Text(RowKernel.Tail)};");
        }

        for (var d = kernel.BodyEnd; d < kernel.TailEnd; d += RowKernel.Tail)
        {
            WriteStep(kernel, "Vector128", RowKernel.Tail, Text(d), "tail", d == kernel.BodyEnd, writer);
        }
    }

    /// <summary>One vector of components of x and of each row. A fresh sum is the first step from 0.</summary>
    private static void WriteStep(RowKernel kernel, string vector, int lanes, string d, string sum, bool fresh, CodeWriter writer)
    {
        var x = kernel.IsHoisted ? kernel.X + d : Load(vector, kernel.X, d);
        if (kernel.Rows.Length > 1)
        {
            writer.Line($"x{Text(lanes)} = {x};");
            x = "x" + Text(lanes);
        }

        for (var y = 0; y < kernel.Rows.Length; y++)
        {
            WriteStep(kernel, kernel.Name(sum, y), x, Load(vector, kernel.Rows[y], d), fresh, writer);
        }
    }

    private static void WriteStep(RowKernel kernel, string sum, string x, string y, bool fresh, CodeWriter writer) =>
        writer.Line(fresh
            ? $"var {sum} = {kernel.Sum}.Start({x}, {y});"
            : $"{sum} = {kernel.Sum}.Add({sum}, {x}, {y});");

    private static void WriteRest(RowKernel kernel, CodeWriter writer)
    {
        if (kernel.Dimension == kernel.TailEnd)
        {
            return;
        }

        if (kernel.TailEnd > 0)
        {
            writer.Line();
        }

        writer.Line("// The last components one by one.");
        for (var y = 0; y < kernel.Rows.Length; y++)
        {
            for (var d = kernel.TailEnd; d < kernel.Dimension; d++)
            {
                var x = kernel.IsHoisted ? kernel.X + Text(d) : At(kernel.X, d);
                WriteStep(kernel, kernel.Name("rest", y), x, At(kernel.Rows[y], d), d == kernel.TailEnd, writer);
            }
        }
    }
}
