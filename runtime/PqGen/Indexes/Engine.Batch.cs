using System.Runtime.CompilerServices;
using PqGen.Common;
using PqGen.Ivf;
using PqGen.Scan;
using PqGen.TopK;

namespace PqGen.Indexes;

/// <content>
/// Searching for many queries: those whose nearest list is the same come one after the other. Near queries probe much the same lists and compare
/// much the same rows, which come from memory for the first of them and from the second-level cache for the others.
/// </content>
internal sealed partial class Engine<TRoute, TCode>
{
    /// <summary>Queries whose lists are known before the first is searched for; more would not share more.</summary>
    private const int Window = 8192;

    /// <summary>Probes and neighbours of a window, at most: a few megabytes of working memory.</summary>
    private const int MostHeld = 1 << 19;

    /// <summary>The queries, of so many at a time, that are searched for in the order of their nearest list; 0 where no order pays.</summary>
    private int WindowOf(in SearchRequest request)
    {
        var options = request.Options;
        if (!_route.IsInverted || request.Count <= BatchGroup || options.EnsureK || request.K > MostHeld / BatchGroup)
        {
            return 0;
        }

        // Lists are shared where each is probed more than once on the average.
        var nprobe = NProbe(options);
        var window = Math.Min(Math.Min(Window, request.Count), MostHeld / nprobe);
        return (long)window * nprobe > _route.NList ? window : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SearchWindow<TNames>(Snapshot snapshot, TNames names, in SearchRequest request, Scratch scratch)
        where TNames : struct, INames
    {
        var (dimension, k) = (Shape.InputDimension, request.K);
        OrderByList(snapshot, request, scratch);
        var queries = WorkingMemory.Ensure(ref scratch.Gathered, BatchGroup * dimension);
        var results = WorkingMemory.Ensure(ref scratch.Results, BatchGroup * k);
        var found = WorkingMemory.Ensure(ref scratch.Found, BatchGroup);
        for (var first = 0; first < request.Count; first += BatchGroup)
        {
            request.Cancellation.ThrowIfCancellationRequested();
            var rows = scratch.Order.AsSpan(first, Math.Min(BatchGroup, request.Count - first));
            for (var q = 0; q < rows.Length; q++)
            {
                request.Queries.Slice((int)rows[q] * dimension, dimension).CopyTo(queries[(q * dimension)..]);
            }

            var group = new SearchRequest(
                queries[..(rows.Length * dimension)], k, results[..(rows.Length * k)], found[..rows.Length], request.Options)
            {
                LeastScanned = request.LeastScanned,
            };
            SearchGroup(snapshot, names, group, rows, scratch);
            for (var q = 0; q < rows.Length; q++)
            {
                var row = (int)rows[q];
                request.Found[row] = found[q];
                results.Slice(q * k, found[q]).CopyTo(request.Results[(row * k)..]);
            }
        }
    }

    /// <summary>Finds the lists of every query, and puts the queries in the order of the nearest of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void OrderByList(Snapshot snapshot, in SearchRequest request, Scratch scratch)
    {
        var (nprobe, factor) = (NProbe(request.Options), request.Options.CoarseFactor);
        var routed = WorkingMemory.Ensure(ref scratch.Routed, request.Count * nprobe);
        var order = WorkingMemory.Ensure(ref scratch.Order, request.Count);
        for (var first = 0; first < request.Count; first += BatchGroup)
        {
            var group = request.Slice(first, Math.Min(BatchGroup, request.Count - first));
            var queries = Transformed(Scaled(group.Queries, snapshot, scratch), scratch);
            _route.Prepare(queries, group.Count, scratch.Route);
            for (var q = 0; q < group.Count; q++)
            {
                var probes = _route.Probes(q, queries.Slice(q * Shape.Dimension, Shape.Dimension), nprobe, factor, scratch.Route);
                probes.CopyTo(routed[((first + q) * nprobe)..]);
                order[first + q] = ((long)probes[0].List << 32) | (uint)(first + q);
            }
        }

        order.Sort();
    }

    /// <summary>The lists of a query that were found before.</summary>
    private ReadOnlySpan<Probe> RoutedProbes(long ordered, SearchOptions options, Scratch scratch)
    {
        var nprobe = NProbe(options);
        return scratch.Routed.AsSpan((int)ordered * nprobe, nprobe);
    }

    /// <summary>Scans for a group of queries, each list for all of them that probe it, where that pays.</summary>
    /// <param name="snapshot">Where.</param>
    /// <param name="names">From positions to ids.</param>
    /// <param name="request">The queries.</param>
    /// <param name="queries">float <c>[queries][Dimension]</c>, the same, prepared.</param>
    /// <param name="routed">As of SearchGroup.</param>
    /// <param name="candidates">Vectors to collect for each.</param>
    /// <param name="reranks">Whether they are compared again by rows.</param>
    /// <param name="scratch">Working memory; its states and candidates are what was collected.</param>
    /// <returns>Whether it did.</returns>
    private bool TryTogether<TNames>(
        Snapshot snapshot,
        TNames names,
        in SearchRequest request,
        ReadOnlySpan<float> queries,
        ReadOnlySpan<long> routed,
        int candidates,
        bool reranks,
        Scratch scratch)
        where TNames : struct, INames
    {
        var (options, count) = (request.Options, request.Count);
        if (count == 1 || ScansOneByOne || options.Scan != ScanKind.Fast || (_route.IsInverted && routed.IsEmpty)
            || (long)count * candidates > Array.MaxLength || !_code.Shares(MeanListSize(snapshot)))
        {
            return false;
        }

        ReadOnlySpan<Probe> onlyList = [new Probe(0, 0)];
        Span<int> nprobes = stackalloc int[BatchGroup];
        for (var q = 0; q < count; q++)
        {
            nprobes[q] = routed.IsEmpty ? 1 : Within(RoutedProbes(routed[q], options, scratch), snapshot, request.LeastScanned, options);
        }

        var probes = routed.IsEmpty ? onlyList : scratch.Routed;
        var group = new ScanGroup(queries, probes, NProbe(options), routed, nprobes[..count], Math.Min(request.K, snapshot.Count), options);
        var states = WorkingMemory.Ensure(ref scratch.States, count);
        var nearest = new TopKCollectors<TNames>(WorkingMemory.Ensure(ref scratch.Candidates, count * candidates), candidates, names);
        if (reranks)
        {
            var collectors = new CandidateCollectors<TNames>(nearest, snapshot.Rows);
            _code.ScanTogether<CandidateCollectors<TNames>, CandidateCollector<TNames>>(group, collectors, snapshot.Lists, states, scratch.Scan);
        }
        else
        {
            _code.ScanTogether<TopKCollectors<TNames>, TopKCollector<TNames>>(group, nearest, snapshot.Lists, states, scratch.Scan);
        }

        return true;
    }
}
