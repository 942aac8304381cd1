using PqGen.Clustering;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Quantization;

/// <summary>Trains what vectors go through before they are encoded.</summary>
internal static class TransformTraining
{
    /// <summary>Trains the map that the options ask for.</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="sample">float <c>[n][Dimension]</c>, scaled vectors; changed.</param>
    /// <param name="inputDimension">Components of a vector as the caller gives it; the sample has those that are added, too.</param>
    /// <param name="run">The training.</param>
    /// <returns>A map of <c>inputDimension</c> components to <c>Dimension</c>, in the units of the sample.</returns>
    public static LinearTransform Run<TKernels>(TKernels kernels, float[] sample, int inputDimension, TrainingRun run)
        where TKernels : struct, IPqKernels
    {
        var dimension = kernels.Dimension;
        var mean = VectorMath.Mean(sample, dimension, run.Cancellation);
        if (run.Options.Transform == TransformKind.Mean)
        {
            return new LinearTransform(inputDimension, dimension, [], Array.ConvertAll(mean, component => (float)-component));
        }

        Center(sample, Array.ConvertAll(mean, component => (float)component), run);
        var rotation = OpqTraining.Run(kernels, sample, run);
        var bias = new float[kernels.Metric == Metric.SquaredL2 ? dimension : 0];
        for (var j = 0; j < bias.Length; j++)
        {
            var sum = 0d;
            for (var d = 0; d < dimension; d++)
            {
                sum -= rotation[(j * dimension) + d] * mean[d];
            }

            bias[j] = (float)sum;
        }

        return LinearTransform.OfRotation(rotation, bias, dimension, inputDimension, run.Cancellation);
    }

    private static void Center(float[] rows, float[] mean, TrainingRun run) => Parallelism.ForChunks(
        rows.Length / mean.Length,
        Math.Max(1, Parallelism.Look / mean.Length),
        run.Threads,
        (first, count) =>
        {
            for (var i = first; i < first + count; i++)
            {
                var row = rows.AsSpan(i * mean.Length, mean.Length);
                VectorMath.Subtract(row, mean, row);
            }
        },
        run.Cancellation);
}
