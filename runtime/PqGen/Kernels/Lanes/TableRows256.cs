using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PqGen.Kernels;

/// <summary>
/// Look-ups in 256 bits by shuffles in tables of 16 entries: <see cref="InstructionSets.Avx2"/>. A row is as many tables as its entries take; in each
/// group of four the first is kept as it is, each other as what tells it from the one before, so that entries add up by exclusive or: a shuffle
/// gives 0 where its index is negative, and table t is asked for code - 16 t.
/// </summary>
/// <remarks>Blends by two bits of the code instead of the logic were slower: 474 M vectors of 16 codes a second where this does 590 M (Zen
/// 4).</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct TableRows256 : IScanRows<Vector256<byte>, nint>, IScanGroups<Vector256<byte>>
{
    /// <summary>Tables whose differences are kept.</summary>
    public const int Group = 4;

    /// <inheritdoc/>
    /// <remarks>Its address: more tables than there are registers are read where they are needed.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe nint Load64(ref byte row, nuint offset) => (nint)Unsafe.AsPointer(ref Unsafe.Add(ref row, offset));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Lookup(nint row0, Vector256<byte> codes) => Lookup(row0, 4, codes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Lookup(nint row0, nint row1, Vector256<byte> codes) => Lookup(row0, 8, codes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Lookup(nint row0, nint row1, nint row2, nint row3, Vector256<byte> codes) => Lookup(row0, 16, codes);

    /// <summary>The entries of codes below 16 times the tables.</summary>
    /// <param name="row">The address of a row.</param>
    /// <param name="tables">Tables of 16 entries, 2 to 16: a literal, which says how many shuffles there are.</param>
    /// <param name="codes">The codes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Lookup(nint row, int tables, Vector256<byte> codes)
    {
        var next = Vector256.Create((byte)16);
        var index0 = tables > Group ? codes & Vector256.Create((byte)63) : codes;
        var index1 = index0 - next;
        var index2 = index1 - next;
        var index3 = index2 - next;
        var entries = LookupFour(row, tables, index0, index1, index2, index3);
        if (tables > 4)
        {
            // Bit 6 of the codes chooses between fours, bit 7 between eights.
            var bit6 = (codes.AsUInt16() << 1).AsByte();
            entries = Avx2.BlendVariable(entries, LookupFour(row + 64, tables - 4, index0, index1, index2, index3), bit6);
            if (tables > 8)
            {
                var upper = LookupFour(row + 128, tables - 8, index0, index1, index2, index3);
                if (tables > 12)
                {
                    upper = Avx2.BlendVariable(upper, LookupFour(row + 192, tables - 12, index0, index1, index2, index3), bit6);
                }

                entries = Avx2.BlendVariable(entries, upper, codes);
            }
        }

        return entries;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LookupGroups(Vector256<byte> table, Vector256<byte> codes) => Avx2.Shuffle(table, Groups(codes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LookupGroups(Vector256<byte> table0, Vector256<byte> table1, Vector256<byte> codes)
    {
        var groups = Groups(codes);
        return Avx2.BlendVariable(Avx2.Shuffle(table0, groups), Avx2.Shuffle(table1, groups), codes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Groups(Vector256<byte> codes) => (codes.AsUInt16() >>> 3).AsByte() & Vector256.Create((byte)15);

    /// <summary>The entries in up to four tables; from the second on an index tells how far a code lies behind the table's first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> LookupFour(
        nint row, int tables, Vector256<byte> index0, Vector256<byte> index1, Vector256<byte> index2, Vector256<byte> index3)
    {
        var entries = Avx2.Shuffle(Table(row), index0);
        if (tables > 1)
        {
            entries ^= Avx2.Shuffle(Table(row + 16), index1);
        }

        if (tables > 2)
        {
            entries ^= Avx2.Shuffle(Table(row + 32), index2);
        }

        if (tables > 3)
        {
            entries ^= Avx2.Shuffle(Table(row + 48), index3);
        }

        return entries;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector256<byte> Table(nint address) => Avx2.BroadcastVector128ToVector256((byte*)address);
}
