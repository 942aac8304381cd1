using System.Numerics;
using System.Runtime.InteropServices;
using PqGen.Clustering;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Quantization;

/// <summary>
/// The affine map y = A x + b between the vectors of the caller and those that codes stand for: a rotation, a mean that is subtracted, components
/// that are added. Immutable; safe on any number of threads.
/// </summary>
/// <remarks>
/// A component of A x is summed in the order of the components of x, each step one fused multiply-add, from 0; then b is added. Every processor gives
/// the same bits. Without a matrix, component d of x is component floor(d * Dimension / InputDimension) of A x, and what is left over is 0: each
/// sub-quantizer gets about as many.
/// </remarks>
public sealed partial class LinearTransform
{
    /// <summary>Vectors that share the loads of the matrix.</summary>
    private const int MaxChunk = 64;

    /// <summary>Floats of the matrix that stay in a second-level cache for a chunk, and panels at least: a register tile.</summary>
    private const int BlockLength = 1 << 16, MinBlockPanels = 4;

    /// <summary>How far a component may be from where it began, of at most 1, there and back through a map that is orthonormal.</summary>
    private const double Tolerance = 1e-3;

    private readonly float[] _matrix;
    private readonly float[] _bias;
    private readonly AlignedBuffer<float>? _panels;
    private readonly GenericKernels _kernels;

    /// <summary>A map with a given matrix.</summary>
    /// <param name="inputDimension">Components of x, 1 to 4096.</param>
    /// <param name="dimension">Components of y, 1 to 4096.</param>
    /// <param name="matrix">A, float <c>[dimension][inputDimension]</c>, finite; empty where components are only added. Copied.</param>
    /// <param name="bias">b, float <c>[dimension]</c>, finite; empty for zeros. Copied.</param>
    /// <exception cref="ArgumentException">A size, a length or a component is out of range; the message names it.</exception>
    public LinearTransform(int inputDimension, int dimension, ReadOnlySpan<float> matrix, ReadOnlySpan<float> bias = default)
    {
        Guard.Range(inputDimension, 1, IndexLimits.MaxDimension, nameof(inputDimension), "components of a vector");
        Guard.Range(dimension, 1, IndexLimits.MaxDimension, nameof(dimension), "components of a vector");
        if (!matrix.IsEmpty || inputDimension > dimension)
        {
            Guard.Length(matrix.Length, (long)dimension * inputDimension, nameof(matrix), "dimension x inputDimension floats");
        }

        if (!bias.IsEmpty)
        {
            Guard.Length(bias.Length, dimension, nameof(bias), "one float for each component, or none");
        }

        Guard.Finite(matrix, inputDimension, nameof(matrix));
        Guard.Finite(bias, dimension, nameof(bias), MaxBias(inputDimension));
        (InputDimension, Dimension, _matrix, _bias) = (inputDimension, dimension, matrix.ToArray(), bias.ToArray());
        _kernels = new GenericKernels(inputDimension, Metric.InnerProduct);
        _panels = matrix.IsEmpty ? null : Panels.Create(matrix, inputDimension);
        (IsOrthonormal, Limit) = (LeadsBack(), Guard.MaxMagnitude);
        if (!IsOrthonormal)
        {
            Limit = (float)(Guard.MaxMagnitude / Math.Max(1, LargestSum()));
        }
    }

    /// <summary>A map of a matrix that is not copied, and of which nothing is asked.</summary>
    private LinearTransform(int inputDimension, float[] matrix, float[] bias, bool isOrthonormal, CancellationToken cancellation)
    {
        (InputDimension, Dimension, _matrix, _bias) = (inputDimension, matrix.Length / inputDimension, matrix, bias);
        (IsOrthonormal, Limit) = (isOrthonormal, Guard.MaxMagnitude);
        _kernels = new GenericKernels(inputDimension, Metric.InnerProduct);
        _panels = Panels.Create(matrix, inputDimension, cancellation);
    }

    /// <summary>Components of x.</summary>
    public int InputDimension { get; }

    /// <summary>Components of y.</summary>
    public int Dimension { get; }

    /// <summary>A, float <c>[Dimension][InputDimension]</c>; empty where components are only added.</summary>
    public ReadOnlySpan<float> Matrix => _matrix;

    /// <summary>b, float <c>[Dimension]</c>; empty where it is zero.</summary>
    public ReadOnlySpan<float> Bias => _bias;

