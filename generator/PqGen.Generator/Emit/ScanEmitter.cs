using System.Linq;
using PqGen.Generator.Spec;
using PqGen.Kernels;

namespace PqGen.Generator.Emit;

/// <summary>Writes the kernels ByteTableSize, RunsPerByteSum, QuantizeTable, ScanBlocks.</summary>
internal static class ScanEmitter
{
    public static void Write(KernelSpec spec, CodeWriter writer)
    {
        writer.Line("/// <inheritdoc/>");
        Dispatch.Expression(writer, "public int ByteTableSize", isa => $"{spec.CodeSize * isa.RowSize(spec)}");
        writer.Line(
            $"""

            /// <inheritdoc/>
            public int RunsPerByteSum => {spec.RunsPerByteSum};

            """);
        QuantizeEmitter.Write(spec, writer);
        writer.Line();
        WriteScan(spec, writer);
        foreach (var isa in ScanIsa.All)
        {
            writer.Line();
            WriteKernel(spec, isa, writer);
            writer.Line();
            WriteLookup(spec, isa, writer);
            writer.Line();
            WriteSurvivors(spec, isa, writer);
        }
    }

    private static void WriteScan(KernelSpec spec, CodeWriter writer)
    {
        writer.Line(
            """
            /// <inheritdoc/>
            public void ScanBlocks(ref byte byteTable, ref byte blocks, int blockCount, int threshold, ref ulong survivors)
                => ScanBlocks(ref byteTable, ref blocks, ref Unsafe.NullRef<ushort>(), blockCount, 0, threshold, ref survivors);

            /// <inheritdoc/>
            public void ScanBlocks(ref byte byteTable, ref byte blocks, ref ushort terms, int blockCount, int termFactor, int threshold, ref ulong survivors)
            """);
        using (writer.Braces())
        {
            Dispatch.Statements(
                writer, isa => $"ScanBlocks{isa.Name}(ref byteTable, ref blocks, ref terms, blockCount, termFactor, threshold, ref survivors)");
        }
    }

    private static void WriteKernel(KernelSpec spec, ScanIsa isa, CodeWriter writer)
    {
        writer.Line(
            $$"""
            // {{TileComment(isa)}}
            // {{SumComment(spec)}}
            // Word l of a register stands for vectors 2l and 2l + 1. Without terms their reference is null.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void ScanBlocks{{isa.Name}}(ref byte byteTable, ref byte blocks, ref ushort terms, int blockCount, int termFactor, int threshold, ref ulong survivors)
            """);
        using (writer.Braces())
        {
            writer.Line(
                $"""
                var factor = {isa.Vector}.Create((ushort)termFactor);
                var limit = {isa.Vector}.Create((ushort)threshold);
                {(IsOneByteSum(spec) ? $"var byteLimit = {isa.Vector}.Create((byte)Math.Min(threshold, 255));\n" : "")}nint i = 0;
                """);
            writer.Line();
            var blocks = isa.BlocksPerTile;
            using (writer.Braces($"for (; i < blockCount / {KernelLayout.TileBlocks} * {KernelLayout.TileBlocks}; i += {blocks})"))
            {
                WriteTile(spec, isa, blocks, KernelLayout.TileStride, writer);
            }

            writer.Line();
            writer.Line("// The single blocks behind the tiles.");
            using (writer.Braces("for (; i < blockCount; i++)"))
            {
                WriteTile(spec, isa, 1, KernelLayout.BlockSize, writer);
            }
        }
    }

    private static string SumComment(KernelSpec spec)
        => IsOneByteSum(spec)
            ? "Sums are bytes and stay at 255, still a lower bound."
            : "Sums of some runs are bytes and stay at 255, still a lower bound. They add up to words: sums take the bytes of two neighbours as one word,\n"
                + "// odds the high byte alone; in the end even = sums - (odds << 8).";

    private static string TileComment(ScanIsa isa)
        => isa.BlocksPerTile == 1
            ? $"The {isa.RegistersPerBlock} registers of a block share the table loads of each sub-quantizer."
            : $"{isa.BlocksPerTile} blocks of a tile ({isa.BlocksPerTile * KernelLayout.BlockSize} vectors) share the table loads of each sub-quantizer.";

