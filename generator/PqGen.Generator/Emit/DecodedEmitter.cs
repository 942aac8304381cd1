using PqGen.Generator.Spec;
using PqGen.Kernels;

namespace PqGen.Generator.Emit;

/// <summary>Writes the kernel DecodedDistance.</summary>
internal static class DecodedEmitter
{
    /// <summary>Up to so many components of a sub-vector are unrolled.</summary>
    private const int MaxUnrolled = 16;

    public static void Write(KernelSpec spec, CodeWriter writer)
    {
        writer.Line(
            """
            /// <inheritdoc/>
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public float DecodedDistance(ref float query, ref float centroids, ref byte block, int lane)
            """);
        using (writer.Braces())
        {
            writer.Line("var sum = 0f;");
            using (writer.Braces($"for (nint m = 0; m < {spec.M}; m++)"))
            {
                writer.Line(
                    $"""
                    nint code = {Code(spec)};
                    ref var subvector = ref Unsafe.Add(ref query, m * {spec.Dsub});
                    ref var centroid = ref Unsafe.Add(ref centroids, ((m * {spec.Ksub}) + code) * {spec.Dsub});
                    var subsum = 0f;
                    """);
                if (spec.Dsub <= MaxUnrolled)
                {
                    for (var d = 0; d < spec.Dsub; d++)
                    {
                        writer.Line(
                            $"""
                            var difference{d} = {(d == 0 ? "subvector - centroid" : $"Unsafe.Add(ref subvector, {d}) - Unsafe.Add(ref centroid, {d})")};
                            subsum = MathF.FusedMultiplyAdd(difference{d}, difference{d}, subsum);
                            """);
                    }
                }
                else
                {
                    using (writer.Braces($"for (nint d = 0; d < {spec.Dsub}; d++)"))
                    {
                        writer.Line(
                            """
                            var difference = Unsafe.Add(ref subvector, d) - Unsafe.Add(ref centroid, d);
                            subsum = MathF.FusedMultiplyAdd(difference, difference, subsum);
                            """);
                    }

                    writer.Line();
                }

                writer.Line("sum += subsum;");
            }

            writer.Line();
            writer.Line("return sum;");
        }
    }

    private static string Code(KernelSpec spec)
        => spec.IsPacked
            ? $"(Unsafe.Add(ref block, ((m >> 1) * {KernelLayout.BlockSize}) + lane) >> (int)((m & 1) * 4)) & 15"
            : $"Unsafe.Add(ref block, (m * {KernelLayout.BlockSize}) + lane)";
}
