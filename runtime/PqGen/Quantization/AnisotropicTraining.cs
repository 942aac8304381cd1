using PqGen.Clustering;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Quantization;

/// <summary>
/// Makes the score-aware loss of a sample smaller (<see cref="Anisotropic"/>): codes and codebooks take turns. Neither turn makes it larger.
/// </summary>
/// <remarks>
/// A codebook's turn: with the codes of all sub-quantizers, and the codebooks of the others, given, a sub-centroid c of the sub-vectors x, with the
/// parts u of their directions and what is parallel in the errors of the others, s, is best where (n I + w sum of u u^T) c = sum of x + w (s + &lt;x,
/// u&gt;) u. That is solved by conjugate gradients from the c before, without making the matrix: it is near to n I, so a few steps are enough,
/// whatever Dsub is.
/// </remarks>
internal sealed class AnisotropicTraining<TKernels>
    where TKernels : struct, IPqKernels
{
    /// <summary>Turns end when one saves less than this share of the loss.</summary>
    private const double LeastSaved = 1e-3;

    /// <summary>Passes over the sub-quantizers in a turn of the codes, and steps of a solution at most.</summary>
    private const int Passes = 2, MostSteps = 6;

    /// <summary>Vectors that a thread takes at a time.</summary>
    private const int Chunk = 256;

    private readonly TKernels _kernels;
    private readonly float[] _codebooks, _vectors, _originals, _directions;
    private readonly byte[] _codes;
    private readonly double[] _parallel;
    private readonly float _weight;
    private readonly TrainingRun _run;
    private readonly int _count;

    private AnisotropicTraining(TKernels kernels, float[] codebooks, float[] vectors, float[] originals, float weight, TrainingRun run)
    {
        (_kernels, _codebooks, _vectors, _originals, _weight, _run) = (kernels, codebooks, vectors, originals, weight, run);
        _count = vectors.Length / kernels.Dimension;
        _directions = Sampling.Copy(originals, run.Cancellation);
        Sampling.Normalize(_directions, kernels.Dimension, run.Threads, run.Cancellation);
        (_codes, _parallel) = (new byte[_count * kernels.M], new double[_count]);
    }

    /// <summary>Trains codebooks further, where the options ask for it.</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="codebooks">float <c>[M][Ksub][Dsub]</c>, of plain training; changed.</param>
    /// <param name="vectors">float <c>[n][Dimension]</c>, what codes stand for: scaled vectors or residuals.</param>
    /// <param name="originals">float <c>[n][Dimension]</c>, the scaled vectors.</param>
    /// <param name="run">The training.</param>
    public static void Run(TKernels kernels, float[] codebooks, float[] vectors, float[] originals, TrainingRun run)
    {
        if (Anisotropic.Weight(run.Options.AnisotropicThreshold, kernels.Dimension) is not (> 0 and var weight))
        {
            return;
        }

        var training = new AnisotropicTraining<TKernels>(kernels, codebooks, vectors, originals, weight, run);
        var progress = new SerialProgress(run.Options.Progress, Anisotropic.Stage, run.Options.Iterations, run.Cancellation);
        var losses = new List<double>();
        training.Encode(plain: true);
        for (var turn = 1; turn <= run.Options.Iterations; turn++)
        {
            training.Encode(plain: false);
            losses.Add(training.Loss());
            progress.Advance(turn, run.InCallersUnits(losses[^1]));
            if (losses.Count > 1 && losses[^2] - losses[^1] <= LeastSaved * losses[^2])
            {
                break;
            }

            training.Fit();
        }

        progress.Finish();
        for (var m = 0; m < kernels.M; m++)
        {
            CentroidOrder.Arrange(codebooks.AsSpan(m * kernels.Ksub * kernels.Dsub, kernels.Ksub * kernels.Dsub), kernels.Dsub, run.Cancellation);
        }

        run.Stages.Add(new TrainingStage(Anisotropic.Stage, kernels.Ksub, training._count, [.. losses.Select(run.InCallersUnits)]));
    }

    /// <summary>The codes' turn.</summary>
    private void Encode(bool plain)
    {
        var (m, dimension) = (_kernels.M, _kernels.Dimension);
        var quantizer = new ProductQuantizer<TKernels>(_kernels, _codebooks, exponent: 0);
        Parallelism.ForChunks(_count, Chunk, _run.Threads, (first, count) =>
        {
            var part = _vectors.AsSpan(first * dimension, count * dimension);
            var codes = _codes.AsSpan(first * m, count * m);
            if (plain)
            {
                quantizer.EncodeChecked(part, codes);
                return;
            }

            new AnisotropicCoder<TKernels>(_kernels, quantizer.CodebookPanels, _weight).Improve(
                part, _originals.AsSpan(first * dimension, count * dimension), codes, Passes);
        }, _run.Cancellation);
    }

    /// <summary>The mean loss of the codes; what is parallel in the error of each vector is kept.</summary>
    private double Loss()
    {
        var losses = new double[_count];
        Parallelism.ForChunks(_count, Chunk, _run.Threads, (first, count) =>
        {
            for (var i = first; i < first + count; i++)
            {
                double error = 0, parallel = 0;
                for (var m = 0; m < _kernels.M; m++)
                {
                    var (centroid, at) = (Centroid(m, _codes[(i * _kernels.M) + m]), (i * _kernels.Dimension) + (m * _kernels.Dsub));
                    for (var d = 0; d < _kernels.Dsub; d++)
                    {
                        var difference = (double)_vectors[at + d] - _codebooks[centroid + d];
                        error += difference * difference;
                        parallel += difference * _directions[at + d];
                    }
                }

                _parallel[i] = parallel;
                losses[i] = error + (_weight * parallel * parallel);
            }
        }, _run.Cancellation);
        return losses.Sum() / _count;
    }

    /// <summary>The codebooks' turn: one sub-quantizer after the other, its sub-centroids on all threads.</summary>
    private void Fit()
    {
        var clusters = new int[_count];
        for (var m = 0; m < _kernels.M; m++)
        {
            for (var i = 0; i < _count; i++)
            {
                clusters[i] = _codes[(i * _kernels.M) + m];
            }

            var (sub, members) = (m, new Buckets(clusters, _kernels.Ksub, _run.Cancellation));
            Parallelism.For(_kernels.Ksub, _run.Threads, k => Fit(sub, k, members.Of(k)), _run.Cancellation);
        }
    }

    /// <summary>Puts a sub-centroid where the loss of its vectors is least, and tells the others what it changes.</summary>
    private void Fit(int m, int k, ReadOnlySpan<int> members)
    {
        if (members.IsEmpty)
        {
            return;
        }

        var (dsub, start) = (_kernels.Dsub, Centroid(m, k));
        var old = Array.ConvertAll(_codebooks[start..(start + dsub)], value => (double)value);

        // r = b - A c of the old c, which is the sum of the errors and w times what is parallel in them.
        var (residual, centroid) = (new double[dsub], old.ToArray());
        foreach (var i in members)
        {
            var at = (i * _kernels.Dimension) + (m * dsub);
            for (var d = 0; d < dsub; d++)
            {
                residual[d] += _vectors[at + d] - old[d] + (_weight * _parallel[i] * _directions[at + d]);
            }
        }

        var (direction, image) = (residual.ToArray(), new double[dsub]);
        var (norm, first) = (Dot(residual, residual), Dot(residual, residual));
        for (var step = 0; step < MostSteps && norm > 1e-14 * first; step++)
        {
            Multiply(m, members, direction, image);
            var length = norm / Dot(direction, image);
            for (var d = 0; d < dsub; d++)
            {
                centroid[d] += length * direction[d];
                residual[d] -= length * image[d];
            }

            var next = Dot(residual, residual);
            for (var d = 0; d < dsub; d++)
            {
                direction[d] = residual[d] + (next / norm * direction[d]);
            }

            norm = next;
        }

        for (var d = 0; d < dsub; d++)
        {
            _codebooks[start + d] = (float)centroid[d];
        }

        foreach (var i in members)
        {
            var at = (i * _kernels.Dimension) + (m * dsub);
            for (var d = 0; d < dsub; d++)
            {
                _parallel[i] += (old[d] - _codebooks[start + d]) * _directions[at + d];
            }
        }
    }

    /// <summary>(n I + w sum of u u^T) times a vector.</summary>
    private void Multiply(int m, ReadOnlySpan<int> members, double[] vector, double[] image)
    {
        for (var d = 0; d < vector.Length; d++)
        {
            image[d] = members.Length * vector[d];
        }

        foreach (var i in members)
        {
            var u = _directions.AsSpan((i * _kernels.Dimension) + (m * vector.Length), vector.Length);
            double product = 0;
            for (var d = 0; d < u.Length; d++)
            {
                product += u[d] * vector[d];
            }

            for (var d = 0; d < u.Length; d++)
            {
                image[d] += _weight * product * u[d];
            }
        }
    }

    /// <summary>Where a sub-centroid lies among the codebooks.</summary>
    private int Centroid(int m, int k) => ((m * _kernels.Ksub) + k) * _kernels.Dsub;

    private static double Dot(double[] x, double[] y)
    {
        double sum = 0;
        for (var d = 0; d < x.Length; d++)
        {
            sum += x[d] * y[d];
        }

        return sum;
    }
}
