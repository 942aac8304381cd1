using PqGen.Clustering;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Ivf;

/// <summary>Trains the centroids of an inverted file by k-means on a sample.</summary>
internal static class CentroidTraining
{
    /// <summary>Trains on vectors that were checked.</summary>
    /// <returns>float <c>[nlist][Dimension]</c>.</returns>
    public static float[] Run<TKernels>(TKernels kernels, ReadOnlySpan<float> vectors, int nlist, TrainingOptions options, int threads)
        where TKernels : struct, ICentroidKernels
    {
        var sample = Sampling.Rows(vectors, kernels.Dimension, (long)nlist * options.MaxPointsPerCentroid, options.Seed);
        var progress = new SerialProgress(options.Progress, "coarse centroids", options.CoarseIterations);
        var centroids = KMeans.Train(
            new VectorAssigner<TKernels>(kernels),
            sample,
            nlist,
            options.CoarseIterations,
            options.Seed,
            threads,
            _ => progress.Advance(),
            options.Cancellation);
        progress.Finish();
        return centroids;
    }
}
