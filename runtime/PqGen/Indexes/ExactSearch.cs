using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Indexes;
using PqGen.Kernels;

namespace PqGen;

/// <summary>
/// Exact distances and nearest neighbours of vectors that lie anywhere, on the run-time-sized kernels: without an index, without a copy.
/// </summary>
/// <remarks>Every method checks its arguments and allocates nothing once warm. Safe on any number of threads.</remarks>
public static class ExactSearch
{
    /// <summary>The squared Euclidean distance of two vectors: the bits that every kernel gives.</summary>
    /// <param name="x">float <c>[dimension]</c>.</param>
    /// <param name="y">float <c>[dimension]</c>.</param>
    /// <exception cref="ArgumentException">Lengths differ, or there are no components or more than 4096.</exception>
    public static float Distance(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        Guard.Range(x.Length, 1, IndexLimits.MaxDimension, nameof(x), "components of a vector");
        return KernelCalls.Distance(new GenericKernels(x.Length), x, y);
    }

    /// <summary>The squared Euclidean distances of a query to rows.</summary>
    /// <param name="query">float <c>[dimension]</c>.</param>
    /// <param name="rows">float <c>[n][dimension]</c>.</param>
    /// <param name="distances">float <c>[n]</c>, written.</param>
    /// <exception cref="ArgumentException">A length is out of range; nothing is written.</exception>
    public static void Distances(ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> distances)
    {
        Guard.Range(query.Length, 1, IndexLimits.MaxDimension, nameof(query), "components of a vector");
        KernelCalls.Distances(new GenericKernels(query.Length), query, rows, distances);
    }

    /// <summary>Finds the rows nearest to a query.</summary>
    /// <param name="query">float <c>[dimension]</c>, finite.</param>
    /// <param name="rows">float <c>[n][dimension]</c>, finite.</param>
    /// <param name="results">Filled with the nearest rows, named by their number, nearest first, ties by smaller number.</param>
    /// <returns>How many there are.</returns>
    /// <exception cref="ArgumentException">A length or a component is out of range; nothing is written.</exception>
    public static int Search(ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<Neighbor> results)
    {
        Guard.Range(query.Length, 1, IndexLimits.MaxDimension, nameof(query), "components of a vector");
        var n = Guard.Rows(rows, query.Length, nameof(rows));
        Guard.Finite(query, query.Length, nameof(query));
        Guard.Finite(rows, query.Length, nameof(rows));
        results = results[..Math.Min(results.Length, n)];
        if (results.IsEmpty)
        {
            return 0;
        }

        var exponent = PowerOfTwoScale.ExponentOf(MathF.Max(PowerOfTwoScale.LargestUpTo(rows), PowerOfTwoScale.LargestUpTo(query)));
        if (exponent != 0)
        {
            query = PowerOfTwoScale.Scaled(query, exponent);
            rows = PowerOfTwoScale.Scaled(rows, exponent);
        }

        var found = SearchScaled(query, rows, n, results);
        foreach (ref var neighbor in results[..found])
        {
            neighbor = neighbor with { Distance = MathF.ScaleB(neighbor.Distance, -2 * exponent) };
        }

        return found;
    }

    private static int SearchScaled(ReadOnlySpan<float> query, ReadOnlySpan<float> rows, int n, Span<Neighbor> results)
    {
        const int Chunk = 256;
        Span<float> distances = stackalloc float[Chunk];
        var kernels = new GenericKernels(query.Length);
        var collector = new TopK.TopKCollector<Storage.IdView>(results, default);
        for (var first = 0; first < n; first += Chunk)
        {
            var part = distances[..Math.Min(Chunk, n - first)];
            kernels.Scores(
                ref MemoryMarshal.GetReference(query), ref MemoryMarshal.GetReference(rows[(first * query.Length)..]), part.Length, ref part[0]);
            Scan.Collecting.Offer(part, first, ref collector);
        }

        return collector.SortById();
    }
}
