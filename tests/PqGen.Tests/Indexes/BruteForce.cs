namespace PqGen.Tests.Indexes;

/// <summary>The plain truth in double precision.</summary>
internal static class BruteForce
{
    public static double SquaredDistance(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double sum = 0;
        for (var d = 0; d < x.Length; d++)
        {
            var difference = (double)x[d] - y[d];
            sum += difference * difference;
        }

        return sum;
    }

    /// <summary>What the metric says of two vectors.</summary>
    public static double Distance(Metric metric, ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        if (metric == Metric.SquaredL2)
        {
            return SquaredDistance(x, y);
        }

        var (product, ofX, ofY) = (0d, 0d, 0d);
        for (var d = 0; d < x.Length; d++)
        {
            product += (double)x[d] * y[d];
            ofX += (double)x[d] * x[d];
            ofY += (double)y[d] * y[d];
        }

        return metric == Metric.InnerProduct || product == 0 ? product : product / Math.Sqrt(ofX * ofY);
    }

    /// <summary>Whether one distance is nearer than another.</summary>
    public static bool IsNearer(this Metric metric, double x, double y) => metric == Metric.SquaredL2 ? x < y : x > y;

    /// <summary>The positions of the k nearest vectors with their distances, nearest first, ties by position.</summary>
    public static (int Position, double Distance)[] Nearest(
        ReadOnlySpan<float> query, ReadOnlySpan<float> vectors, int k, Metric metric = Metric.SquaredL2)
    {
        var all = new (int Position, double Distance)[vectors.Length / query.Length];
        for (var i = 0; i < all.Length; i++)
        {
            all[i] = (i, Distance(metric, query, vectors.Slice(i * query.Length, query.Length)));
        }

        Array.Sort(
            all,
            (x, y) => metric.IsNearer(x.Distance, y.Distance) ? -1 : metric.IsNearer(y.Distance, x.Distance) ? 1 : x.Position - y.Position);
        return all[..Math.Min(k, all.Length)];
    }
}
