using System.Runtime.CompilerServices;

namespace PqGen.Kernels;

/// <summary>How the fast scan looks up one run of codes: which registers hold the run's row of the byte table, and how codes index them.</summary>
/// <typeparam name="TRegister">A register of codes.</typeparam>
/// <typeparam name="TPart">The register or registers that hold a part of a row.</typeparam>
internal interface IScanTable<TRegister, TPart>
    where TRegister : struct
    where TPart : struct
{
    /// <summary>Bytes of the table that one run of codes looks up.</summary>
    static abstract int RowSize { get; }

    /// <summary>Part 0 to 3 of a row; those a row does not have are never read.</summary>
    static abstract TPart Load(ref byte row, int part);

    static abstract TRegister Lookup(TPart t0, TPart t1, TPart t2, TPart t3, TRegister codes);
}

/// <summary>
/// A byte of codes looked up by its nibbles: byte <c>[run][2][16]</c>, first the row of the low nibble, then that of the high one. It is exact for
/// two sub-quantizers of up to 16 centroids in a byte. It is a lower bound for one sub-quantizer whose row q no register look-up spans: B[l] = min
/// over h of q[h, l] - A[h] and A[h] = min over l of q[h, l], so that A[h] + B[l] is at most q[h, l].
/// </summary>
internal readonly struct NibbleTable<TRegister, TLanes, TNibbles> : IScanTable<TRegister, TRegister>
    where TRegister : struct
    where TLanes : struct, IScanLanes<TRegister>
    where TNibbles : struct, IScanNibbles<TRegister>
{
    public static int RowSize => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TRegister Load(ref byte row, int part) =>
        part < 2 ? TLanes.Load16(ref row, (nuint)(part * 16)) : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TRegister Lookup(TRegister t0, TRegister t1, TRegister t2, TRegister t3, TRegister codes) =>
        TNibbles.LookupNibbles(t0, t1, codes);
}

/// <summary>A row in registers, up to 64 centroids: byte <c>[run][64]</c>, exact.</summary>
internal readonly struct RowTable64<TRegister, TPart, TRows> : IScanTable<TRegister, TPart>
    where TRegister : struct
    where TPart : struct
    where TRows : struct, IScanRows<TRegister, TPart>
{
    public static int RowSize => 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TPart Load(ref byte row, int part) => part < 1 ? TRows.Load64(ref row, 0) : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TRegister Lookup(TPart t0, TPart t1, TPart t2, TPart t3, TRegister codes) => TRows.Lookup(t0, codes);
}

/// <summary>A row in registers, up to 128 centroids: byte <c>[run][128]</c>, exact.</summary>
internal readonly struct RowTable128<TRegister, TPart, TRows> : IScanTable<TRegister, TPart>
    where TRegister : struct
    where TPart : struct
    where TRows : struct, IScanRows<TRegister, TPart>
{
    public static int RowSize => 128;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TPart Load(ref byte row, int part) => part < 2 ? TRows.Load64(ref row, (nuint)(part * 64)) : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TRegister Lookup(TPart t0, TPart t1, TPart t2, TPart t3, TRegister codes) => TRows.Lookup(t0, t1, codes);
}

/// <summary>A row in registers, up to 256 centroids: byte <c>[run][256]</c>, exact.</summary>
internal readonly struct RowTable256<TRegister, TPart, TRows> : IScanTable<TRegister, TPart>
    where TRegister : struct
    where TPart : struct
    where TRows : struct, IScanRows<TRegister, TPart>
{
    public static int RowSize => 256;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TPart Load(ref byte row, int part) => TRows.Load64(ref row, (nuint)(part * 64));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TRegister Lookup(TPart t0, TPart t1, TPart t2, TPart t3, TRegister codes) => TRows.Lookup(t0, t1, t2, t3, codes);
}

/// <summary>
/// The least entries of groups of <see cref="KernelLayout.BoundGroup"/> of up to 128 centroids: byte <c>[run][16]</c>, a lower bound.
/// </summary>
internal readonly struct GroupTable128<TRegister, TLanes, TGroups> : IScanTable<TRegister, TRegister>
    where TRegister : struct
    where TLanes : struct, IScanLanes<TRegister>
    where TGroups : struct, IScanGroups<TRegister>
{
    public static int RowSize => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TRegister Load(ref byte row, int part) => part < 1 ? TLanes.Load16(ref row, 0) : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TRegister Lookup(TRegister t0, TRegister t1, TRegister t2, TRegister t3, TRegister codes) => TGroups.LookupGroups(t0, codes);
}

/// <summary>The same of up to 256 centroids: byte <c>[run][32]</c>.</summary>
internal readonly struct GroupTable256<TRegister, TLanes, TGroups> : IScanTable<TRegister, TRegister>
    where TRegister : struct
    where TLanes : struct, IScanLanes<TRegister>
    where TGroups : struct, IScanGroups<TRegister>
{
    public static int RowSize => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TRegister Load(ref byte row, int part) => part < 2 ? TLanes.Load16(ref row, (nuint)(part * 16)) : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TRegister Lookup(TRegister t0, TRegister t1, TRegister t2, TRegister t3, TRegister codes) => TGroups.LookupGroups(t0, t1, codes);
}
