using PqGen.Common;

namespace PqGen.Ivf;

/// <summary>The working memory of a route; grows to what is asked of it and is used again.</summary>
internal sealed class RouteScratch
{
    /// <summary>float <c>[queries][panels * 16]</c>, distances to the coarse centroids.</summary>
    public AlignedBuffer<float> CoarseDistances = new(0);

    /// <summary>The lists to probe, nearest first.</summary>
    public Probe[] Probes = [];

    /// <summary>The minima of groups of coarse distances.</summary>
    public int[] Minima = [];

    /// <summary>Numbered coarse distances, and room to sort them.</summary>
    public long[] Numbered = [];

    public long SizeInBytes => CoarseDistances.SizeInBytes + (8L * Probes.Length) + (4L * Minima.Length) + (8L * Numbered.Length);
}
