using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Ivf;
using PqGen.Scan;
using PqGen.Storage;
using PqGen.TopK;

namespace PqGen.Indexes;

/// <content>Searching for the nearest.</content>
internal sealed partial class Engine<TRoute, TCode>
{
    /// <summary>Queries whose coarse distances and tables are computed together, and that scan each list together where that pays.</summary>
    private const int BatchGroup = ScanGroup.Most;

    private protected override SearchStatistics SearchAll(Snapshot snapshot, in SearchRequest request) =>
        SearchGroups(snapshot, request, default(AllIds));

    private protected override SearchStatistics SearchFiltered<TFilter>(Snapshot snapshot, in SearchRequest request, TFilter filter) =>
        SearchGroups(snapshot, request, filter);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private SearchStatistics SearchGroups<TFilter>(Snapshot snapshot, in SearchRequest request, TFilter filter)
        where TFilter : struct, IIdFilter
    {
        var scratch = _scratch.Rent();
        scratch.Scan.Counts = default;
        try
        {
            if (typeof(TFilter) == typeof(AllIds) && snapshot.Removed.Count == 0)
            {
                SearchGroups(snapshot, snapshot.Ids, request, scratch);
            }
            else
            {
                SearchGroups(snapshot, new Admitted<TFilter>(snapshot.Ids, snapshot.Removed, filter), request, scratch);
            }

            var counts = scratch.Scan.Counts;
            return new SearchStatistics(counts.Lists, counts.Codes, counts.Scored, counts.Reranked);
        }
        finally
        {
            _scratch.Return(scratch);
        }
    }

    private void SearchGroups<TNames>(Snapshot snapshot, TNames names, in SearchRequest request, Scratch scratch)
        where TNames : struct, INames
    {
        var window = WindowOf(request);
        var size = window == 0 ? BatchGroup : window;
        for (var first = 0; first < request.Count; first += size)
        {
            request.Cancellation.ThrowIfCancellationRequested();
            var some = request.Slice(first, Math.Min(size, request.Count - first));
            if (window == 0)
            {
                SearchGroup(snapshot, names, some, [], scratch);
            }
            else
            {
                SearchWindow(snapshot, names, some, scratch);
            }
        }
    }

