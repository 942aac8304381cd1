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

    /// <summary>Blocks from one on to another, of those of a call: bounded, or looked up.</summary>
    private static readonly KernelMethod s_boundBlocks = s_scanTerms with
    {
        Name = "BoundBlocks",
        Parameters =
        [
            "ref byte byteTable", "ref byte blocks", "ref ushort terms", "nint first", "nint end", "int blockCount", "int termFactor",
            "int threshold", "ref ulong survivors", "ref ushort bounds",
        ],
    };

    private static readonly KernelMethod s_lookUpBlocks = s_boundBlocks with { Name = "LookUpBlocks" };

    public static readonly KernelMethod[] Methods = [QuantizeEmitter.Method, s_scan, s_scanTerms];

    public static void Write(KernelSpec spec, CodeWriter writer)
    {
        var isas = Isa.OfScans(spec);
        var sizes = Isa.OfByteTables(spec).Select(isa =>
            (isa.Guard.Length == 0 ? "" : $"{isa.Guard} ? ") + Text(isa.ByteTableSize(spec)));
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
            var lookup = isa.LookupOf(spec);
            if (isa.BoundOf(spec) is { } bound)
            {
                WriteBoundedKernel(spec, bound, lookup, writer);
            }
            else if (lookup.Blocks == 1)
            {
                WriteBlockKernel(spec, lookup, 0, s_scanTerms, "0", "blockCount", writer);
            }
            else
            {
                using (s_scanTerms.Leaf(isa, writer, TileComment(lookup)))
                {
                    WriteKernel(spec, lookup, 0, "0", "blockCount", writer);
                }
            }
        }
    }

    /// <summary>A kernel that bounds blocks by groups of codes, and looks up those of which this leaves too many vectors.</summary>
    private static void WriteBoundedKernel(KernelSpec spec, RowLookup bound, RowLookup lookup, CodeWriter writer)
    {
        var isa = lookup.Isa;
        const string Comment = "// Bounds first. Tiles of which they leave many vectors are looked up in full; all, if it is most of the first.";
        using (s_scanTerms.Leaf(isa, writer, Comment))
        {
            writer.Line(
                $$"""
                var first = nint.Min({{KernelLayout.TileBlocks}}, blockCount);
                {{Range(s_boundBlocks, "0", "first")}}
                if (ScanSurvivors.AreMost(ref survivors, first))
                {
                    {{Range(s_lookUpBlocks, "0", "blockCount")}}
                    return;
                }

                {{Range(s_boundBlocks, "first", "blockCount")}}
                for (nint i = 0; i < blockCount; i += {{KernelLayout.TileBlocks}})
                {
                    var end = nint.Min(i + {{KernelLayout.TileBlocks}}, blockCount);
                    if (ScanSurvivors.AreMany(ref Unsafe.Add(ref survivors, i), end - i))
                    {
                        {{Range(s_lookUpBlocks, "i", "end")}}
                    }
                }
                """);
        }

        using (s_boundBlocks.Leaf(isa, writer, TileComment(bound)))
        {
            WriteKernel(spec, bound, 0, "first", "end", writer);
        }

        var begin = spec.CodeSize * bound.RowSize;
        if (lookup.Blocks == 1)
        {
            WriteBlockKernel(spec, lookup, begin, s_lookUpBlocks, "first", "end", writer);
        }
        else
        {
            using (s_lookUpBlocks.Leaf(isa, writer, TileComment(lookup)))
            {
                WriteKernel(spec, lookup, begin, "first", "end", writer);
            }
        }

        string Range(KernelMethod method, string first, string end) =>
            $"{method.Name}{isa.Name}(ref byteTable, ref blocks, ref terms, {first}, {end}, " +
            "blockCount, termFactor, threshold, ref survivors, ref bounds);";
    }

    /// <summary>A kernel that takes one block at a time, in a tile or not: written once for both.</summary>
    private static void WriteBlockKernel(
        KernelSpec spec, RowLookup lookup, int begin, KernelMethod method, string first, string end, CodeWriter writer)
    {
        var isa = lookup.Isa;
        var (tileEnd, blockFirst) = first == "0" ? ("tiled", "tiled") : ($"nint.Min({end}, tiled)", $"nint.Max({first}, tiled)");
        writer.Line();
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        using (writer.Braces(method.Header("private static", isa.Name)))
        {
            writer.Line(
                $"""
                nint tiled = blockCount / {KernelLayout.TileBlocks} * {KernelLayout.TileBlocks};
                ScanRuns{isa.Name}<TileRuns>(
                    ref byteTable, ref blocks, ref terms, {first}, {tileEnd}, termFactor, threshold, ref survivors, ref bounds);
                ScanRuns{isa.Name}<BlockRuns>(
                    ref byteTable, ref blocks, ref terms, {blockFirst}, {end}, termFactor, threshold, ref survivors, ref bounds);
                """);
        }

        using (s_scanRuns.Leaf(isa, writer, TileComment(lookup), "ICodeRuns"))
        {
            WriteLimits(spec, isa, writer);
            writer.Line("var stride = (nuint)TRuns.Width;");
            using (writer.Braces("for (var i = first; i < end; i++)"))
            {
                ScanTileEmitter.Write(spec, lookup, begin, 1, ScanTileEmitter.StrideOfRuns, writer);
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

    /// <summary>A kernel that takes some blocks of a tile at a time, and then those behind the tiles one by one.</summary>
    private static void WriteKernel(KernelSpec spec, RowLookup lookup, int begin, string first, string end, CodeWriter writer)
    {
        WriteLimits(spec, lookup.Isa, writer);
        writer.Line($"nint i = {first};");
        var tiled = $"blockCount / {KernelLayout.TileBlocks} * {KernelLayout.TileBlocks}";
        using (writer.Braces($"for (; i < {(end == "end" ? $"nint.Min(end, {tiled})" : tiled)}; i += {lookup.Blocks})"))
        {
            ScanTileEmitter.Write(spec, lookup, begin, lookup.Blocks, KernelLayout.TileStride, writer);
        }

        writer.Line();
        writer.Line("// The single blocks behind the tiles.");
        using (writer.Braces($"for (; i < {end}; i++)"))
        {
            ScanTileEmitter.Write(spec, lookup, begin, 1, KernelLayout.BlockSize, writer);
        }
    }

    private static string SumComment(KernelSpec spec)
        => spec.IsOneByteSum
            ? "Sums are bytes and stay at 255, still a lower bound."
            : "Sums of some runs are bytes and stay at 255, still a lower bound. They add up to words: sums take the bytes of two\n"
                + "// neighbours as one word, odds the high byte alone; in the end even = sums - (odds << 8).";

    private static string TileComment(RowLookup lookup)
        => lookup.Blocks == 1
            ? $"// The {lookup.Isa.RegistersPerBlock} registers of a block share the table loads of each sub-quantizer."
            : $"// {lookup.Blocks} blocks of a tile ({lookup.Blocks * KernelLayout.BlockSize} vectors) share the table loads of each sub-quantizer.";
}
