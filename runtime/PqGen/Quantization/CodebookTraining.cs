using PqGen.Clustering;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Quantization;

/// <summary>Trains the codebooks of M sub-quantizers, each by k-means on its sub-vectors.</summary>
internal static class CodebookTraining
{
    /// <summary>The stage's name.</summary>
    public const string Stage = "sub-quantizers";

    /// <summary>Trains on a scaled sample that was checked.</summary>
    /// <returns>float <c>[M][Ksub][Dsub]</c>.</returns>
    public static float[] Run<TKernels>(TKernels kernels, float[] sample, TrainingRun run)
        where TKernels : struct, IPqKernels
    {
        var objectives = Array.ConvertAll(new int[kernels.M], _ => new List<double>());
        var progress = new SerialProgress(run.Options.Progress, Stage, kernels.M, run.Cancellation);
        var settings = new KMeansRun(kernels.Ksub, run.Options.Iterations, run.Options.Seed, run.Threads, run.Cancellation);
        var codebooks = Run(
            kernels,
            sample,
            settings,
            (sub, iteration, objective) =>
            {
                objectives[sub].Add(run.InCallersUnits(objective));
                progress.Iterated(sub, iteration, objectives[sub][^1]);
            },
            progress.Advance);
        run.Stages.Add(new TrainingStage(Stage, kernels.Ksub, sample.Length / kernels.Dimension, Sum(objectives)));
        return codebooks;
    }

    /// <summary>Trains on a sample, float <c>[n][Dimension]</c>.</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="sample">The sample, Ksub vectors or more.</param>
    /// <param name="settings">How each sub-quantizer is trained; its seed is the first's.</param>
    /// <param name="iterated">Told of each iteration: sub-quantizer, iteration, objective.</param>
    /// <param name="trained">Told of each sub-quantizer that is trained.</param>
    /// <returns>float <c>[M][Ksub][Dsub]</c>.</returns>
    public static float[] Run<TKernels>(
        TKernels kernels, float[] sample, KMeansRun settings, Action<int, int, double>? iterated = null, Action<int>? trained = null)
        where TKernels : struct, IPqKernels
    {
        var (m, ksub, dsub) = (kernels.M, kernels.Ksub, kernels.Dsub);
        var codebooks = new float[m * ksub * dsub];
        Parallelism.For(
            m,
            settings.Threads,
            sub =>
            {
                // Sub-quantizers share the threads; only what is left over works inside one of them.
                var own = settings with
                {
                    Seed = unchecked(settings.Seed + sub),
                    Threads = Math.Max(1, settings.Threads / m),
                    Iterated = (iteration, objective) => iterated?.Invoke(sub, iteration, objective),
                };
                var codebook = codebooks.AsSpan(sub * ksub * dsub, ksub * dsub);
                var points = Subvectors(sample, kernels.Dimension, sub * dsub, dsub, settings.Cancellation);
                KMeans.Train(new SubvectorAssigner<TKernels>(kernels), points, own).Centroids.CopyTo(codebook);
                CentroidOrder.Arrange(codebook, dsub, settings.Cancellation);
                trained?.Invoke(sub);
            },
            settings.Cancellation);
        return codebooks;
    }

    /// <summary>The objectives of all sub-quantizers together; one that has settled counts on with its last.</summary>
    private static double[] Sum(List<double>[] objectives)
    {
        var sums = new double[objectives.Max(own => own.Count)];
        foreach (var own in objectives)
        {
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] += own[Math.Min(i, own.Count - 1)];
            }
        }

        return sums;
    }

    /// <summary>Components <paramref name="first"/> and up of every row, float <c>[n][dsub]</c>.</summary>
    public static float[] Subvectors(float[] rows, int dimension, int first, int dsub, CancellationToken cancellation)
    {
        var points = GC.AllocateUninitializedArray<float>(rows.Length / dimension * dsub);
        var look = Math.Max(1, Parallelism.Look / dimension);
        for (var i = 0; i < rows.Length / dimension; i++)
        {
            if (i % look == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            rows.AsSpan((i * dimension) + first, dsub).CopyTo(points.AsSpan(i * dsub));
        }

        return points;
    }
}
