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
/// <para>Nothing but the distances takes time in proportion to points times k; the rest takes it to points and k, and where clusters are
/// empty, to k log k at most.</para>
/// <para>Components of any magnitude are told apart: where the largest is below 2^-40, points are scaled by a power of two while they are
/// trained on, so that squares do not underflow.</para>
/// </remarks>
public static class KMeans
{
    /// <summary>Trains <paramref name="k"/> centroids.</summary>
    /// <param name="vectors">float <c>[n][dimension]</c>, row-major, finite.</param>
    /// <param name="dimension">Components of a vector, 1 to 4096.</param>
    /// <param name="k">Centroids, 1 to n.</param>
    /// <param name="iterations">Iterations at most, 1 or more.</param>
    /// <param name="seed">Seed of the start.</param>
    /// <param name="threads">Threads to use; 0 stands for one per processor.</param>
    /// <param name="spherical">
    /// Whether directions are clustered (spherical k-means; Dhillon, Modha 2001): vectors are divided by their norms, and centroids after every
    /// move, so that the nearest centroid is that of the greatest cosine. Vectors of zeros stay what they are, and belong to any.
    /// </param>
    /// <param name="cancellation">Ends the training early, within a tenth of a second.</param>
    /// <returns>float <c>[k][dimension]</c>, row-major; spherical ones have norm 1.</returns>
    /// <exception cref="ArgumentException">A length, a size or a component is out of range; the message names it.</exception>
    public static float[] Train(
        ReadOnlySpan<float> vectors,
        int dimension,
        int k,
        int iterations = 25,
        int seed = 1234,
        int threads = 0,
        bool spherical = false,
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
        Guard.Finite(vectors, dimension, nameof(vectors), cancellation);

        var points = Sampling.Copy(vectors, cancellation);
        var assigner = new VectorAssigner<GenericKernels>(new GenericKernels(dimension));
        var run = new KMeansRun(k, iterations, seed, threads, cancellation) { Spherical = spherical };
        if (spherical)
        {
            Sampling.Normalize(points, dimension, threads, cancellation);
            return Train(assigner, points, run).Centroids;
        }

        var exponent = PowerOfTwoScale.ExponentForMany(vectors, cancellation);
        Sampling.Scale(points, exponent, cancellation);
        var centroids = Train(assigner, points, run).Centroids;
        Sampling.Scale(centroids, -exponent, cancellation);
        return centroids;
    }

    /// <summary>Trains on points that were checked.</summary>
    /// <param name="assigner">The kernels.</param>
    /// <param name="points">float <c>[n][Dimension]</c>.</param>
    /// <param name="run">How.</param>
    internal static Clusters Train<TAssigner>(TAssigner assigner, float[] points, KMeansRun run)
        where TAssigner : struct, IAssigner
    {
        var (dimension, cancellation) = (assigner.Dimension, run.Cancellation);
        var n = points.Length / dimension;
        var start = Sampling.Gather(points, dimension, Sampling.Choose(n, run.K, new Random(run.Seed), cancellation), cancellation);
        return Lloyd.Run(new FullAssignment<TAssigner>(assigner, points, run), points, dimension, start, new int[n], run);
    }
}
