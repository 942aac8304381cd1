using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Indexes;

/// <summary>Kernels behind a comparison of lengths. For generated code, whose public methods call it.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class KernelCalls
{
    /// <summary>The squared Euclidean distance of two vectors, float <c>[Dimension]</c> each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Distance<TKernels>(TKernels kernels, ReadOnlySpan<float> x, ReadOnlySpan<float> y)
        where TKernels : struct, IVectorKernels
    {
        Guard.Length(x.Length, kernels.Dimension, nameof(x), "the dimension");
        Guard.Length(y.Length, kernels.Dimension, nameof(y), "the dimension");
        return kernels.Score(ref MemoryMarshal.GetReference(x), ref MemoryMarshal.GetReference(y));
    }

    /// <summary>The squared Euclidean distances of a query, float <c>[Dimension]</c>, to rows, float <c>[n][Dimension]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Distances<TKernels>(TKernels kernels, ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> distances)
        where TKernels : struct, IVectorKernels
    {
        Guard.Length(query.Length, kernels.Dimension, nameof(query), "the dimension");
        Guard.Length(rows.Length, (long)distances.Length * kernels.Dimension, nameof(rows), "a vector for each distance");
        kernels.Scores(
            ref MemoryMarshal.GetReference(query), ref MemoryMarshal.GetReference(rows), distances.Length, ref MemoryMarshal.GetReference(distances));
    }
}
