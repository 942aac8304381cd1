using System;
using System.Linq;
using PqGen.Generator.Spec;
using PqGen.Kernels;
using static PqGen.Generator.Emit.Expressions;

namespace PqGen.Generator.Emit;

/// <summary>Writes the kernel QuantizeTable: the scale of a distance table, then its bytes.</summary>
internal static class QuantizeEmitter
{
    /// <summary>Rows whose ranges are taken together: the lanes of a vector then hold one row each.</summary>
    private const int Rows = 4;

    /// <summary>The kernel's signature.</summary>
    public static readonly KernelMethod Method = new(
        "TableScale", "QuantizeTable", "ref float table", "float largestStep", "bool saturates", "ref byte byteTable");

    public static void Write(KernelSpec spec, CodeWriter writer)
    {
        var isas = Isa.OfByteTables(spec);
        writer.Line("// q[m][k] = min(255, floor((table[m][k] - min over k) / step)), in the layout of each instruction set's look-ups.");
        Method.WriteDispatch(isas, "public", writer);
        foreach (var isa in isas)
        {
            using (Method.Leaf(isa, writer, $"// {Layout(spec, isa)}."))
            {
                WriteKernel(spec, isa, writer);
            }
        }

        // One for each width of registers.
        foreach (var isa in isas.GroupBy(isa => isa.Bits).Select(group => group.First()))
        {
            WriteMeasure(spec, isa, writer);
            RowRangeEmitter.Write(spec, isa, writer);
        }
    }

    /// <summary>The entries that are quantized at once.</summary>
    private static int EntriesAtOnce(KernelSpec spec, Isa isa) => isa.Bits == 512 && spec.PaddedKsub % 64 == 0 ? 64 : 16;

    private static void WriteKernel(KernelSpec spec, Isa isa, CodeWriter writer)
    {
        writer.Line(
            $$"""
            global::System.Span<float> minima = stackalloc float[{{PaddedM(spec)}}];
            global::System.Span<float> spans = stackalloc float[{{PaddedM(spec)}}];
            var scale = Measure{{isa.Bits}}(ref table, largestStep, saturates, minima, spans);
            var inverse = {{isa.Vector}}.Create(scale.Step == 0 ? 0 : 1 / scale.Step);
            ref var row = ref table;
            ref var bytes = ref byteTable;
            """);
        if (isa.BoundOf(spec) is { } bound)
        {
            writer.Line($"ref var bounds = ref byteTable;\nbytes = ref Unsafe.Add(ref byteTable, {spec.CodeSize * bound.RowSize});");
        }

        writer.Line($"for (var m = 0; m < {spec.M}; m++)");
        using (writer.Braces())
        {
            WriteBytes(spec, isa, writer);
        }

        if (spec.IsPacked && spec.M % 2 != 0)
        {
            writer.Line();
            writer.Line("// The last run has no sub-quantizer in its high nibble, which is 0.");
            writer.Line("Vector128<byte>.Zero.StoreUnsafe(ref bytes);");
        }

        writer.Line();
        writer.Line("return scale;");
    }

    /// <summary>The scale of a table, and the least entry of each row: of each width of registers, whatever the rows of the byte table are.</summary>
    private static void WriteMeasure(KernelSpec spec, Isa isa, CodeWriter writer)
    {
        var perSum = Math.Min(spec.M, spec.RunsPerByteSum * (spec.IsPacked ? 2 : 1));
        var padding = PaddedM(spec) > spec.M ? "\n// What lies behind the last row is not read." : "";
        writer.Line(
            $"""

            // Of each row its least entry, and how far its mean lies above, or its greatest entry, {Rows} rows together.{padding}
            {KernelMethod.LeafAttribute}
            private static TableScale Measure{isa.Bits}(
                ref float table,
                float largestStep,
                bool saturates,
                global::System.Span<float> minima,
                global::System.Span<float> spans)
            """);
        using (writer.Braces())
        {
            writer.Line(
                """
                float bias = 0, magnitude = 0;
                ref var row = ref table;
                """);
            WriteRanges(spec, isa, writer);
            var spans = PaddedM(spec) > spec.M ? $"spans[..{spec.M}]" : "spans";
            writer.Line(
                $"""

                var step = TableBytes.Step({spans}, {perSum}, saturates ? {KernelLayout.MeanByteSum(perSum)} : {byte.MaxValue}, largestStep);
                return new TableScale(bias, step, magnitude);
                """);
        }
    }

    /// <summary>Rows of the table, and of those that are taken together with the last.</summary>
    private static int PaddedM(KernelSpec spec) => (spec.M + Rows - 1) / Rows * Rows;

    private static string Layout(KernelSpec spec, Isa isa)
        => spec.IsPacked ? $"byte [{spec.CodeSize}][2][16]"
        : isa.BoundsByNibbles(spec) ? $"byte [{spec.M}][2][16], the bounds of low nibbles and of high ones"
        : isa.BoundOf(spec) is { } bound
            ? $"byte [{spec.M}][{bound.RowSize}], the bounds of groups of codes, then byte [{spec.M}][{isa.LookupOf(spec).RowSize}]"
        : $"byte [{spec.M}][{isa.LookupOf(spec).RowSize}]";

