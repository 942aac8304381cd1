using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Clustering;

/// <summary>Lloyd's k-means with squared Euclidean distances.</summary>
/// <remarks>
/// <para>Starts from k distinct random points; each iteration assigns every point to its nearest centroid (ties to the smaller
/// number) and moves each centroid to the mean of its points, summed in double precision in the points' order. An empty cluster
/// takes half of the one with the largest sum of squared distances: their centroids are moved apart, by 1/1024 of the way to that
/// cluster's farthest point. Stops early when no point changes its cluster.</para>
/// <para>The result depends on points, k, iterations and seed alone, on any number of threads and any instruction set.</para>
/// <para>Components of any magnitude are told apart: where the largest is below 2^-40, points are scaled by a power of two while they are
/// trained on, so that squares do not underflow.</para>
/// </remarks>
public static class KMeans
{
    private const float SplitNudge = 1f / 1024;

    /// <summary>Points of one chunk of an assignment, at most and at least: whole tiles of the kernels' four.</summary>
    private const int MaxAssignChunk = 1024;
    private const int MinAssignChunk = 4;

    /// <summary>Multiplications of one chunk, which take some 10 to 50 milliseconds: so often is cancellation looked for.</summary>
    private const long AssignChunkWork = 1 << 27;

    /// <summary>Points, or centroids, between two looks for cancellation while centroids move.</summary>
    private const int MoveChunk = 1024;

    /// <summary>Trains <paramref name="k"/> centroids.</summary>
    /// <param name="vectors">float <c>[n][dimension]</c>, row-major, finite.</param>
    /// <param name="dimension">Components of a vector, 1 to 4096.</param>
    /// <param name="k">Centroids, 1 to n.</param>
    /// <param name="iterations">Iterations at most, 1 or more.</param>
    /// <param name="seed">Seed of the start.</param>
    /// <param name="threads">Threads to use; 0 stands for one per processor.</param>
    /// <param name="cancellation">Ends the training early, within a tenth of a second at usual sizes.</param>
    /// <returns>float <c>[k][dimension]</c>, row-major.</returns>
    /// <exception cref="ArgumentException">A length, a size or a component is out of range; the message names it.</exception>
    public static float[] Train(
        ReadOnlySpan<float> vectors,
        int dimension,
        int k,
        int iterations = 25,
        int seed = 1234,
        int threads = 0,
        CancellationToken cancellation = default)
    {
        Guard.Range(dimension, 1, IndexLimits.MaxDimension, nameof(dimension), "components of a vector");
        var n = Guard.Rows(vectors, dimension, nameof(vectors));
        if (n == 0)
        {
            throw new ArgumentException("vectors is empty; k-means needs at least one vector.", nameof(vectors));
        }

        Guard.Range(k, 1, n, nameof(k), "no more centroids than vectors");
        Guard.Range(iterations, 1, int.MaxValue, nameof(iterations), "k-means iterations");
        threads = Parallelism.Threads(threads);
        Sampling.CheckFitsArray(vectors, nameof(vectors));
        Guard.Finite(vectors, dimension, nameof(vectors));

        var points = vectors.ToArray();
        var exponent = PowerOfTwoScale.ExponentFor(points);
        PowerOfTwoScale.Apply(points, points, exponent);
        var assigner = new VectorAssigner<GenericKernels>(new GenericKernels(dimension));
        var centroids = Train(assigner, points, k, iterations, seed, threads, null, cancellation);
        PowerOfTwoScale.Apply(centroids, centroids, -exponent);
        return centroids;
    }

    internal static float[] Train<TAssigner>(
        TAssigner assigner, float[] points, int k, int iterations, int seed, int threads, Action<int>? iterated, CancellationToken cancellation)
        where TAssigner : struct, IAssigner
    {
        var dimension = assigner.Dimension;
        var n = points.Length / dimension;
        var centroids = new float[k * dimension];
        var start = Sampling.Choose(n, k, new Random(seed));
        for (var c = 0; c < k; c++)
        {
            points.AsSpan(start[c] * dimension, dimension).CopyTo(centroids.AsSpan(c * dimension));
        }

        var panels = new AlignedBuffer<float>(Panels.Size(k, dimension));
        var nearest = new int[n];
        var previous = new int[n];
        var distances = new float[n];
        var counts = new int[k];
        var sums = new double[k * dimension];
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            (nearest, previous) = (previous, nearest);
            Panels.Fill(centroids, dimension, panels);
            Assign(assigner, points, panels, KernelLayout.PanelCount(k), nearest, distances, threads, cancellation);
            if (iteration > 0 && nearest.AsSpan().SequenceEqual(previous))
            {
                break;
            }

            Move(points, dimension, nearest, sums, counts, centroids, threads, cancellation);
            RefillEmpty(points, dimension, nearest, distances, counts, centroids);
            iterated?.Invoke(iteration + 1);
        }

