using PqGen.Generator.Spec;
using PqGen.Kernels;
using static PqGen.Generator.Emit.Expressions;

namespace PqGen.Generator.Emit;

/// <summary>Writes the kernel QuantizeTable: the scale of a distance table, then its bytes.</summary>
internal static class QuantizeEmitter
{
    /// <summary>Registers of a row that one step of the loop over its entries takes.</summary>
    private const int RegistersPerStep = 4;

    public static void Write(KernelSpec spec, CodeWriter writer)
    {
        writer.Line("/// <inheritdoc/>");
        Dispatch.Expression(
            writer, "public TableScale QuantizeTable(ref float table, ref byte byteTable)", isa => $"QuantizeTable{isa.Name}(ref table, ref byteTable)");
        foreach (var isa in ScanIsa.All)
        {
            writer.Line();
            WriteKernel(spec, isa, writer);
            writer.Line();
            writer.Line(
                $$"""
                // 16 table entries as bytes. None is more than 127.00002 steps above its row's minimum, so truncation is all it takes.
                [MethodImpl(MethodImplOptions.AggressiveInlining)]
                private static Vector128<byte> Quantize16(ref float entries, {{isa.Floats}} minimum, {{isa.Floats}} inverse)
                """);
            using (writer.Braces())
            {
                writer.Line(isa.Quantize16);
            }

            if (Entries64(spec, isa) > 0)
            {
                writer.Line();
                writer.Line(
                    $$"""
                    // 64 table entries as bytes.
                    [MethodImpl(MethodImplOptions.AggressiveInlining)]
                    private static {{isa.Bytes}} Quantize64(ref float entries, {{isa.Floats}} minimum, {{isa.Floats}} inverse)
                    """);
                using (writer.Braces())
                {
                    writer.Line(isa.Quantize64);
                }
            }

            if (isa.BoundsByNibbles(spec))
            {
                writer.Line();
                writer.Line(
                    $$"""
                    // The least of 16 bytes, in every lane.
                    [MethodImpl(MethodImplOptions.AggressiveInlining)]
                    private static Vector128<byte> LeastByte{{isa.Name}}(Vector128<byte> bytes)
                    """);
                using (writer.Braces())
                {
                    writer.Line(isa.LeastByte);
                }
            }
        }

        WriteLeast(writer);
    }

    private static void WriteKernel(KernelSpec spec, ScanIsa isa, CodeWriter writer)
    {
        writer.Line(
            $$"""
            // q[m][k] = floor((table[m][k] - min over k) / step): {{Layout(spec, isa)}}.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static TableScale QuantizeTable{{isa.Name}}(ref float table, ref byte byteTable)
            """);
        using (writer.Braces())
        {
            writer.Line(
                $$"""
                // The range of each row. Its padding repeats the last entry, which changes neither end.
                Span<float> minima = stackalloc float[{{spec.M}}];
                float bias = 0, magnitude = 0, range = 0;
                ref var row = ref table;
                for (var m = 0; m < {{spec.M}}; m++)
                """);
            using (writer.Braces())
            {
                WriteRange(spec, isa, writer);
            }

            writer.Line(
                $"""

                // The widest row spans 127 steps. A step without a finite reciprocal makes every byte 0: the bound is the bias.
                var step = range / {KernelLayout.MaxTableByte};
                if (!float.IsNormal(step))
                    step = 0;
                var inverse = {isa.Vector}.Create(step == 0 ? 0 : 1 / step);

                row = ref table;
                ref var bytes = ref byteTable;
                for (var m = 0; m < {spec.M}; m++)
                """);
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
            writer.Line("return new TableScale(bias, step, magnitude);");
        }
    }

    private static string Layout(KernelSpec spec, ScanIsa isa)
        => spec.IsPacked ? $"byte [{spec.CodeSize}][2][16]"
        : isa.BoundsByNibbles(spec) ? $"byte [{spec.M}][2][16], as bounds of low nibbles and of high ones"
        : $"byte [{spec.M}][{isa.RowSize(spec)}]";

