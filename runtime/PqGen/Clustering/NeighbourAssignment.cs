using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Clustering;

/// <summary>
/// A point is compared with the neighbours of the centroid that it had, that one among them, not with every centroid (after the cluster closures of
/// Wang, Wang, Ke, Zeng, Li: Fast Approximate k-Means via Cluster Closures, 2012). Those it misses are found, if they are worth it, from one
/// iteration to the next. Ties go to the smaller number.
/// </summary>
/// <param name="assigner">The kernels.</param>
/// <param name="points">float <c>[n][Dimension]</c>.</param>
/// <param name="search">Finds the neighbours of centroids.</param>
/// <param name="count">Neighbours that a point is compared with, 1 or more.</param>
/// <param name="run">How.</param>
internal sealed class NeighbourAssignment<TAssigner>(
    TAssigner assigner, float[] points, CentroidNeighbours search, int count, KMeansRun run) : IAssignmentStep
    where TAssigner : struct, IAssigner
{
    /// <summary>Points that are brought together to be compared.</summary>
    private const int Chunk = 1024;

    /// <summary>Clusters that share working memory.</summary>
    private const int Clusters = 16;

    public void Assign(float[] centroids, int[] previous, int[] nearest, float[] distances)
    {
        var neighbours = search.Find(centroids, count);
        var members = new Buckets(previous, run.K, run.Cancellation);
        Parallelism.ForChunks(run.K, Clusters, run.Threads, (first, clusters) =>
        {
            var panels = new AlignedBuffer<float>(Panels.Size(count, assigner.Dimension));
            for (var c = first; c < first + clusters; c++)
            {
                Assign(centroids, neighbours.AsSpan(c * count, count), members.Of(c), panels, nearest, distances);
            }
        }, run.Cancellation);
    }

    /// <summary>Assigns the points of one cluster.</summary>
    private void Assign(
        float[] centroids, ReadOnlySpan<int> candidates, ReadOnlySpan<int> members, AlignedBuffer<float> panels, int[] nearest, float[] distances)
    {
        if (members.IsEmpty)
        {
            return;
        }

        var dimension = assigner.Dimension;
        Panels.Fill(Sampling.Gather(centroids, dimension, candidates, run.Cancellation), dimension, panels, run.Cancellation);
        Span<int> partNearest = stackalloc int[Chunk];
        Span<float> partDistances = stackalloc float[Chunk];
        for (var at = 0; at < members.Length; at += Chunk)
        {
            var part = members.Slice(at, Math.Min(Chunk, members.Length - at));
            var rows = Sampling.Gather(points, dimension, part, run.Cancellation);
            Assignment.Run(assigner, ref rows[0], part.Length, panels, ref partNearest[0], ref partDistances[0], run.Cancellation);
            for (var i = 0; i < part.Length; i++)
            {
                nearest[part[i]] = candidates[partNearest[i]];
                distances[part[i]] = partDistances[i];
            }
        }
    }
}
