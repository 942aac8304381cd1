using System.Runtime.InteropServices;
using PqGen.Clustering;
using PqGen.Kernels;
using PqGen.Storage;
using PqGen.TopK;

namespace PqGen.Ivf;

/// <summary>The coarse quantizer of an inverted file: NList centroids, every vector in the list of its nearest.</summary>
/// <remarks>Immutable; safe on any number of threads.</remarks>
internal sealed class CoarseQuantizer<TKernels>(TKernels kernels, float[] centroids)
    where TKernels : struct, ICentroidKernels
{
    private readonly AlignedBuffer<float> _panels = Panels.Create(centroids, kernels.Dimension);
    private readonly int _panelCount = KernelLayout.PanelCount(centroids.Length / kernels.Dimension);

    public int NList { get; } = centroids.Length / kernels.Dimension;

    public long SizeInBytes => _panels.SizeInBytes + ((long)centroids.Length * sizeof(float));

    /// <summary>float <c>[NList][Dimension]</c>.</summary>
    public ReadOnlySpan<float> Centroids => centroids;

    public ReadOnlySpan<float> Centroid(int list) => centroids.AsSpan(list * kernels.Dimension, kernels.Dimension);

    /// <summary>The list of each vector, float <c>[n][Dimension]</c> to int <c>[n]</c>.</summary>
    public void Assign(ReadOnlySpan<float> vectors, Span<int> lists, Span<float> distances) =>
        kernels.NearestCentroids(ref MemoryMarshal.GetReference(vectors), lists.Length, ref _panels.Reference, _panelCount, ref MemoryMarshal.GetReference(lists), ref MemoryMarshal.GetReference(distances));

    /// <summary>Computes the distances of queries to every centroid into the scratch.</summary>
    public void Prepare(ReadOnlySpan<float> queries, int count, Scratch scratch)
    {
        var distances = Scratch.Ensure(ref scratch.CoarseDistances, (long)count * _panelCount * KernelLayout.PanelWidth);
        kernels.CentroidDistances(ref MemoryMarshal.GetReference(queries), count, ref _panels.Reference, _panelCount, ref distances.Reference);
    }

    /// <summary>The lists to probe for query number <paramref name="q"/> of those prepared, nearest first, as (list, squared distance).</summary>
    public ReadOnlySpan<Neighbor> Probes(int q, SearchOptions options, Scratch scratch)
    {
        var nprobe = options.EnsureK ? NList : Math.Max(1, options.NProbe);
        var probes = Scratch.Ensure(ref scratch.Probes, nprobe);
        var distances = scratch.CoarseDistances.Span((long)q * _panelCount * KernelLayout.PanelWidth, NList);
        var minima = Scratch.Ensure(ref scratch.Minima, Selection.GroupCount(NList, nprobe));
        var numbered = Scratch.Ensure(ref scratch.Numbered, 2 * NList);

        // (distance, list) as one number, of few lists more than are needed.
        var limit = Selection.UpperBoundOfKth(distances, nprobe, minima);
        var count = 0;
        for (var list = 0; list < distances.Length; list++)
        {
            var key = Selection.Key(distances[list]);
            numbered[count] = ((long)key << 32) | (uint)list;
            count += key <= limit ? 1 : 0;
        }

        if (count <= Selection.MaxSorted)
        {
            Selection.SortFew(numbered[..count], numbered[NList..]);
        }
        else
        {
            numbered[..count].Sort();
        }

        for (var probe = 0; probe < nprobe; probe++)
        {
            var list = (int)numbered[probe];
            probes[probe] = new Neighbor(list, distances[list]);
        }

        return probes;
    }

    /// <summary>Trains the centroids.</summary>
    public static float[] Train(TKernels kernels, ReadOnlySpan<float> vectors, int nlist, TrainingOptions options, int threads)
    {
        var sample = Sampling.Rows(vectors, kernels.Dimension, (long)nlist * options.MaxPointsPerCentroid, options.Seed);
        options.Progress?.Report(new TrainingProgress("coarse centroids", 0, options.CoarseIterations));
        var centroids = KMeans.Train(
            new VectorAssigner<TKernels>(kernels),
            sample,
            nlist,
            options.CoarseIterations,
            options.Seed,
            threads,
            iteration => options.Progress?.Report(new TrainingProgress("coarse centroids", iteration, options.CoarseIterations)),
            options.Cancellation);
        options.Progress?.Report(new TrainingProgress("coarse centroids", options.CoarseIterations, options.CoarseIterations));
        return centroids;
    }
}
