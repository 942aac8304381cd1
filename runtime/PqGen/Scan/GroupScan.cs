using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using PqGen.Ivf;
using PqGen.Kernels;
using PqGen.Storage;
using PqGen.TopK;

namespace PqGen.Scan;

/// <summary>The working memory of scans for a group of queries.</summary>
internal sealed class GroupScratch
{
    private readonly ScanScratch?[] _ofQuery = new ScanScratch?[ScanGroup.Most];

    public GroupProbes Probes { get; } = new();

    /// <summary>The working memory of one query's scan; tables are the group's.</summary>
    public ScanScratch this[int q] => _ofQuery[q] ??= new ScanScratch();

    /// <summary>As last measured: every search asks, and few change it.</summary>
    public long SizeInBytes { get; private set; }

    public void Measure()
    {
        SizeInBytes = Probes.SizeInBytes;
        foreach (var scratch in _ofQuery)
        {
            SizeInBytes += scratch?.SizeInBytes ?? 0;
        }
    }
}

/// <summary>
/// Goes with the scans of a group of queries through the lists that they probe, each list for all of them: its codes come from memory, or from the
/// cache that all cores share, for the first, and from the second-level cache for the others.
/// </summary>
/// <remarks>What each query finds is what it finds alone. Its threshold may sink a little later, so that more codes are scored.</remarks>
internal ref struct GroupScan<TScan>
    where TScan : struct, IListScan, allows ref struct
{
    /// <summary>Bytes of codes that are scanned for one query after the other: they and the group's tables fit a second-level cache.</summary>
    private const int PartBytes = 256 << 10;

    private Slot _slot0, _slot1, _slot2, _slot3, _slot4, _slot5, _slot6, _slot7;

    /// <summary>Takes a query's scan.</summary>
    public void Begin(int q, TScan scan, Opening opening) => At(q) = new Slot { Scan = scan, Opening = opening };

    /// <summary>Scans.</summary>
    /// <param name="group">The queries, each of which has begun.</param>
    /// <param name="terms">The range of each list's terms; empty where there are none.</param>
    /// <param name="lists">What the lists hold.</param>
    /// <param name="states">How far each query's collector is, written.</param>
    /// <param name="scratch">Working memory.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(scoped in ScanGroup group, ReadOnlySpan<TermRange> terms, ListTable lists, Span<CollectorState> states, ScanScratch scratch)
    {
        var probes = scratch.Group.Probes;
        probes.Collect(group, lists, ref scratch.Counts);
        var part = Math.Max(1, PartBytes / (lists.Layout.VectorBytes * KernelLayout.BlockSize * FastScan.Stride)) * FastScan.Stride;
        for (var i = 0; i < probes.Lists.Length; i++)
        {
            if (i % ListScan.ListsAhead == 0)
            {
                LookAhead(i, group, terms, lists, scratch.Group);
            }

            ScanList(probes.Lists[i], part, lists, scratch.Group);
        }

        for (var q = 0; q < group.Count; q++)
        {
            ref var slot = ref At(q);
            slot.Opening.Close(ref slot.Scan);
            scratch.Counts.Scored += slot.Scan.Scored;
            states[q] = slot.Scan.Finish();
            scratch.Group[q].Lists.AsSpan(0, group.Probes(q).Length).Clear();
        }

        scratch.Group.Measure();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LookAhead(int from, scoped in ScanGroup group, ReadOnlySpan<TermRange> terms, ListTable lists, GroupScratch scratch)
    {
        var probes = scratch.Probes;
        foreach (var list in probes.Lists[from..Math.Min(from + ListScan.ListsAhead, probes.Lists.Length)])
        {
            ref readonly var state = ref ListScan.Expect(list, lists);
            for (var p = probes.LastOf(list); p >= 0; p = probes.All[p].Before)
            {
                var (q, rank, _) = probes.All[p];
                scratch[q].Lists[rank] = ProbedList.Of(group.Probes(q)[rank], terms, state);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ScanList(int list, int part, ListTable lists, GroupScratch scratch)
    {
        var probes = scratch.Probes;
        ref readonly var state = ref lists[list];
        var first = 0;
        foreach (ref readonly var segment in state.Used)
        {
            var count = Math.Min(segment.Blocks * KernelLayout.BlockSize, state.Count - first);
            for (var block = 0; block < KernelLayout.BlockCount(count); block += part)
            {
                for (var p = probes.LastOf(list); p >= 0; p = probes.All[p].Before)
                {
                    var (q, rank, _) = probes.All[p];
                    ref var slot = ref At(q);
                    if (block > 0)
                    {
                        slot.Opening.Close(ref slot.Scan);
                        FastScan.Run(ref slot.Scan, count, block, block + part);
                    }
                    else
                    {
                        slot.Scan.Enter(new ScannedSegment(rank, segment, first, scratch[q].Lists[rank].CoarseDistance));
                        FastScan.Run(ref slot.Scan, ref slot.Opening, count, part);
                    }
                }
            }

            first += segment.Blocks * KernelLayout.BlockSize;
        }
    }

    [UnscopedRef]
    private ref Slot At(int q)
    {
        switch (q)
        {
            case 0: return ref _slot0;
            case 1: return ref _slot1;
            case 2: return ref _slot2;
            case 3: return ref _slot3;
            case 4: return ref _slot4;
            case 5: return ref _slot5;
            case 6: return ref _slot6;
            default: return ref _slot7;
        }
    }

    /// <summary>One query's scan, which lies here with its references: no array can hold it.</summary>
    private ref struct Slot
    {
        public TScan Scan;
        public Opening Opening;
    }
}