    /// <summary>Searches for a few queries.</summary>
    /// <param name="snapshot">Where.</param>
    /// <param name="names">From positions to ids.</param>
    /// <param name="request">The queries.</param>
    /// <param name="routed">Numbers of the queries whose lists are known already, in their lower halves; empty where they are not.</param>
    /// <param name="scratch">Working memory, which holds those lists.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SearchGroup<TNames>(
        Snapshot snapshot, TNames names, in SearchRequest request, ReadOnlySpan<long> routed, Scratch scratch)
        where TNames : struct, INames
    {
        var k = request.K;
        var found = request.Found;
        var results = request.Results;
        var wanted = Math.Min(k, snapshot.Count);
        if (wanted == 0)
        {
            found.Clear();
            return;
        }

        var rows = Scaled(request.Queries, snapshot, scratch);
        var queries = Transformed(rows, scratch);
        var reranks = request.Options.Rerank > 0 && snapshot.HasRows;
        var candidates = reranks ? Math.Min(Math.Max(wanted, request.Options.Rerank), snapshot.Count) : wanted;
        if (routed.IsEmpty)
        {
            _route.Prepare(queries, found.Length, scratch.Route);
        }

        _code.Prepare(queries, found.Length, scratch.Scan);
        var together = !AnyZero(rows) && TryTogether(snapshot, names, request, queries, routed, candidates, reranks, scratch);
        for (var q = 0; q < found.Length; q++)
        {
            var query = rows.Slice(q * Shape.InputDimension, Shape.InputDimension);
            var row = results.Slice(q * k, wanted);
            var isZero = IsZero(query);
            var heap = together ? scratch.Candidates.AsSpan(q * candidates, candidates)
                : reranks && !isZero ? WorkingMemory.Ensure(ref scratch.Candidates, candidates)
                : row;
            var collector = new TopKCollector<TNames>(heap, names, together ? scratch.States[q] : CollectorState.Empty);
            if (!together)
            {
                var transformed = queries.Slice(q * Shape.Dimension, Shape.Dimension);
                var probes = routed.IsEmpty ? Probes(q, transformed, request.Options, scratch) : RoutedProbes(routed[q], request.Options, scratch);
                var nprobe = Within(probes, snapshot, request.LeastScanned, request.Options);
                var scan = new ScanQuery(transformed, q, nprobe, wanted, request.Options);
                probes = request.Options.EnsureK ? probes : probes[..nprobe];
                if (reranks && !isZero)
                {
                    var nearest = new CandidateCollector<TNames>(collector, snapshot.Rows);
                    Collect(snapshot, scan, probes, isZero, ref nearest, scratch);
                    collector.Resume(nearest.Suspended);
                }
                else
                {
                    Collect(snapshot, scan, probes, isZero, ref collector, scratch);
                }
            }

            found[q] = reranks && !isZero
                ? Rerank(snapshot, query, heap[..collector.Count], row, request.Options, scratch)
                : Sort(ref collector, heap, row);
            ToDistances(row[..found[q]], snapshot, reranks || isZero || !Shape.HasCodes);
        }
    }

    /// <summary>Orders what was collected, which lies in the results or is copied there.</summary>
    private static int Sort<TNames>(ref TopKCollector<TNames> collector, Span<Neighbor> heap, Span<Neighbor> results)
        where TNames : struct, INames
    {
        var found = collector.SortById();
        if (!Unsafe.AreSame(ref MemoryMarshal.GetReference(heap), ref MemoryMarshal.GetReference(results)))
        {
            heap[..found].CopyTo(results);
        }

        return found;
    }

    private int NProbe(SearchOptions options) => Math.Clamp(options.NProbe == 0 ? DefaultNProbe : options.NProbe, 1, _route.NList);

    /// <summary>The lists to probe for a prepared query.</summary>
    private ReadOnlySpan<Probe> Probes(int q, ReadOnlySpan<float> query, SearchOptions options, Scratch scratch) =>
        _route.Probes(q, query, options.EnsureK ? _route.NList : NProbe(options), options.CoarseFactor, scratch.Route);

    /// <summary>Offers a collector what the lists of a prepared query hold.</summary>
    private void Collect<TCollector>(
        Snapshot snapshot, in ScanQuery query, ReadOnlySpan<Probe> probes, bool isZero, ref TCollector collector, Scratch scratch)
        where TCollector : struct, ICollector, allows ref struct
    {
        if (isZero)
        {
            CollectAll(snapshot.Lists, query, probes, ref collector, scratch.Scan);
        }
        else
        {
            _code.Scan(query, probes, snapshot.Lists, ref collector, scratch.Scan);
        }
    }

    /// <summary>Offers every vector of the probed lists with the score 0, which a query of nothing but zeros has under cosine with all.</summary>
    private static void CollectAll<TCollector>(
        ListTable lists, in ScanQuery query, ReadOnlySpan<Probe> probes, ref TCollector collector, ScanScratch scratch)
        where TCollector : struct, ICollector, allows ref struct
    {
        var walk = new ProbeWalk(query, probes, lists);
        while (walk.MoveNext(collector.Count, ref scratch.Counts))
        {
            foreach (var (_, _, position) in ListPlaces.Of(lists, walk.Probe.List))
            {
                collector.Push(position, 0);
            }
        }
    }

    /// <summary>Whether a query has no direction, under cosine: then all similarities are 0.</summary>
    private bool IsZero(ReadOnlySpan<float> query) => Shape.Metric == Metric.Cosine && !query.ContainsAnyExcept(0f);

    private bool AnyZero(ReadOnlySpan<float> queries)
    {
        for (var at = 0; Shape.Metric == Metric.Cosine && at < queries.Length; at += Shape.InputDimension)
        {
            if (IsZero(queries.Slice(at, Shape.InputDimension)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Queries as the index compares them with codes.</summary>
    private ReadOnlySpan<float> Transformed(ReadOnlySpan<float> queries, Scratch scratch)
    {
        if (Transform is null)
        {
            return queries;
        }

        var transformed = WorkingMemory.Ensure(ref scratch.Transformed, queries.Length / Shape.InputDimension * Shape.Dimension);
        Transform.Apply(queries, transformed, ref scratch.Products);
        return transformed;
    }

    /// <summary>Queries in the units of the index, as it compares them with rows.</summary>
    private ReadOnlySpan<float> Scaled(ReadOnlySpan<float> queries, Snapshot snapshot, Scratch scratch)
    {
        if (Shape.Metric == Metric.Cosine)
        {
            var normalized = WorkingMemory.Ensure(ref scratch.Queries, queries.Length);
            VectorMath.Normalize(queries, Shape.InputDimension, normalized);
            return normalized;
        }

        if (snapshot.Exponent is { } exponent and not 0)
        {
            var scaled = WorkingMemory.Ensure(ref scratch.Queries, queries.Length);
            PowerOfTwoScale.Apply(queries, scaled, exponent);
            return scaled;
        }

        return queries;
    }

    /// <summary>
    /// Scores become what the metric says, in the caller's units: squared L2 is the score, an inner product -1/2 of it, and a cosine 1 less half of a
    /// squared distance of vectors of length 1.
    /// </summary>
    /// <param name="neighbors">Neighbours, changed.</param>
    /// <param name="snapshot">Says how vectors are scaled.</param>
    /// <param name="ofRows">Whether scores are those of rows, not of codes.</param>
    private void ToDistances(Span<Neighbor> neighbors, Snapshot snapshot, bool ofRows)
    {
        var exponent = snapshot.Exponent ?? 0;
        if (Shape.Metric == Metric.SquaredL2 && exponent == 0)
        {
            return;
        }

        foreach (ref var neighbor in neighbors)
        {
            var score = neighbor.Distance;
            neighbor = neighbor with
            {
                Distance = Shape.Metric switch
                {
                    Metric.SquaredL2 => MathF.ScaleB(score, -2 * exponent),
                    Metric.Cosine when !ofRows && Shape.ComparesCodesByL2 => 1 - (score / 2),
                    _ => 0 - MathF.ScaleB(score, (-2 * exponent) - 1),
                },
            };
        }
    }
}
