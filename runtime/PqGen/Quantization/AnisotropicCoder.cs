using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Quantization;

/// <summary>
/// Makes the score-aware loss of codes smaller (<see cref="Anisotropic"/>) by coordinate descent: one sub-quantizer after the other takes the
/// sub-centroid that is best beside those of the others.
/// </summary>
/// <remarks>The working memory of one thread. Any instruction set gives the same codes: lanes run over sub-centroids.</remarks>
internal sealed class AnisotropicCoder<TKernels>
    where TKernels : struct, IPqKernels
{
    private readonly TKernels _kernels;
    private readonly AlignedBuffer<float> _panels;
    private readonly float _weight;
    private readonly int _padded;
    private readonly AlignedBuffer<float> _distances, _products;
    private readonly float[] _direction, _losses;
    private readonly double[] _own, _parallel;

    /// <param name="kernels">The kernels.</param>
    /// <param name="panels">The codebooks in panels, float <c>[M][panel][Dsub][16]</c>.</param>
    /// <param name="weight">w, above 0.</param>
    public AnisotropicCoder(TKernels kernels, AlignedBuffer<float> panels, float weight)
    {
        (_kernels, _panels, _weight, _padded) = (kernels, panels, weight, KernelLayout.PaddedKsub(kernels.Ksub));
        (_distances, _products) = (new AlignedBuffer<float>(kernels.M * _padded), new AlignedBuffer<float>(kernels.M * _padded));
        (_direction, _losses) = (new float[kernels.Dimension], new float[_padded]);
        (_own, _parallel) = (new double[kernels.M], new double[kernels.M]);
    }

    /// <summary>Improves codes of vectors, in so many passes over the sub-quantizers at most.</summary>
    /// <param name="vectors">float <c>[n][Dimension]</c>, what codes stand for: vectors or residuals.</param>
    /// <param name="originals">float <c>[n][Dimension]</c>, the vectors, which say what is parallel; one of zeros says nothing.</param>
    /// <param name="codes">byte <c>[n][M]</c>, improved.</param>
    /// <param name="passes">Passes; one that changes nothing is the last.</param>
    public void Improve(ReadOnlySpan<float> vectors, ReadOnlySpan<float> originals, Span<byte> codes, int passes)
    {
        var (m, dimension) = (_kernels.M, _kernels.Dimension);
        for (var i = 0; i < codes.Length / m; i++)
        {
            var original = originals.Slice(i * dimension, dimension);
            if (original.ContainsAnyExcept(0f))
            {
                VectorMath.Normalize(original, dimension, _direction);
                Improve(vectors.Slice(i * dimension, dimension), codes.Slice(i * m, m), passes);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Improve(ReadOnlySpan<float> vector, Span<byte> code, int passes)
    {
        _kernels.DistanceTables(ref MemoryMarshal.GetReference(vector), 1, ref _panels.Reference, ref _distances.Reference);
        _kernels.InnerProductTables(ref _direction[0], 1, ref _panels.Reference, ref _products.Reference);

        // What the error of each sub-vector has along the direction; a product table has -2 <u, c>.
        var dsub = _kernels.Dsub;
        double sum = 0;
        for (var m = 0; m < code.Length; m++)
        {
            _own[m] = VectorMath.Dot(vector.Slice(m * dsub, dsub), _direction.AsSpan(m * dsub, dsub));
            _parallel[m] = _own[m] + (0.5 * _products.At((m * _padded) + code[m]));
            sum += _parallel[m];
        }

        for (var (pass, changed) = (0, true); pass < passes && changed; pass++)
        {
            changed = false;
            for (var m = 0; m < code.Length; m++)
            {
                var row = m * _padded;
                var best = Best(_distances.Span(row, _padded), _products.Span(row, _padded), (float)(sum - _parallel[m] + _own[m]));
                if (_losses[best] < _losses[code[m]])
                {
                    changed = true;
                    code[m] = (byte)best;
                    var parallel = _own[m] + (0.5 * _products.At(row + best));
                    sum += parallel - _parallel[m];
                    _parallel[m] = parallel;
                }
            }
        }
    }

    /// <summary>The sub-centroid of the least loss, ties to the smaller number: distance + w (rest + product / 2)^2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Best(ReadOnlySpan<float> distances, ReadOnlySpan<float> products, float rest)
    {
        var (rests, weights, least) = (new Vector<float>(rest), new Vector<float>(_weight), new Vector<float>(float.PositiveInfinity));
        for (var k = 0; k < distances.Length; k += Vector<float>.Count)
        {
            var parallel = rests + (new Vector<float>(products[k..]) * 0.5f);
            var losses = new Vector<float>(distances[k..]) + (weights * (parallel * parallel));
            losses.CopyTo(_losses, k);
            least = Vector.Min(least, losses);
        }

        var smallest = least[0];
        for (var l = 1; l < Vector<float>.Count; l++)
        {
            smallest = Math.Min(smallest, least[l]);
        }

        return _losses.AsSpan().IndexOf(smallest);
    }
}
