using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PqGen.Kernels;

/// <summary>
/// The operations of the fast scan on one register width. A register holds bytes, or the same bits seen as 16-bit words: word
/// l holds the bytes of vectors 2l (low) and 2l + 1 (high).
/// </summary>
internal interface IScanLanes<TRegister>
    where TRegister : struct
{
    /// <summary>Bytes of a register.</summary>
    static abstract int Width { get; }

    static abstract TRegister Load(ref byte source);

    /// <summary>16 bytes, repeated over the register.</summary>
    static abstract TRegister Load16(ref byte source);

    static abstract TRegister CreateWords(int value);

    static abstract TRegister CreateBytes(int value);

    /// <summary>Sums of bytes, saturating.</summary>
    static abstract TRegister AddBytes(TRegister left, TRegister right);

    static abstract TRegister AddWords(TRegister left, TRegister right);

    /// <summary>The high byte of each word.</summary>
    static abstract TRegister HighBytes(TRegister words);

    /// <summary>words - (highBytes &lt;&lt; 8): what the low bytes of the words have summed to.</summary>
    static abstract TRegister LowSums(TRegister words, TRegister highBytes);

    /// <summary>sums + ((terms * factor) >> 16), saturating.</summary>
    static abstract TRegister AddTerms(TRegister sums, TRegister terms, TRegister factor);

    /// <summary>Entry <c>codes[l] &amp; 15</c> of a repeated row of 16, plus entry <c>codes[l] >> 4</c> of another, saturating.</summary>
    static abstract TRegister LookupNibbles(TRegister lowRow, TRegister highRow, TRegister codes);

    /// <summary>Writes Width bits: for each vector, in order, whether its word is at most the threshold.</summary>
    static abstract void StoreSurvivors(TRegister evens, TRegister odds, TRegister threshold, ref byte survivors);

    /// <summary>Writes Width bits: for each vector, in order, whether its byte is at most the threshold.</summary>
    static abstract void StoreSurvivors(TRegister bytes, TRegister threshold, ref byte survivors);
}

/// <summary>Cross-platform operations: every processor, Arm64 included.</summary>
internal readonly struct ScanLanes128 : IScanLanes<Vector128<byte>>
{
    public static int Width => 16;

    public static Vector128<byte> Load(ref byte source) => Vector128.LoadUnsafe(ref source);

    public static Vector128<byte> Load16(ref byte source) => Vector128.LoadUnsafe(ref source);

    public static Vector128<byte> CreateWords(int value) => Vector128.Create((ushort)value).AsByte();

    public static Vector128<byte> CreateBytes(int value) => Vector128.Create((byte)value);

    public static Vector128<byte> AddBytes(Vector128<byte> left, Vector128<byte> right) => Vector128.AddSaturate(left, right);

    public static Vector128<byte> AddWords(Vector128<byte> left, Vector128<byte> right)
        => (left.AsUInt16() + right.AsUInt16()).AsByte();

    public static Vector128<byte> HighBytes(Vector128<byte> words) => (words.AsUInt16() >>> 8).AsByte();

    public static Vector128<byte> LowSums(Vector128<byte> words, Vector128<byte> highBytes)
        => (words.AsUInt16() - (highBytes.AsUInt16() << 8)).AsByte();

    public static Vector128<byte> AddTerms(Vector128<byte> sums, Vector128<byte> terms, Vector128<byte> factor)
    {
        var (low, high) = Vector128.Widen(terms.AsUInt16());
        var wideFactor = Vector128.WidenLower(factor.AsUInt16());
        var products = Vector128.Narrow((low * wideFactor) >>> 16, (high * wideFactor) >>> 16);
        return Vector128.AddSaturate(sums.AsUInt16(), products).AsByte();
    }

    public static Vector128<byte> LookupNibbles(Vector128<byte> lowRow, Vector128<byte> highRow, Vector128<byte> codes)
        => Vector128.AddSaturate(Vector128.ShuffleNative(lowRow, codes & Vector128.Create((byte)15)), Vector128.ShuffleNative(highRow, codes >>> 4));

    public static void StoreSurvivors(Vector128<byte> evens, Vector128<byte> odds, Vector128<byte> threshold, ref byte survivors)
    {
        var even = Vector128.LessThanOrEqual(evens.AsUInt16(), threshold.AsUInt16());
        var odd = Vector128.LessThanOrEqual(odds.AsUInt16(), threshold.AsUInt16());
        var mask = Vector128.ConditionalSelect(Vector128.Create((ushort)0x00FF), even, odd).AsByte().ExtractMostSignificantBits();
        Unsafe.WriteUnaligned(ref survivors, (ushort)mask);
    }

    public static void StoreSurvivors(Vector128<byte> bytes, Vector128<byte> threshold, ref byte survivors)
        => Unsafe.WriteUnaligned(ref survivors, (ushort)Vector128.LessThanOrEqual(bytes, threshold).ExtractMostSignificantBits());
}

