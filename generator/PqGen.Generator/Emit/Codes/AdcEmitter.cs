using PqGen.Generator.Spec;
using PqGen.Kernels;
using static PqGen.Generator.Emit.Expressions;

namespace PqGen.Generator.Emit;

/// <summary>Writes the kernels AdcDistances, AdcDistance, DecodedDistance.</summary>
internal static class AdcEmitter
{
    /// <summary>Vectors in flight, so that the additions of one wait for no other.</summary>
    private const int Lanes = 8;

    /// <summary>Up to so many sub-quantizers are added in one pass over the vectors.</summary>
    private const int MaxInOnePass = 24;

    /// <summary>Sub-quantizers of each pass where there are more: their rows of the table, 16 KB, stay in every first-level cache.</summary>
    private const int Pass = 16;

    /// <summary>Up to so many sub-quantizers of a single vector are unrolled; more go in chunks of half as many.</summary>
    private const int MaxUnrolled = 32;

    private const int CacheLineBytes = 64;

    private static readonly KernelMethod s_distances = new(
        "void", "AdcDistances", "ref float table", "ref byte blocks", "int blockCount", "ref float distances");

    private static readonly KernelMethod s_distance = new("float", "AdcDistance", "ref float table", "ref byte block", "int runStride", "int lane");

    public static readonly KernelMethod[] Methods = [s_distances, s_distance, DecodedEmitter.Method];

    public static void Write(KernelSpec spec, CodeWriter writer)
    {
        WriteDistances(spec, writer);
        writer.Line();
        WriteRuns(spec, writer);
        writer.Line();
        WriteDistance(spec, writer);
        writer.Line();
        DecodedEmitter.Write(spec, writer);
    }

    private static void WriteDistances(KernelSpec spec, CodeWriter writer)
    {
        writer.Line(
            $"""
            // Scalar look-ups, {Lanes} vectors in flight: gathers are slower.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            """);
        var codes = $"ref Unsafe.Add(ref blocks, i * {spec.CodeSize * KernelLayout.BlockSize})";
        var places = $"ref Unsafe.Add(ref distances, i * {KernelLayout.BlockSize})";
        using (writer.Braces(s_distances.Header("public static")))
        {
            writer.Line(
                $$"""
                nint i = 0;
                for (; i + {{KernelLayout.TileBlocks}} <= blockCount; i += {{KernelLayout.TileBlocks}})
                {
                    AddRuns<TileRuns>(ref table, {{codes}}, {{places}});
                }

                for (; i < blockCount; i++)
                {
                    AddRuns<BlockRuns>(ref table, {{codes}}, {{places}});
                }
                """);
        }
    }

    /// <summary>The kernel of the vectors that lie side by side in runs: a tile's or a block's.</summary>
    private static void WriteRuns(KernelSpec spec, CodeWriter writer)
    {
        writer.Line(
            $"""
            // The distances of a tile's vectors or of a block's, codes byte [{spec.CodeSize}][TRuns.Width].
            {KernelMethod.LeafAttribute}
            private static void AddRuns<TRuns>(ref float table, ref byte runs, ref float distances)
                where TRuns : struct, ICodeRuns
            """);
        using (writer.Braces())
        {
            if (spec.M <= MaxInOnePass)
            {
                WritePass(spec, spec.M, isFirst: true, writer);
                return;
            }

            writer.Line(
                $"""
                // {Pass} sub-quantizers at a time for all the vectors: their rows of the table stay in the first-level cache.
                Unsafe.InitBlockUnaligned(ref Unsafe.As<float, byte>(ref distances), 0, (uint)TRuns.Width * {sizeof(float)});
                for (var m = 0; m < {spec.M / Pass * Pass}; m += {Pass})
                """);
            using (writer.Braces())
            {
                WritePass(spec, Pass, isFirst: false, writer);
                writer.Line();
                writer.Line($"table = ref Unsafe.Add(ref table, {Pass * spec.PaddedKsub});");
                writer.Line($"runs = ref Unsafe.Add(ref runs, {RunsOf(spec, Pass)} * TRuns.Width);");
            }

            if (spec.M % Pass != 0)
            {
                writer.Line();
                WritePass(spec, spec.M % Pass, isFirst: false, writer);
            }
        }
    }

