using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Table64 = (
    System.Runtime.Intrinsics.Vector128<byte>, System.Runtime.Intrinsics.Vector128<byte>,
    System.Runtime.Intrinsics.Vector128<byte>, System.Runtime.Intrinsics.Vector128<byte>);

namespace PqGen.Kernels;

/// <content>The fast scan: byte tables and the marking of survivors.</content>
internal readonly partial struct GenericKernels
{
    /// <inheritdoc cref="IVectorKernels.Path"/>
    [SuppressMessage("Performance", "CA1822", Justification = "A member of the kernel contract.")]
    public KernelPath Path => InstructionSets.Best;

    /// <inheritdoc cref="IPqKernels.ByteTableSize"/>
    public int ByteTableSize => CodeSize * (BoundRowSize + ByteRowSize);

    private int CodeSize => KernelLayout.CodeSize(M, Ksub);

    private bool IsPacked => Ksub <= KernelLayout.MaxPackedKsub;

    /// <summary>Whether rows are tables of 16 entries.</summary>
    private static bool HasTables => InstructionSets.Avx2 && !InstructionSets.Avx512;

    /// <summary>Bytes of the byte table that one run of codes looks up.</summary>
    private int ByteRowSize
        => IsPacked || !InstructionSets.ByteLookups ? 32
        : Ksub <= 64 ? 64
        : Ksub <= 128 ? 128
        : 256;

    /// <summary>
    /// Bytes of the byte table that bound one run of codes by groups of them, before they are looked up; 0 where all are looked up straight away.
    /// </summary>
    private int BoundRowSize
        => !_boundsFirst || !InstructionSets.Avx2 || InstructionSets.Avx512Vbmi || Ksub <= KernelLayout.MaxUnboundedKsub ? 0
        : Ksub <= 128 ? 16
        : 32;

    /// <inheritdoc cref="IPqKernels.QuantizeTable"/>
    public TableScale QuantizeTable(ref float table, float largestStep, bool saturates, ref byte byteTable)
    {
        var paddedKsub = KernelLayout.PaddedKsub(Ksub);
        Span<float> minima = stackalloc float[M];
        var scale = ByteTableQuantizer.Measure(ref table, paddedKsub, RunsPerByteSum * (IsPacked ? 2 : 1), largestStep, saturates, minima);
        var inverse = scale.Step == 0 ? 0 : 1 / scale.Step;
        if (IsPacked)
        {
            ByteTableQuantizer.WritePacked(ref table, minima, inverse, ref byteTable);
        }
        else if (InstructionSets.ByteLookups)
        {
            if (BoundRowSize > 0)
            {
                ByteTableQuantizer.WriteGroupBounds(ref table, paddedKsub, minima, inverse, ref byteTable, BoundRowSize);
            }

            ByteTableQuantizer.WriteRows(ref table, paddedKsub, minima, inverse, ref Rows(ref byteTable), ByteRowSize, HasTables);
        }
        else
        {
            ByteTableQuantizer.WriteNibbleBounds(ref table, paddedKsub, minima, inverse, ref byteTable);
        }

        return scale;
    }

    /// <inheritdoc cref="IPqKernels.ScanBlocks(ref byte, ref byte, int, int, ref ulong)"/>
    public void ScanBlocks(ref byte byteTable, ref byte blocks, int blockCount, int threshold, ref ulong survivors)
        => ScanBlocks(
            ref byteTable, ref blocks, ref Unsafe.NullRef<ushort>(), blockCount, 0, threshold, ref survivors, ref Unsafe.NullRef<ushort>());

    /// <inheritdoc cref="IPqKernels.ScanBlocks(ref byte, ref byte, ref ushort, int, int, int, ref ulong, ref ushort)"/>
    public void ScanBlocks(
        ref byte byteTable,
        ref byte blocks,
        ref ushort terms,
        int blockCount,
        int termFactor,
        int threshold,
        ref ulong survivors,
        ref ushort bounds)
    {
        var scanned = new ScannedBlocks(ref blocks, ref terms, blockCount, termFactor, threshold, ref survivors, ref bounds);
        if (InstructionSets.Avx512Vbmi)
        {
            Scan<Vector512<byte>, Vector512<byte>, ScanLanes512, ByteRows512, ByteRows512>(ref byteTable, scanned);
        }
        else if (InstructionSets.Avx512)
        {
            ScanBounded<Vector512<byte>, Vector512<byte>, ScanLanes512, WordRows512, WordRows512, WordRows512>(ref byteTable, scanned);
        }
        else if (InstructionSets.Avx2)
        {
            ScanBounded<Vector256<byte>, nint, ScanLanes256, TableRows256, ScanLanes256, TableRows256>(ref byteTable, scanned);
        }
        else if (InstructionSets.AdvSimd)
        {
            Scan<Vector128<byte>, Table64, ScanLanes128, ScanLanes128, ScanLanes128>(ref byteTable, scanned);
        }
        else
        {
            ScanNibbles<Vector128<byte>, ScanLanes128, ScanLanes128>(ref byteTable, scanned);
        }
    }

    /// <summary>The rows of a byte table, behind the bounds.</summary>
    private ref byte Rows(ref byte byteTable) => ref Unsafe.Add(ref byteTable, CodeSize * BoundRowSize);

    /// <summary>Bounds by groups of codes, then exact look-ups of tiles of which these leave too many vectors; or all straight away.</summary>
    private void ScanBounded<TRegister, TPart, TLanes, TRows, TNibbles, TGroups>(ref byte byteTable, ScannedBlocks scanned)
        where TRegister : struct
        where TPart : struct
        where TLanes : struct, IScanLanes<TRegister>
        where TRows : struct, IScanRows<TRegister, TPart>
        where TNibbles : struct, IScanNibbles<TRegister>
        where TGroups : struct, IScanGroups<TRegister>
    {
        if (BoundRowSize == 0)
        {
            Scan<TRegister, TPart, TLanes, TRows, TNibbles>(ref byteTable, scanned);
            return;
        }

        const int Step = KernelLayout.TileBlocks;
        var first = Math.Min(Step, scanned.Count);
        BoundGroups<TRegister, TLanes, TGroups>(ref byteTable, scanned, 0, first);
        if (ScanSurvivors.AreMost(ref scanned.Survivors, first))
        {
            ScanRows<TRegister, TPart, TLanes, TRows>(ref Rows(ref byteTable), scanned, 0, scanned.Count);
            return;
        }

        BoundGroups<TRegister, TLanes, TGroups>(ref byteTable, scanned, first, scanned.Count);
        for (var block = 0; block < scanned.Count; block += Step)
        {
            var end = Math.Min(block + Step, scanned.Count);
            if (ScanSurvivors.AreMany(ref Unsafe.Add(ref scanned.Survivors, block), end - block))
            {
                ScanRows<TRegister, TPart, TLanes, TRows>(ref Rows(ref byteTable), scanned, block, end);
            }
        }
    }

    private void BoundGroups<TRegister, TLanes, TGroups>(ref byte bounds, ScannedBlocks scanned, int first, int end)
        where TRegister : struct
        where TLanes : struct, IScanLanes<TRegister>
        where TGroups : struct, IScanGroups<TRegister>
    {
        if (Ksub <= 128)
        {
            Scan<TRegister, TRegister, TLanes, GroupTable128<TRegister, TLanes, TGroups>>(CodeSize, RunsPerByteSum, ref bounds, scanned, first, end);
        }
        else
        {
            Scan<TRegister, TRegister, TLanes, GroupTable256<TRegister, TLanes, TGroups>>(CodeSize, RunsPerByteSum, ref bounds, scanned, first, end);
        }
    }

    /// <summary>Exact look-ups, of nibbles where two codes share a byte.</summary>
    private void Scan<TRegister, TPart, TLanes, TRows, TNibbles>(ref byte byteTable, ScannedBlocks scanned)
        where TRegister : struct
        where TPart : struct
        where TLanes : struct, IScanLanes<TRegister>
        where TRows : struct, IScanRows<TRegister, TPart>
        where TNibbles : struct, IScanNibbles<TRegister>
    {
        if (IsPacked)
        {
            ScanNibbles<TRegister, TLanes, TNibbles>(ref byteTable, scanned);
        }
        else
        {
            ScanRows<TRegister, TPart, TLanes, TRows>(ref byteTable, scanned, 0, scanned.Count);
        }
    }

    private void ScanRows<TRegister, TPart, TLanes, TRows>(ref byte rows, ScannedBlocks scanned, int first, int end)
        where TRegister : struct
        where TPart : struct
        where TLanes : struct, IScanLanes<TRegister>
        where TRows : struct, IScanRows<TRegister, TPart>
    {
        if (Ksub <= 64)
        {
            Scan<TRegister, TPart, TLanes, RowTable64<TRegister, TPart, TRows>>(CodeSize, RunsPerByteSum, ref rows, scanned, first, end);
        }
        else if (Ksub <= 128)
        {
            Scan<TRegister, TPart, TLanes, RowTable128<TRegister, TPart, TRows>>(CodeSize, RunsPerByteSum, ref rows, scanned, first, end);
        }
        else
        {
            Scan<TRegister, TPart, TLanes, RowTable256<TRegister, TPart, TRows>>(CodeSize, RunsPerByteSum, ref rows, scanned, first, end);
        }
    }

    private void ScanNibbles<TRegister, TLanes, TNibbles>(ref byte byteTable, ScannedBlocks scanned)
        where TRegister : struct
        where TLanes : struct, IScanLanes<TRegister>
        where TNibbles : struct, IScanNibbles<TRegister> =>
        Scan<TRegister, TRegister, TLanes, NibbleTable<TRegister, TLanes, TNibbles>>(
            CodeSize, RunsPerByteSum, ref byteTable, scanned, 0, scanned.Count);
}
