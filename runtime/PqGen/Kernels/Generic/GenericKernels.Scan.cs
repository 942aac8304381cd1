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

    /// <summary>Whether look-ups span whole rows of the byte table.</summary>
    private static bool SpansRows => InstructionSets.Avx2 || InstructionSets.AdvSimd;

    /// <summary>Whether rows are tables of 16 entries.</summary>
    private static bool HasTables => InstructionSets.Avx2 && !InstructionSets.Avx512;

    /// <summary>Bytes of the byte table that one run of codes looks up.</summary>
    private int ByteRowSize
        => IsPacked || !SpansRows ? 32
        : Ksub <= 64 ? 64
        : Ksub <= 128 ? 128
        : 256;

    /// <summary>
    /// Bytes of the byte table that bound one run of codes by groups of them, before they are looked up; 0 where all are looked up straight away.
    /// </summary>
    private int BoundRowSize
        => !_boundsFirst || IsPacked || !SpansRows || Ksub <= KernelLayout.MaxUnboundedKsub || InstructionSets.Avx512Vbmi || InstructionSets.AdvSimd ? 0
        : Ksub <= 128 ? 16
        : 32;

    /// <inheritdoc cref="IPqKernels.QuantizeTable"/>
    public TableScale QuantizeTable(ref float table, float largestStep, ref byte byteTable)
    {
        var paddedKsub = KernelLayout.PaddedKsub(Ksub);
        Span<float> minima = stackalloc float[M];
        var scale = ByteTableQuantizer.Measure(ref table, paddedKsub, RunsPerByteSum * (IsPacked ? 2 : 1), largestStep, minima);
        var inverse = scale.Step == 0 ? 0 : 1 / scale.Step;
        if (IsPacked)
        {
            ByteTableQuantizer.WritePacked(ref table, minima, inverse, ref byteTable);
        }
        else if (SpansRows)
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
        => ScanBlocks(ref byteTable, ref blocks, ref Unsafe.NullRef<ushort>(), blockCount, 0, threshold, ref survivors);

    /// <inheritdoc cref="IPqKernels.ScanBlocks(ref byte, ref byte, ref ushort, int, int, int, ref ulong)"/>
    public void ScanBlocks(ref byte byteTable, ref byte blocks, ref ushort terms, int blockCount, int termFactor, int threshold, ref ulong survivors)
    {
        var scanned = new ScannedBlocks(ref blocks, ref terms, blockCount, termFactor, threshold, ref survivors);
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

    /// <summary>
    /// The scan, written once. Four registers of codes are in flight and share the row loads of each sub-quantizer: 4, 2 or 1 blocks.
    /// </summary>
    /// <param name="runs">Runs of a block: CodeSize.</param>
    /// <param name="runsPerSum">Runs that are added as bytes, saturating, before they are added as words.</param>
    /// <param name="byteTable">byte <c>[runs][TTable.RowSize]</c>.</param>
    /// <param name="scanned">The blocks.</param>
    /// <param name="first">The first of them to scan: of a tile one that begins a group that is scanned at once.</param>
    /// <param name="end">The one behind the last: likewise.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scan<TRegister, TPart, TLanes, TTable>(
        int runs, int runsPerSum, ref byte byteTable, ScannedBlocks scanned, int first, int end)
        where TRegister : struct
        where TPart : struct
        where TLanes : struct, IScanLanes<TRegister>
        where TTable : struct, IScanTable<TRegister, TPart>
    {
        ref var blocks = ref scanned.Codes;
        ref var terms = ref scanned.Terms;
        ref var survivors = ref scanned.Survivors;
        var blockCount = scanned.Count;
        var blockBytes = (nint)runs * KernelLayout.BlockSize;
        var limit = TLanes.CreateWords(scanned.Threshold);
        var factor = TLanes.CreateWords(scanned.TermFactor);
        var isOneByteSum = runs == runsPerSum;
        var byteLimit = TLanes.CreateBytes(Math.Min(scanned.Threshold, byte.MaxValue));

        var blocksPerTile = 4 * TLanes.Width / KernelLayout.BlockSize;
        var block = first;
        for (; block < Math.Min(end, KernelLayout.TiledBlocks(blockCount)); block += blocksPerTile)
        {
            ref var codes = ref Unsafe.Add(ref blocks, (nint)KernelLayout.BlockOffset(block, blockCount, runs));
            ref var row = ref byteTable;
            TRegister sums0 = default, sums1 = default, sums2 = default, sums3 = default;
            TRegister odds0 = default, odds1 = default, odds2 = default, odds3 = default;
            TRegister bytes0, bytes1, bytes2, bytes3;
            nint run = 0;
            do
            {
                bytes0 = bytes1 = bytes2 = bytes3 = default;
                for (var endRun = nint.Min(run + runsPerSum, runs); run < endRun; run++)
                {
                    var t0 = TTable.Load(ref row, 0);
                    var t1 = TTable.Load(ref row, 1);
                    var t2 = TTable.Load(ref row, 2);
                    var t3 = TTable.Load(ref row, 3);
                    bytes0 = TLanes.AddBytes(bytes0, TTable.Lookup(t0, t1, t2, t3, TLanes.Load(ref codes)));
                    bytes1 = TLanes.AddBytes(bytes1, TTable.Lookup(t0, t1, t2, t3, TLanes.Load(ref Unsafe.Add(ref codes, TLanes.Width))));
                    bytes2 = TLanes.AddBytes(bytes2, TTable.Lookup(t0, t1, t2, t3, TLanes.Load(ref Unsafe.Add(ref codes, 2 * TLanes.Width))));
                    bytes3 = TLanes.AddBytes(bytes3, TTable.Lookup(t0, t1, t2, t3, TLanes.Load(ref Unsafe.Add(ref codes, 3 * TLanes.Width))));
                    row = ref Unsafe.Add(ref row, TTable.RowSize);
                    codes = ref Unsafe.Add(ref codes, KernelLayout.TileStride);
                }

                sums0 = TLanes.AddWords(sums0, bytes0);
                sums1 = TLanes.AddWords(sums1, bytes1);
                sums2 = TLanes.AddWords(sums2, bytes2);
                sums3 = TLanes.AddWords(sums3, bytes3);
                odds0 = TLanes.AddHighBytes(odds0, bytes0);
                odds1 = TLanes.AddHighBytes(odds1, bytes1);
                odds2 = TLanes.AddHighBytes(odds2, bytes2);
                odds3 = TLanes.AddHighBytes(odds3, bytes3);
            }
            while (run < runs);

            Mark<TRegister, TLanes>(isOneByteSum, bytes0, sums0, odds0, block, 0, ref terms, factor, limit, byteLimit, ref survivors);
            Mark<TRegister, TLanes>(isOneByteSum, bytes1, sums1, odds1, block, 1, ref terms, factor, limit, byteLimit, ref survivors);
            Mark<TRegister, TLanes>(isOneByteSum, bytes2, sums2, odds2, block, 2, ref terms, factor, limit, byteLimit, ref survivors);
            Mark<TRegister, TLanes>(isOneByteSum, bytes3, sums3, odds3, block, 3, ref terms, factor, limit, byteLimit, ref survivors);
        }

        // The blocks that are left, one register of codes at a time.
        for (; block < end; block++)
        {
            for (var part = 0; part < KernelLayout.BlockSize / TLanes.Width; part++)
            {
                ref var codes = ref Unsafe.Add(ref blocks, (block * blockBytes) + (part * TLanes.Width));
                ref var row = ref byteTable;
                TRegister bytes = default, sums = default, odds = default;
                nint run = 0;
                while (run < runs)
                {
                    bytes = default;
                    for (var endRun = nint.Min(run + runsPerSum, runs); run < endRun; run++)
                    {
                        var (t0, t1) = (TTable.Load(ref row, 0), TTable.Load(ref row, 1));
                        var (t2, t3) = (TTable.Load(ref row, 2), TTable.Load(ref row, 3));
                        bytes = TLanes.AddBytes(bytes, TTable.Lookup(t0, t1, t2, t3, TLanes.Load(ref codes)));
                        row = ref Unsafe.Add(ref row, TTable.RowSize);
                        codes = ref Unsafe.Add(ref codes, KernelLayout.BlockSize);
                    }

                    sums = TLanes.AddWords(sums, bytes);
                    odds = TLanes.AddHighBytes(odds, bytes);
                }

                Mark<TRegister, TLanes>(isOneByteSum, bytes, sums, odds, block, part, ref terms, factor, limit, byteLimit, ref survivors);
            }
        }
    }

    /// <summary>Adds the terms of the part-th register of vectors from a block on, and writes its survivors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mark<TRegister, TLanes>(
        bool isOneByteSum, TRegister bytes, TRegister sums, TRegister odds, int block, int part,
        ref ushort terms, TRegister factor, TRegister limit, TRegister byteLimit, ref ulong survivors)
        where TRegister : struct
        where TLanes : struct, IScanLanes<TRegister>
    {
        var first = ((nint)block * KernelLayout.BlockSize) + (part * TLanes.Width);
        var inBlock = first % KernelLayout.BlockSize;
        var lane = first - inBlock + (inBlock / 2);
        var marks = isOneByteSum
            ? ScanSurvivors.OfBytes<TRegister, TLanes>(bytes, ref terms, lane, factor, limit, byteLimit)
            : ScanSurvivors.OfWords<TRegister, TLanes>(sums, odds, ref terms, lane, factor, limit);

        ref var bits = ref Unsafe.Add(ref Unsafe.As<ulong, byte>(ref survivors), first / 8);
        if (TLanes.Width == 64)
        {
            Unsafe.WriteUnaligned(ref bits, marks);
        }
        else if (TLanes.Width == 32)
        {
            Unsafe.WriteUnaligned(ref bits, (uint)marks);
        }
        else
        {
            Unsafe.WriteUnaligned(ref bits, (ushort)marks);
        }
    }
}
