using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Clustering;

/// <summary>Centroids by row, float [k][dimension], to centroid panels, float [panel][dimension][16] (<see cref="KernelLayout"/>).</summary>
internal static class Panels
{
    public static AlignedBuffer<float> Create(ReadOnlySpan<float> centroids, int dimension, CancellationToken cancellation = default)
    {
        var panels = new AlignedBuffer<float>(Size(centroids.Length / dimension, dimension));
        Fill(centroids, dimension, panels, cancellation);
        return panels;
    }

    /// <summary>Writes the panels, part by part: with their unused lanes they may have more elements than a span.</summary>
    public static void Fill(ReadOnlySpan<float> centroids, int dimension, AlignedBuffer<float> panels, CancellationToken cancellation = default)
    {
        const int Part = 64 * KernelLayout.PanelWidth;
        var k = centroids.Length / dimension;
        for (var first = 0; first < k; first += Part)
        {
            cancellation.ThrowIfCancellationRequested();
            var part = centroids.Slice(first * dimension, Math.Min(Part, k - first) * dimension);
            Fill(part, dimension, panels.Span((long)first * dimension, (int)Size(part.Length / dimension, dimension)));
        }
    }

    /// <summary>Floats in the panels of <paramref name="k"/> centroids.</summary>
    public static long Size(int k, int dimension) => (long)KernelLayout.PanelCount(k) * KernelLayout.PanelWidth * dimension;

    /// <summary>Writes the panels; the last centroid fills the unused lanes.</summary>
    public static void Fill(ReadOnlySpan<float> centroids, int dimension, Span<float> panels)
    {
        var k = centroids.Length / dimension;
        for (var c = 0; c < KernelLayout.PaddedKsub(k); c++)
        {
            var row = centroids.Slice(Math.Min(c, k - 1) * dimension, dimension);
            var panel = panels.Slice(c / KernelLayout.PanelWidth * KernelLayout.PanelWidth * dimension);
            for (var d = 0; d < dimension; d++)
            {
                panel[(d * KernelLayout.PanelWidth) + (c % KernelLayout.PanelWidth)] = row[d];
            }
        }
    }
}
