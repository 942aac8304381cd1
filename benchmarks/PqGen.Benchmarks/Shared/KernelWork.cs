using PqGen.Kernels;
using PqGen.Storage;

namespace PqGen.Benchmarks;

/// <summary>What all work of kernels shares: a generated kernel struct, its run-time-sized twin, and random inputs of its sizes.</summary>
internal abstract class KernelWork<TKernels>
    where TKernels : struct, IPqKernels
{
    protected KernelWork()
    {
        TKernels kernels = default;
        var maxByteSum = kernels is ICentroidKernels ? KernelLayout.MaxByteSumWithTerms : KernelLayout.MaxByteSum;
        Twin = new GenericKernels(kernels.Dimension, kernels.M, kernels.Ksub, maxByteSum);
        Query = Workload.Floats(kernels.Dimension, 1);
        Vectors = Workload.Floats(VectorCount * kernels.Dimension, 2);
        Codebooks = Workload.Floats((long)kernels.M * kernels.Dsub * KernelLayout.PaddedKsub(kernels.Ksub), 3);
        Output = new AlignedBuffer<float>(Math.Max(VectorCount, (long)kernels.M * KernelLayout.PaddedKsub(kernels.Ksub)));
        FloatTable = new AlignedBuffer<float>((long)kernels.M * KernelLayout.PaddedKsub(kernels.Ksub));
        kernels.DistanceTables(ref Query.Reference, 1, ref Codebooks.Reference, ref FloatTable.Reference);
        ByteTable = new AlignedBuffer<byte>(kernels.ByteTableSize);
        TwinByteTable = new AlignedBuffer<byte>(Twin.ByteTableSize);
        kernels.QuantizeTable(ref FloatTable.Reference, float.PositiveInfinity, saturates: true, ref ByteTable.Reference);
        Twin.QuantizeTable(ref FloatTable.Reference, float.PositiveInfinity, saturates: true, ref TwinByteTable.Reference);
    }

    /// <summary>Row-major vectors that it works on.</summary>
    protected virtual long VectorCount => 1;

    protected TKernels Kernels => default;

    protected GenericKernels Twin { get; }

    protected AlignedBuffer<float> Query { get; }

    protected AlignedBuffer<float> Vectors { get; }

    protected AlignedBuffer<float> Codebooks { get; }

    protected AlignedBuffer<float> Output { get; }

    protected AlignedBuffer<float> FloatTable { get; }

    protected AlignedBuffer<byte> ByteTable { get; }

    protected AlignedBuffer<byte> TwinByteTable { get; }
}

/// <summary>Vectors that one call of a kernel's work goes through.</summary>
internal static class PerCall
{
    public const int Distances = 256, Encodings = 1024, Assignments = 256, Survivors = KernelLayout.BlockSize;

    /// <summary>Whatever the level of memory: the codes over and over, or the next part of them.</summary>
    public const int Scanned = 1 << 16;
}
