using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Clustering;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Ivf;

/// <summary>The coarse quantizer of an inverted file: NList centroids, every vector in the list of its nearest.</summary>
/// <remarks>Immutable; safe on any number of threads.</remarks>
internal sealed class CoarseQuantizer<TKernels>(TKernels kernels, float[] centroids, CancellationToken cancellation = default)
    where TKernels : struct, ICentroidKernels
{
    private readonly AlignedBuffer<float> _panels = Panels.Create(centroids, kernels.Dimension, cancellation);
    private readonly int _panelCount = KernelLayout.PanelCount(centroids.Length / kernels.Dimension);

    public int NList { get; } = centroids.Length / kernels.Dimension;

    public long SizeInBytes => _panels.SizeInBytes + ((long)centroids.Length * sizeof(float));

    /// <summary>float <c>[NList][Dimension]</c>.</summary>
    public ReadOnlySpan<float> Centroids => centroids;

    /// <summary>The same, for other threads.</summary>
    public ReadOnlyMemory<float> CentroidMemory => centroids;

    public ReadOnlySpan<float> Centroid(int list) => centroids.AsSpan(list * kernels.Dimension, kernels.Dimension);

    /// <inheritdoc cref="IRoute.Assign"/>
    public void Assign(ReadOnlySpan<float> vectors, Span<int> lists)
    {
        var distances = ArrayPool<float>.Shared.Rent(lists.Length);
        Assignment.Run(
            new VectorAssigner<TKernels>(kernels),
            ref MemoryMarshal.GetReference(vectors),
            lists.Length,
            _panels,
            ref MemoryMarshal.GetReference(lists),
            ref distances[0]);
        ArrayPool<float>.Shared.Return(distances);
    }

    /// <summary>The same for many vectors, float <c>[n][Dimension]</c>, on several threads; looks for cancellation in between.</summary>
    public int[] Assign(float[] vectors, int threads, CancellationToken cancellation)
    {
        var lists = new int[vectors.Length / kernels.Dimension];
        Assignment.Run(new VectorAssigner<TKernels>(kernels), vectors, _panels, lists, new float[lists.Length], threads, cancellation);
        return lists;
    }

    /// <summary>Vectors, float <c>[n][Dimension]</c>, to their residuals, in place.</summary>
    public void ToResiduals(float[] vectors, int[] lists, int threads, CancellationToken cancellation)
    {
        var dimension = kernels.Dimension;
        Parallelism.ForChunks(lists.Length, Math.Max(1, Parallelism.Look / dimension), threads, (first, count) =>
        {
            for (var i = first; i < first + count; i++)
            {
                var row = vectors.AsSpan(i * dimension, dimension);
                VectorMath.Subtract(row, Centroid(lists[i]), row);
            }
        }, cancellation);
    }

    /// <inheritdoc cref="IRoute.Prepare"/>
    public void Prepare(ReadOnlySpan<float> queries, int count, RouteScratch scratch)
    {
        var distances = WorkingMemory.Ensure(ref scratch.CoarseDistances, (long)count * _panelCount * KernelLayout.PanelWidth);
        kernels.CentroidScores(ref MemoryMarshal.GetReference(queries), count, ref _panels.Reference, _panelCount, ref distances.Reference);
    }

    /// <inheritdoc cref="IRoute.Probes"/>
    public ReadOnlySpan<Probe> Probes(int q, int nprobe, RouteScratch scratch) =>
        ProbeSelection.Nearest(scratch.CoarseDistances.Span((long)q * _panelCount * KernelLayout.PanelWidth, NList), [], nprobe, scratch);
}

/// <summary>The route through a flat coarse quantizer: the query is compared with every centroid.</summary>
internal readonly struct FlatCoarse<TKernels>(CoarseQuantizer<TKernels> coarse) : IRoute
    where TKernels : struct, ICentroidKernels
{
    public int NList => coarse.NList;

    public bool IsInverted => true;

    public ReadOnlySpan<float> Centroids => coarse.Centroids;

    public HnswGraph? Graph => null;

    public long SizeInBytes => coarse.SizeInBytes;

    public void Assign(ReadOnlySpan<float> vectors, Span<int> lists) => coarse.Assign(vectors, lists);

    public void Prepare(ReadOnlySpan<float> queries, int count, RouteScratch scratch) => coarse.Prepare(queries, count, scratch);

    public ReadOnlySpan<Probe> Probes(int q, ReadOnlySpan<float> query, int nprobe, int factor, RouteScratch scratch) =>
        coarse.Probes(q, nprobe, scratch);
}
