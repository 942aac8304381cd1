using PqGen.Generator.Spec;
using PqGen.Kernels;

namespace PqGen.Generator.Emit;

/// <summary>
/// One row of the table of instruction sets of the fast scan. A register holds the bytes of <see cref="Width"/> vectors, or, seen as words, the
/// bytes of two neighbours in each. The emitters write one algorithm over these names; a new instruction set is a new row.
/// </summary>
/// <param name="Name">The suffix of the kernels written for it, .NET's name of the instruction set.</param>
/// <param name="Vector">The vector class of System.Runtime.Intrinsics whose operations the kernels use.</param>
/// <param name="Width">Bytes of a register.</param>
/// <param name="Guard">The condition, a constant of the JIT, under which the row applies; it is empty in the last.</param>
/// <param name="BlocksPerTile">Blocks of a tile that share the table loads of each sub-quantizer: 4, 2 or 1.</param>
/// <param name="Shuffle">The 16-entry look-up of a repeated row: a function of (row, indices).</param>
/// <param name="LowNibbles">The indices of the low nibbles of <c>codes</c>. A look-up that spans 64 entries needs no mask: the row repeats.</param>
/// <param name="HighNibbles">The indices of the high nibbles of <c>codes</c>.</param>
/// <param name="AddTerms">The statements that return sums + ((terms * factor) >> 16), saturating.</param>
/// <param name="Quantize16">The statements that return (entries - minimum) * inverse of 16 entries, truncated to bytes: what exceeds 255 is 255, what is not a number 0.</param>
/// <param name="Quantize64">The same of 64 entries; empty where that gains nothing.</param>
/// <param name="LeastByte">The statements that return the least of 16 <c>bytes</c> in every lane.</param>
internal sealed record ScanIsa(
    string Name, string Vector, int Width, string Guard, int BlocksPerTile, string Shuffle, string LowNibbles, string HighNibbles, string AddTerms,
    string Quantize16, string Quantize64, string LeastByte)
{
    /// <summary>32 registers of 64 bytes: 4 table registers, 8 sums of 4 blocks.</summary>
    public static readonly ScanIsa Avx512Vbmi = new(
        "Avx512Vbmi", "Vector512", 64, "Avx512Vbmi.IsSupported", 4, "Avx512Vbmi.PermuteVar64x8",
        "codes", "(codes.AsUInt16() >>> 4).AsByte()",
        "return Avx512BW.AddSaturate(sums, Avx512BW.MultiplyHigh(terms, factor));",
        """
        var most = Vector512.Create(255f);
        return Avx512F.ConvertToVector128Byte(Vector512.ConvertToInt32Native(Vector512.MinNative(most, (Vector512.LoadUnsafe(ref entries) - minimum) * inverse)));
        """,
        """
        var steps0 = Vector512.ConvertToInt32Native((Vector512.LoadUnsafe(ref entries) - minimum) * inverse);
        var steps1 = Vector512.ConvertToInt32Native((Vector512.LoadUnsafe(ref entries, 16) - minimum) * inverse);
        var steps2 = Vector512.ConvertToInt32Native((Vector512.LoadUnsafe(ref entries, 32) - minimum) * inverse);
        var steps3 = Vector512.ConvertToInt32Native((Vector512.LoadUnsafe(ref entries, 48) - minimum) * inverse);
        // Packing goes by 128-bit lanes: four steps of each vector in turn, which the permutation puts in order.
        var bytes = Avx512BW.PackUnsignedSaturate(Avx512BW.PackSignedSaturate(steps0, steps1), Avx512BW.PackSignedSaturate(steps2, steps3));
        return Avx512F.PermuteVar16x32(bytes.AsInt32(), Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)).AsByte();
        """,
        "");

    /// <summary>16 registers of 32 bytes: 2 table registers, 8 sums of 2 blocks.</summary>
    public static readonly ScanIsa Avx2 = new(
        "Avx2", "Vector256", 32, "Avx2.IsSupported", 2, "Avx2.Shuffle",
        "codes & Vector256.Create((byte)15)", "(codes.AsUInt16() >>> 4).AsByte() & Vector256.Create((byte)15)",
        "return Avx2.AddSaturate(sums, Avx2.MultiplyHigh(terms, factor));",
        """
        var low = Vector256.ConvertToInt32Native((Vector256.LoadUnsafe(ref entries) - minimum) * inverse);
        var high = Vector256.ConvertToInt32Native((Vector256.LoadUnsafe(ref entries, 8) - minimum) * inverse);
        return Sse2.PackUnsignedSaturate(
            Sse2.PackSignedSaturate(low.GetLower(), low.GetUpper()), Sse2.PackSignedSaturate(high.GetLower(), high.GetUpper()));
        """,
        "",
        """
        var leasts = Sse41.MinHorizontal(Vector128.Min(bytes, (bytes.AsUInt16() >>> 8).AsByte()).AsUInt16());
        return Avx2.BroadcastScalarToVector128(leasts.AsByte());
        """);

    /// <summary>Every processor, Arm64 included, in cross-platform operations: 2 table registers, 8 sums of 1 block.</summary>
    public static readonly ScanIsa Vector128 = new(
        "Vector128", "Vector128", 16, "", 1, "Vector128.ShuffleNative",
        "codes & Vector128.Create((byte)15)", "codes >>> 4",
        """
        var (low, high) = Vector128.Widen(terms);
        var wideFactor = Vector128.WidenLower(factor);
        return Vector128.AddSaturate(sums, Vector128.Narrow((low * wideFactor) >>> 16, (high * wideFactor) >>> 16));
        """,
        """
        var most = Vector128.Create(255f);
        var steps0 = Vector128.ConvertToInt32Native(Vector128.MinNative(most, (Vector128.LoadUnsafe(ref entries) - minimum) * inverse));
        var steps1 = Vector128.ConvertToInt32Native(Vector128.MinNative(most, (Vector128.LoadUnsafe(ref entries, 4) - minimum) * inverse));
        var steps2 = Vector128.ConvertToInt32Native(Vector128.MinNative(most, (Vector128.LoadUnsafe(ref entries, 8) - minimum) * inverse));
        var steps3 = Vector128.ConvertToInt32Native(Vector128.MinNative(most, (Vector128.LoadUnsafe(ref entries, 12) - minimum) * inverse));
        return Vector128.Narrow(Vector128.Narrow(steps0, steps1), Vector128.Narrow(steps2, steps3)).AsByte();
        """,
        "",
        """
        bytes = Vector128.Min(bytes, Vector128.Shuffle(bytes.AsUInt64(), Vector128.Create(1UL, 0UL)).AsByte());
        bytes = Vector128.Min(bytes, (bytes.AsUInt64() >>> 32).AsByte());
        bytes = Vector128.Min(bytes, (bytes.AsUInt64() >>> 16).AsByte());
        bytes = Vector128.Min(bytes, (bytes.AsUInt64() >>> 8).AsByte());
        return Vector128.Create(bytes.ToScalar());
        """);

    /// <summary>All rows, best first: the order in which a kernel tries them. The last has no guard.</summary>
    public static readonly ScanIsa[] All = [Avx512Vbmi, Avx2, Vector128];

    /// <summary>Registers that hold one run of one block.</summary>
    public int RegistersPerBlock => KernelLayout.BlockSize / Width;

    public string Bytes => $"{Vector}<byte>";

    public string Floats => $"{Vector}<float>";

    public string Words => $"{Vector}<ushort>";

    /// <summary>The integer that holds one bit for each byte of a register.</summary>
    public string MaskCast => Width == 64 ? "" : "(ulong)";

    /// <summary>Whether a look-up bounds a byte by its nibbles: no register look-up spans the row.</summary>
    public bool BoundsByNibbles(KernelSpec spec) => !spec.IsPacked && this != Avx512Vbmi;

    /// <summary>Registers of the byte table that look up one run of codes.</summary>
    public int RowRegisters(KernelSpec spec)
        => spec.IsPacked || BoundsByNibbles(spec) ? 2
        : spec.Ksub <= 64 ? 1
        : spec.Ksub <= 128 ? 2
        : 4;

    /// <summary>Bytes of the byte table that look up one run of codes: whole registers, or two rows of 16 that are repeated over registers.</summary>
    public int RowSize(KernelSpec spec) => UsesNibbles(spec) ? 32 : RowRegisters(spec) * Width;

    /// <summary>Whether a code byte is looked up as two nibbles.</summary>
    public bool UsesNibbles(KernelSpec spec) => spec.IsPacked || BoundsByNibbles(spec);

    /// <summary>The expression that loads register <paramref name="part"/> of the row that begins <paramref name="offset"/> bytes behind <c>row</c>.</summary>
    public string LoadRow(KernelSpec spec, int offset, int part)
        => !UsesNibbles(spec) ? Load("row", offset + (part * Width))
        : this == Vector128 ? Load("row", offset + (part * 16))
        : $"{Vector}.Create({Vector128.Load("row", offset + (part * 16))})";

    /// <summary>The expression that loads a register <paramref name="offset"/> elements behind a reference.</summary>
    public string Load(string reference, int offset)
        => offset == 0 ? $"{Vector}.LoadUnsafe(ref {reference})" : $"{Vector}.LoadUnsafe(ref {reference}, {offset})";
}
