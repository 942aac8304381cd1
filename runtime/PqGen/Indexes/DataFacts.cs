using System.Numerics;
using System.Runtime.InteropServices;
using PqGen.Common;

namespace PqGen.Indexes;

/// <summary>What is striking about vectors: where they lie, how far they scatter, what of them repeats.</summary>
internal sealed class DataFacts
{
    /// <param name="rows">float <c>[n][dimension]</c>, n at least 1.</param>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="cancellation">Ends it early.</param>
    public DataFacts(float[] rows, int dimension, CancellationToken cancellation)
    {
        Count = rows.Length / dimension;
        var (sums, squares, constant) = (new double[dimension], new double[dimension], new bool[dimension]);
        Array.Fill(constant, true);
        var seen = new HashSet<ulong>(Count);
        var look = Math.Max(1, Parallelism.Look / dimension);
        for (var i = 0; i < Count; i++)
        {
            if (i % look == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            // From the first row, so that squares lose nothing where the vectors lie far from the origin.
            var row = rows.AsSpan(i * dimension, dimension);
            for (var d = 0; d < row.Length; d++)
            {
                var difference = (double)row[d] - rows[d];
                sums[d] += difference;
                squares[d] += difference * difference;
                constant[d] &= row[d] == rows[d];
            }

            Repeated += seen.Add(Hash(row)) ? 0 : 1;
        }

        for (var d = 0; d < dimension; d++)
        {
            var mean = sums[d] / Count;
            Variance += Math.Max(0, (squares[d] / Count) - (mean * mean));
            SquaredMean += (rows[d] + mean) * (rows[d] + mean);
        }

        Constant = [.. Enumerable.Range(0, dimension).Where(d => constant[d])];
    }

    /// <summary>Vectors.</summary>
    public int Count { get; }

    /// <summary>The mean squared distance from the mean.</summary>
    public double Variance { get; }

    /// <summary>The squared distance of the mean from the origin.</summary>
    public double SquaredMean { get; }

    /// <summary>Vectors that repeat one before them, component by component.</summary>
    public int Repeated { get; }

    /// <summary>The components that are the same in all vectors.</summary>
    public int[] Constant { get; }

    /// <summary>64 bits of a vector's own: two vectors share them by accident once in 2^64 pairs.</summary>
    private static ulong Hash(ReadOnlySpan<float> row)
    {
        var hash = 0x9E3779B97F4A7C15UL;
        foreach (var bits in MemoryMarshal.Cast<float, uint>(row))
        {
            hash = BitOperations.RotateLeft((hash ^ bits) * 0xD6E8FEB86659FD93UL, 32);
        }

        return hash ^ (hash >> 29);
    }
}
