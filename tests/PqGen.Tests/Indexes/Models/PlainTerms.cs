using PqGen.Tests.Kernels;

namespace PqGen.Tests.Indexes.Models;

/// <summary>
/// The order in which codes of residuals become candidates for re-ranking, written down plainly: ||x - c||^2 and the list's smallest term, the
/// vector's term in 16 bits, the products of the query with the parts of the code. Near ties fall otherwise than by the ADC distance.
/// </summary>
/// <param name="shape">Sizes.</param>
/// <param name="centroids">float <c>[nlist][Dimension]</c>.</param>
/// <param name="codebooks">float <c>[M][Ksub][Dsub]</c>.</param>
internal sealed class PlainTerms(IndexShape shape, float[] centroids, float[] codebooks)
{
    private readonly Dictionary<int, (float Min, float Step)> _ranges = [];

    private int Dsub => shape.Dimension / shape.M;

    /// <summary>A vector's place in that order.</summary>
    public float Score(float[] query, float coarse, int list, byte[] code)
    {
        var (min, step) = Range(list);
        var term = Enumerable.Range(0, shape.M).Aggregate(0.0, (sum, m) => sum + Part(list, m, code[m]));
        var units = step == 0 ? 0 : (ushort)Math.Clamp(Math.Floor((term - min) / step), 0, ushort.MaxValue);
        var products = 0f;
        for (var m = 0; m < shape.M; m++)
        {
            products += ScalarReference.LaneInnerProduct(query.AsSpan(m * Dsub, Dsub), Subcentroid(m, code[m]));
        }

        return coarse + min + (step * units) + products;
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

    /// <summary>||p_m||^2 + 2 &lt;c_m, p_m&gt;.</summary>
    private double Part(int list, int m, int k)
    {
        var part = Subcentroid(m, k);
        var norm = 0.0;
        foreach (var component in part)
        {
            norm += (double)component * component;
        }

        return norm - ScalarReference.LaneInnerProduct(centroids.AsSpan((list * shape.Dimension) + (m * Dsub), Dsub), part);
    }

    private ReadOnlySpan<float> Subcentroid(int m, int k) => codebooks.AsSpan(((m * shape.Ksub) + k) * Dsub, Dsub);
}
