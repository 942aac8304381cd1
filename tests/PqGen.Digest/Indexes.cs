namespace PqGen.Digest;

/// <summary>Rows with a tail, no codes.</summary>
[FlatIndex(Dimension = 19)]
public partial class Flat19;

/// <summary>Lists of rows.</summary>
[IvfFlatIndex(Dimension = 24)]
public partial class IvfFlat24;

/// <summary>Codes of 4 bits, sub-vectors of an odd length.</summary>
[PqIndex(Dimension = 21, M = 7, Ksub = 16)]
public partial class Pq21;

/// <summary>A number of centroids that fills no register.</summary>
[PqIndex(Dimension = 35, M = 5, Ksub = 67)]
public partial class Pq35;

/// <summary>Codes of whole bytes, in lists.</summary>
[IvfPqIndex(Dimension = 40, M = 10, Ksub = 256)]
public partial class IvfPq40;

/// <summary>Codes of 4 bits, in lists.</summary>
[IvfPqIndex(Dimension = 16, M = 8, Ksub = 16)]
public partial class IvfPq16;
