using PqGen.Common;

namespace PqGen.Ivf;

/// <summary>The working memory of a route; grows to what is asked of it and is used again.</summary>
internal sealed class RouteScratch
{
    /// <summary>float <c>[queries][panels * 16]</c>, distances to the coarse centroids.</summary>
    public AlignedBuffer<float> CoarseDistances = new(0);

    /// <summary>Whether these are missing, and the queries are held against bounds one by one.</summary>
    public bool IsBounded;

    /// <summary>float <c>[queries][M][PaddedKsub]</c>, tables of scores against the codebooks of coded centroids.</summary>
    public AlignedBuffer<float> Tables = new(0);

    /// <summary>One of them as bytes.</summary>
    public AlignedBuffer<byte> ByteTable = new(0);

    /// <summary>UInt16 <c>[blocks][64]</c>, bounds of scores of coded centroids.</summary>
    public AlignedBuffer<ushort> Bounds = new(0);

    /// <summary>UInt64 <c>[blocks]</c>, survivors, which nobody asks for.</summary>
    public ulong[] Survivors = [];

    /// <summary>A bit for each node of a graph, whether a search has come to it.</summary>
    public ulong[] Visited = [];

    /// <summary>The nodes that a search in a graph has found (<see cref="HnswSpace{TKernels}"/>).</summary>
    public long[] Pool = [];

    /// <summary>float <c>[Dimension]</c>, a query less the centroids' mean, and its bytes.</summary>
    public AlignedBuffer<float> Shifted = new(0);

    public AlignedBuffer<sbyte> QueryCodes = new(0);

    /// <summary>Int32 <c>[groups * 64]</c>, products of these with the centroids' bytes.</summary>
    public AlignedBuffer<int> Products = new(0);

    /// <summary>float <c>[groups * 64]</c>, lower bounds of the centroids' scores.</summary>
    public AlignedBuffer<float> Lower = new(0);

    /// <summary>float <c>[panels][Dimension][16]</c>, centroids that are compared.</summary>
    public AlignedBuffer<float> Gathered = new(0);

    /// <summary>Lists whose centroids are compared.</summary>
    public int[] Compared = [];

    /// <summary>The scores of their centroids.</summary>
    public float[] Scores = [];

    /// <summary>The lists to probe, nearest first.</summary>
    public Probe[] Probes = [];

    /// <summary>The minima of groups of coarse distances.</summary>
    public int[] Minima = [];

    /// <summary>Numbered coarse distances, and room to sort them.</summary>
    public long[] Numbered = [];

    public long SizeInBytes =>
        Tables.SizeInBytes + ByteTable.SizeInBytes + Bounds.SizeInBytes + (8L * Survivors.Length) + (8L * Visited.Length) + (8L * Pool.Length)
        + Shifted.SizeInBytes + QueryCodes.SizeInBytes + Products.SizeInBytes + Lower.SizeInBytes + Gathered.SizeInBytes
        + (4L * Compared.Length) + (4L * Scores.Length)
        + CoarseDistances.SizeInBytes + (8L * Probes.Length) + (4L * Minima.Length) + (8L * Numbered.Length);
}