    /// <summary>One pass over all vectors that adds the entries of the next <paramref name="count"/> sub-quantizers.</summary>
    private static void WritePass(KernelSpec spec, int count, bool isFirst, CodeWriter writer)
    {
        using (writer.Braces($"for (nint lane = 0; lane < TRuns.Width; lane += {Lanes})"))
        {
            var runs = RunsOf(spec, count);
            writer.Line("// Each step asks for as many codes of the next pass, or of what lies behind the last, as it reads.");
            for (var line = 0; line < runs * Lanes; line += CacheLineBytes)
            {
                var place = Plus($"(lane * {runs}) + ({runs} * TRuns.Width)", line);
                writer.Line($"CacheLine.Prefetch(ref Unsafe.Add(ref runs, {place}));");
            }

            writer.Line();
            writer.Line("ref var codes = ref Unsafe.Add(ref runs, lane);");
            writer.Line("ref var distance = ref Unsafe.Add(ref distances, lane);");
            if (isFirst)
            {
                writer.Line($"float {List(Lanes, l => $"sum{Text(l)} = 0")};");
            }
            else
            {
                writer.Line(Lines(Lanes, l => $"var sum{Text(l)} = {At("distance", l)};"));
            }

            writer.Line("uint pair;");
            for (var run = 0; run < runs; run++)
            {
                for (var l = 0; l < Lanes; l += 2)
                {
                    writer.Line($"pair = Unsafe.ReadUnaligned<ushort>(ref {At("codes", Place(run, l))});");
                    WritePair(spec, run, count, l, writer);
                }
            }

            writer.Line();
            for (var l = 0; l < Lanes; l++)
            {
                writer.Line($"{At("distance", l)} = sum{Text(l)};");
            }
        }
    }

    /// <summary>Adds the entries of two neighbours' codes of one run, to sum l and to sum l + 1.</summary>
    private static void WritePair(KernelSpec spec, int run, int count, int l, CodeWriter writer)
    {
        if (!spec.IsPacked)
        {
            WriteAddition(spec, run, l, "pair & 255", writer);
            WriteAddition(spec, run, l + 1, "pair >> 8", writer);
            return;
        }

        WriteAddition(spec, run * 2, l, "pair & 15", writer);
        WriteAddition(spec, run * 2, l + 1, "(pair >> 8) & 15", writer);
        if ((run * 2) + 1 < count)
        {
            WriteAddition(spec, (run * 2) + 1, l, "(pair >> 4) & 15", writer);
            WriteAddition(spec, (run * 2) + 1, l + 1, "pair >> 12", writer);
        }
    }

    private static void WriteAddition(KernelSpec spec, int m, int l, string code, CodeWriter writer) => writer.Line(
        $"sum{Text(l)} += Unsafe.Add(ref table, {(m == 0 ? "" : $"{Text(m * spec.PaddedKsub)} + ")}(nint)({code}));");

    /// <summary>The expression of the place of a vector's code, in bytes from the first vector's in the first run.</summary>
    private static string Place(int run, int lane) =>
        run == 0 ? Text(lane) : Plus(run == 1 ? "TRuns.Width" : $"({Text(run)} * TRuns.Width)", lane);

    /// <summary>Runs that hold the codes of so many sub-quantizers.</summary>
    private static int RunsOf(KernelSpec spec, int count) => KernelLayout.CodeSize(count, spec.Ksub);

    private static void WriteDistance(KernelSpec spec, CodeWriter writer)
    {
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Braces(s_distance.Header("public static")))
        {
            writer.Line("ref var codes = ref Unsafe.Add(ref block, lane);");
            writer.Line("var sum = 0f;");
            WriteSum(spec, writer);
            writer.Line("return sum;");
        }
    }

    /// <summary>Adds the table entries of every sub-quantizer, in order, to sum.</summary>
    private static void WriteSum(KernelSpec spec, CodeWriter writer)
    {
        if (spec.M <= MaxUnrolled)
        {
            WriteChunk(spec, spec.M, "table", writer);
            return;
        }

        const int Chunk = MaxUnrolled / 2;
        writer.Line("ref var rows = ref table;");
        using (writer.Braces($"for (var m = 0; m < {spec.M / Chunk * Chunk}; m += {Chunk})"))
        {
            WriteChunk(spec, Chunk, "rows", writer, advancesLast: true);
            writer.Line($"rows = ref Unsafe.Add(ref rows, {Chunk * spec.PaddedKsub});");
        }

        if (spec.M % Chunk != 0)
        {
            writer.Line();
            WriteChunk(spec, spec.M % Chunk, "rows", writer);
        }
    }

    /// <summary>Adds the entries of <paramref name="count"/> sub-quantizers, stepping from run to run.</summary>
    private static void WriteChunk(KernelSpec spec, int count, string rows, CodeWriter writer, bool advancesLast = false)
    {
        for (var m = 0; m < count; m++)
        {
            writer.Line($"sum += Unsafe.Add(ref {At(rows, m * spec.PaddedKsub)}, {Code(spec, "codes", m)});");
            var endsRun = !spec.IsPacked || m % 2 != 0;
            if (endsRun && (advancesLast || m + 1 < count))
            {
                writer.Line("codes = ref Unsafe.Add(ref codes, runStride);");
            }
        }
    }

    /// <summary>The expression of the code of sub-quantizer m in a byte of its run.</summary>
    public static string Code(KernelSpec spec, string code, int m)
        => !spec.IsPacked ? code : m % 2 == 0 ? $"({code} & 15)" : $"({code} >> 4)";
}
