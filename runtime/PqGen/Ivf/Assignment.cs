using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Kernels;

namespace PqGen.Ivf;

/// <summary>Rows of vectors worked on by several threads: spans cannot cross to other threads, so rows are handed over in copies of a chunk.</summary>
internal static class Assignment
{
    /// <summary>Vectors handed to a thread at a time.</summary>
    public const int Chunk = 1024;

    /// <summary>The list of each vector.</summary>
    public static int[] Run<TKernels>(CoarseQuantizer<TKernels> coarse, int dimension, ReadOnlySpan<float> vectors, int n, int threads)
        where TKernels : struct, ICentroidKernels
    {
        var lists = new int[n];
        ForChunks(vectors, dimension, n, threads, (first, rows) =>
        {
            var distances = ArrayPool<float>.Shared.Rent(Chunk);
            var count = rows.Length / dimension;
            coarse.Assign(rows.Span, lists.AsSpan(first, count), distances.AsSpan(0, count));
            ArrayPool<float>.Shared.Return(distances);
        });
        return lists;
    }

    /// <summary>Calls <paramref name="body"/> with (first row, rows) for each chunk of rows.</summary>
    public static void ForChunks(ReadOnlySpan<float> vectors, int dimension, int n, int threads, Action<int, ReadOnlyMemory<float>> body)
    {
        // A wave of chunks is copied, then worked on: on one thread the copy stays in cache.
        var wave = Math.Max(1, threads) * (threads > 1 ? 8 : 1);
        var copy = ArrayPool<float>.Shared.Rent(checked(Math.Min(n, wave * Chunk) * dimension));
        try
        {
            for (var first = 0; first < n; first += wave * Chunk)
            {
                var count = Math.Min(wave * Chunk, n - first);
                vectors.Slice(first * dimension, count * dimension).CopyTo(copy);
                var start = first;
                Parallelism.ForChunks(count, Chunk, threads, (chunkFirst, chunkCount) =>
                    body(start + chunkFirst, copy.AsMemory(chunkFirst * dimension, chunkCount * dimension)));
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(copy);
        }
    }
}
