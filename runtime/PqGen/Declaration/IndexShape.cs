namespace PqGen;

/// <summary>The kinds of index.</summary>
public enum IndexKind
{
    /// <summary>Every vector is compared as float32.</summary>
    Flat = 1,

    /// <summary>An inverted file (IVF): the float32 vectors of the nearest lists are compared.</summary>
    IvfFlat = 2,

    /// <summary>Product-quantized codes of every vector are scanned.</summary>
    Pq = 3,

    /// <summary>An inverted file of product-quantized residuals: the codes of the nearest lists are scanned.</summary>
    IvfPq = 4,
}

/// <summary>The kind and the sizes of an index: what an index attribute states.</summary>
/// <remarks>The limits are checked where an index is made of it; <see cref="DeclarationRules"/> names the nearest valid values.</remarks>
public readonly record struct IndexShape
{
    /// <summary>0 where it is the dimension, so that shapes are equal that are written differently.</summary>
    private readonly int _inputDimension;

    internal IndexShape(IndexKind kind, int dimension, int m, int ksub)
    {
        (Kind, Dimension, M, Ksub) = (kind, dimension, m, ksub);
    }

    /// <summary>The kind of index.</summary>
    public IndexKind Kind { get; }

    /// <summary>Components of a vector as kernels and codes see it.</summary>
    public int Dimension { get; }

    /// <summary>
    /// Components of a vector as the caller gives it, of a query and of a kept row: <see cref="Dimension"/> unless stated. Fewer are spread among
    /// <see cref="Dimension"/>, the rest being 0, so that M divides them; more ask for a transform from elsewhere. For indexes of codes, and what is
    /// imported.
    /// </summary>
    public int InputDimension
    {
        get => _inputDimension == 0 ? Dimension : _inputDimension;
        init => _inputDimension = value == Dimension ? 0 : value;
    }

    /// <summary>Sub-quantizers; 0 without codes.</summary>
    public int M { get; }

    /// <summary>Centroids of each sub-quantizer; 0 without codes.</summary>
    public int Ksub { get; }

    /// <summary>What a distance means.</summary>
    public Metric Metric { get; init; }

    /// <summary>Whether vectors are kept as codes.</summary>
    public bool HasCodes => Kind is IndexKind.Pq or IndexKind.IvfPq;

    /// <summary>Whether vectors are divided into lists.</summary>
    public bool HasLists => Kind is IndexKind.IvfFlat or IndexKind.IvfPq;

    /// <summary>
    /// Whether codes, and centroids, are compared by squared L2: under cosine, too, where it orders vectors of length 1 alike and, of codes, finds
    /// more of the nearest (on GloVe .699 of the true ten instead of .667). Rows are then compared by inner products.
    /// </summary>
    internal bool ComparesCodesByL2 => Kernels.KernelLayout.ComparesCodesByL2(KernelMetric);

    /// <summary>Whether each vector has a 16-bit term beside its code: in an inverted file of codes that are compared by squared L2.</summary>
    internal bool HasTerms => Kind == IndexKind.IvfPq && ComparesCodesByL2 && !CodesWholeVectors;

    /// <summary>Whether the codes in lists are of vectors instead of residuals: in indexes of other programs.</summary>
    internal bool CodesWholeVectors { get; init; }

    /// <summary>Whether, under cosine, codes and centroids are compared by inner products: in indexes of other programs.</summary>
    internal bool CosineByInnerProduct { get; init; }

    /// <summary>
    /// Whether the rows of an index without codes are what a transform has made of vectors, from which nothing leads back: in indexes of other
    /// programs. Distances are then those behind the transform.
    /// </summary>
    internal bool RowsBehindTransform { get; init; }

    /// <summary>The metric of the kernels, for vectors as the index keeps them.</summary>
    internal Metric KernelMetric => CosineByInnerProduct ? Metric.InnerProduct : Metric;

    /// <summary>
    /// Whether a class can be declared to be such an index. Not where it came from another program that encodes vectors instead of residuals,
    /// compares codes under cosine by inner products, or keeps rows that a transform has made.
    /// </summary>
    public bool IsDeclarable => !CodesWholeVectors && !CosineByInnerProduct && !RowsBehindTransform;

    /// <summary>An exact index.</summary>
    public static IndexShape Flat(int dimension, Metric metric = Metric.SquaredL2) =>
        new(IndexKind.Flat, dimension, 0, 0) { Metric = metric };

    /// <summary>An inverted file of float32 vectors.</summary>
    public static IndexShape IvfFlat(int dimension, Metric metric = Metric.SquaredL2) =>
        new(IndexKind.IvfFlat, dimension, 0, 0) { Metric = metric };

    /// <summary>A product-quantized index.</summary>
    public static IndexShape Pq(int dimension, int m, int ksub = IndexLimits.MaxKsub, Metric metric = Metric.SquaredL2) =>
        new(IndexKind.Pq, dimension, m, ksub) { Metric = metric };

    /// <summary>An inverted file of product-quantized residuals.</summary>
    public static IndexShape IvfPq(int dimension, int m, int ksub = IndexLimits.MaxKsub, Metric metric = Metric.SquaredL2) =>
        new(IndexKind.IvfPq, dimension, m, ksub) { Metric = metric };

    /// <summary>The attribute that declares it, as a person writes it, and how it differs from what is declared so.</summary>
    public override string ToString() => Attribute
        + (CodesWholeVectors ? " with codes of vectors instead of residuals" : "")
        + (CosineByInnerProduct ? " with codes and centroids compared by inner products" : "")
        + (RowsBehindTransform ? FormattableString.Invariant($" with rows that a transform has made of {InputDimension} components") : "");

    private string Attribute => Kind switch
    {
        IndexKind.Flat or IndexKind.IvfFlat => FormattableString.Invariant($"[{Kind}Index(Dimension = {Dimension}{MetricText})]"),
        IndexKind.Pq or IndexKind.IvfPq => FormattableString.Invariant(
            $"[{Kind}Index({InputText}Dimension = {Dimension}, M = {M}, Ksub = {Ksub}{MetricText})]"),
        _ => "no index",
    };

    private string InputText => InputDimension == Dimension ? "" : FormattableString.Invariant($"InputDimension = {InputDimension}, ");

    private string MetricText => Metric == Metric.SquaredL2 ? "" : $", Metric = Metric.{Metric}";
}
