using PqGen.Common;
using PqGen.Kernels;
using PqGen.TopK;

namespace PqGen.Clustering;

/// <summary>Finds for each of many centroids those next to it, by way of groups of centroids: its own group and those around it.</summary>
/// <remarks>
/// A centroid's group is that of the nearest center. Of k centroids in sqrt(k) groups each is compared with some 16 sqrt(k), not with all.
/// </remarks>
internal sealed class CentroidNeighbours
{
    /// <summary>Groups whose centroids are candidates: those with the nearest centers.</summary>
    public const int NearGroups = 16;

    /// <summary>Centroids that share a look at their candidates, at most and at least: a tile of the kernels.</summary>
    private const int MaxChunk = 64;
    private const int MinChunk = 4;

    private readonly int _dimension;
    private readonly int _threads;
    private readonly CancellationToken _cancellation;

    /// <summary>Squared distances, whatever the metric of the index is.</summary>
    private readonly GenericKernels _kernels;
    private readonly AlignedBuffer<float> _centers;

    /// <summary>int <c>[groups][near]</c>, the groups of the nearest centers.</summary>
    private readonly int[] _near;
    private readonly int _groups;

    /// <param name="centers">float <c>[groups][dimension]</c>, the centers of the groups.</param>
    /// <param name="dimension">Components of a centroid.</param>
    /// <param name="threads">Threads to use, 1 or more.</param>
    /// <param name="cancellation">Ends the search early.</param>
    public CentroidNeighbours(float[] centers, int dimension, int threads, CancellationToken cancellation)
    {
        (_dimension, _threads, _cancellation) = (dimension, threads, cancellation);
        _kernels = new GenericKernels(dimension);
        _centers = Panels.Create(centers, dimension, cancellation);
        _groups = centers.Length / dimension;
        var near = Math.Min(_groups, NearGroups);
        var all = Enumerable.Range(0, _groups).ToArray();
        _near = new int[_groups * near];
        Nearest(centers, all, all, _near, near);
    }

    /// <summary>The neighbours of each centroid: those nearest to it, itself among them, of the groups near its own.</summary>
    /// <param name="centroids">float <c>[k][dimension]</c>.</param>
    /// <param name="count">Neighbours of each, 1 or more.</param>
    /// <returns>int <c>[k][count]</c>, each row ascending; where candidates are fewer, the farthest of them repeats.</returns>
    public int[] Find(float[] centroids, int count)
    {
        var k = centroids.Length / _dimension;
        var (group, distances) = (new int[k], new float[k]);
        Assignment.Run(new VectorAssigner<GenericKernels>(_kernels), centroids, _centers, group, distances, _threads, _cancellation);
        var members = new Buckets(group, _groups, _cancellation);
        var neighbours = new int[k * count];
        var near = _near.Length / _groups;
        Parallelism.For(_groups, _threads, g =>
        {
            var candidates = new List<int>();
            foreach (var other in _near.AsSpan(g * near, near))
            {
                candidates.AddRange(members.Of(other));
            }

            candidates.Sort();
            Nearest(centroids, members.Of(g), [.. candidates], neighbours, count);
        }, _cancellation);
        return neighbours;
    }

    /// <summary>For each of some rows the nearest candidates, into its row of the result; ties to the smaller number.</summary>
    private void Nearest(float[] rows, ReadOnlySpan<int> chosen, int[] candidates, int[] nearest, int count)
    {
        if (chosen.IsEmpty)
        {
            return;
        }

        var panels = Panels.Create(Sampling.Gather(rows, _dimension, candidates, _cancellation), _dimension, _cancellation);
        var (panelCount, width) = (KernelLayout.PanelCount(candidates.Length), KernelLayout.PaddedKsub(candidates.Length));
        var chunk = (int)Math.Clamp(Assignment.PieceWork / panels.Length, MinChunk, MaxChunk);
        var scores = new AlignedBuffer<float>((long)chunk * width);
        var selection = new Nearby(candidates, count);
        for (var first = 0; first < chosen.Length; first += chunk)
        {
            var part = chosen.Slice(first, Math.Min(chunk, chosen.Length - first));
            var gathered = Sampling.Gather(rows, _dimension, part, _cancellation);
            _kernels.CentroidScores(ref gathered[0], part.Length, ref panels.Reference, panelCount, ref scores.Reference);
            for (var i = 0; i < part.Length; i++)
            {
                selection.Select(scores.Span((long)i * width, candidates.Length), nearest.AsSpan(part[i] * count, count));
            }
        }
    }

    /// <summary>Selects the nearest of the same candidates again and again.</summary>
    private readonly struct Nearby(int[] candidates, int count)
    {
        private readonly int _taken = Math.Min(count, candidates.Length);
        private readonly int[] _minima = new int[Selection.GroupCount(candidates.Length, Math.Min(count, candidates.Length))];
        private readonly long[] _keys = new long[candidates.Length];

        public void Select(ReadOnlySpan<float> scores, Span<int> nearest)
        {
            // (score, candidate) as one number, of few more than are needed.
            var limit = Selection.UpperBoundOfKth(scores, _taken, _minima);
            var found = 0;
            for (var c = 0; c < scores.Length; c++)
            {
                var key = Selection.Key(scores[c]);
                _keys[found] = ((long)key << 32) | (uint)c;
                found += key <= limit ? 1 : 0;
            }

            _keys.AsSpan(0, found).Sort();
            for (var j = 0; j < nearest.Length; j++)
            {
                nearest[j] = candidates[(int)_keys[Math.Min(j, _taken - 1)]];
            }

            nearest.Sort();
        }
    }
}
