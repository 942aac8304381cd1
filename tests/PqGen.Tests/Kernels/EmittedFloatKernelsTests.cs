using System.Diagnostics.CodeAnalysis;
using PqGen.Kernels;

namespace PqGen.Tests.Kernels;

/// <summary>
/// The generated float kernels against the scalar oracle: as dispatched here, and every leaf by itself. The shapes lie around the
/// edges of the partial sums, of the register tiles, of what is written out and what is looped over, and of the limits.
/// </summary>
public partial class EmittedFloatKernelsTests
{
    [Fact]
    public void Row_kernels_agree_with_the_scalar_reference()
    {
        CheckRows<Flat1.Kernels>();
        CheckRows<Flat2.Kernels>();
        CheckRows<Flat3.Kernels>();
        CheckRows<Flat4.Kernels>();
        CheckRows<Flat5.Kernels>();
        CheckRows<Flat7.Kernels>();
        CheckRows<Flat8.Kernels>();
        CheckRows<Flat16.Kernels>();
        CheckRows<Flat31.Kernels>();
        CheckRows<Flat32.Kernels>();
        CheckRows<Flat33.Kernels>();
        CheckRows<Flat64.Kernels>();
        CheckRows<Flat96.Kernels>();
        CheckRows<Flat100.Kernels>();
        CheckRows<Flat128.Kernels>();
        CheckRows<Flat384.Kernels>();
        CheckRows<Flat768.Kernels>();
        CheckRows<Flat4096.Kernels>();
    }

    [Fact]
    public void Centroid_kernels_agree_with_the_scalar_reference()
    {
        CheckCentroids<IvfFlat1.Kernels>();
        CheckCentroids<IvfFlat4.Kernels>();
        CheckCentroids<IvfFlat17.Kernels>();
        CheckCentroids<IvfFlat100.Kernels>();
        CheckCentroids<IvfFlat768.Kernels>();
    }

    [Fact]
    public void Codebook_kernels_agree_with_the_scalar_reference()
    {
        CheckCodebooks<IvfPq6_6_2.Kernels>();
        CheckCodebooks<IvfPq8_2_17.Kernels>();
        CheckCodebooks<IvfPq34_2_80.Kernels>();
        CheckCodebooks<IvfPq64_2_144.Kernels>();
        CheckCodebooks<IvfPq100_20_256.Kernels>();
        CheckCodebooks<IvfPq128_16_256.Kernels>();
        CheckCodebooks<IvfPq384_24_255.Kernels>();
        CheckCodebooks<IvfPq768_96_33.Kernels>();
        CheckCodebooks<Pq4096_256_256.Kernels>();
        CheckCodebooks<Pq4096_1_16.Kernels>();
    }

    private static void CheckRows<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.NonPublicMethods)] TKernels>()
        where TKernels : struct, IVectorKernels
    {
        var kernels = default(TKernels);
        FloatKernelChecks.CheckDistances(kernels, seed: 11);
        foreach (var isa in Leaves)
            FloatKernelChecks.CheckDistances(new LeafKernels(typeof(TKernels), isa, kernels.Dimension, 1, 256), seed: 12);
    }

    private static void CheckCentroids<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.NonPublicMethods)] TKernels>()
        where TKernels : struct, ICentroidKernels
    {
        var kernels = default(TKernels);
        FloatKernelChecks.CheckCentroids(kernels, seed: 21);
        foreach (var isa in Leaves)
            FloatKernelChecks.CheckCentroids(new LeafKernels(typeof(TKernels), isa, kernels.Dimension, 1, 256), seed: 22);
    }

    private static void CheckCodebooks<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.NonPublicMethods)] TKernels>()
        where TKernels : struct, IPqKernels
    {
        var kernels = default(TKernels);
        FloatKernelChecks.CheckCodebooks(kernels, seed: 31);
        foreach (var isa in Leaves)
            FloatKernelChecks.CheckCodebooks(new LeafKernels(typeof(TKernels), isa, kernels.Dimension, kernels.M, kernels.Ksub), seed: 32);
    }

    /// <summary>The suffixes of the leaves. Without AVX-512 or AVX2 the JIT runs theirs in software, slowly and with the same bits.</summary>
    private static string[] Leaves => ["Avx512", "Avx2", "Vector128"];

    [FlatIndex(Dimension = 1)]
    internal sealed partial class Flat1;

    [FlatIndex(Dimension = 2)]
    internal sealed partial class Flat2;

    [FlatIndex(Dimension = 3)]
    internal sealed partial class Flat3;

    [FlatIndex(Dimension = 4)]
    internal sealed partial class Flat4;

    [FlatIndex(Dimension = 5)]
    internal sealed partial class Flat5;

    [FlatIndex(Dimension = 7)]
    internal sealed partial class Flat7;

    [FlatIndex(Dimension = 8)]
    internal sealed partial class Flat8;

    [FlatIndex(Dimension = 16)]
    internal sealed partial class Flat16;

    [FlatIndex(Dimension = 31)]
    internal sealed partial class Flat31;

    [FlatIndex(Dimension = 32)]
    internal sealed partial class Flat32;

    [FlatIndex(Dimension = 33)]
    internal sealed partial class Flat33;

    [FlatIndex(Dimension = 64)]
    internal sealed partial class Flat64;

    [FlatIndex(Dimension = 96)]
    internal sealed partial class Flat96;

    [FlatIndex(Dimension = 100)]
    internal sealed partial class Flat100;

    [FlatIndex(Dimension = 128)]
    internal sealed partial class Flat128;

    [FlatIndex(Dimension = 384)]
    internal sealed partial class Flat384;

    [FlatIndex(Dimension = 768)]
    internal sealed partial class Flat768;

    [FlatIndex(Dimension = 4096)]
    internal sealed partial class Flat4096;

    [IvfFlatIndex(Dimension = 1)]
    internal sealed partial class IvfFlat1;

    [IvfFlatIndex(Dimension = 4)]
    internal sealed partial class IvfFlat4;

    [IvfFlatIndex(Dimension = 17)]
    internal sealed partial class IvfFlat17;

    [IvfFlatIndex(Dimension = 100)]
    internal sealed partial class IvfFlat100;

    [IvfFlatIndex(Dimension = 768)]
    internal sealed partial class IvfFlat768;

    [IvfPqIndex(Dimension = 6, M = 6, Ksub = 2)]
    internal sealed partial class IvfPq6_6_2;

    [IvfPqIndex(Dimension = 8, M = 2, Ksub = 17)]
    internal sealed partial class IvfPq8_2_17;

    [IvfPqIndex(Dimension = 34, M = 2, Ksub = 80)]
    internal sealed partial class IvfPq34_2_80;

    [IvfPqIndex(Dimension = 64, M = 2, Ksub = 144)]
    internal sealed partial class IvfPq64_2_144;

    [IvfPqIndex(Dimension = 100, M = 20, Ksub = 256)]
    internal sealed partial class IvfPq100_20_256;

    [IvfPqIndex(Dimension = 128, M = 16, Ksub = 256)]
    internal sealed partial class IvfPq128_16_256;

    [IvfPqIndex(Dimension = 384, M = 24, Ksub = 255)]
    internal sealed partial class IvfPq384_24_255;

    [IvfPqIndex(Dimension = 768, M = 96, Ksub = 33)]
    internal sealed partial class IvfPq768_96_33;

    [PqIndex(Dimension = 4096, M = 256, Ksub = 256)]
    internal sealed partial class Pq4096_256_256;

    [PqIndex(Dimension = 4096, M = 1, Ksub = 16)]
    internal sealed partial class Pq4096_1_16;
}
