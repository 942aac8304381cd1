using PqGen.Generator.Spec;
using static PqGen.Generator.Emit.Expressions;

namespace PqGen.Generator.Emit;

/// <summary>Writes the function that reads a row of a distance table, for <see cref="QuantizeEmitter"/>.</summary>
internal static class RowRangeEmitter
{
    /// <summary>Bytes of the smallest first-level cache that counts.</summary>
    private const int FirstLevelCache = 32 << 10;

    public static void Write(KernelSpec spec, Isa isa, CodeWriter writer)
    {
        var lanes = isa.FloatLanes;
        var chains = Chains(spec, lanes);
        writer.Line(
            $"""

            // Of a row its least entries, its greatest ones, and its entries' sums of what they exceed the first by: one of four in each lane.
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            private static void Range{isa.Bits}(ref float row, out Vector128<float> mins, out Vector128<float> maxs, out Vector128<float> sums)
            """);
        using (writer.Braces())
        {
            writer.Line($"var first = {isa.Vector}.Create(row);");
            for (var c = 0; c < chains; c++)
            {
                var load = Load(isa.Vector, "row", Text(c * lanes));
                writer.Line($"{isa.Floats} least{c} = {load}, greatest{c} = least{c}, sum{c} = least{c} - first;");
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

            writer.Line(
                $"""

                mins = RowFolds.ToFour<Least>({Fold("MinNative", "least")});
                maxs = RowFolds.ToFour<Greatest>({Fold("MaxNative", "greatest")});
                sums = RowFolds.ToFour<Total>({Fold("Add", "sum")});
                """);
        }

        string Fold(string operation, string ends) => chains == 1 ? $"{ends}0" : $"{isa.Vector}.{operation}({ends}0, {ends}1)";
    }

    /// <summary>
    /// Registers of each kind that are folded side by side. Two hide each other's latency. A table that streams in from
    /// the second-level cache waits for it anyway, and hardware prefetchers follow a single load that walks through it best.
    /// </summary>
    private static int Chains(KernelSpec spec, int lanes) =>
        spec.M * spec.PaddedKsub * sizeof(float) <= FirstLevelCache && spec.PaddedKsub % (2 * lanes) == 0 ? 2 : 1;
}
