using PqGen.Kernels;

namespace PqGen.Tests.Kernels;

/// <summary>The run-time-sized twin against the scalar oracle.</summary>
[Trait("Category", "Kernels")]
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
    {
        ScanKernelChecks.CheckAll(new GenericKernels(dimension, M, ksub), seed: 1);
        ScanKernelChecks.CheckAll(new GenericKernels(dimension, M, ksub, KernelLayout.MaxByteSumWithTerms), seed: 2);
    }
}
