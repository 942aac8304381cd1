using PqGen.Kernels;
using PqGen.Storage;

namespace PqGen.Benchmarks;

/// <summary>What the kernel benchmarks share: a generated kernel struct, its run-time-sized twin, and random inputs of its sizes.</summary>
public abstract class KernelSuite<TKernels>
    where TKernels : struct, IPqKernels
{
    private protected KernelSuite()
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
        kernels.QuantizeTable(ref FloatTable.Reference, float.PositiveInfinity, ref ByteTable.Reference);
        Twin.QuantizeTable(ref FloatTable.Reference, float.PositiveInfinity, ref TwinByteTable.Reference);
    }

    /// <summary>Row-major vectors that the suite works on.</summary>
    protected virtual long VectorCount => 1;

    private protected TKernels Kernels => default;

    private protected GenericKernels Twin { get; }

    private protected AlignedBuffer<float> Query { get; }

    private protected AlignedBuffer<float> Vectors { get; }

    private protected AlignedBuffer<float> Codebooks { get; }

    private protected AlignedBuffer<float> Output { get; }

    private protected AlignedBuffer<float> FloatTable { get; }

    private protected AlignedBuffer<byte> ByteTable { get; }

    private protected AlignedBuffer<byte> TwinByteTable { get; }
}
