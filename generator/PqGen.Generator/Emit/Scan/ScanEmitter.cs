using System.Linq;
using PqGen.Generator.Spec;
using PqGen.Kernels;
using static PqGen.Generator.Emit.Expressions;

namespace PqGen.Generator.Emit;

/// <summary>Writes the kernels ByteTableSize, RunsPerByteSum, QuantizeTable, ScanBlocks.</summary>
internal static class ScanEmitter
{
    private static readonly KernelMethod s_scan = new(
        "void", "ScanBlocks", "ref byte byteTable", "ref byte blocks", "int blockCount", "int threshold", "ref ulong survivors");

    private static readonly KernelMethod s_scanTerms = s_scan with
    {
        Parameters =
        [
            "ref byte byteTable", "ref byte blocks", "ref ushort terms", "int blockCount", "int termFactor", "int threshold", "ref ulong survivors",
            "ref ushort bounds",
        ],
    };

    /// <summary>The blocks of tiles or those behind them, where a kernel takes one at a time: their runs lie apart by a type parameter.</summary>
    private static readonly KernelMethod s_scanRuns = s_scanTerms with
    {
        Name = "ScanRuns",
        Parameters =
        [
            "ref byte byteTable", "ref byte blocks", "ref ushort terms", "nint first", "nint end", "int termFactor", "int threshold",
            "ref ulong survivors", "ref ushort bounds",
        ],
        TypeParameter = "TRuns",
    };

    /// <summary>Bytes from a run to the next that the emitted text calls <c>stride</c>: a constant of the type parameter.</summary>
    private const int StrideOfRuns = 0;

    public static readonly KernelMethod[] Methods = [QuantizeEmitter.Method, s_scan, s_scanTerms];

    public static void Write(KernelSpec spec, CodeWriter writer)
    {
        var isas = Isa.OfScans(spec);
        var sizes = isas.Select(isa => (isa.Guard.Length == 0 ? "" : $"{isa.Guard} ? ") + Text(spec.CodeSize * isa.RowSize(spec)));
        writer.Line(
            $"""
            /// <summary>Bytes of the table that QuantizeTable writes.</summary>
            public static int ByteTableSize =>
                {string.Join("\n    : ", sizes)};

            """);
        QuantizeEmitter.Write(spec, writer);
        writer.Line(
            $"""

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            {s_scan.Header("public static")} =>
                ScanBlocks(
                    ref byteTable, ref blocks, ref Unsafe.NullRef<ushort>(), blockCount, 0, threshold, ref survivors, ref Unsafe.NullRef<ushort>());

            """);
        writer.Line(
            $"""
            // {SumComment(spec)}
            // Word l of a register stands for vectors 2l and 2l + 1. References to terms and bounds may be null.
            """);
        s_scanTerms.WriteDispatch(isas, "public", writer);
        foreach (var isa in isas)
        {
            var comment = $"// {TileComment(isa)}";
            if (isa.ScanBlocks == 1)
            {
                WriteBlockKernel(spec, isa, comment, writer);
                continue;
            }

            using (s_scanTerms.Leaf(isa, writer, comment))
            {
                WriteKernel(spec, isa, writer);
            }
        }
    }

    /// <summary>A kernel that takes one block at a time, in a tile or not: written once for both.</summary>
    private static void WriteBlockKernel(KernelSpec spec, Isa isa, string comment, CodeWriter writer)
    {
        writer.Line();
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        using (writer.Braces(s_scanTerms.Header("private static", isa.Name)))
        {
            writer.Line(
                $"""
                nint tiled = blockCount / {KernelLayout.TileBlocks} * {KernelLayout.TileBlocks};
                ScanRuns{isa.Name}<TileRuns>(
                    ref byteTable, ref blocks, ref terms, 0, tiled, termFactor, threshold, ref survivors, ref bounds);
                ScanRuns{isa.Name}<BlockRuns>(
                    ref byteTable, ref blocks, ref terms, tiled, blockCount, termFactor, threshold, ref survivors, ref bounds);
                """);
        }

        using (s_scanRuns.Leaf(isa, writer, comment, "ICodeRuns"))
        {
            WriteLimits(spec, isa, writer);
            writer.Line("var stride = (nuint)TRuns.Width;");
            using (writer.Braces("for (var i = first; i < end; i++)"))
            {
                WriteTile(spec, isa, 1, StrideOfRuns, writer);
            }
        }
    }

