namespace PqGen.Tests.Kernels;

/// <summary>
/// Generated classes to test kernels of. The sizes lie around the edges of the partial sums, of the register tiles, of the code
/// layouts, of what is written out and what is looped over, and of the limits. Every class costs compile time: a new one should
/// meet an edge that none here meets. Those of the reference fixtures serve too.
/// </summary>
internal static partial class EmittedIndexes
{
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

    [IvfFlatIndex(Dimension = 768)]
    internal sealed partial class IvfFlat768;

    [PqIndex(Dimension = 6, M = 6, Ksub = 2)]
    internal sealed partial class Pq6_6_2;

    [PqIndex(Dimension = 8, M = 2, Ksub = 17)]
    internal sealed partial class Pq8_2_17;

    [PqIndex(Dimension = 34, M = 2, Ksub = 80)]
    internal sealed partial class Pq34_2_80;

    [PqIndex(Dimension = 64, M = 2, Ksub = 129)]
    internal sealed partial class Pq64_2_129;

    [PqIndex(Dimension = 128, M = 16, Ksub = 256)]
    internal sealed partial class Pq128_16_256;

    [PqIndex(Dimension = 6, M = 3, Ksub = 255)]
    internal sealed partial class Pq6_3_255;

    [PqIndex(Dimension = 582, M = 97, Ksub = 33)]
    internal sealed partial class Pq582_97_33;

    [IvfPqIndex(Dimension = 4096, M = 256, Ksub = 256)]
    internal sealed partial class IvfPq4096_256_256;

    [PqIndex(Dimension = 4096, M = 1, Ksub = 16)]
    internal sealed partial class Pq4096_1_16;

    [PqIndex(Dimension = 9, M = 3, Ksub = 16)]
    internal sealed partial class Pq9_3_16;

    [PqIndex(Dimension = 35, M = 5, Ksub = 64)]
    internal sealed partial class Pq35_5_64;

    [PqIndex(Dimension = 26, M = 2, Ksub = 128)]
    internal sealed partial class Pq26_2_128;

    // Under the other metrics the loops are the same: here each way to write them meets another sum.
    [FlatIndex(Dimension = 3, Metric = Metric.Cosine)]
    internal sealed partial class FlatCosine3;

    [FlatIndex(Dimension = 7, Metric = Metric.InnerProduct)]
    internal sealed partial class FlatProduct7;

    [FlatIndex(Dimension = 33, Metric = Metric.Cosine)]
    internal sealed partial class FlatCosine33;

    [FlatIndex(Dimension = 391, Metric = Metric.InnerProduct)]
    internal sealed partial class FlatProduct391;

    [FlatIndex(Dimension = 4096, Metric = Metric.Cosine)]
    internal sealed partial class FlatCosine4096;

    [IvfFlatIndex(Dimension = 5, Metric = Metric.Cosine)]
    internal sealed partial class IvfFlatCosine5;

    [IvfFlatIndex(Dimension = 17, Metric = Metric.InnerProduct)]
    internal sealed partial class IvfFlatProduct17;

    [PqIndex(Dimension = 9, M = 3, Ksub = 16, Metric = Metric.InnerProduct)]
    internal sealed partial class PqProduct9_3_16;

    [PqIndex(Dimension = 35, M = 5, Ksub = 64, Metric = Metric.Cosine)]
    internal sealed partial class PqCosine35_5_64;

    [IvfPqIndex(Dimension = 42, M = 21, Ksub = 11, Metric = Metric.Cosine)]
    internal sealed partial class IvfPqCosine42_21_11;

    [IvfPqIndex(Dimension = 100, M = 20, Ksub = 256, Metric = Metric.InnerProduct)]
    internal sealed partial class IvfPqProduct100_20_256;
}
