using PqGen.Kernels;
using PqGen.Tests.Reference;

namespace PqGen.Tests.Kernels;

/// <summary>The generated scan kernels against the scalar oracle, as dispatched here.</summary>
[Trait("Category", "Kernels")]
public class EmittedScanKernelsTests
{
    [Fact]
    public void Packed_codes_agree_with_the_scalar_reference()
    {
        Check<EmittedIndexes.Pq6_6_2.Kernels>();
        Check<EmittedIndexes.Pq9_3_16.Kernels>();
        Check<EmittedIndexes.Pq4096_1_16.Kernels>();
        Check<ReferencePq10.Kernels>();
    }

    [Fact]
    public void Codes_of_a_byte_agree_with_the_scalar_reference()
    {
        Check<EmittedIndexes.Pq8_2_17.Kernels>();
        Check<EmittedIndexes.Pq582_97_33.Kernels>();
        Check<EmittedIndexes.Pq35_5_64.Kernels>();
        Check<EmittedIndexes.Pq34_2_80.Kernels>();
        Check<ReferencePq25.Kernels>();
        Check<EmittedIndexes.Pq26_2_128.Kernels>();
        Check<EmittedIndexes.Pq64_2_129.Kernels>();
        Check<EmittedIndexes.Pq6_3_255.Kernels>();
        Check<EmittedIndexes.Pq128_16_256.Kernels>();
        Check<ReferenceIvfPq20.Kernels>();
    }

    /// <summary>On its own, for it takes as long as all others.</summary>
    [Fact]
    public void Codes_of_256_bytes_agree_with_the_scalar_reference() => Check<EmittedIndexes.IvfPq4096_256_256.Kernels>();

    [Fact]
    public void Codes_under_other_metrics_agree_with_the_scalar_reference()
    {
        Check<EmittedIndexes.PqProduct9_3_16.Kernels>();
        Check<EmittedIndexes.PqCosine35_5_64.Kernels>();
        Check<EmittedIndexes.IvfPqCosine42_21_11.Kernels>();
        Check<EmittedIndexes.IvfPqProduct100_20_256.Kernels>();
    }

    /// <summary>Bytes are added without regard to terms where there are none: byte sums are those of one list of codes.</summary>
    [Fact]
    public void An_inverted_file_of_codes_without_terms_adds_bytes_as_one_list_of_codes_does()
    {
        var withTerms = KernelLayout.RunsPerByteSum(20, 256, KernelLayout.MaxByteSumWithTerms);
        var without = KernelLayout.RunsPerByteSum(20, 256, KernelLayout.MaxByteSum);
        Assert.True(withTerms < without);
        Assert.Equal(withTerms, default(ReferenceIvfPq20.Kernels).RunsPerByteSum);
        Assert.Equal(without, default(EmittedIndexes.IvfPqProduct100_20_256.Kernels).RunsPerByteSum);
        Assert.Equal(
            KernelLayout.RunsPerByteSum(21, 11, KernelLayout.MaxByteSumWithTerms),
            default(EmittedIndexes.IvfPqCosine42_21_11.Kernels).RunsPerByteSum);
        Assert.Equal(default(ReferencePq20.Kernels).ByteTableSize, default(EmittedIndexes.IvfPqProduct100_20_256.Kernels).ByteTableSize);
    }

    private static void Check<TKernels>()
        where TKernels : struct, IPqKernels
        => ScanKernelChecks.CheckAll(default(TKernels), seed: 41);
}
