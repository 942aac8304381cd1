namespace PqGen.Tool;

/// <summary>Distances that recall is counted by: in double precision, and smaller when nearer under every metric.</summary>
internal static class TrueDistance
{
    /// <summary>What recall counts, for a person to read: lines that are as wide as the help, and indented as its figures are.</summary>
    public const string Explanation =
        """
        the share of the k results that are no farther than the true k-th neighbour, averaged over the queries; vectors that are
                            equally far are equally right. A thousandth is let pass: of the k-th's Euclidean distance (l2), of its inner
                            product's magnitude (ip), of its 1 - cosine, or 0.000001 where that is more (cosine)
        """;

    private const double Relative = 1e-3;

    /// <summary>Cosines come of vectors that are normalized in float32: they cannot be told apart by less.</summary>
    private const double CosineRounding = 1e-6;

    /// <summary>
    /// The Euclidean distance; minus the inner product; 1 - cos, as ann-benchmarks' angular distance, which is 1 where one vector is of zeros.
    /// </summary>
    /// <param name="metric">The metric.</param>
    /// <param name="x">float <c>[dimension]</c>.</param>
    /// <param name="y">float <c>[dimension]</c>.</param>
    public static double Of(Metric metric, ReadOnlySpan<float> x, ReadOnlySpan<float> y) => metric switch
    {
        Metric.InnerProduct => -InnerProduct(x, y),
        Metric.Cosine => 1 - Cosine(x, y),
        _ => Euclidean(x, y),
    };

    /// <summary>How much farther than the true k-th neighbour a result may be. ann-benchmarks lets 0.001 pass, however far the k-th is.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="distance">The distance of the true k-th neighbour.</param>
    public static double Tolerance(Metric metric, double distance)
    {
        var relative = Relative * Math.Abs(distance);
        return metric == Metric.Cosine ? Math.Max(relative, CosineRounding) : relative;
    }

    private static double Euclidean(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var sum = 0.0;
        for (var d = 0; d < x.Length; d++)
        {
            var difference = (double)x[d] - y[d];
            sum += difference * difference;
        }

        return Math.Sqrt(sum);
    }

    private static double InnerProduct(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var sum = 0.0;
        for (var d = 0; d < x.Length; d++)
        {
            sum += (double)x[d] * y[d];
        }

        return sum;
    }

    private static double Cosine(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var lengths = Math.Sqrt(InnerProduct(x, x)) * Math.Sqrt(InnerProduct(y, y));
        return lengths == 0 ? 0 : InnerProduct(x, y) / lengths;
    }
}