    private static void WriteLimits(KernelSpec spec, Isa isa, CodeWriter writer)
    {
        writer.Line($"var factor = {isa.ScanLanes}.CreateWords(termFactor);");
        writer.Line($"var limit = {isa.ScanLanes}.CreateWords(threshold);");
        if (spec.IsOneByteSum)
        {
            writer.Line($"var byteLimit = {isa.ScanLanes}.CreateBytes(int.Min(threshold, 255));");
        }
    }

    private static void WriteKernel(KernelSpec spec, Isa isa, CodeWriter writer)
    {
        WriteLimits(spec, isa, writer);
        writer.Line("nint i = 0;");
        var blocks = isa.ScanBlocks;
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

    private static string SumComment(KernelSpec spec)
        => spec.IsOneByteSum
            ? "Sums are bytes and stay at 255, still a lower bound."
            : "Sums of some runs are bytes and stay at 255, still a lower bound. They add up to words: sums take the bytes of two\n"
                + "// neighbours as one word, odds the high byte alone; in the end even = sums - (odds << 8).";

    private static string TileComment(Isa isa)
        => isa.ScanBlocks == 1
            ? $"The {isa.RegistersPerBlock} registers of a block share the table loads of each sub-quantizer."
            : $"{isa.ScanBlocks} blocks of a tile ({isa.ScanBlocks * KernelLayout.BlockSize} vectors) share the table loads of each sub-quantizer.";

    /// <summary>The blocks i to i + <paramref name="blocks"/> - 1, whose runs are <paramref name="stride"/> bytes apart.</summary>
    private static void WriteTile(KernelSpec spec, Isa isa, int blocks, int stride, CodeWriter writer)
    {
        var registers = blocks * isa.RegistersPerBlock;
        var blockBytes = spec.CodeSize * KernelLayout.BlockSize;
        const int TileBlocks = KernelLayout.TileBlocks;
        var alone = $"i * {blockBytes}";
        var inTile = $"(i / {TileBlocks} * {TileBlocks * blockBytes}) + (i % {TileBlocks} * {KernelLayout.BlockSize})";
        var place = stride == StrideOfRuns ? $"stride == {KernelLayout.BlockSize} ? {alone} : {inTile}"
            : stride == KernelLayout.BlockSize || blocks == TileBlocks ? alone
            : inTile;
        writer.Line($"ref var codes = ref Unsafe.Add(ref blocks, {place});");
        writer.Line("ref var row = ref byteTable;");
        var runs = spec.RunsPerByteSum;
        var (sums, rest) = (spec.CodeSize / runs, spec.CodeSize % runs);
        if (sums == 1 && rest == 0)
        {
            WriteByteSum(spec, isa, blocks, runs, stride, isLast: true, writer);
        }
        else
        {
            Declare(writer, isa.Bytes, registers, r => $"sums{r} = default");
            Declare(writer, isa.Bytes, registers, r => $"odds{r} = default");
            using (writer.Braces(sums > 1 ? $"for (var s = 0; s < {sums}; s++)" : $"// The first {runs} runs."))
            {
                WriteByteSum(spec, isa, blocks, runs, stride, isLast: false, writer);
                WriteWords(isa, registers, writer);
            }

            if (rest > 0)
            {
                writer.Line();
                using (writer.Braces($"// The last {rest}."))
                {
                    WriteByteSum(spec, isa, blocks, rest, stride, isLast: true, writer);
                    WriteWords(isa, registers, writer);
                }
            }
        }

        writer.Line();
        for (var b = 0; b < blocks; b++)
        {
            WriteBlockSurvivors(spec, isa, b, writer);
        }
    }

    /// <summary>
    /// Looks up some runs of every register and adds them as bytes: few one after the other, more in a loop. Goes on behind them if they are not
    /// the last.
    /// </summary>
    private static void WriteByteSum(KernelSpec spec, Isa isa, int blocks, int runs, int stride, bool isLast, CodeWriter writer)
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

        Declare(writer, isa.Bytes, registers, r => $"bytes{r} = default");
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
    private static void WriteRuns(KernelSpec spec, Isa isa, int registers, int runs, int stride, bool adds, CodeWriter writer)
    {
        var rowParts = isa.RowParts(spec);
        var name = isa.UsesNibbles(spec) ? "LookupNibbles" : "Lookup";
        var row = string.Concat(Enumerable.Range(0, rowParts).Select(t => $"row{t}, "));
        for (var run = 0; run < runs; run++)
        {
            for (var t = 0; t < rowParts; t++)
            {
                writer.Line($"{(run == 0 ? "var " : "")}row{t} = {isa.LoadRow(spec, run * isa.RowSize(spec), t)};");
            }

            for (var r = 0; r < registers; r++)
            {
                var lookup = $"{isa.ScanLanes}.{name}({row}{Load(isa.Vector, "codes", Place(run, stride, r * isa.Width))})";
                writer.Line(run > 0 || adds ? $"bytes{r} = {isa.Vector}.AddSaturate(bytes{r}, {lookup});" : $"var bytes{r} = {lookup};");
            }
        }
    }

    /// <summary>The expression of so many runs and bytes behind <c>codes</c>.</summary>
    private static string Place(int runs, int stride, int bytes) =>
        stride != StrideOfRuns ? Text((runs * stride) + bytes)
        : runs == 0 ? Text(bytes)
        : Plus(runs == 1 ? "stride" : $"{Text(runs)} * stride", bytes);

    private static void Advance(KernelSpec spec, Isa isa, int runs, int stride, CodeWriter writer)
        => writer.Line(
            $"""
            codes = ref Unsafe.Add(ref codes, {Place(runs, stride, 0)});
            row = ref Unsafe.Add(ref row, {runs * isa.RowSize(spec)});
            """);

    private static void WriteWords(Isa isa, int registers, CodeWriter writer)
    {
        for (var r = 0; r < registers; r++)
        {
            writer.Line($"sums{r} = {isa.ScanLanes}.AddWords(sums{r}, bytes{r});");
            writer.Line($"odds{r} = {isa.ScanLanes}.AddHighBytes(odds{r}, bytes{r});");
        }
    }

    private static void WriteBlockSurvivors(KernelSpec spec, Isa isa, int b, CodeWriter writer)
    {
        var block = b == 0 ? "i" : $"i + {b}";
        var masks = Enumerable.Range(0, isa.RegistersPerBlock).Select(part =>
        {
            var r = (b * isa.RegistersPerBlock) + part;
            var terms = Times64(block) + (part == 0 ? "" : $" + {part * isa.Width / 2}");
            var mask = spec.IsOneByteSum
                ? $"{isa.ScanLanes}.Survivors(bytes{r}, ref terms, {terms}, factor, limit, byteLimit, ref bounds)"
                : $"{isa.ScanLanes}.Survivors(sums{r}, odds{r}, ref terms, {terms}, factor, limit, ref bounds)";
            return part == 0 ? mask : $"({mask} << {part * isa.Width})";
        });
        writer.Line($"Unsafe.Add(ref survivors, {block}) = {string.Join("\n    | ", masks)};");
    }

    private static string Times64(string block) => block == "i" ? "i * 64" : $"({block}) * 64";
}
