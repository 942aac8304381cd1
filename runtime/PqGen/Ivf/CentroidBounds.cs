using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Kernels;
using PqGen.TopK;

namespace PqGen.Ivf;

/// <summary>
/// Centroids as bytes, which bound every centroid's score from both sides. Of many centroids this leaves the few that can be among the nearest: for a
/// quarter of the bytes of comparing all as floats, the same lists.
/// </summary>
/// <remarks>
/// With c = s u + e, u whole numbers up to 127, and x = t v + f, v up to 63, |&lt;x, c&gt; - s t &lt;u, v&gt;| is at most
/// ||x|| ||e|| + ||f|| (||c|| + ||e||) (Cauchy and Schwarz). Under squared L2 both are taken from the centroids' mean, which changes no distance.
/// What floats round away is bounded by (Dimension + 32) * 2^-23 times (||x|| + ||c||)^2. Immutable; safe on any number of threads.
/// </remarks>
internal sealed class CentroidBounds
{
    /// <summary>Bytes stand for whole numbers from so much below zero on, so that they have no sign.</summary>
    private const int Zero = 128, LargestCode = 127;

    /// <summary>What has larger components, or none as large as the first, is not bounded: its squares would not be normal floats.</summary>
    private const float Smallest = 1f / (1 << 30) / (1 << 20), Largest = (float)(1 << 30) * (1 << 20);

    /// <summary>Fewer centroids are compared faster as floats.</summary>
    private const int LeastLists = 128;

    /// <summary>Lists for each that is to be probed, at least: of fewer the bounds leave most.</summary>
    private const int LeastPerProbe = 6;

    private readonly int _dimension;
    private readonly int _steps;
    private readonly int _groups;
    private readonly float _largestNorm;

    /// <summary>float <c>[Dimension]</c>, the centroids' mean; empty under inner product.</summary>
    private readonly float[] _mean;

    /// <summary>byte <c>[groups][steps][64][4]</c>.</summary>
    private readonly AlignedBuffer<byte> _codes;

    /// <summary>float <c>[groups * 64]</c>: the score of a query at the mean, s, ||e||, ||c|| + ||e||.</summary>
    private readonly AlignedBuffer<float> _origins, _scales, _errors, _norms;

    private CentroidBounds(ReadOnlySpan<float> centroids, int dimension, float[] mean)
    {
        NList = centroids.Length / dimension;
        (_dimension, _mean) = (dimension, mean);
        _steps = StepsOf(dimension);
        _groups = GroupsOf(NList);
        _codes = new AlignedBuffer<byte>((long)_groups * _steps * ByteProducts.Step * ByteProducts.GroupSize);
        var padded = _groups * ByteProducts.GroupSize;
        _origins = new AlignedBuffer<float>(padded);
        _scales = new AlignedBuffer<float>(padded);
        _errors = new AlignedBuffer<float>(padded);
        _norms = new AlignedBuffer<float>(padded);
        _origins.Span(NList, padded - NList).Fill(float.PositiveInfinity);
        for (var list = 0; list < NList; list++)
        {
            Encode(centroids.Slice(list * dimension, dimension), list);
            _largestNorm = MathF.Max(_largestNorm, _norms.At(list));
        }
    }

    public int NList { get; }

    public long SizeInBytes =>
        _codes.SizeInBytes + _origins.SizeInBytes + _scales.SizeInBytes + _errors.SizeInBytes + _norms.SizeInBytes
        + ((long)sizeof(float) * _mean.Length);

    /// <summary>Bounds of centroids; null where there are few, or they are too large or too small.</summary>
    /// <param name="centroids">float <c>[NList][Dimension]</c>.</param>
    /// <param name="dimension">Their components.</param>
    /// <param name="metric">How queries are compared with them.</param>
    public static CentroidBounds? Of(ReadOnlySpan<float> centroids, int dimension, Metric metric)
    {
        if (centroids.Length / dimension < LeastLists)
        {
            return null;
        }

        var largest = 0f;
        foreach (var component in centroids)
        {
            largest = MathF.Max(largest, MathF.Abs(component));
        }

        return largest is > Smallest and < Largest
            ? new CentroidBounds(centroids, dimension, KernelLayout.ComparesCodesByL2(metric) ? VectorMath.FloatMean(centroids, dimension) : [])
            : null;
    }

