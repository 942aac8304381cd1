using System.Runtime.CompilerServices;

namespace PqGen.Kernels;

/// <content>The loop of the fast scan.</content>
internal readonly partial struct GenericKernels
{
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
        ref var bounds = ref scanned.Bounds;
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

            Mark<TRegister, TLanes>(isOneByteSum, bytes0, sums0, odds0, block, 0, ref terms, factor, limit, byteLimit, ref survivors, ref bounds);
            Mark<TRegister, TLanes>(isOneByteSum, bytes1, sums1, odds1, block, 1, ref terms, factor, limit, byteLimit, ref survivors, ref bounds);
            Mark<TRegister, TLanes>(isOneByteSum, bytes2, sums2, odds2, block, 2, ref terms, factor, limit, byteLimit, ref survivors, ref bounds);
            Mark<TRegister, TLanes>(isOneByteSum, bytes3, sums3, odds3, block, 3, ref terms, factor, limit, byteLimit, ref survivors, ref bounds);
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
