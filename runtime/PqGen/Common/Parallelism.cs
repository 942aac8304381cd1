using System.Runtime.ExceptionServices;

namespace PqGen.Common;

/// <summary>Work on rows <paramref name="first"/> and up.</summary>
internal delegate void RowsBody(int first, ReadOnlySpan<float> rows);

/// <summary>Runs chunks of work on a bounded number of threads; results must not depend on which thread ran what.</summary>
internal static class Parallelism
{
    /// <summary>More threads than any machine has; results do not depend on their number, so a larger request means this many.</summary>
    private const int MaxThreads = 4096;

    /// <summary>Floats that are copied or looked at between two looks for cancellation: a few milliseconds.</summary>
    public const int Look = 1 << 20;

    /// <summary>Threads for a request, 0 standing for one per processor.</summary>
    public static int Threads(int threads)
    {
        Guard.Range(threads, 0, int.MaxValue, nameof(threads), "threads, 0 for one per processor");
        return threads == 0 ? Environment.ProcessorCount : Math.Min(threads, MaxThreads);
    }

    /// <summary>Calls <paramref name="body"/> with (first row, rows) for each chunk of rows, which stay where they are.</summary>
    public static unsafe void ForRows(
        ReadOnlySpan<float> rows, int dimension, int chunk, int threads, RowsBody body, CancellationToken cancellation = default)
    {
        fixed (float* pinned = rows)
        {
            var pointer = pinned;
            ForChunks(
                rows.Length / dimension,
                chunk,
                threads,
                (first, count) => body(first, new ReadOnlySpan<float>(pointer + ((nint)first * dimension), count * dimension)),
                cancellation);
        }
    }

    /// <summary>Calls <paramref name="body"/> with (start, count) for each chunk of 0..n-1.</summary>
    public static void ForChunks(int n, int chunk, int threads, Action<int, int> body, CancellationToken cancellation = default)
    {
        var chunks = (int)(((long)n + chunk - 1) / chunk);
        For(chunks, threads, c => body(c * chunk, Math.Min(chunk, n - (c * chunk))), cancellation);
    }

    /// <summary>Calls <paramref name="body"/> with 0..count-1; on the calling thread alone when one thread is enough.</summary>
    public static void For(int count, int threads, Action<int> body, CancellationToken cancellation = default)
    {
        if (threads <= 1 || count <= 1)
        {
            for (var i = 0; i < count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                body(i);
            }

            return;
        }

        try
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, body);
        }
        catch (AggregateException failures) when (failures.InnerExceptions.Count > 0)
        {
            // The first failure as the caller would have seen it on one thread.
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }
    }
}
