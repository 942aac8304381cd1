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

    /// <summary>The positions of the k nearest vectors with their squared distances, nearest first, ties by position.</summary>
    public static (int Position, double Distance)[] Nearest(ReadOnlySpan<float> query, ReadOnlySpan<float> vectors, int k)
    {
        var all = new (int Position, double Distance)[vectors.Length / query.Length];
        for (var i = 0; i < all.Length; i++)
        {
            all[i] = (i, SquaredDistance(query, vectors.Slice(i * query.Length, query.Length)));
        }

        Array.Sort(all, (x, y) => x.Distance != y.Distance ? x.Distance.CompareTo(y.Distance) : x.Position.CompareTo(y.Position));
        return all[..Math.Min(k, all.Length)];
    }
}
