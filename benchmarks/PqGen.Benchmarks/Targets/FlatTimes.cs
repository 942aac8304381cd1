using System.Runtime.InteropServices;

namespace PqGen.Benchmarks;

/// <summary>Seconds for a query of a PQ index, best of interleaved slices.</summary>
/// <param name="Path">The instruction set.</param>
/// <param name="Fast">One query at a time.</param>
/// <param name="Plain">The same by the plain ADC scan.</param>
/// <param name="Batch">All queries as a batch, on one thread.</param>
/// <param name="Hundred">One query at a time, the hundred nearest.</param>
/// <param name="PlainHundred">The same by the plain ADC scan.</param>
internal sealed record FlatTimes(string Path, double Fast, double Plain, double Batch, double Hundred, double PlainHundred)
{
    private const int K = 10, LargeK = 100;

    public static FlatTimes Measure(VectorIndex index, float[] queries)
    {
        var count = queries.Length / index.Dimension;
        var plain = new SearchOptions { Scan = ScanKind.Plain };
        var (found, hundred, all, counts) = (new Neighbor[K], new Neighbor[LargeK], new Neighbor[count * K], new int[count]);
        var best = Stopwatches.Best(
            5,
            0.2,
            () => Search(found, default),
            () => Search(found, plain),
            () => index.SearchBatch(queries, K, all, counts, threads: 1),
            () => Search(hundred, default),
            () => Search(hundred, plain));
        return new FlatTimes(
            index.Path.ToString(), best[0] / count, best[1] / count, best[2] / count, best[3] / count, best[4] / count);

        void Search(Neighbor[] results, SearchOptions options)
        {
            for (var q = 0; q < count; q++)
            {
                index.Search(queries.AsSpan(q * index.Dimension, index.Dimension), results, options);
            }
        }
    }

    /// <summary>What a parent asks of a child whose instruction sets are limited.</summary>
    public static FlatTimes Measure(string indexFile, string queryFile)
    {
        using var index = Pq128.Open(indexFile);
        return Measure(index, MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(queryFile)).ToArray());
    }
}
