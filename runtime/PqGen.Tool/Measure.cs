using System.Diagnostics;
using PqGen.Vectors;

namespace PqGen.Tool;

/// <summary>True neighbours, and the speed of searches.</summary>
internal static class Measure
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.3);
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(10);
    private const int MinPasses = 3;
    private const int ExactChunk = 256;

    /// <summary>How long passes are timed; tests shorten it.</summary>
    public static TimeSpan Enough { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The true neighbours of each query, by comparing it with every vector: ids <c>[queries][k]</c>.</summary>
    public static IntMatrix TrueNeighbours(
        VectorMatrix vectors, VectorMatrix queries, Metric metric, int k, int threads, Action<int, int> progress)
    {
        using var exact = IndexFactory.Exact(vectors, metric);
        var ids = new long[queries.Count * k];
        var results = new Neighbor[ExactChunk * k];
        var found = new int[ExactChunk];
        for (var first = 0; first < queries.Count; first += ExactChunk)
        {
            var count = Math.Min(ExactChunk, queries.Count - first);
            var chunk = queries.Values.Slice(first * queries.Dimension, count * queries.Dimension);
            exact.SearchBatch(chunk, k, results.AsSpan(0, count * k), found.AsSpan(0, count), threads: threads);
            for (var i = 0; i < count * k; i++)
            {
                ids[(first * k) + i] = results[i].Id;
            }

            progress(first + count, queries.Count);
        }

        return new IntMatrix(k, ids);
    }

    /// <summary>Queries per second, one query per call on one thread.</summary>
    public static double Online(VectorIndex index, VectorMatrix queries, int k, SearchOptions options)
    {
        var results = new Neighbor[k];
        return queries.Count / FastestPass(() =>
        {
            for (var q = 0; q < queries.Count; q++)
            {
                index.Search(queries.Row(q), results, options);
            }
        });
    }

    /// <summary>The same from the faster of two passes of an index that is warm: what tuning compares settings by.</summary>
    public static double Quickly(VectorIndex index, VectorMatrix queries, int k, SearchOptions options)
    {
        var results = new Neighbor[k];
        var fastest = TimeSpan.MaxValue;
        for (var pass = 0; pass < 2; pass++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var q = 0; q < queries.Count; q++)
            {
                index.Search(queries.Row(q), results, options);
            }

            var elapsed = Stopwatch.GetElapsedTime(start);
            fastest = elapsed < fastest ? elapsed : fastest;
        }

        return queries.Count / fastest.TotalSeconds;
    }

    /// <summary>Microseconds of single queries that half and 99 of 100 of them take at most.</summary>
    public static (double P50, double P99) Latency(VectorIndex index, VectorMatrix queries, int k, SearchOptions options)
    {
        var times = Times(index, queries, k, options);
        return (Percentile(times, 50), Percentile(times, 99));
    }

    /// <summary>
    /// Microseconds of single queries, one call each on one thread, upwards. Each query counts with the faster of two passes.
    /// </summary>
    public static double[] Times(VectorIndex index, VectorMatrix queries, int k, SearchOptions options)
    {
        var results = new Neighbor[k];
        var times = new double[queries.Count];
        Array.Fill(times, double.PositiveInfinity);
        for (var pass = 0; pass < 2; pass++)
        {
            for (var q = 0; q < queries.Count; q++)
            {
                var start = Stopwatch.GetTimestamp();
                index.Search(queries.Row(q), results, options);
                times[q] = Math.Min(times[q], Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            }
        }

        Array.Sort(times);
        return times;
    }

    /// <summary>The smallest of sorted values that so many percent of them do not exceed.</summary>
    public static double Percentile(double[] sorted, int percent) => sorted[(int)((((long)sorted.Length * percent) + 99) / 100) - 1];

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

        var fastest = double.PositiveInfinity;
        var start = Stopwatch.StartNew();
        for (var passes = 0; (passes < MinPasses || start.Elapsed < Enough) && start.Elapsed < TooLong; passes++)
        {
            clock.Restart();
            pass();
            fastest = Math.Min(fastest, clock.Elapsed.TotalSeconds);
        }

        return fastest;
    }
}