    private static void WriteRange(KernelSpec spec, ScanIsa isa, CodeWriter writer)
    {
        var lanes = isa.Width / sizeof(float);
        writer.Line(
            $"""
            var mins = {isa.Load("row", 0)};
            var maxs = mins;
            """);
        if (spec.PaddedKsub > lanes)
        {
            writer.Line($"{isa.Floats} entries;");
        }

        var step = lanes * RegistersPerStep;
        var looped = spec.PaddedKsub % step == 0 && spec.PaddedKsub > step;
        if (looped)
        {
            using (writer.Braces($"for (nuint k = 0; k < {spec.PaddedKsub}; k += {step})"))
            {
                for (var r = 0; r < RegistersPerStep; r++)
                {
                    WriteKeep(Plus("k", r * lanes));
                }
            }
        }
        else
        {
            for (var k = lanes; k < spec.PaddedKsub; k += lanes)
            {
                WriteKeep(Text(k));
            }
        }

        writer.Line();
        writer.Line(
            $"""
            var min = Least(mins);
            var max = Greatest(maxs);
            minima[m] = min;
            bias += min;
            magnitude += float.MaxNative(MathF.Abs(min), MathF.Abs(max));
            range = float.MaxNative(range, max - min);
            row = ref Unsafe.Add(ref row, {spec.PaddedKsub});
            """);

        void WriteKeep(string k) => writer.Line(
            $"""
            entries = {Load(isa.Vector, "row", k)};
            mins = {isa.Vector}.MinNative(mins, entries);
            maxs = {isa.Vector}.MaxNative(maxs, entries);
            """);
    }

    /// <summary>Entries of a row that are rounded 64 at a time.</summary>
    private static int Entries64(KernelSpec spec, ScanIsa isa) =>
        isa.Quantize64.Length == 0 || isa.UsesNibbles(spec) ? 0 : spec.PaddedKsub / 64 * 64;

    private static void WriteBytes(KernelSpec spec, ScanIsa isa, CodeWriter writer)
    {
        writer.Line($"var minimum = {isa.Vector}.Create(minima[m]);");
        var rowSize = isa.RowSize(spec);
        if (spec.IsPacked)
        {
            rowSize = 16;
            writer.Line("Quantize16(ref row, minimum, inverse).StoreUnsafe(ref bytes);");
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
                    var entries = Quantize16(ref Unsafe.Add(ref row, h * 16), minimum, inverse);
                    var least = LeastByte{isa.Name}(entries);
                    Unsafe.Add(ref bytes, 16 + h) = least.ToScalar();
                    lowBounds = Vector128.Min(lowBounds, entries - least);
                    """);
            }

            writer.Line();
            writer.Line("lowBounds.StoreUnsafe(ref bytes);");
        }
        else
        {
            var whole = Entries64(spec, isa);
            if (whole > 0)
            {
                using (writer.Braces($"for (nint k = 0; k < {whole}; k += 64)"))
                {
                    writer.Line("Quantize64(ref Unsafe.Add(ref row, k), minimum, inverse).StoreUnsafe(ref Unsafe.Add(ref bytes, k));");
                }
            }

            for (var k = whole; k < spec.PaddedKsub; k += 16)
            {
                writer.Line($"Quantize16(ref {At("row", k)}, minimum, inverse).StoreUnsafe(ref {At("bytes", k)});");
            }

            writer.Line();
        }

        writer.Line(
            $"""
            row = ref Unsafe.Add(ref row, {spec.PaddedKsub});
            bytes = ref Unsafe.Add(ref bytes, {rowSize});
            """);
    }

    /// <summary>The ends of a register: halves fold onto each other down to one lane.</summary>
    private static void WriteLeast(CodeWriter writer)
    {
        foreach (var (name, operation) in new[] { ("Least", "MinNative"), ("Greatest", "MaxNative") })
        {
            writer.Line();
            writer.Line(
                $$"""
                // The {{name.ToLowerInvariant()}} lane: halves fold onto each other.
                [MethodImpl(MethodImplOptions.AggressiveInlining)]
                private static float {{name}}(Vector512<float> lanes) => {{name}}(Vector256.{{operation}}(lanes.GetLower(), lanes.GetUpper()));

                [MethodImpl(MethodImplOptions.AggressiveInlining)]
                private static float {{name}}(Vector256<float> lanes) => {{name}}(Vector128.{{operation}}(lanes.GetLower(), lanes.GetUpper()));

                [MethodImpl(MethodImplOptions.AggressiveInlining)]
                private static float {{name}}(Vector128<float> lanes)
                {
                    lanes = Vector128.{{operation}}(lanes, Vector128.Shuffle(lanes, Vector128.Create(2, 3, 0, 1)));
                    return Vector128.{{operation}}(lanes, Vector128.Shuffle(lanes, Vector128.Create(1, 0, 3, 2))).ToScalar();
                }
                """);
        }
    }
}