    /// <summary>Bytes of the bounds of so many centroids; <paramref name="buffer"/> says what a buffer takes.</summary>
    public static long SizeOf(int nlist, int dimension, bool hasMean, Func<long, long> buffer)
    {
        if (nlist < LeastLists)
        {
            return 0;
        }

        var lanes = (long)GroupsOf(nlist) * ByteProducts.GroupSize;
        var mean = hasMean ? (long)dimension * sizeof(float) : 0;
        return buffer(lanes * StepsOf(dimension) * ByteProducts.Step) + (4 * buffer(lanes * sizeof(float))) + mean;
    }

    /// <summary>The lists that can be among the nearest, ascending; none where bounds do not tell.</summary>
    /// <param name="query">float <c>[Dimension]</c>.</param>
    /// <param name="nprobe">The nearest wanted.</param>
    /// <param name="scratch">Working memory; holds what is returned.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ReadOnlySpan<int> Nearest(ReadOnlySpan<float> query, int nprobe, RouteScratch scratch)
    {
        if ((long)nprobe * LeastPerProbe > NList)
        {
            return [];
        }

        var codes = WorkingMemory.Ensure(ref scratch.QueryCodes, _steps * ByteProducts.Step);
        if (!Encode(query, codes.Span(0, _steps * ByteProducts.Step), ref scratch.Shifted, out var scaled))
        {
            return [];
        }

        var lanes = _groups * ByteProducts.GroupSize;
        var products = WorkingMemory.Ensure(ref scratch.Products, lanes);
        var lower = WorkingMemory.Ensure(ref scratch.Lower, lanes);
        ByteProducts.Run(ref _codes.Reference, _groups, ref codes.Reference, _steps, ref products.Reference);
        Bound(scaled, ref products.Reference, ref lower.Reference);

        // As many scores as are wanted do not exceed some limit, since their upper bounds do not; no list matters whose lower bound does.
        var bounds = lower.Span(0, NList);
        var numbered = WorkingMemory.Ensure(ref scratch.Numbered, 2 * NList);
        var keys = WorkingMemory.Ensure(ref scratch.Minima, NList);
        var count = Selection.NumberUpTo(bounds, Selection.UpperBoundOfKth(bounds, nprobe, keys), numbered);
        for (var i = 0; i < count; i++)
        {
            var list = (int)numbered[i];
            keys[i] = Selection.Key(bounds[list] + (2 * scaled.Margin(_errors.At(list), _norms.At(list))));
        }

        count = Selection.NumberUpTo(bounds, Selection.Kth(keys[..count], nprobe), numbered);
        var lists = WorkingMemory.Ensure(ref scratch.Compared, NList)[..count];
        for (var i = 0; i < count; i++)
        {
            lists[i] = (int)numbered[i];
        }

        return lists;
    }

    private static int StepsOf(int dimension) => (dimension + ByteProducts.Step - 1) / ByteProducts.Step;

    private static int GroupsOf(int nlist) => (nlist + ByteProducts.GroupSize - 1) / ByteProducts.GroupSize;

    /// <summary>A query as bytes.</summary>
    /// <param name="Scale">t.</param>
    /// <param name="Sum">The bytes' sum, times what codes of 0 are kept as.</param>
    /// <param name="Norm">||x||, or a little more.</param>
    /// <param name="Error">||f||, or a little more.</param>
    /// <param name="Rounding">What roundings of floats may change.</param>
    private readonly record struct ScaledQuery(float Scale, int Sum, float Norm, float Error, float Rounding)
    {
        /// <summary>How far a centroid's score may be from that of its bytes.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public float Margin(float error, float norm) => (2 * Norm * error) + (2 * Error * norm) + Rounding;
    }

    private void Encode(ReadOnlySpan<float> centroid, int list)
    {
        double norm = 0, error = 0;
        var largest = 0.0;
        for (var d = 0; d < _dimension; d++)
        {
            var component = Component(centroid, d);
            norm += component * component;
            largest = Math.Max(largest, Math.Abs(component));
        }

        var scale = (float)(largest / LargestCode);
        var (group, lane) = (list / ByteProducts.GroupSize, list % ByteProducts.GroupSize);
        for (var d = 0; d < _dimension; d++)
        {
            var code = scale > 0 ? (int)Math.Clamp(Math.Round(Component(centroid, d) / scale), -LargestCode, LargestCode) : 0;
            var left = Component(centroid, d) - ((double)scale * code);
            error += left * left;
            var step = ((long)group * _steps) + (d / ByteProducts.Step);
            _codes.At((((step * ByteProducts.GroupSize) + lane) * ByteProducts.Step) + (d % ByteProducts.Step)) = (byte)(code + Zero);
        }

        _origins.At(list) = _mean.Length > 0 ? (float)norm : 0;
        _scales.At(list) = scale;
        _errors.At(list) = RoundedUp(error);
        _norms.At(list) = RoundedUp(norm) + _errors.At(list);
    }

