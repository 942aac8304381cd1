using System.Linq;
using PqGen.Generator.Spec;
using PqGen.Kernels;
using static PqGen.Generator.Emit.Expressions;

namespace PqGen.Generator.Emit;

/// <summary>Writes the body of a scan: blocks whose codes are looked up, summed, and held against the limit.</summary>
internal static class ScanTileEmitter
{
    /// <summary>Bytes from a run to the next that the emitted text calls <c>stride</c>: a constant of the type parameter.</summary>
    public const int StrideOfRuns = 0;

    private const int CacheLineBytes = 64;

    /// <summary>The blocks i to i + <paramref name="blocks"/> - 1, whose runs are <paramref name="stride"/> bytes apart.</summary>
    /// <param name="spec">The sizes.</param>
    /// <param name="lookup">How codes are looked up.</param>
    /// <param name="begin">Bytes of the byte table before the rows that are looked up.</param>
    /// <param name="blocks">Blocks.</param>
    /// <param name="stride">Bytes from a run to the next.</param>
    /// <param name="writer">What to write to.</param>
    public static void Write(KernelSpec spec, RowLookup lookup, int begin, int blocks, int stride, CodeWriter writer)
    {
        var isa = lookup.Isa;
        var registers = blocks * isa.RegistersPerBlock;
        var blockBytes = spec.CodeSize * KernelLayout.BlockSize;
        var tileBytes = spec.CodeSize * KernelLayout.TileStride;
        const int TileBlocks = KernelLayout.TileBlocks;
        var alone = $"i * {blockBytes}";
        var inTile = $"(i / {TileBlocks} * {TileBlocks * blockBytes}) + (i % {TileBlocks} * {KernelLayout.BlockSize})";
        var place = stride == StrideOfRuns ? $"stride == {KernelLayout.BlockSize} ? {alone} : {inTile}"
            : stride == KernelLayout.BlockSize || blocks == TileBlocks ? alone
            : inTile;
        writer.Line($"ref var codes = ref Unsafe.Add(ref blocks, {place});");
        writer.Line($"ref var row = ref {At("byteTable", begin)};");
        var runs = spec.RunsPerByteSum;
        var (sums, rest) = (spec.CodeSize / runs, spec.CodeSize % runs);
        if (sums == 1 && rest == 0)
        {
            WriteByteSum(tileBytes, lookup, blocks, runs, stride, isLast: true, writer);
        }
        else
        {
            Declare(writer, isa.Bytes, registers, r => $"sums{r} = default");
            Declare(writer, isa.Bytes, registers, r => $"odds{r} = default");
            using (writer.Braces(sums > 1 ? $"for (var s = 0; s < {sums}; s++)" : $"// The first {runs} runs."))
            {
                WriteByteSum(tileBytes, lookup, blocks, runs, stride, isLast: false, writer);
                WriteWords(isa, registers, writer);
            }

            if (rest > 0)
            {
                writer.Line();
                using (writer.Braces($"// The last {rest}."))
                {
                    WriteByteSum(tileBytes, lookup, blocks, rest, stride, isLast: true, writer);
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
    private static void WriteByteSum(int tileBytes, RowLookup lookup, int blocks, int runs, int stride, bool isLast, CodeWriter writer)
    {
        var registers = blocks * lookup.Isa.RegistersPerBlock;
        if (runs <= 4)
        {
            WriteRuns(tileBytes, lookup, registers, runs, stride, adds: false, writer);
            if (!isLast)
            {
                Advance(lookup, runs, stride, writer);
            }

            return;
        }

        Declare(writer, lookup.Isa.Bytes, registers, r => $"bytes{r} = default");
        using (writer.Braces($"for (var r = 0; r < {runs / 2}; r++)"))
        {
            WriteRuns(tileBytes, lookup, registers, 2, stride, adds: true, writer);
            Advance(lookup, 2, stride, writer);
        }

        if (runs % 2 != 0)
        {
            writer.Line();
            using (writer.Braces("// The last one."))
            {
                WriteRuns(tileBytes, lookup, registers, 1, stride, adds: true, writer);
                if (!isLast)
                {
                    Advance(lookup, 1, stride, writer);
                }
            }
        }
    }

    /// <summary>Looks up some runs of every register. Whether the first of them adds to bytes, or sets them.</summary>
    private static void WriteRuns(int tileBytes, RowLookup lookup, int registers, int runs, int stride, bool adds, CodeWriter writer)
    {
        var isa = lookup.Isa;
        for (var run = 0; run < runs; run++)
        {
            for (var part = 0; part < lookup.Parts; part++)
            {
                writer.Line($"{(run == 0 ? "var " : "")}row{part} = {lookup.LoadPart(run * lookup.RowSize, part)};");
            }

            for (var line = 0; lookup.AsksForNextTile && stride == KernelLayout.TileStride && line < registers * isa.Width; line += CacheLineBytes)
            {
                writer.Line($"CacheLine.Prefetch(ref {At("codes", tileBytes + (run * stride) + line)});");
            }

            for (var r = 0; r < registers; r++)
            {
                var entries = lookup.Of(Load(isa.Vector, "codes", Place(run, stride, r * isa.Width)));
                writer.Line(run > 0 || adds ? $"bytes{r} = {isa.Vector}.AddSaturate(bytes{r}, {entries});" : $"var bytes{r} = {entries};");
            }
        }
    }

    /// <summary>The expression of so many runs and bytes behind <c>codes</c>.</summary>
    private static string Place(int runs, int stride, int bytes) =>
        stride != StrideOfRuns ? Text((runs * stride) + bytes)
        : runs == 0 ? Text(bytes)
        : Plus(runs == 1 ? "stride" : $"{Text(runs)} * stride", bytes);

    private static void Advance(RowLookup lookup, int runs, int stride, CodeWriter writer)
        => writer.Line(
            $"""
            codes = ref Unsafe.Add(ref codes, {Place(runs, stride, 0)});
            row = ref Unsafe.Add(ref row, {runs * lookup.RowSize});
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
