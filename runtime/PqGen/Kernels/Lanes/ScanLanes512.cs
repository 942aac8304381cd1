using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PqGen.Kernels;

/// <summary>
/// 512 bits: <see cref="InstructionSets.Avx512"/>. Look-ups are those of <see cref="ByteRows512"/> or of <see cref="WordRows512"/>.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct ScanLanes512 : IScanLanes<Vector512<byte>>
{
    /// <inheritdoc/>
    public static int Width => 64;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Load(ref byte source) => Vector512.LoadUnsafe(ref source);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<byte> bytes, ref byte destination) => bytes.StoreUnsafe(ref destination);

    /// <inheritdoc/>
    /// <remarks>One load. <c>Vector512.Create</c> of 128 bits would be two insertions that wait for each other.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector512<byte> Load16(ref byte row, nuint offset) =>
        Avx512F.BroadcastVector128ToVector512((int*)Unsafe.AsPointer(ref Unsafe.Add(ref row, offset))).AsByte();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> CreateWords(int value) => Vector512.Create((ushort)value).AsByte();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> CreateBytes(int value) => Vector512.Create((byte)value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddBytes(Vector512<byte> left, Vector512<byte> right) => Vector512.AddSaturate(left, right);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddWords(Vector512<byte> left, Vector512<byte> right) => (left.AsUInt16() + right.AsUInt16()).AsByte();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddHighBytes(Vector512<byte> left, Vector512<byte> right) => (left.AsUInt16() + (right.AsUInt16() >>> 8)).AsByte();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LowBytes(Vector512<byte> words) => (words.AsUInt16() & Vector512.Create((ushort)0x00FF)).AsByte();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> HighBytes(Vector512<byte> words) => (words.AsUInt16() >>> 8).AsByte();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LowSums(Vector512<byte> words, Vector512<byte> highBytes) =>
        (words.AsUInt16() - (highBytes.AsUInt16() << 8)).AsByte();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddTerms(Vector512<byte> sums, Vector512<byte> terms, Vector512<byte> factor) =>
        Avx512BW.AddSaturate(sums.AsUInt16(), Avx512BW.MultiplyHigh(terms.AsUInt16(), factor.AsUInt16())).AsByte();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong AtMost(Vector512<byte> bytes, Vector512<byte> limit) => Vector512.LessThanOrEqual(bytes, limit).ExtractMostSignificantBits();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong AtMost(Vector512<byte> evens, Vector512<byte> odds, Vector512<byte> limit)
    {
        var even = Vector512.LessThanOrEqual(evens.AsUInt16(), limit.AsUInt16());
        var odd = Vector512.LessThanOrEqual(odds.AsUInt16(), limit.AsUInt16());
        return Vector512.ConditionalSelect(Vector512.Create((ushort)0x00FF), even, odd).AsByte().ExtractMostSignificantBits();
    }

    /// <inheritdoc cref="ScanSurvivors.OfBytes"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Survivors(
        Vector512<byte> bytes,
        ref ushort terms,
        nint lane,
        Vector512<byte> factor,
        Vector512<byte> limit,
        Vector512<byte> byteLimit,
        ref ushort bounds) =>
        ScanSurvivors.OfBytes<Vector512<byte>, ScanLanes512>(bytes, ref terms, lane, factor, limit, byteLimit, ref bounds);

    /// <inheritdoc cref="ScanSurvivors.OfWords"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Survivors(
        Vector512<byte> sums, Vector512<byte> odds, ref ushort terms, nint lane, Vector512<byte> factor, Vector512<byte> limit, ref ushort bounds) =>
        ScanSurvivors.OfWords<Vector512<byte>, ScanLanes512>(sums, odds, ref terms, lane, factor, limit, ref bounds);
}
