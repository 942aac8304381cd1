using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PqGen.Kernels;

/// <summary>
/// Look-ups in 512 bits by permutations of words: <see cref="InstructionSets.Avx512"/>, which has none of bytes. A word holds two entries. The codes
/// of even vectors are looked up as words, then those of odd ones: bit 0 of a code says which byte of its word it is, the bits above it say which
/// word.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct WordRows512 : IScanNibbles<Vector512<byte>>, IScanRows<Vector512<byte>, Vector512<byte>>, IScanGroups<Vector512<byte>>
{
    /// <summary>For each byte the place of its word's first byte, in each 128 bits.</summary>
    /// <remarks>Written out, it is a constant. Made of 128 bits, it is put together anew for each look-up, in a register of its own.</remarks>
    private static Vector512<byte> WordPlaces
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create(
            0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 12, 12, 14, 14,
            0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 12, 12, 14, 14,
            0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 12, 12, 14, 14,
            0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 12, 12, 14, (byte)14);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LookupNibbles(Vector512<byte> lowRow, Vector512<byte> highRow, Vector512<byte> codes)
    {
        var nibble = Vector512.Create((byte)15);
        return Avx512BW.AddSaturate(Avx512BW.Shuffle(lowRow, codes & nibble), Avx512BW.Shuffle(highRow, (codes.AsUInt16() >>> 4).AsByte() & nibble));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Load64(ref byte row, nuint offset) => Vector512.LoadUnsafe(ref row, offset);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Lookup(Vector512<byte> row0, Vector512<byte> codes) => BytesOf(
        Avx512BW.PermuteVar32x16(row0.AsUInt16(), codes.AsUInt16() >>> 1), Avx512BW.PermuteVar32x16(row0.AsUInt16(), codes.AsUInt16() >>> 9), codes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Lookup(Vector512<byte> row0, Vector512<byte> row1, Vector512<byte> codes) =>
        BytesOf(Words(row0, row1, codes.AsUInt16() >>> 1), Words(row0, row1, codes.AsUInt16() >>> 9), codes);

    /// <inheritdoc/>
    /// <remarks>Six bits look up the words of either half of the row, the topmost chooses between them.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Lookup(
        Vector512<byte> row0, Vector512<byte> row1, Vector512<byte> row2, Vector512<byte> row3, Vector512<byte> codes)
    {
        var words = codes.AsUInt16();
        var (even, odd) = (words >>> 1, words >>> 9);
        return BytesOf(
            Avx512BW.BlendVariable(Words(row0, row1, even), Words(row2, row3, even), words << 8),
            Avx512BW.BlendVariable(Words(row0, row1, odd), Words(row2, row3, odd), words),
            codes);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LookupGroups(Vector512<byte> table, Vector512<byte> codes) => Avx512BW.Shuffle(table, Groups(codes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LookupGroups(Vector512<byte> table0, Vector512<byte> table1, Vector512<byte> codes)
    {
        var groups = Groups(codes);
        return Avx512BW.BlendVariable(Avx512BW.Shuffle(table0, groups), Avx512BW.Shuffle(table1, groups), codes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Groups(Vector512<byte> codes) => (codes.AsUInt16() >>> 3).AsByte() & Vector512.Create((byte)15);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ushort> Words(Vector512<byte> row0, Vector512<byte> row1, Vector512<ushort> places) =>
        Avx512BW.PermuteVar32x16x2(row0.AsUInt16(), places, row1.AsUInt16());

    /// <summary>Of the words that hold the entries of even vectors, and of those of odd ones, the bytes that bit 0 of the codes says.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> BytesOf(Vector512<ushort> evens, Vector512<ushort> odds, Vector512<byte> codes)
    {
        var places = (codes & Vector512<byte>.One) | WordPlaces;
        return Vector512.ConditionalSelect(
            Vector512.Create((ushort)0x00FF),
            Avx512BW.Shuffle(evens.AsByte(), places).AsUInt16(),
            Avx512BW.Shuffle(odds.AsByte(), places).AsUInt16()).AsByte();
    }
}
