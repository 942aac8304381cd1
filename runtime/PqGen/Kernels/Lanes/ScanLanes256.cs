using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PqGen.Kernels;

/// <summary>256 bits: <see cref="InstructionSets.Avx2"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct ScanLanes256 : IScanLanes<Vector256<byte>>, IScanNibbles<Vector256<byte>>
{
    /// <inheritdoc/>
    public static int Width => 32;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load(ref byte source) => Vector256.LoadUnsafe(ref source);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<byte> bytes, ref byte destination) => bytes.StoreUnsafe(ref destination);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector256<byte> Load16(ref byte row, nuint offset) =>
        Avx2.BroadcastVector128ToVector256((byte*)Unsafe.AsPointer(ref Unsafe.Add(ref row, offset)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> CreateWords(int value) => Vector256.Create((ushort)value).AsByte();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> CreateBytes(int value) => Vector256.Create((byte)value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> AddBytes(Vector256<byte> left, Vector256<byte> right) => Vector256.AddSaturate(left, right);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> AddWords(Vector256<byte> left, Vector256<byte> right) => (left.AsUInt16() + right.AsUInt16()).AsByte();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> AddHighBytes(Vector256<byte> left, Vector256<byte> right) => (left.AsUInt16() + (right.AsUInt16() >>> 8)).AsByte();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LowBytes(Vector256<byte> words) => (words.AsUInt16() & Vector256.Create((ushort)0x00FF)).AsByte();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> HighBytes(Vector256<byte> words) => (words.AsUInt16() >>> 8).AsByte();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LowSums(Vector256<byte> words, Vector256<byte> highBytes) =>
        (words.AsUInt16() - (highBytes.AsUInt16() << 8)).AsByte();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> AddTerms(Vector256<byte> sums, Vector256<byte> terms, Vector256<byte> factor) =>
        Avx2.AddSaturate(sums.AsUInt16(), Avx2.MultiplyHigh(terms.AsUInt16(), factor.AsUInt16())).AsByte();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LookupNibbles(Vector256<byte> lowRow, Vector256<byte> highRow, Vector256<byte> codes)
    {
        var nibble = Vector256.Create((byte)15);
        return Avx2.AddSaturate(Avx2.Shuffle(lowRow, codes & nibble), Avx2.Shuffle(highRow, (codes.AsUInt16() >>> 4).AsByte() & nibble));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong AtMost(Vector256<byte> bytes, Vector256<byte> limit) => Vector256.LessThanOrEqual(bytes, limit).ExtractMostSignificantBits();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong AtMost(Vector256<byte> evens, Vector256<byte> odds, Vector256<byte> limit)
    {
        var even = Vector256.LessThanOrEqual(evens.AsUInt16(), limit.AsUInt16());
        var odd = Vector256.LessThanOrEqual(odds.AsUInt16(), limit.AsUInt16());
        return Vector256.ConditionalSelect(Vector256.Create((ushort)0x00FF), even, odd).AsByte().ExtractMostSignificantBits();
    }

    /// <inheritdoc cref="ScanSurvivors.OfBytes"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Survivors(
        Vector256<byte> bytes,
        ref ushort terms,
        nint lane,
        Vector256<byte> factor,
        Vector256<byte> limit,
        Vector256<byte> byteLimit,
        ref ushort bounds) =>
        ScanSurvivors.OfBytes<Vector256<byte>, ScanLanes256>(bytes, ref terms, lane, factor, limit, byteLimit, ref bounds);

    /// <inheritdoc cref="ScanSurvivors.OfWords"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Survivors(
        Vector256<byte> sums, Vector256<byte> odds, ref ushort terms, nint lane, Vector256<byte> factor, Vector256<byte> limit, ref ushort bounds) =>
        ScanSurvivors.OfWords<Vector256<byte>, ScanLanes256>(sums, odds, ref terms, lane, factor, limit, ref bounds);
}
