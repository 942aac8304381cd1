using PqGen.Common;

namespace PqGen.Clustering;

/// <summary>k-means for many centroids, in a small part of the distances of Lloyd's algorithm, which compares all points with all
/// centroids.</summary>
/// <remarks>
/// <para>1. Some points are clustered into sqrt(k) groups, and all points join the nearest. 2. Groups get centroids in proportion to their number of
/// points to the power of 3/4, by Sainte-Lague's method, never more than they have points: sparse regions get more of them than in proportion, as an
/// optimal quantizer gives them (Zador: density to the power of d / (d + 2)). 3. Each group is clustered on its own. 4. Iterations over all points
/// compare each with the <see cref="Neighbours"/> centroids around the one it had (<see cref="NeighbourAssignment{TAssigner}"/>), until one saves
/// less than <see cref="LeastGain"/> of the objective.</para>
/// <para>For n points that is n sqrt(k) distances an iteration for the groups and within them, then n * <see cref="Neighbours"/>, and
/// 16 k sqrt(k) to find neighbours. The result depends on points, k, iterations and seed alone, as that of <see cref="KMeans"/> does.</para>
/// </remarks>
internal static class TwoLevelKMeans
{
    /// <summary>Up to so many centroids Lloyd's algorithm is affordable, and better: it leaves fewer codes to scan for the same recall.</summary>
    public const int FewCentroids = 1024;

    /// <summary>Centroids that a point is compared with.</summary>
    public const int Neighbours = 128;

    /// <summary>The share of the objective that an iteration must save for another to follow.</summary>
    public const double LeastGain = 1.0 / 2048;

    /// <summary>Points for each group at most, and iterations, that find the groups.</summary>
    private const int PointsPerGroup = 256;
    private const int GroupIterations = 10;

    /// <summary>Iterations within a group.</summary>
    private const int StartIterations = 5;

    /// <summary>Trains on points that were checked.</summary>
    /// <inheritdoc cref="KMeans.Train{TAssigner}(TAssigner, float[], KMeansRun)" path="/param"/>
    public static Clusters Train<TAssigner>(TAssigner assigner, float[] points, KMeansRun run)
        where TAssigner : struct, IAssigner
    {
        var (dimension, cancellation) = (assigner.Dimension, run.Cancellation);
        var groups = (int)Math.Sqrt(run.K);
        var inner = run with { Iterated = null };
        var sample = Sampling.Rows(points, dimension, (long)PointsPerGroup * groups, run.Seed, cancellation);
        var centers = KMeans.Train(assigner, sample, inner with { K = groups, Iterations = GroupIterations }).Centroids;
        var (centroids, nearest) = Start(assigner, points, centers, inner with { Iterations = StartIterations });
        var search = new CentroidNeighbours(centers, dimension, run.Threads, cancellation);
        var step = new NeighbourAssignment<TAssigner>(assigner, points, search, Math.Min(Neighbours, Array.MaxLength / run.K), run);
        return Lloyd.Run(step, points, dimension, centroids, nearest, run with { LeastGain = LeastGain });
    }

    /// <summary>The first number of each group's centroids, int <c>[groups + 1]</c>.</summary>
    /// <param name="sizes">The points of each group.</param>
    /// <param name="k">Centroids, no more than points.</param>
    public static int[] Seats(ReadOnlySpan<int> sizes, int k)
    {
        // A square root is the same on every machine; a power need not be.
        var weights = new double[sizes.Length];
        var seats = new int[sizes.Length];
        var queue = new PriorityQueue<int, (double Negated, int Group)>();
        for (var g = 0; g < sizes.Length; g++)
        {
            weights[g] = Math.Sqrt(sizes[g]) * Math.Sqrt(Math.Sqrt(sizes[g]));
            if (sizes[g] > 0)
            {
                queue.Enqueue(g, (double.NegativeInfinity, g));
            }
        }

        for (var seat = 0; seat < k; seat++)
        {
            var g = queue.Dequeue();
            if (++seats[g] < sizes[g])
            {
                queue.Enqueue(g, (-weights[g] / ((2 * seats[g]) + 1), g));
            }
        }

        var starts = new int[sizes.Length + 1];
        for (var g = 0; g < sizes.Length; g++)
        {
            starts[g + 1] = starts[g] + seats[g];
        }

        return starts;
    }

    /// <summary>Clusters each group on its own.</summary>
    /// <returns>float <c>[k][Dimension]</c>, the centroids, group after group, and the centroid of each point.</returns>
    private static (float[] Centroids, int[] Nearest) Start<TAssigner>(TAssigner assigner, float[] points, float[] centers, KMeansRun run)
        where TAssigner : struct, IAssigner
    {
        var (dimension, cancellation) = (assigner.Dimension, run.Cancellation);
        var (n, groups) = (points.Length / dimension, centers.Length / dimension);
        var (centroids, nearest, distances) = (new float[run.K * dimension], new int[n], new float[n]);
        Assignment.Run(assigner, points, Panels.Create(centers, dimension, cancellation), nearest, distances, run.Threads, cancellation);
        var members = new Buckets(nearest, groups, cancellation);
        var seats = Seats([.. Enumerable.Range(0, groups).Select(g => members.Of(g).Length)], run.K);
        Parallelism.For(groups, run.Threads, g =>
        {
            var own = members.Of(g);
            var (first, count) = (seats[g], seats[g + 1] - seats[g]);
            if (count == 0)
            {
                return;
            }

            var rows = Sampling.Gather(points, dimension, own, cancellation);
            var clusters = KMeans.Train(assigner, rows, run with { K = count, Seed = unchecked(run.Seed + g), Threads = 1 });
            clusters.Centroids.CopyTo(centroids.AsSpan(first * dimension));
            for (var i = 0; i < own.Length; i++)
            {
                nearest[own[i]] = first + clusters.Nearest[i];
            }
        }, cancellation);
        return (centroids, nearest);
    }
}
