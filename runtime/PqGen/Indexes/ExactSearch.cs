using PqGen.Common;
using PqGen.Indexes;
using PqGen.Kernels;

namespace PqGen;

/// <summary>
/// Exact distances and nearest neighbours of vectors that lie anywhere, on the run-time-sized kernels: without an index, without a copy. Distances
/// are what the metric says: similarities, large when near, under inner product and cosine.
/// </summary>
/// <remarks>
/// Every method checks its arguments and allocates nothing once warm, but for a copy of vectors that are all smaller than 2^-40. Safe on any number
/// of threads.
/// </remarks>
public static class ExactSearch
{
    /// <summary>The distance of two vectors: the bits that every kernel gives.</summary>
    /// <param name="x">float <c>[dimension]</c>.</param>
    /// <param name="y">float <c>[dimension]</c>.</param>
    /// <param name="metric">What a distance means. A cosine similarity is 0 where a vector is zero.</param>
    /// <exception cref="ArgumentException">Lengths differ, or there are no components or more than 4096, or there is no such metric.</exception>
    public static float Distance(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Metric metric = Metric.SquaredL2)
    {
        Guard.Range(x.Length, 1, IndexLimits.MaxDimension, nameof(x), "components of a vector");
        return KernelCalls.Distance(new GenericKernels(x.Length, metric), x, y);
    }

    /// <summary>The distances of a query to rows: bit for bit <see cref="Distance"/> of each.</summary>
    /// <param name="query">float <c>[dimension]</c>.</param>
    /// <param name="rows">float <c>[n][dimension]</c>.</param>
    /// <param name="distances">float <c>[n]</c>, written.</param>
    /// <param name="metric">What a distance means.</param>
    /// <exception cref="ArgumentException">A length is out of range, or there is no such metric; nothing is written.</exception>
    public static void Distances(ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> distances, Metric metric = Metric.SquaredL2)
    {
        Guard.Range(query.Length, 1, IndexLimits.MaxDimension, nameof(query), "components of a vector");
        KernelCalls.Distances(new GenericKernels(query.Length, metric), query, rows, distances);
    }

    /// <summary>Finds the rows nearest to a query.</summary>
    /// <param name="query">float <c>[dimension]</c>, finite.</param>
    /// <param name="rows">float <c>[n][dimension]</c>, finite.</param>
    /// <param name="results">Filled with the nearest rows, named by their number, nearest first, ties by smaller number.</param>
    /// <param name="metric">What nearest means: the smallest squared distance, the largest inner product, or the largest cosine similarity.</param>
    /// <returns>How many there are.</returns>
    /// <exception cref="ArgumentException">A length or a component is out of range, or there is no such metric; nothing is written.</exception>
    public static int Search(ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<Neighbor> results, Metric metric = Metric.SquaredL2)
    {
        Guard.Range(query.Length, 1, IndexLimits.MaxDimension, nameof(query), "components of a vector");
        var kernels = new GenericKernels(query.Length, metric);
        var n = Guard.Rows(rows, query.Length, nameof(rows));
        Guard.Finite(query, query.Length, nameof(query));
        Guard.Finite(rows, query.Length, nameof(rows));
        results = results[..Math.Min(results.Length, n)];
        if (results.IsEmpty)
        {
            return 0;
        }

        if (metric == Metric.Cosine)
        {
            return Search(kernels, query, rows, results);
        }

        // Differences need one scale for both; the factors of products may each have their own.
        var (ofQuery, ofRows) = (PowerOfTwoScale.LargestUpTo(query), PowerOfTwoScale.LargestUpTo(rows));
        if (metric == Metric.SquaredL2)
        {
            ofQuery = ofRows = MathF.Max(ofQuery, ofRows);
        }

        var (queryExponent, rowsExponent) = (PowerOfTwoScale.ExponentOf(ofQuery), PowerOfTwoScale.ExponentOf(ofRows));
        query = queryExponent == 0 ? query : PowerOfTwoScale.Scaled(query, queryExponent);
        rows = rowsExponent == 0 ? rows : PowerOfTwoScale.Scaled(rows, rowsExponent);

        var found = Search(kernels, query, rows, results);
        foreach (ref var neighbor in results[..found])
        {
            neighbor = neighbor with { Distance = MathF.ScaleB(neighbor.Distance, -(queryExponent + rowsExponent)) };
        }

        return found;
    }

    private static int Search(GenericKernels kernels, ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<Neighbor> results)
    {
        const int Chunk = 256;
        Span<float> distances = stackalloc float[Chunk];
        var n = rows.Length / query.Length;
        var isSimilarity = kernels.Metric != Metric.SquaredL2;
        var collector = new TopK.TopKCollector<Storage.IdView>(results, default);
        for (var first = 0; first < n; first += Chunk)
        {
            var part = distances[..Math.Min(Chunk, n - first)];
            KernelCalls.Distances(kernels, query, rows.Slice(first * query.Length, part.Length * query.Length), part);
            if (isSimilarity)
            {
                Negate(part);
            }

            Scan.Collecting.Offer(part, first, ref collector);
        }

        var found = collector.SortById();
        if (isSimilarity)
        {
            foreach (ref var neighbor in results[..found])
            {
                neighbor = neighbor with { Distance = 0 - neighbor.Distance };
            }
        }

        return found;
    }

    /// <summary>Similarities as scores, of which the nearest are smallest, and never -0.</summary>
    private static void Negate(Span<float> similarities)
    {
        foreach (ref var similarity in similarities)
        {
            similarity = 0 - similarity;
        }
    }
}
