using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Ivf;
using PqGen.Scan;
using PqGen.Storage;
using PqGen.TopK;

namespace PqGen.Indexes;

/// <content>Comparing queries with rows: those that the index keeps, those that the caller has attached.</content>
internal sealed partial class Engine<TRoute, TCode>
{
    /// <summary>Candidates of a second look where a search does not say: so many at least, and so many for each neighbour.</summary>
    private const int FewestRefined = 20, RefinedPerNeighbour = 2;

    /// <summary>The caller's rows in the units of the index.</summary>
    private AttachedRowView Attached(Snapshot snapshot, VectorRows rows) =>
        new(rows, snapshot.Ids, Shape.InputDimension, Shape.Metric == Metric.Cosine, snapshot.Exponent ?? 0);

    /// <summary>
    /// Orders candidates by their rows into the results. Where there are kept rows and better ones, attached or kept too, these are compared for the
    /// nearest by the first.
    /// </summary>
    private int Rerank(
        Snapshot snapshot, ReadOnlySpan<float> query, Span<Neighbor> candidates, Span<Neighbor> results, SearchOptions options, Scratch scratch)
    {
        // The candidates were admitted; only their ids are needed now.
        var nearest = new TopKCollector<IdView>(results, snapshot.Ids);
        var memory = WorkingMemory.Ensure(ref scratch.Row, Shape.InputDimension);
        scratch.Scan.Counts.Reranked += candidates.Length;
        if (!snapshot.CanRefine)
        {
            Reranker.Run(_code, query, candidates, snapshot.Rows!.View, memory, ref nearest);
            return nearest.SortById();
        }

        var refined = options.Refine > 0 ? options.Refine : Math.Max(FewestRefined, RefinedPerNeighbour * (long)results.Length);
        refined = Math.Max(refined, results.Length);
        if (snapshot.Rows is { } kept && refined < candidates.Length)
        {
            var few = new TopKCollector<IdView>(WorkingMemory.Ensure(ref scratch.Refined, (int)refined), snapshot.Ids);
            Reranker.Run(_code, query, candidates, kept.View, memory, ref few);
            candidates = scratch.Refined.AsSpan(0, few.Count);
            scratch.Scan.Counts.Reranked += candidates.Length;
        }

        if (snapshot.Attached is { } attached)
        {
            Reranker.Run(_code, query, candidates, Attached(snapshot, attached), memory, ref nearest);
        }
        else
        {
            Reranker.Run(_code, query, candidates, snapshot.Rows!.Exact, memory, ref nearest);
        }

        return nearest.SortById();
    }

    /// <summary>Offers every vector of the probed lists with the score of its row: the attached one, or else the better kept one.</summary>
    private void ScanRows<TCollector>(
        Snapshot snapshot, in ScanQuery query, ReadOnlySpan<Probe> probes, ref TCollector collector, Scratch scratch)
        where TCollector : struct, ICollector, allows ref struct
    {
        if (snapshot.Attached is { } attached)
        {
            ScanRows(Attached(snapshot, attached), snapshot.Lists, query, probes, ref collector, scratch);
        }
        else
        {
            ScanRows(snapshot.Rows!.Exact, snapshot.Lists, query, probes, ref collector, scratch);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ScanRows<TRows, TCollector>(
        TRows rows, ListTable lists, in ScanQuery query, ReadOnlySpan<Probe> probes, ref TCollector collector, Scratch scratch)
        where TRows : struct, IRowView
        where TCollector : struct, ICollector, allows ref struct
    {
        var memory = WorkingMemory.Ensure(ref scratch.Row, Shape.InputDimension);
        ref var first = ref MemoryMarshal.GetReference(query.Vector);
        var walk = new ProbeWalk(query, probes, lists);
        while (walk.MoveNext(0, ref scratch.Scan.Counts))
        {
            foreach (var (_, _, position) in ListPlaces.Of(lists, walk.Probe.List))
            {
                if (collector.AdmitsAll || collector.Admits(position))
                {
                    collector.Push(position, _code.Score(ref first, ref rows.At(position, ref memory[0])));
                    scratch.Scan.Counts.Reranked++;
                }
            }
        }
    }
}
