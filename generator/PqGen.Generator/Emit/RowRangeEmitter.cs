using PqGen.Generator.Spec;
using static PqGen.Generator.Emit.Expressions;

namespace PqGen.Generator.Emit;

/// <summary>Writes the functions that find the least, the greatest and the mean entries of a distance table's rows, for <see cref="QuantizeEmitter"/>.</summary>
internal static class RowRangeEmitter
{
    /// <summary>Bytes of the smallest first-level cache that counts.</summary>
    private const int FirstLevelCache = 32 << 10;

    /// <summary>The function that reads a row.</summary>
    public static void WriteRange(KernelSpec spec, ScanIsa isa, CodeWriter writer)
    {
        var lanes = isa.Width / sizeof(float);
        var chains = Chains(spec, lanes);
        writer.Line();
        writer.Line(
            $$"""
            // Of a row its least entries, its greatest ones, and its entries' sums of what they exceed the first by: one of four in each lane.
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            private static void Range{{isa.Name}}(ref float row, out Vector128<float> mins, out Vector128<float> maxs, out Vector128<float> sums)
            """);
        using (writer.Braces())
        {
            writer.Line($"var first = {isa.Vector}.Create(row);");
            for (var c = 0; c < chains; c++)
            {
                writer.Line($"{isa.Floats} least{c} = {isa.Load("row", c * lanes)}, greatest{c} = least{c}, sum{c} = least{c} - first;");
            }

            if (spec.PaddedKsub > chains * lanes)
            {
                using (writer.Braces($"for (nuint k = {chains * lanes}; k < {spec.PaddedKsub}; k += {chains * lanes})"))
                {
                    for (var c = 0; c < chains; c++)
                    {
                        writer.Line(
                            $"""
                            {(c == 0 ? "var " : "")}entries = {Load(isa.Vector, "row", Plus("k", c * lanes))};
                            least{c} = {isa.Vector}.MinNative(least{c}, entries);
                            greatest{c} = {isa.Vector}.MaxNative(greatest{c}, entries);
                            sum{c} += entries - first;
                            """);
                    }
                }
            }

            writer.Line();
            writer.Line($"mins = {Fold("Least", "MinNative", "least")};");
            writer.Line($"maxs = {Fold("Greatest", "MaxNative", "greatest")};");
            writer.Line($"sums = {Fold("Sum", "Add", "sum")};");
        }

        string Fold(string name, string operation, string ends)
        {
            var lanes = chains == 1 ? $"{ends}0" : $"{isa.Vector}.{operation}({ends}0, {ends}1)";
            return isa.Width switch
            {
                64 => $"{name}Half({name}Half({lanes}))",
                32 => $"{name}Half({lanes})",
                _ => lanes,
            };
        }
    }

    /// <summary>
    /// Registers of each kind that are folded side by side. Two hide each other's latency. A table that streams in from
    /// the second-level cache waits for it anyway, and hardware prefetchers follow a single load that walks through it best.
    /// </summary>
    private static int Chains(KernelSpec spec, int lanes) =>
        spec.M * spec.PaddedKsub * sizeof(float) <= FirstLevelCache && spec.PaddedKsub % (2 * lanes) == 0 ? 2 : 1;

    /// <summary>The foldings of four rows together, and of a register to its half.</summary>
    public static void WriteFolds(CodeWriter writer)
    {
        foreach (var (name, operation, meaning) in new[]
        {
            ("Least", "MinNative", "The least lane"), ("Greatest", "MaxNative", "The greatest lane"), ("Sum", "Add", "The sum of the lanes"),
        })
        {
            writer.Line();
            writer.Line(
                $$"""
                // {{meaning}} of each of four rows: rows are transposed, two halves at a time, and folded.
                [MethodImpl(MethodImplOptions.AggressiveInlining)]
                private static Vector128<float> {{name}}s(Vector128<float> row0, Vector128<float> row1, Vector128<float> row2, Vector128<float> row3)
                {
                    if (!Sse.IsSupported)
                        return Vector128.Create({{name}}Lane(row0), {{name}}Lane(row1), {{name}}Lane(row2), {{name}}Lane(row3));

                    // Lanes of rows 0, 1, 0, 1, and of rows 2, 3, 2, 3.
                    var rows01 = Vector128.{{operation}}(Sse.UnpackLow(row0, row1), Sse.UnpackHigh(row0, row1));
                    var rows23 = Vector128.{{operation}}(Sse.UnpackLow(row2, row3), Sse.UnpackHigh(row2, row3));
                    return Vector128.{{operation}}(Sse.MoveLowToHigh(rows01, rows23), Sse.MoveHighToLow(rows23, rows01));
                }

                [MethodImpl(MethodImplOptions.AggressiveInlining)]
                private static Vector256<float> {{name}}Half(Vector512<float> lanes) => Vector256.{{operation}}(lanes.GetLower(), lanes.GetUpper());

                [MethodImpl(MethodImplOptions.AggressiveInlining)]
                private static Vector128<float> {{name}}Half(Vector256<float> lanes) => Vector128.{{operation}}(lanes.GetLower(), lanes.GetUpper());

                [MethodImpl(MethodImplOptions.AggressiveInlining)]
                private static float {{name}}Lane(Vector128<float> lanes)
                {
                    lanes = Vector128.{{operation}}(lanes, Vector128.Shuffle(lanes, Vector128.Create(2, 3, 0, 1)));
                    return Vector128.{{operation}}(lanes, Vector128.Shuffle(lanes, Vector128.Create(1, 0, 3, 2))).ToScalar();
                }
                """);
        }
    }
}
