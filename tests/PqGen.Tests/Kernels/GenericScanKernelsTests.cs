using PqGen.Kernels;

namespace PqGen.Tests.Kernels;

/// <summary>The run-time-sized twin against the scalar oracle.</summary>
public class GenericScanKernelsTests
{
    /// <summary>Sizes around every edge: of the packed codes, of the register look-ups, of odd pairs, of the contract.</summary>
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 4, 1, 256 }, { 4, 1, 2 }, { 3, 3, 16 }, { 10, 5, 7 }, { 6, 2, 17 }, { 12, 4, 64 }, { 15, 3, 65 }, { 16, 2, 128 }, { 21, 3, 129 },
        { 14, 7, 255 }, { 100, 20, 256 }, { 100, 25, 100 }, { 64, 32, 16 }, { 128, 16, 256 }, { 33, 33, 256 }, { 256, 256, 256 }, { 255, 255, 15 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_twin_agrees_with_the_scalar_reference(int dimension, int M, int ksub)
        => ScanKernelChecks.CheckAll(new TwinUnderTest(new GenericKernels(dimension, M, ksub)), seed: 1);

    /// <summary>The scan members of the twin behind the contract; the float members are tested elsewhere.</summary>
    private readonly struct TwinUnderTest(GenericKernels twin) : IPqKernels
    {
        public int Dimension => twin.Dimension;

        public KernelPath Path => twin.Path;

        public int M => twin.M;

        public int Ksub => twin.Ksub;

        public int Dsub => twin.Dsub;

        public int ByteTableSize => twin.ByteTableSize;

        public void AdcDistances(ref float table, ref byte blocks, int blockCount, ref float distances)
            => twin.AdcDistances(ref table, ref blocks, blockCount, ref distances);

        public float AdcDistance(ref float table, ref byte block, int runStride, int lane) => twin.AdcDistance(ref table, ref block, runStride, lane);

        public float DecodedDistance(ref float query, ref float centroids, ref byte block, int runStride, int lane)
            => twin.DecodedDistance(ref query, ref centroids, ref block, runStride, lane);

        public TableScale QuantizeTable(ref float table, ref byte byteTable) => twin.QuantizeTable(ref table, ref byteTable);

        public void ScanBlocks(ref byte byteTable, ref byte blocks, int blockCount, int threshold, ref ulong survivors)
            => twin.ScanBlocks(ref byteTable, ref blocks, blockCount, threshold, ref survivors);

        public void ScanBlocks(ref byte byteTable, ref byte blocks, ref ushort terms, int blockCount, int termFactor, int threshold, ref ulong survivors)
            => twin.ScanBlocks(ref byteTable, ref blocks, ref terms, blockCount, termFactor, threshold, ref survivors);

        public float SquaredDistance(ref float x, ref float y) => throw new NotSupportedException();

        public void SquaredDistances(ref float query, ref float rows, int count, ref float distances) => throw new NotSupportedException();

        public void NearestSubcentroids(ref float subvectors, int stride, int count, ref float panels, ref int nearest, ref float distances)
            => throw new NotSupportedException();

        public void DistanceTables(ref float queries, int count, ref float codebooks, ref float tables) => throw new NotSupportedException();

        public void InnerProductTables(ref float queries, int count, ref float codebooks, ref float tables) => throw new NotSupportedException();
    }
}
