using System.Runtime.CompilerServices;
using PqGen.Common;

namespace PqGen.Indexes;

/// <summary>Searches for many queries on a number of threads.</summary>
internal static class BatchSearch
{
    /// <summary>Queries that a thread takes at a time: the more, the more lists they share, and the later the last thread may end.</summary>
    private const int FewestQueries = 8, MostQueries = 8192, PartsOfThread = 8;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static SearchStatistics Run<TFilter>(
        IndexEngine engine, Snapshot snapshot, in SearchRequest request, TFilter filter, int threads)
        where TFilter : struct, IIdFilter =>
        threads > 1 && request.Count > FewestQueries
            ? RunOnThreads(engine, snapshot, request, filter, threads)
            : engine.Search(snapshot, request, filter);

    /// <summary>A method of its own, so that what the lambda captures costs a search on one thread nothing. Nothing is copied.</summary>
    private static unsafe SearchStatistics RunOnThreads<TFilter>(
        IndexEngine engine, Snapshot snapshot, in SearchRequest request, TFilter filter, int threads)
        where TFilter : struct, IIdFilter
    {
        var (k, options, dimension, cancellation) = (request.K, request.Options, engine.Shape.InputDimension, request.Cancellation);
        var sum = default(SearchStatistics);
        var adding = new Lock();
        fixed (Neighbor* pinnedResults = request.Results)
        fixed (int* pinnedFound = request.Found)
        {
            var (allResults, allFound) = ((nint)pinnedResults, (nint)pinnedFound);
            Parallelism.ForRows(
                request.Queries,
                dimension,
                Math.Clamp(request.Count / (threads * PartsOfThread), FewestQueries, MostQueries),
                threads,
                (first, rows) =>
                {
                    var count = rows.Length / dimension;
                    var results = new Span<Neighbor>((Neighbor*)allResults + ((nint)first * k), count * k);
                    var found = new Span<int>((int*)allFound + first, count);
                    var statistics = engine.Search(snapshot, new SearchRequest(rows, k, results, found, options, cancellation), filter);
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
