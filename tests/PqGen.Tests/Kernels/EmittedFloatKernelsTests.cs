using PqGen.Kernels;

namespace PqGen.Tests.Kernels;

[FlatIndex(Dimension = 3)]
public partial class Flat3;

[IvfPqIndex(Dimension = 100, M = 20, Ksub = 256)]
public partial class Words100;
