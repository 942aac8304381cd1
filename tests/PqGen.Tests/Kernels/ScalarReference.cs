namespace PqGen.Tests.Kernels;

/// <summary>
/// The float kernels' contract, word by word, one float at a time: slow, plain, and the oracle of every implementation.
/// </summary>
internal static class ScalarReference
{
    /// <summary>The score of two vectors in the contract's partial sums and their tree.</summary>
    public static float Score(Metric metric, ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var bodyEnd = x.Length / 32 * 32;
        var tailEnd = x.Length / 4 * 4;
        var s = new float[32];
        var t = new float[4];
        var u = 0f;
        for (var d = 0; d < x.Length; d++)
        {
            ref var sum = ref (d < bodyEnd ? ref s[d % 32] : ref d < tailEnd ? ref t[d % 4] : ref u);
            sum = metric == Metric.SquaredL2
                ? MathF.FusedMultiplyAdd(x[d] - y[d], x[d] - y[d], sum)
                : MathF.FusedMultiplyAdd(x[d], y[d], sum);
        }

        for (var half = 16; half >= 4; half /= 2)
            for (var l = 0; l < half; l++)
                s[l] += s[l + half];

        var r = new float[4];
        for (var l = 0; l < 4; l++)
            r[l] = s[l] + t[l];
        var total = (r[0] + r[2] + (r[1] + r[3])) + u;
        return metric == Metric.SquaredL2 ? total : total * -2f;
    }

    /// <summary>The score of a point and a centroid whose lane sums the components in order.</summary>
    public static float LaneScore(Metric metric, ReadOnlySpan<float> x, ReadOnlySpan<float> c) =>
        metric == Metric.InnerProduct ? LaneInnerProduct(x, c) : LaneDistance(x, c);

    /// <summary>The squared distance of a point and a centroid whose lane sums the components in order.</summary>
    public static float LaneDistance(ReadOnlySpan<float> x, ReadOnlySpan<float> c)
    {
        var sum = 0f;
        for (var d = 0; d < x.Length; d++)
            sum = MathF.FusedMultiplyAdd(x[d] - c[d], x[d] - c[d], sum);
        return sum;
    }

    /// <summary>-2 times the inner product of a point and a centroid whose lane sums the components in order.</summary>
    public static float LaneInnerProduct(ReadOnlySpan<float> x, ReadOnlySpan<float> c)
    {
        var sum = 0f;
        for (var d = 0; d < x.Length; d++)
            sum = MathF.FusedMultiplyAdd(x[d], c[d], sum);
        return sum * -2f;
    }

    /// <summary>The number of the nearest of some centroids, ties to the smaller number, and its distance.</summary>
    /// <param name="x">float <c>[components]</c>.</param>
    /// <param name="centroids">float <c>[centroid][components]</c>.</param>
    public static (int Number, float Distance) Nearest(ReadOnlySpan<float> x, ReadOnlySpan<float> centroids)
    {
        var nearest = (Number: 0, Distance: float.PositiveInfinity);
        for (var k = 0; k < centroids.Length / x.Length; k++)
        {
            var distance = LaneDistance(x, centroids.Slice(k * x.Length, x.Length));
            if (distance < nearest.Distance)
                nearest = (k, distance);
        }

        return nearest;
    }

    /// <summary>
    /// Centroids by row, float <c>[centroid][components]</c>, as panels, float <c>[panel][components][16]</c>; the last repeats to the end.
    /// </summary>
    public static float[] Panels(ReadOnlySpan<float> centroids, int components)
    {
        var count = centroids.Length / components;
        var panelCount = (count + 15) / 16;
        var panels = new float[panelCount * components * 16];
        for (var k = 0; k < panelCount * 16; k++)
            for (var d = 0; d < components; d++)
                panels[((((k / 16) * components) + d) * 16) + (k % 16)] = centroids[(Math.Min(k, count - 1) * components) + d];
        return panels;
    }
}
