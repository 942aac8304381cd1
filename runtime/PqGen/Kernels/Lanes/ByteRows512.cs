using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PqGen.Kernels;

/// <summary>
/// Look-ups in 512 bits by permutations of bytes: <see cref="InstructionSets.Avx512Vbmi"/>. They span 64 entries, so that a repeated row of 16 needs
/// no masks.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct ByteRows512 : IScanNibbles<Vector512<byte>>, IScanRows<Vector512<byte>, Vector512<byte>>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LookupNibbles(Vector512<byte> lowRow, Vector512<byte> highRow, Vector512<byte> codes) =>
        Avx512BW.AddSaturate(Avx512Vbmi.PermuteVar64x8(lowRow, codes), Avx512Vbmi.PermuteVar64x8(highRow, (codes.AsUInt16() >>> 4).AsByte()));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Load64(ref byte row, nuint offset) => Vector512.LoadUnsafe(ref row, offset);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Lookup(Vector512<byte> row0, Vector512<byte> codes) => Avx512Vbmi.PermuteVar64x8(row0, codes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Lookup(Vector512<byte> row0, Vector512<byte> row1, Vector512<byte> codes) =>
        Avx512Vbmi.PermuteVar64x8x2(row0, codes, row1);

    /// <inheritdoc/>
    /// <remarks>Seven bits look up either half of the row, the eighth chooses between them.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Lookup(
        Vector512<byte> row0, Vector512<byte> row1, Vector512<byte> row2, Vector512<byte> row3, Vector512<byte> codes) =>
        Avx512BW.BlendVariable(Avx512Vbmi.PermuteVar64x8x2(row0, codes, row1), Avx512Vbmi.PermuteVar64x8x2(row2, codes, row3), codes);
}
