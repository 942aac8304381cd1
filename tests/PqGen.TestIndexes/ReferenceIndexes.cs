namespace PqGen.Tests.Reference;

[FlatIndex(Dimension = 100)]
public partial class ReferenceFlat;

[IvfFlatIndex(Dimension = 100)]
public partial class ReferenceIvfFlat;

[PqIndex(Dimension = 100, M = 10, Ksub = 16)]
public partial class ReferencePq10;

[PqIndex(Dimension = 100, M = 20, Ksub = 256)]
public partial class ReferencePq20;

[PqIndex(Dimension = 100, M = 25, Ksub = 100)]
public partial class ReferencePq25;

[IvfPqIndex(Dimension = 100, M = 10, Ksub = 16)]
public partial class ReferenceIvfPq10;

[IvfPqIndex(Dimension = 100, M = 20, Ksub = 256)]
public partial class ReferenceIvfPq20;

[IvfPqIndex(Dimension = 100, M = 25, Ksub = 100)]
public partial class ReferenceIvfPq25;
