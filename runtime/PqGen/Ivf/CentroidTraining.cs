using PqGen.Clustering;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Ivf;

/// <summary>Trains the centroids of an inverted file by k-means on a sample.</summary>
internal static class CentroidTraining
{
    /// <summary>The stage's name.</summary>
    public const string Stage = "coarse centroids";

    /// <summary>Trains on a scaled sample that was checked.</summary>
    /// <returns>float <c>[nlist][Dimension]</c>, scaled.</returns>
    public static float[] Run<TKernels>(TKernels kernels, float[] sample, int nlist, TrainingRun run)
        where TKernels : struct, ICentroidKernels
    {
        var options = run.Options;
        var objectives = new List<double>();
        var progress = new SerialProgress(options.Progress, Stage, options.CoarseIterations, run.Cancellation);
        var settings = new KMeansRun(nlist, options.CoarseIterations, options.Seed, run.Threads, run.Cancellation)
        {
            Iterated = (iteration, objective) =>
            {
                objectives.Add(run.InCallersUnits(objective));
                progress.Advance(iteration, objectives[^1]);
            },
        };
        var assigner = new VectorAssigner<TKernels>(kernels);
        (var centroids, run.ListCounts, _) = nlist > TwoLevelKMeans.FewCentroids
            ? TwoLevelKMeans.Train(assigner, sample, settings)
            : KMeans.Train(assigner, sample, settings);
        progress.Finish();
        run.Stages.Add(new TrainingStage(Stage, nlist, sample.Length / kernels.Dimension, [.. objectives]));
        return centroids;
    }
}
