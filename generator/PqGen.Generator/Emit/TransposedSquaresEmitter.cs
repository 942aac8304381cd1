using PqGen.Generator.Spec;
using static PqGen.Generator.Emit.DecodedEmitter;

namespace PqGen.Generator.Emit;

/// <summary>
/// Writes the functions that <see cref="DecodedEmitter"/>'s kernel calls: they transpose the differences of four sub-quantizers and add
/// their squares, lane by lane.
/// </summary>
internal static class TransposedSquaresEmitter
{
    /// <summary>Those that the sub-vectors' length needs.</summary>
    public static void Write(KernelSpec spec, CodeWriter writer)
    {
        if (spec.Dsub == 1)
        {
            return;
        }

        if (spec.Dsub < Lanes)
        {
            WritePairHelpers(spec, writer);
            return;
        }

        WriteQuadHelper(Lanes, writer);
        if (spec.Dsub % Lanes != 0)
        {
            writer.Line();
            WriteQuadHelper(spec.Dsub % Lanes, writer);
        }
    }

    private static void WritePairHelpers(KernelSpec spec, CodeWriter writer)
    {
        writer.Line(
            """
            // Components d and d + 1 of two sub-vectors side by side.
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            private static Vector128<float> LoadPairs(ref float first, ref float second, int d)
                => Vector128.Create(Unsafe.As<float, double>(ref Unsafe.Add(ref first, d)), Unsafe.As<float, double>(ref Unsafe.Add(ref second, d))).AsSingle();

            // Adds the squares of two components to the lanes of four sub-quantizers.
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            private static Vector128<float> AddSquaresOfLast2(Vector128<float> subsums, Vector128<float> pairs01, Vector128<float> pairs23)
            {
                var firsts = Sse.Shuffle(pairs01, pairs23, 0b10_00_10_00);
                return AddSquaresOfLast1(Fma.MultiplyAdd(firsts, firsts, subsums), pairs01, pairs23);
            }

            // Adds the square of the second of two components.
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            private static Vector128<float> AddSquaresOfLast1(Vector128<float> subsums, Vector128<float> pairs01, Vector128<float> pairs23)
            {
                var seconds = Sse.Shuffle(pairs01, pairs23, 0b11_01_11_01);
                return Fma.MultiplyAdd(seconds, seconds, subsums);
            }
            """);
    }

    /// <summary>The transposition of 4 x 4 differences, of which the last <paramref name="added"/> components are needed.</summary>
    private static void WriteQuadHelper(int added, CodeWriter writer)
    {
        writer.Line(
            $"""
            // Adds the squares of the {(added == 1 ? "last component" : $"last {added} components")} of four to the lanes of four sub-quantizers, in order.
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            private static Vector128<float> AddSquaresOfLast{added}(
                Vector128<float> subsums, Vector128<float> row0, Vector128<float> row1, Vector128<float> row2, Vector128<float> row3)
            """);
        using (writer.Braces())
        {
            if (added > 2)
            {
                writer.Line(
                    """
                    var low01 = Sse.UnpackLow(row0, row1);
                    var low23 = Sse.UnpackLow(row2, row3);
                    """);
            }

            writer.Line(
                """
                var high01 = Sse.UnpackHigh(row0, row1);
                var high23 = Sse.UnpackHigh(row2, row3);
                """);
            var components = new[]
            {
                "Sse.MoveLowToHigh(low01, low23)", "Sse.MoveHighToLow(low23, low01)", "Sse.MoveLowToHigh(high01, high23)", "Sse.MoveHighToLow(high23, high01)",
            };
            for (var d = Lanes - added; d < Lanes; d++)
            {
                writer.Line($"var component{d} = {components[d]};");
                writer.Line($"{(d == Lanes - 1 ? "return" : "subsums =")} Fma.MultiplyAdd(component{d}, component{d}, subsums);");
            }
        }
    }
}