    /// <summary>
    /// Whether the columns of A are orthonormal, or its rows where they are the fewer: then the transpose leads back, and where no component is lost,
    /// squared distances stay what they were.
    /// </summary>
    public bool IsOrthonormal { get; }

    /// <summary>The largest magnitude of a component of x whose image is computable.</summary>
    internal float Limit { get; }

    internal long SizeInBytes => ((long)(_matrix.Length + _bias.Length) * sizeof(float)) + (_panels?.SizeInBytes ?? 0);

    /// <summary>Whether all squared distances stay what they were.</summary>
    internal bool IsIsometric => IsOrthonormal && InputDimension <= Dimension;

    /// <summary>The largest magnitude of a component of what a map leads to; without one, of a vector.</summary>
    internal static float MaxMagnitude(LinearTransform? transform) =>
        transform is null ? Guard.MaxMagnitude : 2 * MaxBias(transform.InputDimension);

    /// <summary>The largest magnitude of a component of b: that of the rotated mean of allowed vectors.</summary>
    internal static float MaxBias(int inputDimension) => 1.0001f * Guard.MaxMagnitude * MathF.Sqrt(inputDimension);

    /// <summary>Maps vectors.</summary>
    /// <param name="vectors">float <c>[n][InputDimension]</c>, finite.</param>
    /// <param name="transformed">float <c>[n][Dimension]</c>, written.</param>
    /// <remarks>Allocates working memory, some kilobytes.</remarks>
    /// <exception cref="ArgumentException">A length or a component is out of range; the message names it, and nothing is written.</exception>
    public void Apply(ReadOnlySpan<float> vectors, Span<float> transformed)
    {
        var n = Guard.Rows(vectors, InputDimension, nameof(vectors));
        Guard.Length(transformed.Length, (long)n * Dimension, nameof(transformed), "one vector for each");
        Guard.Finite(vectors, InputDimension, nameof(vectors), Limit);
        var products = new AlignedBuffer<float>(0);
        for (var first = 0; first < n; first += MaxChunk)
        {
            var count = Math.Min(MaxChunk, n - first);
            Apply(
                vectors.Slice(first * InputDimension, count * InputDimension),
                transformed.Slice(first * Dimension, count * Dimension),
                ref products);
        }
    }

    /// <summary>The vector that is mapped to a given one; where components were lost, the nearest such vector that A can tell of.</summary>
    /// <param name="transformed">float <c>[Dimension]</c>, finite.</param>
    /// <param name="vector">float <c>[InputDimension]</c>, written.</param>
    /// <remarks>Allocates nothing once warm.</remarks>
    /// <exception cref="ArgumentException">A length is out of range; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The map is not orthonormal.</exception>
    public void Invert(ReadOnlySpan<float> transformed, Span<float> vector)
    {
        Guard.Length(transformed.Length, Dimension, nameof(transformed), "the dimension");
        Guard.Length(vector.Length, InputDimension, nameof(vector), "the input dimension");
        if (!IsOrthonormal)
        {
            throw new InvalidOperationException("The map is not orthonormal; its transpose does not lead back.");
        }

        vector.Clear();
        for (var j = 0; _panels is not null && j < Dimension; j++)
        {
            var factor = _bias.Length == 0 ? transformed[j] : transformed[j] - _bias[j];
            Fused.MultiplyAdd(factor, _matrix.AsSpan(j * InputDimension, InputDimension), vector);
        }

        for (var d = 0; _panels is null && d < InputDimension; d++)
        {
            var place = Place(d);
            vector[d] = _bias.Length == 0 ? transformed[place] : transformed[place] - _bias[place];
        }
    }

    /// <summary>Maps checked vectors, float <c>[n][InputDimension]</c>, up to 64 at a time.</summary>
    internal void Apply(ReadOnlySpan<float> vectors, Span<float> transformed, ref AlignedBuffer<float> products)
    {
        var count = vectors.Length / InputDimension;
        if (_panels is null)
        {
            Place(vectors, transformed);
            return;
        }

        var panelCount = KernelLayout.PanelCount(Dimension);
        var block = Math.Max(MinBlockPanels, BlockLength / (InputDimension * KernelLayout.PanelWidth) / MinBlockPanels * MinBlockPanels);
        for (var first = 0; first < panelCount; first += block)
        {
            var panels = Math.Min(block, panelCount - first);
            var width = panels * KernelLayout.PanelWidth;
            WorkingMemory.Ensure(ref products, (long)count * width);
            _kernels.CentroidScores(
                ref MemoryMarshal.GetReference(vectors),
                count,
                ref _panels.At((long)first * KernelLayout.PanelWidth * InputDimension),
                panels,
                ref products.Reference);
            var (from, components) = (first * KernelLayout.PanelWidth, Math.Min(width, Dimension - (first * KernelLayout.PanelWidth)));
            for (var i = 0; i < count; i++)
            {
                Finish(
                    products.Span((long)i * width, components),
                    transformed.Slice((i * Dimension) + from, components),
                    _bias.AsSpan(Math.Min(from, _bias.Length), Math.Min(components, _bias.Length)));
            }
        }
    }

