namespace PqGen.Benchmarks;

// The shapes of the tables: dimensions that embeddings have, with the M usual for them.

[IvfPqIndex(Dimension = 96, M = 12, Ksub = 256)]
public partial class Shape96;

[IvfPqIndex(Dimension = 100, M = 20, Ksub = 256)]
public partial class Shape100;

[IvfPqIndex(Dimension = 128, M = 16, Ksub = 256)]
public partial class Shape128;

[IvfPqIndex(Dimension = 384, M = 48, Ksub = 256)]
public partial class Shape384;

[IvfPqIndex(Dimension = 768, M = 96, Ksub = 256)]
public partial class Shape768;

[IvfPqIndex(Dimension = 1536, M = 192, Ksub = 256)]
public partial class Shape1536;

/// <summary>16 bytes a vector as 32 codes of 4 bits.</summary>
[IvfPqIndex(Dimension = 128, M = 32, Ksub = 16)]
public partial class Shape128x4Bit;

/// <summary>16 bytes a vector, without lists.</summary>
[PqIndex(Dimension = 128, M = 16, Ksub = 256)]
public partial class Pq128;
