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
    /// <summary>Centroids that are gathered and compared at a time: four panels.</summary>
    private const int ComparedTogether = 4 * KernelLayout.PanelWidth;

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

    /// <summary>The lists to probe of some that hold the nearest, with the scores that comparing all would give, bit for bit.</summary>
    /// <param name="query">float <c>[Dimension]</c>.</param>
    /// <param name="lists">The lists, ascending, nprobe at least.</param>
    /// <param name="nprobe">How many.</param>
    /// <param name="scratch">Working memory; holds what is returned.</param>
    public ReadOnlySpan<Probe> NearestOf(ReadOnlySpan<float> query, ReadOnlySpan<int> lists, int nprobe, RouteScratch scratch)
    {
        var gathered = WorkingMemory.Ensure(ref scratch.Gathered, Panels.Size(ComparedTogether, kernels.Dimension));
        var scores = WorkingMemory.Ensure(ref scratch.CoarseDistances, (long)_panelCount * KernelLayout.PanelWidth);
        for (var first = 0; first < lists.Length; first += ComparedTogether)
        {
            var some = lists.Slice(first, Math.Min(ComparedTogether, lists.Length - first));
            Panels.Gather(centroids, kernels.Dimension, some, ref gathered.Reference);
            kernels.CentroidScores(
                ref MemoryMarshal.GetReference(query), 1, ref gathered.Reference, KernelLayout.PanelCount(some.Length), ref scores.At(first));
        }

        return ProbeSelection.Nearest(scores.Span(0, lists.Length), lists, nprobe, scratch);
    }
}
