namespace PqGen.Tests.Indexes;

// Small declarations of every kind of layout, tested beside the generic indexes.
[FlatIndex(Dimension = 30)]
public partial class SmallFlat;

[IvfFlatIndex(Dimension = 33)]
public partial class SmallIvfFlat;

[PqIndex(Dimension = 21, M = 7, Ksub = 16)]
public partial class PackedPq;

[PqIndex(Dimension = 7, M = 1, Ksub = 17)]
public partial class SinglePq;

[IvfPqIndex(Dimension = 40, M = 10, Ksub = 256)]
public partial class ByteIvfPq;

[IvfPqIndex(Dimension = 18, M = 9, Ksub = 11)]
public partial class OddPackedIvfPq;

[IvfPqIndex(Dimension = 30, M = 3, Ksub = 129)]
public partial class WideIvfPq;

[IvfPqIndex(Dimension = 64, M = 16, Ksub = 64)]
public partial class Vbmi64IvfPq;

[FlatIndex(Dimension = 30, Metric = Metric.Cosine)]
public partial class CosineFlat;

[IvfFlatIndex(Dimension = 33, Metric = Metric.InnerProduct)]
public partial class ProductIvfFlat;

[PqIndex(Dimension = 21, M = 7, Ksub = 16, Metric = Metric.InnerProduct)]
public partial class ProductPq;

[IvfPqIndex(Dimension = 40, M = 10, Ksub = 256, Metric = Metric.InnerProduct)]
public partial class ProductIvfPq;

[IvfPqIndex(Dimension = 18, M = 9, Ksub = 11, Metric = Metric.Cosine)]
public partial class CosineIvfPq;

[IvfPqIndex(InputDimension = 19, Dimension = 24, M = 8, Ksub = 17)]
public partial class PaddedIvfPq;
