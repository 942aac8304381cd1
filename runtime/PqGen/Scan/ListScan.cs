using System.Runtime.CompilerServices;
using PqGen.Ivf;
using PqGen.Kernels;
using PqGen.Storage;
using PqGen.TopK;

namespace PqGen.Scan;

/// <summary>The fast scan of lists for one query.</summary>
internal interface IListScan : IScannedBlocks
{
    /// <summary>Vectors scored.</summary>
    long Scored { get; }

    /// <summary>Goes to a segment of one of the lists to probe.</summary>
    void Enter(in ScannedSegment segment);

    /// <summary>Ends the scan, and says how far the collector is.</summary>
    CollectorState Finish();
}

/// <summary>Goes with a fast scan through the lists of a query, nearest first.</summary>
internal static class ListScan
{
    /// <summary>Lists that a search looks at together.</summary>
    public const int ListsAhead = 32;

    /// <param name="scan">The scan.</param>
    /// <param name="opening">How it begins.</param>
    /// <param name="query">The query.</param>
    /// <param name="probes">Its lists.</param>
    /// <param name="terms">The range of each list's terms; empty where there are none.</param>
    /// <param name="lists">What the lists hold.</param>
    /// <param name="scratch">Working memory, whose <see cref="ScanScratch.Lists"/> has room for the probes.</param>
    /// <returns>How far the collector is.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static CollectorState Run<TScan>(
        ref TScan scan,
        Opening opening,
        in ScanQuery query,
        ReadOnlySpan<Probe> probes,
        ReadOnlySpan<TermRange> terms,
        ListTable lists,
        ScanScratch scratch)
        where TScan : struct, IListScan, allows ref struct
    {
        var probed = scratch.Lists.AsSpan(0, probes.Length);
        var walk = new ProbeWalk(query, probes, lists);
        for (var probe = 0; ; probe++)
        {
            if (opening.IsOpen && !walk.IsWithin)
            {
                opening.Close(ref scan);
            }

            if (probe % ListsAhead == 0)
            {
                LookAhead(probe, probes, terms, lists, probed);
            }

            if (!walk.MoveNext(scan.Count, ref scratch.Counts))
            {
                break;
            }

            var list = probed[probe].State;
            var first = 0;
            foreach (ref readonly var segment in list.Used)
            {
                scan.Enter(new ScannedSegment(probe, segment, first, probes[probe].Score));
                var count = Math.Min(segment.Blocks * KernelLayout.BlockSize, list.Count - first);
                if (query.IsPlain)
                {
                    FastScan.ScoreAll(ref scan, count);
                }
                else
                {
                    FastScan.Run(ref scan, ref opening, count);
                }

                first += segment.Blocks * KernelLayout.BlockSize;
            }
        }

        opening.Close(ref scan);
        scratch.Counts.Scored += query.IsPlain ? 0 : scan.Scored;
        var state = scan.Finish();
        probed.Clear();
        return state;
    }

    /// <summary>
    /// Sees what the lists hold that are probed from here on, many at a time: waiting for one list's place in memory, the processor finds
    /// the others'.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LookAhead(
        int probe, ReadOnlySpan<Probe> probes, ReadOnlySpan<TermRange> terms, ListTable lists, Span<ProbedList> probed)
    {
        for (var p = probe; p < Math.Min(probe + ListsAhead, probes.Length); p++)
        {
            ref readonly var state = ref Expect(probes[p].List, lists);
            probed[p] = ProbedList.Of(probes[p], terms, state);
        }
    }

    /// <summary>Sees what a list holds, and asks for what a scan reads of it first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref readonly ListState Expect(int list, ListTable lists)
    {
        ref readonly var state = ref lists[list];
        if (state.SegmentCount > 0)
        {
            state.Segments[0].Prefetch(lists.Layout);
        }

        return ref state;
    }
}
