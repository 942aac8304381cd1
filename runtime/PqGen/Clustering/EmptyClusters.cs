using PqGen.Common;

namespace PqGen.Clustering;

/// <summary>Gives empty clusters of k-means something to do.</summary>
internal static class EmptyClusters
{
    private const float SplitNudge = 1f / 1024;

    /// <summary>Points, or clusters, between two looks for cancellation.</summary>
    private const int Look = 1 << 16;

    /// <summary>
    /// Gives each empty cluster half of a cluster with a large sum of squared distances, the largest first, and halves none twice: what
    /// stays empty waits for the next iteration. The nudge follows the cluster's spread, wherever the cluster lies, and many copies
    /// of one point, which cannot be told apart, are not split.
    /// </summary>
    /// <remarks>
    /// Takes time in proportion to points and clusters, and for each empty one to the logarithm of their number: never to a product of these,
    /// however many are empty.
    /// </remarks>
    public static void Refill(
        float[] points, int dimension, int[] nearest, float[] distances, int[] counts, float[] centroids, CancellationToken cancellation)
    {
        if (!counts.AsSpan().Contains(0))
        {
            return;
        }

        var (errors, farthest) = Errors(nearest, distances, counts.Length, cancellation);
        var largestFirst = LargestFirst(errors);
        var look = Math.Max(1, Parallelism.Look / dimension);
        for (var empty = 0; empty < counts.Length; empty++)
        {
            if (empty % look == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            if (counts[empty] > 0)
            {
                continue;
            }

            if (!largestFirst.TryDequeue(out var largest, out _))
            {
                break;
            }

            var point = points.AsSpan(farthest[largest] * dimension, dimension);
            var from = centroids.AsSpan(largest * dimension, dimension);
            var to = centroids.AsSpan(empty * dimension, dimension);
            for (var d = 0; d < dimension; d++)
            {
                var nudge = (point[d] - from[d]) * SplitNudge;
                to[d] = from[d] + nudge;
                from[d] -= nudge;
            }
        }
    }

    /// <summary>For each cluster the sum of squared distances and its farthest point.</summary>
    private static (double[] Errors, int[] Farthest) Errors(int[] nearest, float[] distances, int k, CancellationToken cancellation)
    {
        var (errors, farthest) = (new double[k], new int[k]);
        Array.Fill(farthest, -1);
        for (var i = 0; i < nearest.Length; i++)
        {
            if (i % Look == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            ref var best = ref farthest[nearest[i]];
            errors[nearest[i]] += distances[i];
            best = best < 0 || distances[i] > distances[best] ? i : best;
        }

        return (errors, farthest);
    }

    /// <summary>The clusters whose sum is above 0, to be taken the largest first, ties to the smaller number: only those taken get sorted.</summary>
    private static PriorityQueue<int, (double Negated, int Cluster)> LargestFirst(double[] errors)
    {
        var clusters = new List<(int Cluster, (double Negated, int Cluster) Place)>(errors.Length);
        for (var c = 0; c < errors.Length; c++)
        {
            if (errors[c] > 0)
            {
                clusters.Add((c, (-errors[c], c)));
            }
        }

        return new PriorityQueue<int, (double Negated, int Cluster)>(clusters);
    }
}
