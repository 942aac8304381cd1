using System.Runtime.CompilerServices;
using PqGen.Common;

namespace PqGen.Indexes;

/// <summary>Searches for many queries on a number of threads.</summary>
internal static class BatchSearch
{
    /// <summary>Queries that a thread takes at a time.</summary>
    private const int Chunk = 8;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static SearchStatistics Run<TFilter>(
        IndexEngine engine, Snapshot snapshot, in SearchRequest request, TFilter filter, int threads, CancellationToken cancellation)
        where TFilter : struct, IIdFilter
    {
        if (threads > 1 && request.Count > Chunk)
        {
            return RunOnThreads(engine, snapshot, request, filter, threads, cancellation);
        }

        var statistics = default(SearchStatistics);
        for (var first = 0; first < request.Count; first += Chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            statistics += engine.Search(snapshot, request.Slice(first, Math.Min(Chunk, request.Count - first)), filter);
        }

        return statistics;
    }

    /// <summary>A method of its own, so that what the lambda captures costs a search on one thread nothing. Nothing is copied.</summary>
    private static unsafe SearchStatistics RunOnThreads<TFilter>(
        IndexEngine engine, Snapshot snapshot, in SearchRequest request, TFilter filter, int threads, CancellationToken cancellation)
        where TFilter : struct, IIdFilter
    {
        var (k, options, dimension, sum) = (request.K, request.Options, engine.Shape.InputDimension, default(SearchStatistics));
        var adding = new Lock();
        fixed (Neighbor* pinnedResults = request.Results)
        fixed (int* pinnedFound = request.Found)
        {
            var (allResults, allFound) = ((nint)pinnedResults, (nint)pinnedFound);
            Parallelism.ForRows(
                request.Queries,
                dimension,
                Chunk,
                threads,
                (first, rows) =>
                {
                    var count = rows.Length / dimension;
                    var results = new Span<Neighbor>((Neighbor*)allResults + ((nint)first * k), count * k);
                    var found = new Span<int>((int*)allFound + first, count);
                    var statistics = engine.Search(snapshot, new SearchRequest(rows, k, results, found, options), filter);
                    lock (adding)
                    {
                        sum += statistics;
                    }
                },
                cancellation);
        }

        return sum;
    }
}