/// <summary>AVX2.</summary>
internal readonly struct ScanLanes256 : IScanLanes<Vector256<byte>>
{
    public static int Width => 32;

    public static Vector256<byte> Load(ref byte source) => Vector256.LoadUnsafe(ref source);

    public static Vector256<byte> Load16(ref byte source) => Vector256.Create(Vector128.LoadUnsafe(ref source));

    public static Vector256<byte> CreateWords(int value) => Vector256.Create((ushort)value).AsByte();

    public static Vector256<byte> CreateBytes(int value) => Vector256.Create((byte)value);

    public static Vector256<byte> AddBytes(Vector256<byte> left, Vector256<byte> right) => Vector256.AddSaturate(left, right);

    public static Vector256<byte> AddWords(Vector256<byte> left, Vector256<byte> right)
        => (left.AsUInt16() + right.AsUInt16()).AsByte();

    public static Vector256<byte> HighBytes(Vector256<byte> words) => (words.AsUInt16() >>> 8).AsByte();

    public static Vector256<byte> LowSums(Vector256<byte> words, Vector256<byte> highBytes)
        => (words.AsUInt16() - (highBytes.AsUInt16() << 8)).AsByte();

    public static Vector256<byte> AddTerms(Vector256<byte> sums, Vector256<byte> terms, Vector256<byte> factor)
        => Avx2.AddSaturate(sums.AsUInt16(), Avx2.MultiplyHigh(terms.AsUInt16(), factor.AsUInt16())).AsByte();

    public static Vector256<byte> LookupNibbles(Vector256<byte> lowRow, Vector256<byte> highRow, Vector256<byte> codes)
    {
        var nibble = Vector256.Create((byte)15);
        return Avx2.AddSaturate(Avx2.Shuffle(lowRow, codes & nibble), Avx2.Shuffle(highRow, (codes.AsUInt16() >>> 4).AsByte() & nibble));
    }

    public static void StoreSurvivors(Vector256<byte> evens, Vector256<byte> odds, Vector256<byte> threshold, ref byte survivors)
    {
        var even = Vector256.LessThanOrEqual(evens.AsUInt16(), threshold.AsUInt16());
        var odd = Vector256.LessThanOrEqual(odds.AsUInt16(), threshold.AsUInt16());
        var mask = Vector256.ConditionalSelect(Vector256.Create((ushort)0x00FF), even, odd).AsByte().ExtractMostSignificantBits();
        Unsafe.WriteUnaligned(ref survivors, mask);
    }

    public static void StoreSurvivors(Vector256<byte> bytes, Vector256<byte> threshold, ref byte survivors)
        => Unsafe.WriteUnaligned(ref survivors, Vector256.LessThanOrEqual(bytes, threshold).ExtractMostSignificantBits());
}

/// <summary>AVX-512 VBMI. Look-ups span 64 entries, so that a repeated row of 16 needs no masks.</summary>
internal readonly struct ScanLanes512 : IScanLanes<Vector512<byte>>
{
    public static int Width => 64;

    public static Vector512<byte> Load(ref byte source) => Vector512.LoadUnsafe(ref source);

    public static Vector512<byte> Load16(ref byte source) => Vector512.Create(Vector128.LoadUnsafe(ref source));

    public static Vector512<byte> CreateWords(int value) => Vector512.Create((ushort)value).AsByte();

    public static Vector512<byte> CreateBytes(int value) => Vector512.Create((byte)value);

    public static Vector512<byte> AddBytes(Vector512<byte> left, Vector512<byte> right) => Vector512.AddSaturate(left, right);

    public static Vector512<byte> AddWords(Vector512<byte> left, Vector512<byte> right)
        => (left.AsUInt16() + right.AsUInt16()).AsByte();

    public static Vector512<byte> HighBytes(Vector512<byte> words) => (words.AsUInt16() >>> 8).AsByte();

    public static Vector512<byte> LowSums(Vector512<byte> words, Vector512<byte> highBytes)
        => (words.AsUInt16() - (highBytes.AsUInt16() << 8)).AsByte();

    public static Vector512<byte> AddTerms(Vector512<byte> sums, Vector512<byte> terms, Vector512<byte> factor)
        => Avx512BW.AddSaturate(sums.AsUInt16(), Avx512BW.MultiplyHigh(terms.AsUInt16(), factor.AsUInt16())).AsByte();

    public static Vector512<byte> LookupNibbles(Vector512<byte> lowRow, Vector512<byte> highRow, Vector512<byte> codes)
        => Avx512BW.AddSaturate(Avx512Vbmi.PermuteVar64x8(lowRow, codes), Avx512Vbmi.PermuteVar64x8(highRow, (codes.AsUInt16() >>> 4).AsByte()));

    public static void StoreSurvivors(Vector512<byte> evens, Vector512<byte> odds, Vector512<byte> threshold, ref byte survivors)
    {
        var even = Vector512.LessThanOrEqual(evens.AsUInt16(), threshold.AsUInt16());
        var odd = Vector512.LessThanOrEqual(odds.AsUInt16(), threshold.AsUInt16());
        var mask = Vector512.ConditionalSelect(Vector512.Create((ushort)0x00FF), even, odd).AsByte().ExtractMostSignificantBits();
        Unsafe.WriteUnaligned(ref survivors, mask);
    }

    public static void StoreSurvivors(Vector512<byte> bytes, Vector512<byte> threshold, ref byte survivors)
        => Unsafe.WriteUnaligned(ref survivors, Vector512.LessThanOrEqual(bytes, threshold).ExtractMostSignificantBits());
}
