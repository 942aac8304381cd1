using System.Runtime.CompilerServices;
using PqGen.Common;

namespace PqGen.Indexes;

/// <summary>Searches for many queries on a number of threads.</summary>
internal static class BatchSearch
{
    /// <summary>Queries that a thread takes at a time.</summary>
    private const int Chunk = 8;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        IndexEngine engine,
        Snapshot snapshot,
        ReadOnlySpan<float> queries,
        int k,
        Span<Neighbor> results,
        Span<int> found,
        SearchOptions options,
        int threads,
        CancellationToken cancellation)
    {
        if (threads <= 1 || found.Length <= Chunk)
        {
            var dimension = engine.Shape.Dimension;
            for (var first = 0; first < found.Length; first += Chunk)
            {
                cancellation.ThrowIfCancellationRequested();
                var count = Math.Min(Chunk, found.Length - first);
                engine.Search(
                    snapshot,
                    queries.Slice(first * dimension, count * dimension),
                    k,
                    results.Slice(first * k, count * k),
                    found.Slice(first, count),
                    options);
            }

            return;
        }

        RunOnThreads(engine, snapshot, queries, k, results, found, options, threads, cancellation);
    }

    /// <summary>A method of its own, so that what the lambda captures costs a search on one thread nothing. Nothing is copied.</summary>
    private static unsafe void RunOnThreads(
        IndexEngine engine,
        Snapshot snapshot,
        ReadOnlySpan<float> queries,
        int k,
        Span<Neighbor> results,
        Span<int> found,
        SearchOptions options,
        int threads,
        CancellationToken cancellation)
    {
        var dimension = engine.Shape.Dimension;
        fixed (Neighbor* pinnedResults = results)
        fixed (int* pinnedFound = found)
        {
            var allResults = pinnedResults;
            var allFound = pinnedFound;
            Parallelism.ForRows(
                queries,
                dimension,
                Chunk,
                threads,
                (first, rows) =>
                {
                    var count = rows.Length / dimension;
                    engine.Search(
                        snapshot,
                        rows,
                        k,
                        new Span<Neighbor>(allResults + ((nint)first * k), count * k),
                        new Span<int>(allFound + first, count),
                        options);
                },
                cancellation);
        }
    }
}