    /// <summary>The blocks i to i + <paramref name="blocks"/> - 1, whose runs are <paramref name="stride"/> bytes apart.</summary>
    private static void WriteTile(KernelSpec spec, ScanIsa isa, int blocks, int stride, CodeWriter writer)
    {
        var registers = blocks * isa.RegistersPerBlock;
        var blockBytes = spec.CodeSize * KernelLayout.BlockSize;
        writer.Line(stride == KernelLayout.BlockSize || blocks == KernelLayout.TileBlocks
            ? $"ref var codes = ref Unsafe.Add(ref blocks, i * {blockBytes});"
            : $"ref var codes = ref Unsafe.Add(ref blocks, (i / {KernelLayout.TileBlocks} * {KernelLayout.TileBlocks * blockBytes}) + (i % {KernelLayout.TileBlocks} * {KernelLayout.BlockSize}));");
        writer.Line("ref var row = ref byteTable;");
        var runs = spec.RunsPerByteSum;
        var (sums, rest) = (spec.CodeSize / runs, spec.CodeSize % runs);
        if (sums == 1 && rest == 0)
        {
            WriteByteSum(spec, isa, blocks, runs, stride, isLast: true, writer);
        }
        else
        {
            writer.Line(
                $"""
                {Lines(registers, r => $"var sums{r} = {isa.Words}.Zero;")}
                {Lines(registers, r => $"var odds{r} = {isa.Words}.Zero;")}
                """);
            using (writer.Braces(sums > 1 ? $"for (var s = 0; s < {sums}; s++)" : $"// The first {runs} runs."))
            {
                WriteByteSum(spec, isa, blocks, runs, stride, isLast: false, writer);
                WriteWords(registers, writer);
            }

            if (rest > 0)
            {
                writer.Line();
                using (writer.Braces($"// The last {rest}."))
                {
                    WriteByteSum(spec, isa, blocks, rest, stride, isLast: true, writer);
                    WriteWords(registers, writer);
                }
            }
        }

        writer.Line();
        for (var b = 0; b < blocks; b++)
        {
            WriteBlockSurvivors(spec, isa, b, writer);
        }
    }

    /// <summary>Looks up some runs of every register and adds them as bytes: few one after the other, more in a loop. Goes on behind them if they are not the last.</summary>
    private static void WriteByteSum(KernelSpec spec, ScanIsa isa, int blocks, int runs, int stride, bool isLast, CodeWriter writer)
    {
        var registers = blocks * isa.RegistersPerBlock;
        if (runs <= 4)
        {
            WriteRuns(spec, isa, registers, runs, stride, adds: false, writer);
            if (!isLast)
            {
                Advance(spec, isa, runs, stride, writer);
            }

            return;
        }

        writer.Line(Lines(registers, r => $"var bytes{r} = {isa.Bytes}.Zero;"));
        using (writer.Braces($"for (var r = 0; r < {runs / 2}; r++)"))
        {
            WriteRuns(spec, isa, registers, 2, stride, adds: true, writer);
            Advance(spec, isa, 2, stride, writer);
        }

        if (runs % 2 != 0)
        {
            writer.Line();
            using (writer.Braces("// The last one."))
            {
                WriteRuns(spec, isa, registers, 1, stride, adds: true, writer);
                if (!isLast)
                {
                    Advance(spec, isa, 1, stride, writer);
                }
            }
        }
    }

    /// <summary>Looks up some runs of every register. Whether the first of them adds to bytes, or sets them.</summary>
    private static void WriteRuns(KernelSpec spec, ScanIsa isa, int registers, int runs, int stride, bool adds, CodeWriter writer)
    {
        var rowRegisters = isa.RowRegisters(spec);
        var row = string.Concat(Enumerable.Range(0, rowRegisters).Select(t => $"row{t}, "));
        for (var run = 0; run < runs; run++)
        {
            for (var t = 0; t < rowRegisters; t++)
            {
                writer.Line($"{(run == 0 ? "var " : "")}row{t} = {isa.LoadRow(spec, run * isa.RowSize(spec), t)};");
            }

            for (var r = 0; r < registers; r++)
            {
                var lookup = $"Lookup({row}{isa.Load("codes", (r * isa.Width) + (run * stride))})";
                writer.Line(run > 0 || adds ? $"bytes{r} = {isa.Vector}.AddSaturate(bytes{r}, {lookup});" : $"var bytes{r} = {lookup};");
            }
        }
    }

    private static void Advance(KernelSpec spec, ScanIsa isa, int runs, int stride, CodeWriter writer)
        => writer.Line(
            $"""
            codes = ref Unsafe.Add(ref codes, {runs * stride});
            row = ref Unsafe.Add(ref row, {runs * isa.RowSize(spec)});
            """);

    private static void WriteWords(int registers, CodeWriter writer)
    {
        for (var r = 0; r < registers; r++)
        {
            writer.Line($"sums{r} += bytes{r}.AsUInt16();");
            writer.Line($"odds{r} += bytes{r}.AsUInt16() >>> 8;");
        }
    }

    private static void WriteBlockSurvivors(KernelSpec spec, ScanIsa isa, int b, CodeWriter writer)
    {
        var block = b == 0 ? "i" : $"i + {b}";
        var masks = Enumerable.Range(0, isa.RegistersPerBlock).Select(part =>
        {
            var r = (b * isa.RegistersPerBlock) + part;
            var terms = Times64(block) + (part == 0 ? "" : $" + {part * isa.Width / 2}");
            var mask = IsOneByteSum(spec)
                ? $"Survivors(bytes{r}, ref terms, {terms}, factor, limit, byteLimit)"
                : $"Survivors(sums{r}, odds{r}, ref terms, {terms}, factor, limit)";
            return part == 0 ? mask : $"({mask} << {part * isa.Width})";
        });
        writer.Line($"Unsafe.Add(ref survivors, {block}) = {string.Join("\n    | ", masks)};");
    }