    /// <summary>Maps checked vectors, any number, on several threads.</summary>
    internal float[] Apply(ReadOnlySpan<float> vectors, int threads, CancellationToken cancellation)
    {
        var transformed = GC.AllocateUninitializedArray<float>(vectors.Length / InputDimension * Dimension);
        var chunk = (int)Math.Clamp(Assignment.PieceWork / ((long)InputDimension * Dimension) / 4 * 4, 4, MaxChunk);
        Parallelism.ForRows(
            vectors,
            InputDimension,
            chunk,
            threads,
            (first, rows) =>
            {
                var products = new AlignedBuffer<float>(0);
                Apply(rows, transformed.AsSpan(first * Dimension, rows.Length / InputDimension * Dimension), ref products);
            },
            cancellation);
        return transformed;
    }

    /// <summary>Maps a vector to its products with the rows of a square matrix, whatever they are. The matrix is not copied.</summary>
    internal static LinearTransform OfRows(float[] matrix, int dimension, CancellationToken cancellation) =>
        new(dimension, matrix, [], isOrthonormal: false, cancellation);

    /// <summary>
    /// A rotation, and a bias, of vectors that may have fewer components than it takes: others are put among them as where there is no matrix.
    /// </summary>
    /// <param name="rotation">float <c>[dimension][dimension]</c>, orthonormal. Not copied.</param>
    /// <param name="bias">float <c>[dimension]</c>, or none. Not copied.</param>
    /// <param name="dimension">Components that the rotation takes.</param>
    /// <param name="inputDimension">Components of x, no more.</param>
    /// <param name="cancellation">Ends it early.</param>
    internal static LinearTransform OfRotation(float[] rotation, float[] bias, int dimension, int inputDimension, CancellationToken cancellation)
    {
        if (inputDimension < dimension)
        {
            var columns = new float[dimension * inputDimension];
            for (var i = 0; i < columns.Length; i++)
            {
                columns[i] = rotation[(i / inputDimension * dimension) + Place(i % inputDimension, inputDimension, dimension)];
            }

            rotation = columns;
        }

        return new LinearTransform(inputDimension, rotation, bias, isOrthonormal: true, cancellation);
    }

    /// <summary>The same map of vectors, and to vectors, that are those of this one times two to a power.</summary>
    internal LinearTransform Scaled(int exponent) =>
        exponent == 0 || _bias.Length == 0 ? this : new LinearTransform(
            InputDimension, Dimension, _matrix, PowerOfTwoScale.Scaled(_bias, exponent));

    private static int Place(int d, int from, int to) => (int)((long)d * to / from);

    private int Place(int d) => Place(d, InputDimension, Dimension);

    private void Place(ReadOnlySpan<float> vectors, Span<float> transformed)
    {
        transformed.Clear();
        for (var at = 0; at < vectors.Length / InputDimension; at++)
        {
            var from = vectors.Slice(at * InputDimension, InputDimension);
            var to = transformed.Slice(at * Dimension, Dimension);
            for (var d = 0; d < from.Length; d++)
            {
                to[Place(d)] = from[d];
            }

            for (var d = 0; d < _bias.Length; d++)
            {
                to[d] += _bias[d];
            }
        }
    }

    /// <summary>Of -2 times the products to what they are of.</summary>
    private static void Finish(ReadOnlySpan<float> scores, Span<float> transformed, ReadOnlySpan<float> bias)
    {
        var d = 0;
        var factor = new Vector<float>(-0.5f);
        for (; d <= scores.Length - Vector<float>.Count; d += Vector<float>.Count)
        {
            var products = new Vector<float>(scores[d..]) * factor;
            (bias.IsEmpty ? products : products + new Vector<float>(bias[d..])).CopyTo(transformed[d..]);
        }

        for (; d < scores.Length; d++)
        {
            transformed[d] = bias.IsEmpty ? scores[d] * -0.5f : (scores[d] * -0.5f) + bias[d];
        }
    }
}
