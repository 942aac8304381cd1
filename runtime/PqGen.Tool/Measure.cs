using System.Diagnostics;
using PqGen.Vectors;

namespace PqGen.Tool;

/// <summary>Recall and speed of searches.</summary>
internal static class Measure
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.3);
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(10);
    private const int MinPasses = 3;
    private const int ExactChunk = 256;

    /// <summary>How long passes are timed; tests shorten it.</summary>
    public static TimeSpan Enough { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The true neighbours of each query, by comparing it with every vector: ids <c>[queries][k]</c>.</summary>
    public static IntMatrix TrueNeighbours(VectorMatrix vectors, VectorMatrix queries, int k, int threads, Action<int, int> progress)
    {
        using var exact = IndexFactory.Exact(vectors);
        var ids = new long[queries.Count * k];
        var results = new Neighbor[ExactChunk * k];
        var found = new int[ExactChunk];
        for (int first = 0; first < queries.Count; first += ExactChunk)
        {
            int count = Math.Min(ExactChunk, queries.Count - first);
            var chunk = queries.Values.Slice(first * queries.Dimension, count * queries.Dimension);
            exact.SearchBatch(chunk, k, results.AsSpan(0, count * k), found.AsSpan(0, count), threads: threads);
            for (int i = 0; i < count * k; i++)
                ids[(first * k) + i] = results[i].Id;
            progress(first + count, queries.Count);
        }

        return new IntMatrix(k, ids);
    }

    /// <summary>recall@k: the share of the true k nearest that a search returns among its k, averaged over the queries.</summary>
    public static double Recall(VectorIndex index, VectorMatrix queries, IntMatrix truth, int k, SearchOptions options, int threads)
    {
        var results = new Neighbor[queries.Count * k];
        var found = new int[queries.Count];
        index.SearchBatch(queries.Values, k, results, found, options, threads);
        long hits = 0;
        for (int q = 0; q < queries.Count; q++)
        {
            var expected = truth.Row(q)[..k];
            foreach (var neighbour in results.AsSpan(q * k, found[q]))
                hits += expected.Contains(neighbour.Id) ? 1 : 0;
        }

        return (double)hits / queries.Count / k;
    }

    /// <summary>Queries per second, one query per call on one thread.</summary>
    public static double Online(VectorIndex index, VectorMatrix queries, int k, SearchOptions options)
    {
        var results = new Neighbor[k];
        return queries.Count / FastestPass(() =>
        {
            for (int q = 0; q < queries.Count; q++)
                index.Search(queries.Row(q), results, options);
        });
    }

    /// <summary>Queries per second, all queries in one call.</summary>
    public static double Batch(VectorIndex index, VectorMatrix queries, int k, SearchOptions options, int threads)
    {
        var results = new Neighbor[queries.Count * k];
        var found = new int[queries.Count];
        return queries.Count / FastestPass(() => index.SearchBatch(queries.Values, k, results, found, options, threads));
    }

    /// <summary>
    /// The seconds of the fastest of several passes, warmed up: other programs on the machine only ever slow a pass down. At least 3 passes and
    /// 1 second, but no further pass once 10 seconds are over.
    /// </summary>
    private static double FastestPass(Action pass)
    {
        var clock = Stopwatch.StartNew();
        do
        {
            pass();
        }
        while (clock.Elapsed < WarmUp && clock.Elapsed < Enough);

        double fastest = double.PositiveInfinity;
        var start = Stopwatch.StartNew();
        for (int passes = 0; (passes < MinPasses || start.Elapsed < Enough) && start.Elapsed < TooLong; passes++)
        {
            clock.Restart();
            pass();
            fastest = Math.Min(fastest, clock.Elapsed.TotalSeconds);
        }

        return fastest;
    }
}
