using PqGen.Kernels;
using PqGen.Tests.Paths;
using PqGen.Tests.Reference;

namespace PqGen.Tests.Kernels;

/// <summary>
/// The generated float kernels against the scalar oracle: as dispatched here, and every leaf by itself.
/// </summary>
[Trait("Category", "Kernels")]
public class EmittedFloatKernelsTests
{
    [Fact]
    public void Row_kernels_agree_with_the_scalar_reference()
    {
        CheckRows<EmittedIndexes.Flat1.Kernels>();
        CheckRows<EmittedIndexes.Flat2.Kernels>();
        CheckRows<EmittedIndexes.Flat3.Kernels>();
        CheckRows<EmittedIndexes.Flat4.Kernels>();
        CheckRows<EmittedIndexes.Flat5.Kernels>();
        CheckRows<EmittedIndexes.Flat7.Kernels>();
        CheckRows<EmittedIndexes.Flat8.Kernels>();
        CheckRows<EmittedIndexes.Flat16.Kernels>();
        CheckRows<EmittedIndexes.Flat31.Kernels>();
        CheckRows<EmittedIndexes.Flat32.Kernels>();
        CheckRows<EmittedIndexes.Flat33.Kernels>();
        CheckRows<EmittedIndexes.Flat64.Kernels>();
        CheckRows<EmittedIndexes.Flat96.Kernels>();
        CheckRows<ReferenceFlat.Kernels>();
        CheckRows<EmittedIndexes.Flat128.Kernels>();
        CheckRows<EmittedIndexes.Flat384.Kernels>();
        CheckRows<EmittedIndexes.Flat768.Kernels>();
        CheckRows<EmittedIndexes.Flat4096.Kernels>();
    }

    [Fact]
    public void Centroid_kernels_agree_with_the_scalar_reference()
    {
        CheckCentroids<EmittedIndexes.IvfFlat1.Kernels>();
        CheckCentroids<EmittedIndexes.IvfFlat4.Kernels>();
        CheckCentroids<EmittedIndexes.IvfFlat17.Kernels>();
        CheckCentroids<ReferenceIvfFlat.Kernels>();
        CheckCentroids<EmittedIndexes.IvfFlat768.Kernels>();
        CheckCentroids<EmittedIndexes.IvfPq4096_256_256.Kernels>();
    }

    [Fact]
    public void Codebook_kernels_agree_with_the_scalar_reference()
    {
        CheckCodebooks<EmittedIndexes.Pq6_6_2.Kernels>();
        CheckCodebooks<EmittedIndexes.Pq8_2_17.Kernels>();
        CheckCodebooks<EmittedIndexes.Pq34_2_80.Kernels>();
        CheckCodebooks<EmittedIndexes.Pq64_2_129.Kernels>();
        CheckCodebooks<EmittedIndexes.Pq9_3_16.Kernels>();
        CheckCodebooks<EmittedIndexes.Pq35_5_64.Kernels>();
        CheckCodebooks<EmittedIndexes.Pq26_2_128.Kernels>();
        CheckCodebooks<ReferencePq25.Kernels>();
        CheckCodebooks<ReferencePq20.Kernels>();
        CheckCodebooks<EmittedIndexes.Pq128_16_256.Kernels>();
        CheckCodebooks<EmittedIndexes.Pq6_3_255.Kernels>();
        CheckCodebooks<EmittedIndexes.Pq582_97_33.Kernels>();
        CheckCodebooks<EmittedIndexes.IvfPq4096_256_256.Kernels>();
        CheckCodebooks<EmittedIndexes.Pq4096_1_16.Kernels>();
    }

    [Fact]
    public void Kernels_under_inner_product_agree_with_the_scalar_reference()
    {
        CheckRows<EmittedIndexes.FlatProduct7.Kernels>(Metric.InnerProduct);
        CheckRows<EmittedIndexes.FlatProduct391.Kernels>(Metric.InnerProduct);
        CheckRows<EmittedIndexes.IvfFlatProduct17.Kernels>(Metric.InnerProduct);
        CheckCentroids<EmittedIndexes.IvfFlatProduct17.Kernels>();
        CheckRows<EmittedIndexes.PqProduct9_3_16.Kernels>(Metric.InnerProduct);
        CheckCodebooks<EmittedIndexes.PqProduct9_3_16.Kernels>();
        CheckRows<EmittedIndexes.IvfPqProduct100_20_256.Kernels>(Metric.InnerProduct);
        CheckCentroids<EmittedIndexes.IvfPqProduct100_20_256.Kernels>();
        CheckCodebooks<EmittedIndexes.IvfPqProduct100_20_256.Kernels>();
    }

    [Fact]
    public void Kernels_under_cosine_agree_with_the_scalar_reference()
    {
        CheckRows<EmittedIndexes.FlatCosine3.Kernels>(Metric.Cosine);
        CheckRows<EmittedIndexes.FlatCosine33.Kernels>(Metric.Cosine);
        CheckRows<EmittedIndexes.FlatCosine4096.Kernels>(Metric.Cosine);
        CheckRows<EmittedIndexes.IvfFlatCosine5.Kernels>(Metric.Cosine);
        CheckCentroids<EmittedIndexes.IvfFlatCosine5.Kernels>();
        CheckRows<EmittedIndexes.PqCosine35_5_64.Kernels>(Metric.Cosine);
        CheckCodebooks<EmittedIndexes.PqCosine35_5_64.Kernels>();
        CheckRows<EmittedIndexes.IvfPqCosine42_21_11.Kernels>(Metric.Cosine);
        CheckCentroids<EmittedIndexes.IvfPqCosine42_21_11.Kernels>();
        CheckCodebooks<EmittedIndexes.IvfPqCosine42_21_11.Kernels>();
    }

    private static void CheckRows<TKernels>(Metric metric = Metric.SquaredL2)
        where TKernels : struct, IVectorKernels
    {
        var kernels = default(TKernels);
        Assert.Equal(metric, kernels.Metric);
        FloatKernelChecks.CheckRows(kernels, seed: 11);
        foreach (var isa in Leaves)
        {
            FloatKernelChecks.CheckRows(new LeafKernels(typeof(TKernels), isa, kernels.Dimension, 1, 256, kernels.Metric), seed: 12);
        }
    }

    private static void CheckCentroids<TKernels>()
        where TKernels : struct, ICentroidKernels
    {
        var kernels = default(TKernels);
        FloatKernelChecks.CheckCentroids(kernels, seed: 21);
        foreach (var isa in Leaves)
        {
            FloatKernelChecks.CheckCentroids(new LeafKernels(typeof(TKernels), isa, kernels.Dimension, 1, 256, kernels.Metric), seed: 22);
        }
    }

    private static void CheckCodebooks<TKernels>()
        where TKernels : struct, IPqKernels
    {
        var kernels = default(TKernels);
        FloatKernelChecks.CheckCodebooks(kernels, seed: 31);
        foreach (var isa in Leaves)
        {
            var leaves = new LeafKernels(typeof(TKernels), isa, kernels.Dimension, kernels.M, kernels.Ksub, kernels.Metric);
            FloatKernelChecks.CheckCodebooks(leaves, seed: 32);
        }
    }

    /// <summary>
    /// The suffixes of the leaves. Without AVX-512 or AVX2 the JIT runs theirs in software, slowly and with the same bits; a child
    /// process with instruction sets off is there for what is dispatched.
    /// </summary>
    private static string[] Leaves => ChildProcess.IsChild ? [] : ["Avx512", "Avx2", "Vector128"];
}
