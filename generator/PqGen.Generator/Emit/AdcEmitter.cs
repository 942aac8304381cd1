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
        using (writer.Braces($"for (nint lane = 0; lane < {KernelLayout.BlockSize}; lane += {Lanes})"))
        {
            writer.Line($"ref var codes = ref Unsafe.Add(ref blocks, (i * {spec.CodeSize * KernelLayout.BlockSize}) + lane);");
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
            public float AdcDistance(ref float table, ref byte block, int lane)
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
        var chunkRuns = spec.IsPacked ? Chunk / 2 : Chunk;
        writer.Line("ref var rows = ref table;");
        using (writer.Braces($"for (var m = 0; m < {spec.M / Chunk * Chunk}; m += {Chunk})"))
        {
            WriteChunk(spec, lanes, Chunk, "rows", writer);
            writer.Line($"codes = ref Unsafe.Add(ref codes, {chunkRuns * KernelLayout.BlockSize});");
            writer.Line($"rows = ref Unsafe.Add(ref rows, {Chunk * spec.PaddedKsub});");
        }

        if (spec.M % Chunk != 0)
        {
            writer.Line();
            WriteChunk(spec, lanes, spec.M % Chunk, "rows", writer);
        }
    }

    private static void WriteChunk(KernelSpec spec, int lanes, int count, string rows, CodeWriter writer)
    {
        for (var m = 0; m < count; m++)
        {
            for (var l = 0; l < lanes; l++)
            {
                writer.Line($"sum{l} += Unsafe.Add(ref {Element(rows, m * spec.PaddedKsub)}, {Code(spec, "codes", m, l)});");
            }
        }
    }

    /// <summary>The expression of the code of sub-quantizer m, l vectors behind <paramref name="codes"/>.</summary>
    public static string Code(KernelSpec spec, string codes, int m, int l)
        => !spec.IsPacked ? Element(codes, (m * KernelLayout.BlockSize) + l)
        : m % 2 == 0 ? $"({Element(codes, (m / 2 * KernelLayout.BlockSize) + l)} & 15)"
        : $"({Element(codes, (m / 2 * KernelLayout.BlockSize) + l)} >> 4)";

    private static string Element(string reference, int offset) => offset == 0 ? reference : $"Unsafe.Add(ref {reference}, {offset})";
}
