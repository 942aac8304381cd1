using System.Linq;
using PqGen.Generator.Spec;
using PqGen.Kernels;

namespace PqGen.Generator.Emit;

/// <summary>Writes the kernels AdcDistances, AdcDistance, DecodedDistance.</summary>
internal static class AdcEmitter
{
    /// <summary>Vectors in flight, so that the additions of one wait for no other.</summary>
    private const int Lanes = 8;

    /// <summary>Up to so many sub-quantizers are unrolled; more go in chunks of half as many.</summary>
    private const int MaxUnrolled = 32;

    public static void Write(KernelSpec spec, CodeWriter writer)
    {
        WriteDistances(spec, writer);
        writer.Line();
        WriteDistance(spec, writer);
        writer.Line();
        DecodedEmitter.Write(spec, writer);
    }

    private static void WriteDistances(KernelSpec spec, CodeWriter writer)
    {
        writer.Line(
            $"""
            /// <inheritdoc/>
            /// <remarks>Scalar look-ups, {Lanes} vectors in flight: gathers are slower.</remarks>
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public void AdcDistances(ref float table, ref byte blocks, int blockCount, ref float distances)
            """);
        using (writer.Braces())
        using (writer.Braces("for (nint i = 0; i < blockCount; i++)"))
        {
            var blockBytes = spec.CodeSize * KernelLayout.BlockSize;
            writer.Line(
                $"""
                // Blocks of a tile lie side by side, those behind the tiles one by one.
                var isTiled = i < blockCount / {KernelLayout.TileBlocks} * {KernelLayout.TileBlocks};
                var runStride = isTiled ? {KernelLayout.TileStride} : {KernelLayout.BlockSize};
                ref var block = ref Unsafe.Add(ref blocks, isTiled ? (i / {KernelLayout.TileBlocks} * {KernelLayout.TileBlocks * blockBytes}) + (i % {KernelLayout.TileBlocks} * {KernelLayout.BlockSize}) : i * {blockBytes});
                """);
            WriteLanes(spec, writer);
        }
    }

    /// <summary>The distances of one block.</summary>
    private static void WriteLanes(KernelSpec spec, CodeWriter writer)
    {
        using (writer.Braces($"for (nint lane = 0; lane < {KernelLayout.BlockSize}; lane += {Lanes})"))
        {
            writer.Line("ref var codes = ref Unsafe.Add(ref block, lane);");
            writer.Line($"float {string.Join(", ", Enumerable.Range(0, Lanes).Select(l => $"sum{l} = 0"))};");
            WriteSums(spec, Lanes, writer);
            writer.Line();
            writer.Line($"ref var distance = ref Unsafe.Add(ref distances, (i * {KernelLayout.BlockSize}) + lane);");
            for (var l = 0; l < Lanes; l++)
            {
                writer.Line($"{Element("distance", l)} = sum{l};");
            }
        }
    }

    private static void WriteDistance(KernelSpec spec, CodeWriter writer)
    {
        writer.Line(
            """
            /// <inheritdoc/>
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public float AdcDistance(ref float table, ref byte block, int runStride, int lane)
            """);
        using (writer.Braces())
        {
            writer.Line("ref var codes = ref Unsafe.Add(ref block, lane);");
            writer.Line("var sum0 = 0f;");
            WriteSums(spec, 1, writer);
            writer.Line("return sum0;");
        }
    }

    /// <summary>Adds the table entries of every sub-quantizer, in order, to sum0, sum1, ...</summary>
    private static void WriteSums(KernelSpec spec, int lanes, CodeWriter writer)
    {
        if (spec.M <= MaxUnrolled)
        {
            WriteChunk(spec, lanes, spec.M, "table", writer);
            return;
        }

        const int Chunk = MaxUnrolled / 2;
        writer.Line("ref var rows = ref table;");
        using (writer.Braces($"for (var m = 0; m < {spec.M / Chunk * Chunk}; m += {Chunk})"))
        {
            WriteChunk(spec, lanes, Chunk, "rows", writer, advancesLast: true);
            writer.Line($"rows = ref Unsafe.Add(ref rows, {Chunk * spec.PaddedKsub});");
        }

        if (spec.M % Chunk != 0)
        {
            writer.Line();
            WriteChunk(spec, lanes, spec.M % Chunk, "rows", writer);
        }
    }

    /// <summary>Adds the entries of <paramref name="count"/> sub-quantizers, stepping from run to run.</summary>
    private static void WriteChunk(KernelSpec spec, int lanes, int count, string rows, CodeWriter writer, bool advancesLast = false)
    {
        for (var m = 0; m < count; m++)
        {
            for (var l = 0; l < lanes; l++)
            {
                writer.Line($"sum{l} += Unsafe.Add(ref {Element(rows, m * spec.PaddedKsub)}, {Code(spec, Element("codes", l), m)});");
            }

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

    private static string Element(string reference, int offset) => offset == 0 ? reference : $"Unsafe.Add(ref {reference}, {offset})";
}