    private double Component(ReadOnlySpan<float> centroid, int d) => _mean.Length > 0 ? (double)centroid[d] - _mean[d] : centroid[d];

    /// <summary>The root of a sum of squares, and a millionth more.</summary>
    private static float RoundedUp(double squares) => (float)(Math.Sqrt(squares) * (1 + 1e-6));

    /// <summary>Whether a query can be bounded, and how.</summary>
    private bool Encode(ReadOnlySpan<float> query, Span<sbyte> codes, ref AlignedBuffer<float> memory, out ScaledQuery scaled)
    {
        var shifted = WorkingMemory.Ensure(ref memory, _dimension).Span(0, _dimension);
        if (_mean.Length > 0)
        {
            VectorMath.Subtract(query, _mean, shifted);
        }
        else
        {
            query.CopyTo(shifted);
        }

        var (largest, norm) = (0f, 0f);
        var d = 0;
        if (shifted.Length >= Vector<float>.Count)
        {
            var (sizes, squares) = (Vector<float>.Zero, Vector<float>.Zero);
            for (; d <= shifted.Length - Vector<float>.Count; d += Vector<float>.Count)
            {
                var components = new Vector<float>(shifted[d..]);
                (sizes, squares) = (Vector.Max(sizes, Vector.Abs(components)), squares + (components * components));
            }

            norm = Vector.Sum(squares);
            for (var lane = 0; lane < Vector<float>.Count; lane++)
            {
                largest = MathF.Max(largest, sizes[lane]);
            }
        }

        for (; d < shifted.Length; d++)
        {
            (largest, norm) = (MathF.Max(largest, MathF.Abs(shifted[d])), norm + (shifted[d] * shifted[d]));
        }

        scaled = default;
        if (largest is not (> Smallest and < Largest))
        {
            return false;
        }

        var (scale, inverse) = (largest / ByteProducts.Largest, ByteProducts.Largest / largest);
        var (error, sum) = (0f, 0);
        codes.Clear();
        for (d = 0; d < shifted.Length; d++)
        {
            var code = MathF.Round(shifted[d] * inverse);
            var left = shifted[d] - (scale * code);
            error += left * left;
            sum += (int)code;
            codes[d] = (sbyte)code;
        }

        // Sums of floats and roundings are off by less than a thousandth; the last term is for what is left of a component by chance.
        norm = MathF.Sqrt(norm) * 1.001f;
        error = (MathF.Sqrt(error) * 1.001f) + (norm * 1e-6f);
        var length = norm + _largestNorm;
        scaled = new ScaledQuery(scale, sum * Zero, norm, error, (_dimension + 32) / (float)(1 << 23) * length * length);
        return true;
    }

    /// <summary>Lower bounds of every centroid's score, less that of the query itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Bound(in ScaledQuery query, ref int products, ref float lower)
    {
        ref float origins = ref _origins.Reference, scales = ref _scales.Reference, errors = ref _errors.Reference, norms = ref _norms.Reference;
        var sum = new Vector<int>(query.Sum);
        var (factor, rounding) = (new Vector<float>(-2 * query.Scale), new Vector<float>(query.Rounding));
        var (ofError, ofNorm) = (new Vector<float>(2 * query.Norm), new Vector<float>(2 * query.Error));
        var lanes = (nuint)_groups * ByteProducts.GroupSize;
        for (nuint lane = 0; lane < lanes; lane += (nuint)Vector<float>.Count)
        {
            var product = Vector.ConvertToSingle(Vector.LoadUnsafe(ref products, lane) - sum) * factor;
            var score = Vector.LoadUnsafe(ref origins, lane) + (product * Vector.LoadUnsafe(ref scales, lane));
            var margin = (ofError * Vector.LoadUnsafe(ref errors, lane)) + (ofNorm * Vector.LoadUnsafe(ref norms, lane)) + rounding;
            (score - margin).StoreUnsafe(ref lower, lane);
        }
    }
}
