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

// The same without lists.

[PqIndex(Dimension = 96, M = 12, Ksub = 256)]
public partial class Pq96;

[PqIndex(Dimension = 100, M = 20, Ksub = 256)]
public partial class Pq100;

[PqIndex(Dimension = 128, M = 16, Ksub = 256)]
public partial class Pq128;

[PqIndex(Dimension = 384, M = 48, Ksub = 256)]
public partial class Pq384;

[PqIndex(Dimension = 768, M = 96, Ksub = 256)]
public partial class Pq768;

[PqIndex(Dimension = 1536, M = 192, Ksub = 256)]
public partial class Pq1536;

/// <summary>16 bytes a vector as 32 codes of 4 bits.</summary>
[PqIndex(Dimension = 128, M = 32, Ksub = 16)]
public partial class Pq128x4Bit;

/// <summary>GloVe for high recall: with 25 bytes a vector, half as many candidates need to be compared.</summary>
[IvfPqIndex(Dimension = 100, M = 25, Ksub = 256)]
public partial class Shape100x25;

/// <summary>The same bytes in codes of fewer centroids: what instructions without wide permutations look up faster.</summary>
[IvfPqIndex(Dimension = 100, M = 25, Ksub = 64)]
public partial class Shape100x25x64;

[IvfPqIndex(Dimension = 100, M = 50, Ksub = 16)]
public partial class Shape100x50;
