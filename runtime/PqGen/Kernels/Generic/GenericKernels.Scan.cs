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
    public int ByteTableSize => CodeSize * ByteRowSize;

    private int CodeSize => KernelLayout.CodeSize(M, Ksub);

    private bool IsPacked => Ksub <= KernelLayout.MaxPackedKsub;

    /// <summary>Whether registers hold whole rows of the byte table.</summary>
    private static bool SpansRows => InstructionSets.Avx512Vbmi || InstructionSets.AdvSimd;

    /// <summary>Bytes of the byte table that one run of codes looks up.</summary>
    private int ByteRowSize
        => IsPacked || !SpansRows ? 32
        : Ksub <= 64 ? 64
        : Ksub <= 128 ? 128
        : 256;

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
            ByteTableQuantizer.WriteRows(ref table, paddedKsub, minima, inverse, ref byteTable, ByteRowSize);
        }
        else
        {
            ByteTableQuantizer.WriteNibbleBounds(ref table, paddedKsub, minima, inverse, ref byteTable);
        }

        return scale;
    }

    /// <inheritdoc cref="IPqKernels.ScanBlocks(ref byte, ref byte, int, int, ref ulong)"/>
    public void ScanBlocks(ref byte byteTable, ref byte blocks, int blockCount, int threshold, ref ulong survivors)
        => ScanBlocks(ref byteTable, ref blocks, ref Unsafe.NullRef<ushort>(), blockCount, 0, threshold, ref survivors, ref Unsafe.NullRef<ushort>());

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
        if (InstructionSets.Avx512Vbmi)
        {
            ScanRows<Vector512<byte>, Vector512<byte>, ScanLanes512>(
                ref byteTable, ref blocks, ref terms, blockCount, termFactor, threshold, ref survivors, ref bounds);
        }
        else if (InstructionSets.Avx2)
        {
            ScanNibbles<Vector256<byte>, ScanLanes256>(
                ref byteTable, ref blocks, ref terms, blockCount, termFactor, threshold, ref survivors, ref bounds);
        }
        else if (InstructionSets.AdvSimd)
        {
            ScanRows<Vector128<byte>, Table64, ScanLanes128>(
                ref byteTable, ref blocks, ref terms, blockCount, termFactor, threshold, ref survivors, ref bounds);
        }
        else
        {
            ScanNibbles<Vector128<byte>, ScanLanes128>(
                ref byteTable, ref blocks, ref terms, blockCount, termFactor, threshold, ref survivors, ref bounds);
        }
    }

    /// <summary>Exact look-ups, in registers that hold a whole row.</summary>
    private void ScanRows<TRegister, TPart, TLanes>(
        ref byte byteTable, ref byte blocks, ref ushort terms, int blockCount, int termFactor, int threshold, ref ulong survivors, ref ushort bounds)
        where TRegister : struct
        where TPart : struct
        where TLanes : struct, IScanLanes<TRegister>, IScanRows<TRegister, TPart>
    {
        if (IsPacked)
        {
            ScanNibbles<TRegister, TLanes>(ref byteTable, ref blocks, ref terms, blockCount, termFactor, threshold, ref survivors, ref bounds);
        }
        else if (Ksub <= 64)
        {
            Scan<TRegister, TPart, TLanes, RowTable64<TRegister, TPart, TLanes>>(
                CodeSize, RunsPerByteSum, ref byteTable, ref blocks, ref terms, blockCount, termFactor, threshold, ref survivors, ref bounds);
        }
        else if (Ksub <= 128)
        {
            Scan<TRegister, TPart, TLanes, RowTable128<TRegister, TPart, TLanes>>(
                CodeSize, RunsPerByteSum, ref byteTable, ref blocks, ref terms, blockCount, termFactor, threshold, ref survivors, ref bounds);
        }
        else
        {
            Scan<TRegister, TPart, TLanes, RowTable256<TRegister, TPart, TLanes>>(
                CodeSize, RunsPerByteSum, ref byteTable, ref blocks, ref terms, blockCount, termFactor, threshold, ref survivors, ref bounds);
        }
    }

    private void ScanNibbles<TRegister, TLanes>(
        ref byte byteTable, ref byte blocks, ref ushort terms, int blockCount, int termFactor, int threshold, ref ulong survivors, ref ushort bounds)
        where TRegister : struct
        where TLanes : struct, IScanLanes<TRegister> =>
        Scan<TRegister, TRegister, TLanes, NibbleTable<TRegister, TLanes>>(
            CodeSize, RunsPerByteSum, ref byteTable, ref blocks, ref terms, blockCount, termFactor, threshold, ref survivors, ref bounds);

    /// <summary>
    /// The scan, written once. Four registers of codes are in flight and share the row loads of each sub-quantizer: 4, 2 or 1 blocks.
    /// </summary>
    /// <param name="runs">Runs of a block: CodeSize.</param>
    /// <param name="runsPerSum">Runs that are added as bytes, saturating, before they are added as words.</param>
    /// <param name="byteTable">byte <c>[runs][TTable.RowSize]</c>.</param>
    /// <param name="blocks">Tiles, byte <c>[blockCount / 4][runs][4][64]</c>, then single blocks, byte <c>[blockCount % 4][runs][64]</c>.</param>
    /// <param name="terms">UInt16 <c>[blockCount][64]</c>, or a null reference.</param>
    /// <param name="blockCount">Blocks.</param>
    /// <param name="termFactor">0 to 65,535.</param>
    /// <param name="threshold">0 to 65,535.</param>
    /// <param name="survivors">UInt64 <c>[blockCount]</c>, written.</param>
    /// <param name="bounds">UInt16 <c>[blockCount][64]</c>, written, or a null reference.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scan<TRegister, TPart, TLanes, TTable>(
        int runs, int runsPerSum, ref byte byteTable, ref byte blocks,
        ref ushort terms, int blockCount, int termFactor, int threshold, ref ulong survivors, ref ushort bounds)
        where TRegister : struct
        where TPart : struct
        where TLanes : struct, IScanLanes<TRegister>
        where TTable : struct, IScanTable<TRegister, TPart>
    {
        var blockBytes = (nint)runs * KernelLayout.BlockSize;
        var limit = TLanes.CreateWords(threshold);
        var factor = TLanes.CreateWords(termFactor);
        var isOneByteSum = runs == runsPerSum;
        var byteLimit = TLanes.CreateBytes(Math.Min(threshold, byte.MaxValue));

        var blocksPerTile = 4 * TLanes.Width / KernelLayout.BlockSize;
        var block = 0;
        for (; block < KernelLayout.TiledBlocks(blockCount); block += blocksPerTile)
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
                for (var end = nint.Min(run + runsPerSum, runs); run < end; run++)
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

            Mark<TRegister, TLanes>(isOneByteSum, bytes0, sums0, odds0, block, 0, ref terms, factor, limit, byteLimit, ref survivors, ref bounds);
            Mark<TRegister, TLanes>(isOneByteSum, bytes1, sums1, odds1, block, 1, ref terms, factor, limit, byteLimit, ref survivors, ref bounds);
            Mark<TRegister, TLanes>(isOneByteSum, bytes2, sums2, odds2, block, 2, ref terms, factor, limit, byteLimit, ref survivors, ref bounds);
            Mark<TRegister, TLanes>(isOneByteSum, bytes3, sums3, odds3, block, 3, ref terms, factor, limit, byteLimit, ref survivors, ref bounds);
        }

        // The blocks that are left, one register of codes at a time.
        for (; block < blockCount; block++)
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
                    for (var end = nint.Min(run + runsPerSum, runs); run < end; run++)
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

                Mark<TRegister, TLanes>(isOneByteSum, bytes, sums, odds, block, part, ref terms, factor, limit, byteLimit, ref survivors, ref bounds);
            }
        }
    }

    /// <summary>Adds the terms of the part-th register of vectors from a block on, and writes its survivors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mark<TRegister, TLanes>(
        bool isOneByteSum, TRegister bytes, TRegister sums, TRegister odds, int block, int part,
        ref ushort terms, TRegister factor, TRegister limit, TRegister byteLimit, ref ulong survivors, ref ushort bounds)
        where TRegister : struct
        where TLanes : struct, IScanLanes<TRegister>
    {
        var first = ((nint)block * KernelLayout.BlockSize) + (part * TLanes.Width);
        var inBlock = first % KernelLayout.BlockSize;
        var lane = first - inBlock + (inBlock / 2);
        var marks = isOneByteSum
            ? ScanSurvivors.OfBytes<TRegister, TLanes>(bytes, ref terms, lane, factor, limit, byteLimit, ref bounds)
            : ScanSurvivors.OfWords<TRegister, TLanes>(sums, odds, ref terms, lane, factor, limit, ref bounds);

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
