using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
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
    private readonly float[] _direction;
    private readonly double[] _own, _parallel;

    /// <param name="kernels">The kernels.</param>
    /// <param name="panels">The codebooks in panels, float <c>[M][panel][Dsub][16]</c>.</param>
    /// <param name="weight">w, above 0.</param>
    public AnisotropicCoder(TKernels kernels, AlignedBuffer<float> panels, float weight)
    {
        (_kernels, _panels, _weight, _padded) = (kernels, panels, weight, KernelLayout.PaddedKsub(kernels.Ksub));
        (_distances, _products) = (new AlignedBuffer<float>(kernels.M * _padded), new AlignedBuffer<float>(kernels.M * _padded));
        _direction = new float[kernels.Dimension];
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
                var rest = (float)(sum - _parallel[m] + _own[m]);
                var best = Best(ref _distances.At(row), ref _products.At(row), rest);
                if (Loss(row + best, rest) < Loss(row + code[m], rest))
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

    /// <summary>The loss where one of all sub-centroids is taken: distance + w (rest + product / 2)^2.</summary>
    private float Loss(int centroid, float rest)
    {
        var parallel = rest + (_products.At(centroid) * 0.5f);
        return _distances.At(centroid) + (_weight * (parallel * parallel));
    }

    /// <summary>
    /// The sub-centroid of the least loss, ties to the smaller number. Lanes in two registers keep the least that they have seen and where it was, so
    /// that neither waits for the other.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Best(ref float distances, ref float products, float rest)
    {
        var (rests, weights, half) = (Vector256.Create(rest), Vector256.Create(_weight), Vector256.Create(0.5f));
        var (firstLeast, secondLeast) = (Vector256.Create(float.PositiveInfinity), Vector256.Create(float.PositiveInfinity));
        var (first, second) = (Vector256<int>.Zero, Vector256<int>.Zero);
        var at = Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7);
        for (nuint k = 0; k < (nuint)_padded; k += 16)
        {
            var parallel = rests + (Vector256.LoadUnsafe(ref products, k) * half);
            var losses = Vector256.LoadUnsafe(ref distances, k) + (weights * (parallel * parallel));
            var less = Vector256.LessThan(losses, firstLeast);
            (first, firstLeast) = (Vector256.ConditionalSelect(less.AsInt32(), at, first), Vector256.ConditionalSelect(less, losses, firstLeast));
            parallel = rests + (Vector256.LoadUnsafe(ref products, k + 8) * half);
            losses = Vector256.LoadUnsafe(ref distances, k + 8) + (weights * (parallel * parallel));
            less = Vector256.LessThan(losses, secondLeast);
            (second, secondLeast) = (Vector256.ConditionalSelect(less.AsInt32(), at, second), Vector256.ConditionalSelect(less, losses, secondLeast));
            at += Vector256.Create(16);
        }

        var all = Vector256.Min(firstLeast, secondLeast);
        var four = Vector128.Min(all.GetLower(), all.GetUpper());
        var least = Vector256.Create(MathF.Min(MathF.Min(four[0], four[1]), MathF.Min(four[2], four[3])));
        var none = Vector256.Create(int.MaxValue);
        var where = Vector256.Min(
            Vector256.ConditionalSelect(Vector256.Equals(firstLeast, least).AsInt32(), first, none),
            Vector256.ConditionalSelect(Vector256.Equals(secondLeast, least).AsInt32(), second + Vector256.Create(8), none));
        var fewer = Vector128.Min(where.GetLower(), where.GetUpper());
        return Math.Min(Math.Min(fewer[0], fewer[1]), Math.Min(fewer[2], fewer[3]));
    }
}
