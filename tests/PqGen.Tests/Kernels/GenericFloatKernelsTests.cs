using System.Runtime.Intrinsics;
using PqGen.Kernels;

namespace PqGen.Tests.Kernels;

/// <summary>The run-time-sized twin against the scalar oracle, on the widest vectors here and, directly, on the narrower ones.</summary>
public class GenericFloatKernelsTests
{
    /// <summary>Sizes around every edge: of the partial sums, of the panels, of the register tiles, of the contract.</summary>
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 1, 1, 2 }, { 2, 1, 16 }, { 3, 3, 17 }, { 4, 2, 256 }, { 5, 1, 33 }, { 7, 7, 48 }, { 8, 2, 64 },
        { 16, 2, 65 }, { 31, 1, 100 }, { 32, 2, 128 },
        { 33, 3, 129 }, { 64, 4, 255 }, { 96, 8, 256 }, { 100, 20, 256 }, { 128, 16, 256 }, { 384, 48, 16 }, { 768, 96, 80 }, { 4096, 256, 4 },
    };

    [Theory]
    [Trait("Category", "Kernels")]
    [MemberData(nameof(Shapes))]
    public void The_twin_agrees_with_the_scalar_reference(int dimension, int M, int ksub)
        => CheckMetrics(metric => new GenericKernels(dimension, M, ksub, metric: metric), seed: 1);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_twin_agrees_on_256_bits(int dimension, int M, int ksub)
        => CheckMetrics(
            metric => new TwinLeafKernels<FloatLanes256, Vector256<float>, SquaredDifference, MinusTwiceProduct>(dimension, M, ksub, metric),
            seed: 2);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_twin_agrees_on_128_bits(int dimension, int M, int ksub)
        => CheckMetrics(
            metric => new TwinLeafKernels<FloatLanes128, Vector128<float>, SquaredDifference, MinusTwiceProduct>(dimension, M, ksub, metric),
            seed: 3);

    /// <summary>All kernels under squared L2, and under one of the others those that depend on the metric.</summary>
    private static void CheckMetrics<TKernels>(Func<Metric, TKernels> make, int seed)
        where TKernels : IIvfPqKernels
    {
        var squares = make(Metric.SquaredL2);
        FloatKernelChecks.CheckAll(squares, seed);

        var metric = squares.Dimension % 2 == 0 ? Metric.InnerProduct : Metric.Cosine;
        var products = make(metric);
        Assert.Equal(metric, products.Metric);
        FloatKernelChecks.CheckRows(products, seed);
        FloatKernelChecks.CheckCentroids(products, seed);
    }
}
