using PqGen.Generator.Spec;

namespace PqGen.Generator.Emit;

/// <summary>Writes the functions that a scan of <see cref="ScanEmitter"/> inlines: Lookup, Survivors, AddTerms.</summary>
internal static class ScanFunctionsEmitter
{
    public static void Write(KernelSpec spec, ScanIsa isa, CodeWriter writer)
    {
        WriteLookup(spec, isa, writer);
        writer.Line();
        WriteSurvivors(spec, isa, writer);
    }

    private static void WriteLookup(KernelSpec spec, ScanIsa isa, CodeWriter writer)
    {
        var bytes = isa.Bytes;
        if (isa.UsesNibbles(spec))
        {
            writer.Line(spec.IsPacked
                ? "// The table bytes of the two sub-quantizers that share a code byte: of the low nibble and of the high one."
                : "// A lower bound of the table byte from its code's nibbles: the least byte of the high nibble, plus the least remainder of the low one.");
            writer.Line(
                $$"""
                [MethodImpl(MethodImplOptions.AggressiveInlining)]
                private static {{bytes}} Lookup({{bytes}} lowRow, {{bytes}} highRow, {{bytes}} codes)
                    => {{isa.Vector}}.AddSaturate({{isa.Shuffle}}(lowRow, {{isa.LowNibbles}}), {{isa.Shuffle}}(highRow, {{isa.HighNibbles}}));
                """);
            return;
        }

        writer.Line(isa.RowRegisters(spec) switch
        {
            1 =>
                """
                // The table bytes of 64 codes below 64.
                [MethodImpl(MethodImplOptions.AggressiveInlining)]
                private static Vector512<byte> Lookup(Vector512<byte> row, Vector512<byte> codes)
                    => Avx512Vbmi.PermuteVar64x8(row, codes);
                """,
            2 =>
                """
                // The table bytes of 64 codes below 128.
                [MethodImpl(MethodImplOptions.AggressiveInlining)]
                private static Vector512<byte> Lookup(Vector512<byte> row0, Vector512<byte> row1, Vector512<byte> codes)
                    => Avx512Vbmi.PermuteVar64x8x2(row0, codes, row1);
                """,
            _ =>
                """
                // The table bytes of 64 codes: seven bits look up either half of the row, the eighth chooses between them.
                [MethodImpl(MethodImplOptions.AggressiveInlining)]
                private static Vector512<byte> Lookup(Vector512<byte> row0, Vector512<byte> row1, Vector512<byte> row2, Vector512<byte> row3, Vector512<byte> codes)
                    => Avx512BW.BlendVariable(Avx512Vbmi.PermuteVar64x8x2(row0, codes, row1), Avx512Vbmi.PermuteVar64x8x2(row2, codes, row3), codes);
                """,
        });
    }

    private static void WriteSurvivors(KernelSpec spec, ScanIsa isa, CodeWriter writer)
    {
        var (bytes, words) = (isa.Bytes, isa.Words);
        writer.Line(
            """
            // One bit for each vector of a register, in order: whether its bound is at most the limit. Terms of even vectors lie 32 before those of odd ones.
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            """);
        if (spec.IsOneByteSum)
        {
            writer.Line(
                $$"""
                private static ulong Survivors({{bytes}} bytes, ref ushort terms, nint lane, {{words}} factor, {{words}} limit, {{bytes}} byteLimit)
                {
                    if (Unsafe.IsNullRef(ref terms))
                        return {{isa.Vector}}.LessThanOrEqual(bytes, byteLimit).ExtractMostSignificantBits();

                    var evens = AddTerms(bytes.AsUInt16() & {{isa.Vector}}.Create((ushort)0x00FF), {{isa.Vector}}.LoadUnsafe(ref terms, (nuint)lane), factor);
                    var odds = AddTerms(bytes.AsUInt16() >>> 8, {{isa.Vector}}.LoadUnsafe(ref terms, (nuint)lane + 32), factor);
                """);
        }
        else
        {
            writer.Line(
                $$"""
                private static ulong Survivors({{words}} sums, {{words}} odds, ref ushort terms, nint lane, {{words}} factor, {{words}} limit)
                {
                    var evens = sums - (odds << 8);
                    if (!Unsafe.IsNullRef(ref terms))
                    {
                        evens = AddTerms(evens, {{isa.Vector}}.LoadUnsafe(ref terms, (nuint)lane), factor);
                        odds = AddTerms(odds, {{isa.Vector}}.LoadUnsafe(ref terms, (nuint)lane + 32), factor);
                    }

                """);
        }

        writer.Line(
            $$"""
                var even = {{isa.Vector}}.LessThanOrEqual(evens, limit);
                var odd = {{isa.Vector}}.LessThanOrEqual(odds, limit);
                return {{isa.Vector}}.ConditionalSelect({{isa.Vector}}.Create((ushort)0x00FF), even, odd).AsByte().ExtractMostSignificantBits();
            }

            // sums + ((terms * factor) >> 16), saturating.
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            private static {{words}} AddTerms({{words}} sums, {{words}} terms, {{words}} factor)
            """);
        using (writer.Braces())
        {
            writer.Line(isa.AddTerms);
        }
    }
}
