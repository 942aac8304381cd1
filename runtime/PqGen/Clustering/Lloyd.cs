using PqGen.Common;

namespace PqGen.Clustering;

/// <summary>How an iteration of k-means finds each point's centroid.</summary>
internal interface IAssignmentStep
{
    /// <summary>Assigns every point.</summary>
    /// <param name="centroids">float <c>[k][dimension]</c>.</param>
    /// <param name="previous">int <c>[n]</c>, the centroids that the points had.</param>
    /// <param name="nearest">int <c>[n]</c>, written; another array.</param>
    /// <param name="distances">float <c>[n]</c>, the squared distances, written.</param>
    void Assign(float[] centroids, int[] previous, int[] nearest, float[] distances);
}

/// <summary>The iterations of Lloyd's algorithm, whatever its start and however points find their centroids.</summary>
internal static class Lloyd
{
    /// <summary>Points whose clusters are counted, or whose distances are summed, between two looks for cancellation.</summary>
    private const int Look = 1 << 16;

    /// <summary>Runs the iterations.</summary>
    /// <param name="step">How points are assigned.</param>
    /// <param name="points">float <c>[n][dimension]</c>.</param>
    /// <param name="dimension">Components of a point.</param>
    /// <param name="centroids">float <c>[k][dimension]</c>, the start; moved.</param>
    /// <param name="nearest">int <c>[n]</c>, the centroids that the points have at the start, where the step asks for them; written.</param>
    /// <param name="run">How.</param>
    public static Clusters Run<TStep>(TStep step, float[] points, int dimension, float[] centroids, int[] nearest, KMeansRun run)
        where TStep : IAssignmentStep
    {
        var cancellation = run.Cancellation;
        ToDirections(centroids, dimension, run);
        var previous = new int[nearest.Length];
        var distances = new float[nearest.Length];
        var counts = new int[run.K];
        var sums = new double[run.K * dimension];
        var last = double.PositiveInfinity;
        for (var iteration = 1; iteration <= run.Iterations; iteration++)
        {
            (nearest, previous) = (previous, nearest);
            step.Assign(centroids, previous, nearest, distances);
            var settled = iteration > 1 && AreEqual(nearest, previous, cancellation);
            if (!settled)
            {
                Count(nearest, counts, cancellation);
                Move(points, dimension, nearest, sums, counts, centroids, run.Threads, cancellation);
                EmptyClusters.Refill(points, dimension, nearest, distances, counts, centroids, cancellation);
                ToDirections(centroids, dimension, run);
            }

            var objective = Mean(distances, cancellation);
            run.Iterated?.Invoke(iteration, objective);
            if (settled || objective > last * (1 - run.LeastGain))
            {
                break;
            }

            last = objective;
        }

        return new Clusters(centroids, counts, nearest);
    }

    /// <summary>Where directions are clustered, makes centroids such. One without any, which suits its points like all, gets an axis's.</summary>
    private static void ToDirections(float[] centroids, int dimension, KMeansRun run)
    {
        if (!run.Spherical)
        {
            return;
        }

        Sampling.Normalize(centroids, dimension, run.Threads, run.Cancellation);
        for (var c = 0; c < run.K; c++)
        {
            var centroid = centroids.AsSpan(c * dimension, dimension);
            if (!centroid.ContainsAnyExcept(0f))
            {
                centroid[c % dimension] = 1;
            }
        }
    }

    private static bool AreEqual(ReadOnlySpan<int> nearest, ReadOnlySpan<int> previous, CancellationToken cancellation)
    {
        for (int first = 0, count; first < nearest.Length; first += count)
        {
            cancellation.ThrowIfCancellationRequested();
            count = Math.Min(Parallelism.Look, nearest.Length - first);
            if (!nearest.Slice(first, count).SequenceEqual(previous.Slice(first, count)))
            {
                return false;
            }
        }

        return true;
    }

    private static double Mean(float[] distances, CancellationToken cancellation)
    {
        var sum = 0d;
        for (var i = 0; i < distances.Length; i++)
        {
            if (i % Look == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            sum += distances[i];
        }

        return sum / distances.Length;
    }

    private static void Count(int[] nearest, int[] counts, CancellationToken cancellation)
    {
        Array.Clear(counts);
        for (var i = 0; i < nearest.Length; i++)
        {
            if (i % Look == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            counts[nearest[i]]++;
        }
    }

    /// <summary>Moves each centroid to the mean of its points. Threads share the components, so that every sum runs in the points' order.</summary>
    private static void Move(
        float[] points, int dimension, int[] nearest, double[] sums, int[] counts, float[] centroids, int threads, CancellationToken cancellation)
    {
        Parallelism.ForChunks(sums.Length, Parallelism.Look, threads, (first, count) => sums.AsSpan(first, count).Clear(), cancellation);
        var look = Math.Max(1, Parallelism.Look / dimension);
        Parallelism.ForChunks(dimension, Math.Max(16, (dimension + threads - 1) / threads), threads, (firstComponent, components) =>
        {
            for (var i = 0; i < nearest.Length; i++)
            {
                if (i % look == 0)
                {
                    cancellation.ThrowIfCancellationRequested();
                }

                var point = points.AsSpan((i * dimension) + firstComponent, components);
                var sum = sums.AsSpan((nearest[i] * dimension) + firstComponent, components);
                for (var d = 0; d < point.Length; d++)
                {
                    sum[d] += point[d];
                }
            }
        }, cancellation);

        Parallelism.ForChunks(counts.Length, look, threads, (first, count) =>
        {
            for (var c = first; c < first + count; c++)
            {
                for (var d = 0; counts[c] > 0 && d < dimension; d++)
                {
                    centroids[(c * dimension) + d] = (float)(sums[(c * dimension) + d] / counts[c]);
                }
            }
        }, cancellation);
    }
}
