using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Scan;
using PqGen.Storage;
using PqGen.TopK;

namespace PqGen.Indexes;

/// <content>Searching.</content>
internal sealed partial class Engine<TRoute, TCode>
{
    /// <summary>Queries whose coarse distances and tables are computed together.</summary>
    private const int BatchGroup = 8;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Search(
        Snapshot snapshot, ReadOnlySpan<float> queries, int k, Span<Neighbor> results, Span<int> found, SearchOptions options)
    {
        var scratch = _scratch.Rent();
        try
        {
            for (var first = 0; first < found.Length; first += BatchGroup)
            {
                var count = Math.Min(BatchGroup, found.Length - first);
                var group = queries.Slice(first * Shape.Dimension, count * Shape.Dimension);
                SearchGroup(snapshot, group, k, results.Slice(first * k, count * k), found.Slice(first, count), options, scratch);
            }
        }
        finally
        {
            _scratch.Return(scratch);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SearchGroup(
        Snapshot snapshot, ReadOnlySpan<float> queries, int k, Span<Neighbor> results, Span<int> found, SearchOptions options, Scratch scratch)
    {
        if (snapshot.Exponent is { } exponent and not 0)
        {
            var scaled = WorkingMemory.Ensure(ref scratch.Queries, queries.Length);
            PowerOfTwoScale.Apply(queries, scaled, exponent);
            queries = scaled;
        }

        var wanted = Math.Min(k, snapshot.Count);
        if (wanted == 0)
        {
            found.Clear();
            return;
        }

        var reranks = options.Rerank > 0 && snapshot.Rows is not null;
        var candidates = reranks ? Math.Min(Math.Max(wanted, options.Rerank), snapshot.Count) : wanted;
        _route.Prepare(queries, found.Length, scratch.Route);
        _code.Prepare(queries, found.Length, options.Scan, scratch.Scan);
        var fits = found.Length > 1 && (long)found.Length * candidates <= Array.MaxLength;
        if (fits && options.Scan == ScanKind.Fast && TryTogether(snapshot, found.Length, candidates, scratch))
        {
            for (var q = 0; q < found.Length; q++)
            {
                var heap = scratch.Candidates.AsSpan(q * candidates, candidates);
                var collector = new TopKCollector<IdView>(heap, snapshot.Ids, scratch.States[q]);
                found[q] = Finish(
                    snapshot, queries.Slice(q * Shape.Dimension, Shape.Dimension), ref collector, heap, results.Slice(q * k, wanted), reranks);
            }
        }
        else
        {
            for (var q = 0; q < found.Length; q++)
            {
                var heap = reranks ? WorkingMemory.Ensure(ref scratch.Candidates, candidates) : results.Slice(q * k, wanted);
                found[q] = SearchOne(
                    snapshot, queries.Slice(q * Shape.Dimension, Shape.Dimension), q, heap, results.Slice(q * k, wanted), options, reranks, scratch);
            }
        }

        if (snapshot.Exponent is { } scale and not 0)
        {
            for (var q = 0; q < found.Length; q++)
            {
                foreach (ref var neighbor in results.Slice(q * k, found[q]))
                {
                    neighbor = neighbor with { Distance = MathF.ScaleB(neighbor.Distance, -2 * scale) };
                }
            }
        }
    }

    private int SearchOne(
        Snapshot snapshot,
        ReadOnlySpan<float> query,
        int q,
        Span<Neighbor> heap,
        Span<Neighbor> results,
        SearchOptions options,
        bool reranks,
        Scratch scratch)
    {
        var nprobe = Math.Clamp(options.NProbe == 0 ? DefaultNProbe : options.NProbe, 1, _route.NList);
        var probes = _route.Probes(q, options.EnsureK ? _route.NList : nprobe, scratch.Route);
        var collector = new TopKCollector<IdView>(heap, snapshot.Ids);
        _code.Scan(new ScanQuery(query, q, nprobe, results.Length, options.Scan), probes, snapshot.Lists, ref collector, scratch.Scan);
        return Finish(snapshot, query, ref collector, heap, results, reranks);
    }

    private bool TryTogether(Snapshot snapshot, int queries, int candidates, Scratch scratch)
    {
        var states = WorkingMemory.Ensure(ref scratch.States, queries);
        states.Fill(CollectorState.Empty);
        var heaps = WorkingMemory.Ensure(ref scratch.Candidates, queries * candidates);
        return _code.TryScanTogether(states, candidates, heaps, snapshot.Ids, snapshot.Lists, scratch.Scan);
    }

    /// <summary>Orders what was collected into the results, re-ranked where that is asked for.</summary>
    private int Finish(
        Snapshot snapshot, ReadOnlySpan<float> query, ref TopKCollector<IdView> collector, Span<Neighbor> heap, Span<Neighbor> results, bool reranks)
    {
        if (!reranks)
        {
            var found = collector.SortById();
            if (!Unsafe.AreSame(ref MemoryMarshal.GetReference(heap), ref MemoryMarshal.GetReference(results)))
            {
                heap[..found].CopyTo(results);
            }

            return found;
        }

        var nearest = new TopKCollector<IdView>(results, snapshot.Ids);
        Reranker.Run(_code, query, heap[..collector.Count], snapshot.Rows!.View, ref nearest);
        return nearest.SortById();
    }
}
