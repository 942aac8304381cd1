namespace PqGen.Clustering;

/// <summary>How k-means runs.</summary>
/// <param name="K">Centroids, 1 to the number of points.</param>
/// <param name="Iterations">Iterations at most, 1 or more.</param>
/// <param name="Seed">Seed of the start.</param>
/// <param name="Threads">Threads to use, 1 or more.</param>
/// <param name="Cancellation">Ends it early.</param>
internal readonly record struct KMeansRun(int K, int Iterations, int Seed, int Threads, CancellationToken Cancellation)
{
    /// <summary>
    /// Whether centroids are divided by their norms after every move, so that the nearest one is that of the greatest inner product with a point, and
    /// of the greatest cosine. Points are taken as they are: those of norm 1 weigh alike.
    /// </summary>
    public bool Spherical { get; init; }

    /// <summary>The share of the mean squared distance that an iteration must save for another to follow, below 1; negative for any.</summary>
    public double LeastGain { get; init; } = -1;

    /// <summary>
    /// Told of each iteration that has ended, on the calling thread: its number, 1 for the first, and the mean squared distance of the points to
    /// their nearest centroid that it found. Null for nobody.
    /// </summary>
    public Action<int, double>? Iterated { get; init; }
}

/// <summary>What k-means leaves.</summary>
/// <param name="Centroids">float <c>[k][dimension]</c>.</param>
/// <param name="Counts">int <c>[k]</c>, the points of each cluster, as the last iteration assigned them.</param>
/// <param name="Nearest">int <c>[n]</c>, the cluster of each point, as the last iteration assigned it.</param>
internal readonly record struct Clusters(float[] Centroids, int[] Counts, int[] Nearest);
