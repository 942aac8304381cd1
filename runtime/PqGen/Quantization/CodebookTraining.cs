using PqGen.Clustering;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Quantization;

/// <summary>Trains the codebooks of M sub-quantizers, each by k-means on its sub-vectors.</summary>
internal static class CodebookTraining
{
    /// <summary>Trains on a sample that was checked.</summary>
    /// <returns>float <c>[M][Ksub][Dsub]</c>.</returns>
    public static float[] Run<TKernels>(TKernels kernels, float[] sample, TrainingOptions options, int threads)
        where TKernels : struct, IPqKernels
    {
        var (m, ksub, dsub) = (kernels.M, kernels.Ksub, kernels.Dsub);
        var n = sample.Length / kernels.Dimension;
        var codebooks = new float[m * ksub * dsub];
        var progress = new SerialProgress(options.Progress, "sub-quantizers", m);
        Parallelism.For(
            m,
            threads,
            sub =>
            {
                var points = new float[n * dsub];
                for (var i = 0; i < n; i++)
                {
                    sample.AsSpan((i * kernels.Dimension) + (sub * dsub), dsub).CopyTo(points.AsSpan(i * dsub));
                }

                // Sub-quantizers share the threads; only what is left over works inside one of them.
                var codebook = codebooks.AsSpan(sub * ksub * dsub, ksub * dsub);
                KMeans.Train(
                    new SubvectorAssigner<TKernels>(kernels),
                    points,
                    ksub,
                    options.Iterations,
                    unchecked(options.Seed + sub),
                    Math.Max(1, threads / m),
                    null,
                    options.Cancellation)
                    .CopyTo(codebook);
                CentroidOrder.Arrange(codebook, dsub);
                progress.Advance();
            },
            options.Cancellation);
        return codebooks;
    }
}
