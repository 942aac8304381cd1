using PqGen.Common;

namespace PqGen.Clustering;

/// <summary>The points of each cluster, ascending, by a counting sort.</summary>
internal sealed class Buckets
{
    /// <summary>Points between two looks for cancellation.</summary>
    private const int Look = 1 << 16;

    private readonly int[] _points;
    private readonly int[] _starts;

    /// <param name="clusters">int <c>[n]</c>, the cluster of each point.</param>
    /// <param name="count">Clusters.</param>
    /// <param name="cancellation">Ends the sort early.</param>
    public Buckets(int[] clusters, int count, CancellationToken cancellation)
    {
        _points = new int[clusters.Length];
        _starts = new int[count + 1];
        for (var i = 0; i < clusters.Length; i++)
        {
            LookAt(i, cancellation);
            _starts[clusters[i] + 1]++;
        }

        for (var c = 0; c < count; c++)
        {
            _starts[c + 1] += _starts[c];
        }

        var next = _starts.AsSpan(0, count).ToArray();
        for (var i = 0; i < clusters.Length; i++)
        {
            LookAt(i, cancellation);
            _points[next[clusters[i]]++] = i;
        }
    }

    /// <summary>Clusters.</summary>
    public int Count => _starts.Length - 1;

    /// <summary>The points of a cluster.</summary>
    public ReadOnlySpan<int> Of(int cluster) => _points.AsSpan(_starts[cluster].._starts[cluster + 1]);

    private static void LookAt(int i, CancellationToken cancellation)
    {
        if (i % Look == 0)
        {
            cancellation.ThrowIfCancellationRequested();
        }
    }
}
