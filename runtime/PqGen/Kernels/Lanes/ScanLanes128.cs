using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using Table64 = (
    System.Runtime.Intrinsics.Vector128<byte>, System.Runtime.Intrinsics.Vector128<byte>,
    System.Runtime.Intrinsics.Vector128<byte>, System.Runtime.Intrinsics.Vector128<byte>);

namespace PqGen.Kernels;

/// <summary>128 bits in cross-platform operations: every processor. Look-ups in whole rows are <see cref="InstructionSets.AdvSimd"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct ScanLanes128 : IScanLanes<Vector128<byte>>, IScanNibbles<Vector128<byte>>, IScanRows<Vector128<byte>, Table64>
{
    /// <inheritdoc/>
    public static int Width => 16;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Load(ref byte source) => Vector128.LoadUnsafe(ref source);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<byte> bytes, ref byte destination) => bytes.StoreUnsafe(ref destination);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Load16(ref byte row, nuint offset) => Vector128.LoadUnsafe(ref row, offset);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> CreateWords(int value) => Vector128.Create((ushort)value).AsByte();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> CreateBytes(int value) => Vector128.Create((byte)value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddBytes(Vector128<byte> left, Vector128<byte> right) => Vector128.AddSaturate(left, right);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddWords(Vector128<byte> left, Vector128<byte> right) => (left.AsUInt16() + right.AsUInt16()).AsByte();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddHighBytes(Vector128<byte> left, Vector128<byte> right) => (left.AsUInt16() + (right.AsUInt16() >>> 8)).AsByte();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LowBytes(Vector128<byte> words) => (words.AsUInt16() & Vector128.Create((ushort)0x00FF)).AsByte();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> HighBytes(Vector128<byte> words) => (words.AsUInt16() >>> 8).AsByte();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LowSums(Vector128<byte> words, Vector128<byte> highBytes) =>
        (words.AsUInt16() - (highBytes.AsUInt16() << 8)).AsByte();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddTerms(Vector128<byte> sums, Vector128<byte> terms, Vector128<byte> factor)
    {
        var (low, high) = Vector128.Widen(terms.AsUInt16());
        var wideFactor = Vector128.WidenLower(factor.AsUInt16());
        return Vector128.AddSaturate(sums.AsUInt16(), Vector128.Narrow((low * wideFactor) >>> 16, (high * wideFactor) >>> 16)).AsByte();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LookupNibbles(Vector128<byte> lowRow, Vector128<byte> highRow, Vector128<byte> codes) =>
        Vector128.AddSaturate(Vector128.ShuffleNative(lowRow, codes & Vector128.Create((byte)15)), Vector128.ShuffleNative(highRow, codes >>> 4));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Table64 Load64(ref byte row, nuint offset) => (
        Vector128.LoadUnsafe(ref row, offset), Vector128.LoadUnsafe(ref row, offset + 16),
        Vector128.LoadUnsafe(ref row, offset + 32), Vector128.LoadUnsafe(ref row, offset + 48));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Lookup(Table64 row0, Vector128<byte> codes) => AdvSimd.Arm64.VectorTableLookup(row0, codes);

    /// <inheritdoc/>
    /// <remarks>A code that lies in no table changes nothing: less 64, each code lies in one of the two.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Lookup(Table64 row0, Table64 row1, Vector128<byte> codes) =>
        AdvSimd.Arm64.VectorTableLookupExtension(Lookup(row0, codes), row1, codes - Vector128.Create((byte)64));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Lookup(Table64 row0, Table64 row1, Table64 row2, Table64 row3, Vector128<byte> codes)
    {
        var entries = Lookup(row0, row1, codes);
        entries = AdvSimd.Arm64.VectorTableLookupExtension(entries, row2, codes - Vector128.Create((byte)128));
        return AdvSimd.Arm64.VectorTableLookupExtension(entries, row3, codes - Vector128.Create((byte)192));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong AtMost(Vector128<byte> bytes, Vector128<byte> limit) => Vector128.LessThanOrEqual(bytes, limit).ExtractMostSignificantBits();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong AtMost(Vector128<byte> evens, Vector128<byte> odds, Vector128<byte> limit)
    {
        var even = Vector128.LessThanOrEqual(evens.AsUInt16(), limit.AsUInt16());
        var odd = Vector128.LessThanOrEqual(odds.AsUInt16(), limit.AsUInt16());
        return Vector128.ConditionalSelect(Vector128.Create((ushort)0x00FF), even, odd).AsByte().ExtractMostSignificantBits();
    }

    /// <inheritdoc cref="ScanSurvivors.OfBytes"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Survivors(
        Vector128<byte> bytes,
        ref ushort terms,
        nint lane,
        Vector128<byte> factor,
        Vector128<byte> limit,
        Vector128<byte> byteLimit,
        ref ushort bounds) =>
        ScanSurvivors.OfBytes<Vector128<byte>, ScanLanes128>(bytes, ref terms, lane, factor, limit, byteLimit, ref bounds);

    /// <inheritdoc cref="ScanSurvivors.OfWords"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Survivors(
        Vector128<byte> sums, Vector128<byte> odds, ref ushort terms, nint lane, Vector128<byte> factor, Vector128<byte> limit, ref ushort bounds) =>
        ScanSurvivors.OfWords<Vector128<byte>, ScanLanes128>(sums, odds, ref terms, lane, factor, limit, ref bounds);
}