        return centroids;
    }

    private static void Assign<TAssigner>(
        TAssigner assigner,
        float[] points,
        AlignedBuffer<float> panels,
        int panelCount,
        int[] nearest,
        float[] distances,
        int threads,
        CancellationToken cancellation)
        where TAssigner : struct, IAssigner
    {
        var chunk = (int)Math.Clamp(AssignChunkWork / panels.Length, MinAssignChunk, MaxAssignChunk) / MinAssignChunk * MinAssignChunk;
        Parallelism.ForChunks(nearest.Length, chunk, threads, (first, count) =>
            assigner.Assign(
                ref points[first * assigner.Dimension],
                count,
                ref panels.Reference,
                panelCount,
                ref nearest[first],
                ref distances[first]), cancellation);
    }

    /// <summary>Moves each centroid to the mean of its points. Threads share the components, so that every sum runs in the points' order.</summary>
    private static void Move(
        float[] points, int dimension, int[] nearest, double[] sums, int[] counts, float[] centroids, int threads, CancellationToken cancellation)
    {
        Array.Clear(sums);
        Array.Clear(counts);
        foreach (var c in nearest)
        {
            counts[c]++;
        }

        Parallelism.ForChunks(dimension, Math.Max(16, (dimension + threads - 1) / threads), threads, (firstComponent, components) =>
        {
            for (var i = 0; i < nearest.Length; i++)
            {
                if (i % MoveChunk == 0)
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

        for (var c = 0; c < counts.Length; c++)
        {
            if (c % MoveChunk == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            for (var d = 0; counts[c] > 0 && d < dimension; d++)
            {
                centroids[(c * dimension) + d] = (float)(sums[(c * dimension) + d] / counts[c]);
            }
        }
    }

    /// <summary>
    /// Gives each empty cluster half of a cluster with a large sum of squared distances, the largest first, and halves none twice: what
    /// stays empty waits for the next iteration. The nudge follows the cluster's spread, wherever the cluster lies, and many copies
    /// of one point, which cannot be told apart, are not split.
    /// </summary>
    private static void RefillEmpty(float[] points, int dimension, int[] nearest, float[] distances, int[] counts, float[] centroids)
    {
        if (!counts.AsSpan().Contains(0))
        {
            return;
        }

        var (errors, farthest) = Errors(nearest, distances, counts.Length);
        var order = LargestFirst(errors);
        var halved = 0;
        for (var empty = 0; empty < counts.Length && halved < order.Length; empty++)
        {
            if (counts[empty] > 0)
            {
                continue;
            }

            var largest = order[halved++];
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
    private static (double[] Errors, int[] Farthest) Errors(int[] nearest, float[] distances, int k)
    {
        var (errors, farthest) = (new double[k], new int[k]);
        Array.Fill(farthest, -1);
        for (var i = 0; i < nearest.Length; i++)
        {
            ref var best = ref farthest[nearest[i]];
            errors[nearest[i]] += distances[i];
            best = best < 0 || distances[i] > distances[best] ? i : best;
        }

        return (errors, farthest);
    }

    /// <summary>The clusters whose sum is above 0, the largest first, ties to the smaller number.</summary>
    private static int[] LargestFirst(double[] errors)
    {
        var clusters = new (double Negated, int Cluster)[errors.Length];
        var count = 0;
        for (var c = 0; c < errors.Length; c++)
        {
            if (errors[c] > 0)
            {
                clusters[count++] = (-errors[c], c);
            }
        }

        Array.Sort(clusters, 0, count);
        return Array.ConvertAll(clusters[..count], cluster => cluster.Cluster);
    }
}
