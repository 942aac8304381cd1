using PqGen.Kernels;

namespace PqGen.Clustering;

/// <summary>What k-means asks of kernels: points of one dimension to their nearest centroids.</summary>
internal interface IAssigner
{
    /// <summary>Components of a point.</summary>
    int Dimension { get; }

    /// <summary>Whether points may be compared with some of the panels at a time.</summary>
    bool TakesParts { get; }

    /// <summary>Float <c>[count][Dimension]</c> points to <c>[count]</c> centroids and squared distances.</summary>
    void Assign(ref float points, int count, ref float panels, int panelCount, ref int nearest, ref float distances);
}

/// <summary>Assigns whole vectors, for the coarse centroids.</summary>
internal readonly struct VectorAssigner<TKernels>(TKernels kernels) : IAssigner
    where TKernels : struct, ICentroidKernels
{
    public int Dimension => kernels.Dimension;

    public bool TakesParts => true;

    public void Assign(ref float points, int count, ref float panels, int panelCount, ref int nearest, ref float distances) =>
        kernels.NearestCentroids(ref points, count, ref panels, panelCount, ref nearest, ref distances);
}

/// <summary>Assigns sub-vectors, for a sub-quantizer's codebook of exactly Ksub centroids.</summary>
internal readonly struct SubvectorAssigner<TKernels>(TKernels kernels) : IAssigner
    where TKernels : struct, IPqKernels
{
    public int Dimension => kernels.Dsub;

    public bool TakesParts => false;

    public void Assign(ref float points, int count, ref float panels, int panelCount, ref int nearest, ref float distances) =>
        kernels.NearestSubcentroids(ref points, kernels.Dsub, count, ref panels, ref nearest, ref distances);
}
