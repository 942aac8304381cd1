using PqGen.Kernels;

namespace PqGen.Quantization;

/// <summary>
/// Numbers centroids so that those which share a high nibble lie close together. Where no register look-up spans a row of a byte table, a code is
/// bounded by its nibbles, by the least entry of its high one above all, and a query is about as far from centroids that are neighbours.
/// </summary>
internal static class CentroidOrder
{
    private const int Group = KernelLayout.MaxPackedKsub;

    /// <summary>Steps of the power iteration. The direction need not be exact.</summary>
    private const int Steps = 12;

    /// <summary>Reorders centroids: halves them where they scatter most, in whole groups of 16, and each half again.</summary>
    /// <param name="centroids">float <c>[n][dimension]</c>.</param>
    /// <param name="dimension">Components of a centroid.</param>
    /// <param name="cancellation">Ends it early; the centroids are then unchanged.</param>
    public static void Arrange(Span<float> centroids, int dimension, CancellationToken cancellation = default)
    {
        var source = centroids.ToArray();
        var order = Enumerable.Range(0, source.Length / dimension).ToArray();
        Split(Array.ConvertAll(source, component => (double)component), dimension, order, cancellation);
        for (var i = 0; i < order.Length; i++)
        {
            source.AsSpan(order[i] * dimension, dimension).CopyTo(centroids[(i * dimension)..]);
        }
    }

    private static void Split(double[] centroids, int dimension, Span<int> order, CancellationToken cancellation)
    {
        if (order.Length <= Group)
        {
            return;
        }

        var direction = PrincipalDirection(centroids, dimension, order, cancellation);
        var places = new (double Place, int Centroid)[order.Length];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = (Product(centroids.AsSpan(order[i] * dimension, dimension), direction), order[i]);
        }

        Array.Sort(places);
        for (var i = 0; i < places.Length; i++)
        {
            order[i] = places[i].Centroid;
        }

        var half = (order.Length + (2 * Group) - 1) / (2 * Group) * Group;
        Split(centroids, dimension, order[..half], cancellation);
        Split(centroids, dimension, order[half..], cancellation);
    }

    /// <summary>
    /// The direction of the greatest variance, by power iteration in double arithmetic, which is the same on every machine. All zeros where
    /// there is none.
    /// </summary>
    private static double[] PrincipalDirection(double[] centroids, int dimension, ReadOnlySpan<int> order, CancellationToken cancellation)
    {
        var mean = new double[dimension];
        foreach (var centroid in order)
        {
            for (var d = 0; d < dimension; d++)
            {
                mean[d] += centroids[(centroid * dimension) + d] / order.Length;
            }
        }

        // Begins with the component of the greatest variance, which is not orthogonal to the direction but by accident.
        var variances = new double[dimension];
        foreach (var centroid in order)
        {
            for (var d = 0; d < dimension; d++)
            {
                var difference = centroids[(centroid * dimension) + d] - mean[d];
                variances[d] += difference * difference;
            }
        }

        var direction = new double[dimension];
        direction[Array.IndexOf(variances, variances.Max())] = 1;
        for (var step = 0; step < Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var next = new double[dimension];
            var offset = Product(mean, direction);
            foreach (var centroid in order)
            {
                var row = centroids.AsSpan(centroid * dimension, dimension);
                var weight = Product(row, direction) - offset;
                for (var d = 0; d < dimension; d++)
                {
                    next[d] += weight * (row[d] - mean[d]);
                }
            }

            var length = Math.Sqrt(Product(next, next));
            if (!double.IsNormal(length))
            {
                break;
            }

            direction = Array.ConvertAll(next, component => component / length);
        }

        return direction;
    }

    private static double Product(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var sum = 0d;
        for (var d = 0; d < x.Length; d++)
        {
            sum += x[d] * y[d];
        }

        return sum;
    }
}
