using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Indexes;

/// <summary>
/// Kernels behind a comparison of lengths, and what the metric says instead of scores. For generated code, whose public methods call it.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class KernelCalls
{
    /// <summary>What the metric says of two vectors, float <c>[Dimension]</c> each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Distance<TKernels>(TKernels kernels, ReadOnlySpan<float> x, ReadOnlySpan<float> y)
        where TKernels : struct, IVectorKernels
    {
        Guard.Length(x.Length, kernels.Dimension, nameof(x), "the dimension");
        Guard.Length(y.Length, kernels.Dimension, nameof(y), "the dimension");
        if (kernels.Metric == Metric.Cosine)
        {
            return CosineSimilarity.Of(kernels, x, y);
        }

        var score = kernels.Score(ref MemoryMarshal.GetReference(x), ref MemoryMarshal.GetReference(y));
        return kernels.Metric == Metric.SquaredL2 ? score : InnerProduct(score);
    }

    /// <summary>What the metric says of a query, float <c>[Dimension]</c>, and rows, float <c>[n][Dimension]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Distances<TKernels>(TKernels kernels, ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> distances)
        where TKernels : struct, IVectorKernels
    {
        Guard.Length(query.Length, kernels.Dimension, nameof(query), "the dimension");
        Guard.Length(rows.Length, (long)distances.Length * kernels.Dimension, nameof(rows), "a vector for each distance");
        if (kernels.Metric == Metric.Cosine)
        {
            CosineSimilarity.Of(kernels, query, rows, distances);
            return;
        }

        kernels.Scores(
            ref MemoryMarshal.GetReference(query), ref MemoryMarshal.GetReference(rows), distances.Length, ref MemoryMarshal.GetReference(distances));
        if (kernels.Metric == Metric.InnerProduct)
        {
            foreach (ref var distance in distances)
            {
                distance = InnerProduct(distance);
            }
        }
    }

    /// <summary>The inner product that a score is -2 times of: exact, and never -0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float InnerProduct(float score) => 0 - (score * 0.5f);
}