    private static void WriteRanges(KernelSpec spec, Isa isa, CodeWriter writer)
    {
        var whole = spec.M / Rows * Rows;
        if (whole > 0)
        {
            using (writer.Braces($"for (var m = 0; m < {whole}; m += {Rows})"))
            {
                WriteRanges(spec, isa, "m", Rows, writer);
                writer.Line($"row = ref Unsafe.Add(ref row, {Rows * spec.PaddedKsub});");
            }
        }

        if (whole < spec.M)
        {
            using (writer.Braces($"// The last {spec.M - whole}."))
            {
                WriteRanges(spec, isa, Text(whole), spec.M - whole, writer);
            }
        }
    }

    /// <summary>The ranges of up to four rows from row m on.</summary>
    private static void WriteRanges(KernelSpec spec, Isa isa, string m, int rows, CodeWriter writer)
    {
        for (var r = 0; r < rows; r++)
        {
            writer.Line($"Range{isa.Bits}(ref {At("row", r * spec.PaddedKsub)}, out var mins{r}, out var maxs{r}, out var sums{r});");
        }

        writer.Line(
            $"""
            var leasts = RowFolds.OfRows<Least>({List(rows, r => $"mins{r}")});
            var greatests = RowFolds.OfRows<Greatest>({List(rows, r => $"maxs{r}")});
            var firsts = Vector128.Create({List(Rows, r => r < rows ? At("row", r * spec.PaddedKsub) : "0")});
            var magnitudes = Vector128.Max(Vector128.Abs(leasts), Vector128.Abs(greatests));
            leasts.StoreUnsafe(ref minima[{m}]);
            var means = (RowFolds.OfRows<Total>({List(rows, r => $"sums{r}")}) * (1f / {spec.PaddedKsub})) + (firsts - leasts);
            (saturates ? means : greatests - leasts).StoreUnsafe(ref spans[{m}]);
            bias = RowFolds.AddRows(bias, leasts, {rows});
            magnitude = RowFolds.AddRows(magnitude, magnitudes, {rows});
            """);
    }

    private static void WriteBytes(KernelSpec spec, Isa isa, CodeWriter writer)
    {
        writer.Line($"var minimum = {isa.Vector}.Create(minima[m]);");
        var rowSize = isa.LookupOf(spec).RowSize;
        if (spec.IsPacked)
        {
            rowSize = 16;
            writer.Line("TableBytes.Quantize16(ref row, minimum, inverse).StoreUnsafe(ref bytes);");
        }
        else if (isa.BoundsByNibbles(spec))
        {
            writer.Line(
                """
                // A[h], the least byte of a high nibble, and B[l], the least of q[h, l] - A[h]: A[h] + B[l] is at most q[h, l].
                var lowBounds = Vector128<byte>.AllBitsSet;
                Vector128<byte>.Zero.StoreUnsafe(ref bytes, 16);
                """);
            using (writer.Braces($"for (nint h = 0; h < {spec.PaddedKsub / 16}; h++)"))
            {
                writer.Line(
                    $"""
                    var entries = TableBytes.Quantize16(ref Unsafe.Add(ref row, h * 16), minimum, inverse);
                    lowBounds = TableBytes.LowerBounds(lowBounds, entries, out Unsafe.Add(ref bytes, 16 + h));
                    """);
            }

            writer.Line();
            writer.Line("lowBounds.StoreUnsafe(ref bytes);");
        }
        else if (isa.Lookups!.HasTables || isa.BoundOf(spec) is not null)
        {
            WriteTables(spec, isa, writer);
        }
        else
        {
            var entries = EntriesAtOnce(spec, isa);
            using (writer.Braces($"for (nint k = 0; k < {spec.PaddedKsub}; k += {entries})"))
            {
                const string Place = "ref Unsafe.Add(ref bytes, k)";
                writer.Line($"TableBytes.Quantize{entries}(ref Unsafe.Add(ref row, k), minimum, inverse).StoreUnsafe({Place});");
            }

            writer.Line();
        }

        writer.Line(
            $"""
            row = ref Unsafe.Add(ref row, {spec.PaddedKsub});
            bytes = ref Unsafe.Add(ref bytes, {rowSize});
            """);
    }

    /// <summary>The entries of a row by 16, as they are or as tables keep them, and the least entries of its groups.</summary>
    private static void WriteTables(KernelSpec spec, Isa isa, CodeWriter writer)
    {
        var hasTables = isa.Lookups!.HasTables;
        if (hasTables)
        {
            writer.Line("var last = Vector128<byte>.Zero;");
        }

        using (writer.Braces($"for (nint t = 0; t < {spec.PaddedKsub / 16}; t++)"))
        {
            const string Place = "ref Unsafe.Add(ref bytes, t * 16)";
            writer.Line("var entries = TableBytes.Quantize16(ref Unsafe.Add(ref row, t * 16), minimum, inverse);");
            writer.Line(hasTables ? $"TableBytes.StoreTable(entries, last, t, {Place});\nlast = entries;" : $"entries.StoreUnsafe({Place});");
            if (isa.BoundOf(spec) is not null)
            {
                writer.Line("Unsafe.WriteUnaligned(ref Unsafe.Add(ref bounds, t * 2), TableBytes.LeastOfEights(entries));");
            }
        }

        writer.Line();
        if (isa.BoundOf(spec) is { } bound)
        {
            writer.Line($"bounds = ref Unsafe.Add(ref bounds, {bound.RowSize});");
        }
    }
}