    /// <summary>Whether bytes hold the sum of a vector's whole code.</summary>
    private static bool IsOneByteSum(KernelSpec spec) => spec.RunsPerByteSum == spec.CodeSize;

    private static string Times64(string block) => block == "i" ? "i * 64" : $"({block}) * 64";

    private static void WriteLookup(KernelSpec spec, ScanIsa isa, CodeWriter writer)
    {
        var bytes = isa.Bytes;
        if (isa.UsesNibbles(spec))
        {
            writer.Line(spec.IsPacked
                ? "// The table bytes of the two sub-quantizers that share a code byte: of the low nibble and of the high one."
                : "// A lower bound of the table byte from its code's nibbles: the least byte of the high nibble, plus the least remainder of the low one.");
            writer.Line(
                $$"""
                [MethodImpl(MethodImplOptions.AggressiveInlining)]
                private static {{bytes}} Lookup({{bytes}} lowRow, {{bytes}} highRow, {{bytes}} codes)
                    => {{isa.Vector}}.AddSaturate({{isa.Shuffle}}(lowRow, {{isa.LowNibbles}}), {{isa.Shuffle}}(highRow, {{isa.HighNibbles}}));
                """);
            return;
        }

        writer.Line(isa.RowRegisters(spec) switch
        {
            1 =>
                """
                // The table bytes of 64 codes below 64.
                [MethodImpl(MethodImplOptions.AggressiveInlining)]
                private static Vector512<byte> Lookup(Vector512<byte> row, Vector512<byte> codes)
                    => Avx512Vbmi.PermuteVar64x8(row, codes);
                """,
            2 =>
                """
                // The table bytes of 64 codes below 128.
                [MethodImpl(MethodImplOptions.AggressiveInlining)]
                private static Vector512<byte> Lookup(Vector512<byte> row0, Vector512<byte> row1, Vector512<byte> codes)
                    => Avx512Vbmi.PermuteVar64x8x2(row0, codes, row1);
                """,
            _ =>
                """
                // The table bytes of 64 codes: seven bits look up either half of the row, the eighth chooses between them.
                [MethodImpl(MethodImplOptions.AggressiveInlining)]
                private static Vector512<byte> Lookup(Vector512<byte> row0, Vector512<byte> row1, Vector512<byte> row2, Vector512<byte> row3, Vector512<byte> codes)
                    => Avx512BW.BlendVariable(Avx512Vbmi.PermuteVar64x8x2(row0, codes, row1), Avx512Vbmi.PermuteVar64x8x2(row2, codes, row3), codes);
                """,
        });
    }

    private static void WriteSurvivors(KernelSpec spec, ScanIsa isa, CodeWriter writer)
    {
        var (bytes, words) = (isa.Bytes, isa.Words);
        writer.Line(
            """
            // One bit for each vector of a register, in order: whether its bound is at most the limit. Terms of even vectors lie 32 before those of odd ones.
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            """);
        if (IsOneByteSum(spec))
        {
            writer.Line(
                $$"""
                private static ulong Survivors({{bytes}} bytes, ref ushort terms, nint lane, {{words}} factor, {{words}} limit, {{bytes}} byteLimit)
                {
                    if (Unsafe.IsNullRef(ref terms))
                        return {{isa.Vector}}.LessThanOrEqual(bytes, byteLimit).ExtractMostSignificantBits();

                    var evens = AddTerms(bytes.AsUInt16() & {{isa.Vector}}.Create((ushort)0x00FF), {{isa.Vector}}.LoadUnsafe(ref terms, (nuint)lane), factor);
                    var odds = AddTerms(bytes.AsUInt16() >>> 8, {{isa.Vector}}.LoadUnsafe(ref terms, (nuint)lane + 32), factor);
                """);
        }
        else
        {
            writer.Line(
                $$"""
                private static ulong Survivors({{words}} sums, {{words}} odds, ref ushort terms, nint lane, {{words}} factor, {{words}} limit)
                {
                    var evens = sums - (odds << 8);
                    if (!Unsafe.IsNullRef(ref terms))
                    {
                        evens = AddTerms(evens, {{isa.Vector}}.LoadUnsafe(ref terms, (nuint)lane), factor);
                        odds = AddTerms(odds, {{isa.Vector}}.LoadUnsafe(ref terms, (nuint)lane + 32), factor);
                    }

                """);
        }

        writer.Line(
            $$"""
                var even = {{isa.Vector}}.LessThanOrEqual(evens, limit);
                var odd = {{isa.Vector}}.LessThanOrEqual(odds, limit);
                return {{isa.Vector}}.ConditionalSelect({{isa.Vector}}.Create((ushort)0x00FF), even, odd).AsByte().ExtractMostSignificantBits();
            }

            // sums + ((terms * factor) >> 16), saturating.
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            private static {{words}} AddTerms({{words}} sums, {{words}} terms, {{words}} factor)
            """);
        using (writer.Braces())
        {
            writer.Line(isa.AddTerms);
        }
    }

    private static string Lines(int count, System.Func<int, string> line) => string.Join("\n", Enumerable.Range(0, count).Select(line));
}
