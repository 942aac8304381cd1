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
            ScanFunctionsEmitter.Write(spec, isa, writer);
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
                {(spec.IsOneByteSum ? $"var byteLimit = {isa.Vector}.Create((byte)Math.Min(threshold, 255));\n" : "")}nint i = 0;
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
        => spec.IsOneByteSum
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
            var mask = spec.IsOneByteSum
                ? $"Survivors(bytes{r}, ref terms, {terms}, factor, limit, byteLimit)"
                : $"Survivors(sums{r}, odds{r}, ref terms, {terms}, factor, limit)";
            return part == 0 ? mask : $"({mask} << {part * isa.Width})";
        });
        writer.Line($"Unsafe.Add(ref survivors, {block}) = {string.Join("\n    | ", masks)};");
    }

    private static string Times64(string block) => block == "i" ? "i * 64" : $"({block}) * 64";

    private static string Lines(int count, System.Func<int, string> line) => string.Join("\n", Enumerable.Range(0, count).Select(line));
}
