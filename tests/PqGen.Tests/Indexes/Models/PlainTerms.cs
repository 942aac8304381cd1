using PqGen.Kernels;
using PqGen.Tests.Kernels;

namespace PqGen.Tests.Indexes.Models;

/// <summary>
/// What decides which codes of residuals become candidates for re-ranking, written down plainly. The order: ||x - c||^2 and the list's smallest
/// term, the vector's term in 16 bits, the products of the query with the parts of the code, query and centroids taken from the centroids' mean. And
/// what a scan of bytes makes of it.
/// </summary>
/// <param name="shape">Sizes.</param>
/// <param name="centroids">float <c>[nlist][Dimension]</c>.</param>
/// <param name="codebooks">float <c>[M][Ksub][Dsub]</c>.</param>
internal sealed class PlainTerms(IndexShape shape, float[] centroids, float[] codebooks)
{
    /// <summary>Sub-quantizers whose bytes are added as bytes, at most, where there are terms.</summary>
    private const int MostPerByteSum = 4;

    private readonly float[] _origin = Mean(centroids, shape.Dimension);
    private readonly Dictionary<int, (float Min, float Step)> _ranges = [];
    private QueryFacts _last = new([], [], default, []);

    /// <summary>What is the same for all vectors that a query is compared with.</summary>
    private sealed record QueryFacts(float[] Query, float[] Products, TableScale Scale, byte[] Bytes);

    private int Dsub => shape.Dimension / shape.M;

    /// <summary>A vector's place in that order.</summary>
    public float Score(float[] query, float coarse, int list, byte[] code)
    {
        var (min, step) = Range(list);
        var table = Of(query).Products;
        var products = Enumerable.Range(0, shape.M).Aggregate(0f, (sum, m) => sum + table[(m * KernelLayout.PaddedKsub(shape.Ksub)) + code[m]]);
        return coarse + min + (step * Units(list, code)) + products;
    }

    /// <summary>Whether bounds tell candidates: the query's bytes are larger than 0, and count in larger steps than terms.</summary>
    public bool BoundsTell(float[] query) =>
        Of(query).Scale.Step is > 0 and var steps && Enumerable.Range(0, centroids.Length / shape.Dimension).All(list => Range(list).Step <= steps);

    /// <summary>By how much a bound has to miss the last candidate's to tell: two standard deviations of M roundings, and a step.</summary>
    public float Doubt(float[] query) => (float)(Of(query).Scale.Step * (1 + (2 * Math.Sqrt(shape.M / 12.0))));

    /// <summary>What a scan of bytes makes of a score.</summary>
    public float Bound(float[] query, float coarse, int list, byte[] code)
    {
        var (min, step) = Range(list);
        var (_, _, scale, bytes) = Of(query);
        var sums = new int[shape.M];
        for (var m = 0; m < shape.M; m++)
        {
            sums[m / PerByteSum] = Math.Min(255, sums[m / PerByteSum] + bytes[(m * shape.Ksub) + code[m]]);
        }

        var factor = (long)Math.Min(ushort.MaxValue, Math.Floor(65536 * (step / (double)scale.Step)));
        var bound = Math.Min(ushort.MaxValue, sums.Sum() + (Units(list, code) * factor >> 16));
        return (float)((double)coarse + min + scale.Bias + ((double)scale.Step * bound));
    }

    private QueryFacts Of(float[] query)
    {
        if (!ReferenceEquals(_last.Query, query))
        {
            var products = Products(query);
            var scale = ScalarScanReference.ScaleWithoutSaturation(products, PerByteSum, shape.M, shape.Ksub);
            var bytes = scale.Step > 0 ? ScalarScanReference.Bytes(products, scale.Step, shape.M, shape.Ksub) : [];
            _last = new QueryFacts(query, products, scale, bytes);
        }

        return _last;
    }

    /// <summary>A vector's term in 16 bits.</summary>
    private ushort Units(int list, byte[] code)
    {
        var (min, step) = Range(list);
        var term = Enumerable.Range(0, shape.M).Aggregate(0.0, (sum, m) => sum + Part(list, m, code[m]));
        return step == 0 ? (ushort)0 : (ushort)Math.Clamp(Math.Floor((term - min) / step), 0, ushort.MaxValue);
    }

    /// <summary>Runs of codes in parts as equal as may be; where two codes share a run, half as many.</summary>
    private int PerByteSum
    {
        get
        {
            var codesOfRun = shape.Ksub <= 16 ? 2 : 1;
            var runs = (shape.M + codesOfRun - 1) / codesOfRun;
            var sums = (int)Math.Ceiling(runs / (MostPerByteSum / (double)codesOfRun));
            return codesOfRun * (int)Math.Ceiling(runs / (double)sums);
        }
    }

    /// <summary>Where queries and centroids are taken from: the mean of rows, float <c>[n][dimension]</c>.</summary>
    public static float[] Mean(float[] rows, int dimension) => rows.Length == 0 ? [] :
        [.. Enumerable.Range(0, dimension).Select(d => (float)rows.Where((_, i) => i % dimension == d).Average(component => (double)component))];

    /// <summary>-2 &lt;x_m - o_m, p_m&gt;, float <c>[M][PaddedKsub]</c>; rows are padded with their last entry.</summary>
    private float[] Products(float[] query)
    {
        var padded = KernelLayout.PaddedKsub(shape.Ksub);
        var table = new float[shape.M * padded];
        for (var i = 0; i < table.Length; i++)
        {
            var (m, k) = (i / padded, Math.Min(i % padded, shape.Ksub - 1));
            table[i] = ScalarReference.LaneInnerProduct(FromOrigin(query, m), Subcentroid(m, k));
        }

        return table;
    }

    /// <summary>The smallest term that a list's vectors can have, and what one of 65,535 units from there stands for.</summary>
    private (float Min, float Step) Range(int list)
    {
        if (_ranges.TryGetValue(list, out var range))
        {
            return range;
        }

        double min = 0, max = 0;
        for (var m = 0; m < shape.M; m++)
        {
            var parts = Enumerable.Range(0, shape.Ksub).Select(k => Part(list, m, k)).ToArray();
            (min, max) = (min + parts.Min(), max + parts.Max());
        }

        return _ranges[list] = ((float)min, MathF.BitIncrement((float)((max - min) / ushort.MaxValue)));
    }

    /// <summary>||p_m||^2 + 2 &lt;c_m - o_m, p_m&gt;.</summary>
    private double Part(int list, int m, int k)
    {
        var part = Subcentroid(m, k);
        var norm = 0.0;
        foreach (var component in part)
        {
            norm += (double)component * component;
        }

        return norm - ScalarReference.LaneInnerProduct(FromOrigin(centroids.AsSpan(list * shape.Dimension, shape.Dimension), m), part);
    }

    private float[] FromOrigin(ReadOnlySpan<float> vector, int m)
    {
        var part = vector.Slice(m * Dsub, Dsub).ToArray();
        for (var d = 0; d < part.Length; d++)
        {
            part[d] -= _origin[(m * Dsub) + d];
        }

        return part;
    }

    private ReadOnlySpan<float> Subcentroid(int m, int k) => codebooks.AsSpan(((m * shape.Ksub) + k) * Dsub, Dsub);
}
