namespace PqGen;

/// <summary>Makes a partial class an exact index: every vector is kept as float32 and compared.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class FlatIndexAttribute : Attribute
{
    /// <summary>Components of a vector, 1 to 4096.</summary>
    public int Dimension { get; set; }

    /// <summary>What a distance means.</summary>
    public Metric Metric { get; set; }
}

/// <summary>
/// Makes a partial class an inverted-file index (IVF): k-means centroids divide the vectors into lists, a search compares the
/// float32 vectors of the NProbe nearest lists.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class IvfFlatIndexAttribute : Attribute
{
    /// <summary>Components of a vector, 1 to 4096.</summary>
    public int Dimension { get; set; }

    /// <summary>What a distance means.</summary>
    public Metric Metric { get; set; }
}

/// <summary>
/// Makes a partial class a product-quantized index (PQ; Jegou, Douze, Schmid 2011): a vector is kept as M codes of
/// log2(Ksub) bits, a search sums M entries of a distance table for every vector.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class PqIndexAttribute : Attribute
{
    /// <summary>Components of a vector, 1 to 4096, divisible by <see cref="M"/>.</summary>
    public int Dimension { get; set; }

    /// <summary>
    /// Components of a vector as the caller gives it, 1 to 4096; <see cref="Dimension"/> unless stated. To fewer the index adds zeros.
    /// </summary>
    public int InputDimension { get; set; }

    /// <summary>Sub-quantizers, 1 to 256: the vector is cut into M parts of Dimension / M components.</summary>
    public int M { get; set; }

    /// <summary>Centroids of each sub-quantizer, 2 to 256. Up to 16, two codes share a byte.</summary>
    public int Ksub { get; set; } = 256;

    /// <summary>What a distance means.</summary>
    public Metric Metric { get; set; }
}

/// <summary>
/// Makes a partial class an IVFPQ index: an inverted file whose lists hold the product-quantized residuals of their vectors
/// from the list's centroid.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class IvfPqIndexAttribute : Attribute
{
    /// <summary>Components of a vector, 1 to 4096, divisible by <see cref="M"/>.</summary>
    public int Dimension { get; set; }

    /// <summary>
    /// Components of a vector as the caller gives it, 1 to 4096; <see cref="Dimension"/> unless stated. To fewer the index adds zeros.
    /// </summary>
    public int InputDimension { get; set; }

    /// <summary>Sub-quantizers, 1 to 256: the vector is cut into M parts of Dimension / M components.</summary>
    public int M { get; set; }

    /// <summary>Centroids of each sub-quantizer, 2 to 256. Up to 16, two codes share a byte.</summary>
    public int Ksub { get; set; } = 256;

    /// <summary>What a distance means.</summary>
    public Metric Metric { get; set; }
}
