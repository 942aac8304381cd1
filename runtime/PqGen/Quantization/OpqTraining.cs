using PqGen.Clustering;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Quantization;

/// <summary>
/// Learns the rotation of optimized product quantization (OPQ; Ge, He, Ke, Sun, CVPR 2013, the non-parametric solution): by turns k-means moves the
/// codebooks of the rotated vectors, from where it left them, and the orthogonal Procrustes problem gives the rotation that brings the vectors
/// nearest to what their codes stand for. Neither makes the error larger.
/// </summary>
/// <remarks>
/// Vectors, not their residuals from centroids, are trained on in an index with lists too, as FAISS has it: on GloVe that gave the smaller error of
/// the residuals' codes.
/// </remarks>
internal static class OpqTraining
{
    /// <summary>The stage's name.</summary>
    public const string Stage = "rotation";

    /// <summary>Turns, and k-means iterations of the first and of each other.</summary>
    private const int Turns = 25, FirstIterations = 4, Iterations = 2;

    /// <summary>Vectors for each centroid, and for each component, that are enough: more tell little more of where axes lie.</summary>
    private const int PointsPerCentroid = 64, PointsPerComponent = 16;

    /// <summary>As many vectors as are worth training on.</summary>
    public static long MostVectors<TKernels>(TKernels kernels)
        where TKernels : struct, IPqKernels => Math.Max((long)PointsPerCentroid * kernels.Ksub, (long)PointsPerComponent * kernels.Dimension);

    /// <summary>Trains on vectors that were checked.</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="sample">float <c>[n][Dimension]</c>, scaled, of mean 0.</param>
    /// <param name="run">The training.</param>
    /// <returns>The rotation, float <c>[Dimension][Dimension]</c>: a rotated vector's component j is the product of row j and the vector.</returns>
    public static float[] Run<TKernels>(TKernels kernels, float[] sample, TrainingRun run)
        where TKernels : struct, IPqKernels
    {
        var (dimension, m, ksub, dsub) = (kernels.Dimension, kernels.M, kernels.Ksub, kernels.Dsub);
        var n = sample.Length / dimension;
        var rotation = Identity(dimension);
        var codebooks = new float[m][];
        var objectives = new double[m];
        var (covariance, history) = (new float[dimension * dimension], new List<double>());
        var progress = new SerialProgress(run.Options.Progress, Stage, Turns, run.Cancellation);
        for (var turn = 1; turn <= Turns; turn++)
        {
            var rotated = LinearTransform.OfRows(rotation, dimension, run.Cancellation).Apply(sample, run.Threads, run.Cancellation);
            var iterations = turn == 1 ? FirstIterations : Iterations;
            var settings = new KMeansRun(ksub, iterations, run.Options.Seed, Math.Max(1, run.Threads / m), run.Cancellation);
            Parallelism.For(
                m,
                run.Threads,
                sub =>
                {
                    var own = settings with { Iterated = (_, objective) => objectives[sub] = objective };
                    var points = CodebookTraining.Subvectors(rotated, dimension, sub * dsub, dsub, run.Cancellation);
                    codebooks[sub] ??= Start(points, dsub, settings with { Seed = unchecked(settings.Seed + sub) });
                    var assigner = new SubvectorAssigner<TKernels>(kernels);
                    var clusters = Lloyd.Run(
                        new FullAssignment<SubvectorAssigner<TKernels>>(assigner, points, own), points, dsub, codebooks[sub], new int[n], own);
                    var rows = covariance.AsSpan(sub * dsub * dimension, dsub * dimension);
                    Covariance(sample, dimension, clusters, ksub, rows, run.Cancellation);
                },
                run.Cancellation);
            history.Add(run.InCallersUnits(objectives.Sum()));
            rotation = Procrustes.Rotation(covariance, rotation, dimension, run.Threads, run.Cancellation);
            progress.Advance(turn, history[^1]);
        }

        run.Stages.Add(new TrainingStage(Stage, ksub, n, [.. history]));
        return rotation;
    }

    private static float[] Identity(int dimension)
    {
        var identity = new float[dimension * dimension];
        for (var d = 0; d < dimension; d++)
        {
            identity[(d * dimension) + d] = 1;
        }

        return identity;
    }

    private static float[] Start(float[] points, int dsub, KMeansRun run) => Sampling.Gather(
        points, dsub, Sampling.Choose(points.Length / dsub, run.K, new Random(run.Seed), run.Cancellation), run.Cancellation);

    /// <summary>
    /// The sums over the vectors of what their codes of a sub-quantizer stand for, times the vectors: for each centroid times the sum of its vectors.
    /// </summary>
    private static void Covariance(
        float[] sample, int dimension, in Clusters clusters, int ksub, Span<float> covariance, CancellationToken cancellation)
    {
        var sums = new float[ksub * dimension];
        var look = Math.Max(1, Parallelism.Look / dimension);
        for (var i = 0; i < clusters.Nearest.Length; i++)
        {
            if (i % look == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            VectorMath.Add(sample.AsSpan(i * dimension, dimension), sums.AsSpan(clusters.Nearest[i] * dimension, dimension));
        }

        covariance.Clear();
        var dsub = covariance.Length / dimension;
        for (var d = 0; d < dsub; d++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var k = 0; k < ksub; k++)
            {
                Fused.MultiplyAdd(
                    clusters.Centroids[(k * dsub) + d], sums.AsSpan(k * dimension, dimension), covariance.Slice(d * dimension, dimension));
            }
        }
    }
}
