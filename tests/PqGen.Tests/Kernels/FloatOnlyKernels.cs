using PqGen.Kernels;

namespace PqGen.Tests.Kernels;

/// <summary>The float members of the contract, to be given from somewhere; the scan members, tested elsewhere, are absent.</summary>
internal abstract class FloatOnlyKernels(int dimension, int m, int ksub, Metric metric) : IIvfPqKernels
{
    public static int ContractVersion => KernelLayout.ContractVersion;

    public int Dimension => dimension;

    public Metric Metric => metric;

    public int M => m;

    public int Ksub => ksub;

    public int Dsub => dimension / m;

    public KernelPath Path => throw new NotSupportedException();

    public int ByteTableSize => throw new NotSupportedException();

    public int RunsPerByteSum => throw new NotSupportedException();

    public abstract float Score(ref float x, ref float y);

    public abstract void Scores(ref float query, ref float rows, int count, ref float scores);

    public abstract void CentroidScores(ref float points, int count, ref float panels, int panelCount, ref float scores);

    public abstract void NearestCentroids(ref float points, int count, ref float panels, int panelCount, ref int nearest, ref float distances);

    public abstract void NearestSubcentroids(ref float subvectors, int stride, int count, ref float panels, ref int nearest, ref float distances);

    public abstract void DistanceTables(ref float queries, int count, ref float codebooks, ref float tables);

    public abstract void InnerProductTables(ref float queries, int count, ref float codebooks, ref float tables);

    public void AdcDistances(ref float table, ref byte blocks, int blockCount, ref float distances) => throw new NotSupportedException();

    public float AdcDistance(ref float table, ref byte block, int runStride, int lane) => throw new NotSupportedException();

    public float DecodedDistance(ref float query, ref float centroids, ref byte block, int runStride, int lane) => throw new NotSupportedException();

    public TableScale QuantizeTable(ref float table, float largestStep, bool saturates, ref byte byteTable) => throw new NotSupportedException();

    public void ScanBlocks(ref byte byteTable, ref byte blocks, int blockCount, int threshold, ref ulong survivors) =>
        throw new NotSupportedException();

    public void ScanBlocks(
        ref byte byteTable,
        ref byte blocks,
        ref ushort terms,
        int blockCount,
        int termFactor,
        int threshold,
        ref ulong survivors,
        ref ushort bounds) =>
        throw new NotSupportedException();
}
