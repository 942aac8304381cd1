using PqGen.Kernels;

namespace PqGen.Tests.Kernels;

/// <summary>Random inputs of the scan kernels for one shape, aligned as the contract asks.</summary>
internal sealed class ScanCase
{
    public ScanCase(int dimension, int M, int ksub, int blockCount, int seed)
    {
        var random = new Random(seed);
        (this.M, Ksub, BlockCount) = (M, ksub, blockCount);
        Query = new(Floats(random, dimension));
        Centroids = new(Floats(random, M * ksub * (dimension / M)));
        Table = new(ScalarScanReference.DistanceTable(Query.Span, Centroids.Span, M, ksub));
        Blocks = new(blockCount * KernelLayout.CodeSize(M, ksub) * KernelLayout.BlockSize);
        FillCodes(random);
        Terms = new(blockCount * KernelLayout.BlockSize);
        foreach (ref var term in Terms.Span)
            term = (ushort)random.Next(65536);
    }

    public int M { get; }

    public int Ksub { get; }

    public int BlockCount { get; }

    public int Vectors => BlockCount * KernelLayout.BlockSize;

    public AlignedBuffer<float> Query { get; }

    public AlignedBuffer<float> Centroids { get; }

    public AlignedBuffer<float> Table { get; }

    public AlignedBuffer<byte> Blocks { get; }

    public AlignedBuffer<ushort> Terms { get; }

    private static float[] Floats(Random random, int count)
    {
        var values = new float[count];
        foreach (ref var value in values.AsSpan())
            value = (float)((random.NextDouble() * 2) - 1);
        return values;
    }

    private void FillCodes(Random random)
    {
        var codeSize = KernelLayout.CodeSize(M, Ksub);
        var codes = Blocks.Span;
        for (var i = 0; i < codes.Length; i++)
        {
            var tiled = codes.Length / (256 * codeSize) * 256 * codeSize;
            var run = i < tiled ? i / 256 % codeSize : i / 64 % codeSize;
            if (Ksub > KernelLayout.MaxPackedKsub)
                codes[i] = (byte)random.Next(Ksub);
            else
                codes[i] = (byte)(random.Next(Ksub) | ((2 * run) + 1 < M ? random.Next(Ksub) << 4 : 0));
        }
    }
}
