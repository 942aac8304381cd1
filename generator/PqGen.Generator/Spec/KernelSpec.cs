using PqGen.Kernels;

namespace PqGen.Generator.Spec;

/// <summary>The four index kinds a declaration can ask for.</summary>
internal enum IndexKind
{
    Flat,
    IvfFlat,
    Pq,
    IvfPq,
}

/// <summary>
/// All that the kernels of one declaration depend on: sizes and the metric, no names. Emitters are pure functions of it.
/// A record of values, so that the incremental pipeline can compare it.
/// </summary>
/// <param name="Kind">The index kind, which decides the kernels that are emitted.</param>
/// <param name="Dimension">Components of a vector.</param>
/// <param name="M">Sub-quantizers; 0 where the kind has none.</param>
/// <param name="Ksub">Centroids of each sub-quantizer; 0 where the kind has none.</param>
/// <param name="Metric">What a score means.</param>
internal sealed record KernelSpec(IndexKind Kind, int Dimension, int M, int Ksub, Metric Metric)
{
    /// <summary>Components of a vector as the caller gives it; no kernel depends on it.</summary>
    public int InputDimension { get; init; } = Dimension;

    public bool HasCentroids => Kind is IndexKind.IvfFlat or IndexKind.IvfPq;

    public bool HasCodes => Kind is IndexKind.Pq or IndexKind.IvfPq;

    /// <inheritdoc cref="KernelLayout.ComparesCodesByL2"/>
    public bool ComparesCodesByL2 => KernelLayout.ComparesCodesByL2(Metric);

    /// <summary>
    /// Whether each vector has a term beside its code: <c>||x - c - p||^2 = ||x - c||^2 + term - 2&lt;x - o, p&gt;</c>, o an origin that the
    /// runtime chooses. Inner products add up without one:
    /// <c>&lt;x, c + p&gt; = &lt;x, c&gt; + &lt;x, p&gt;</c>.
    /// </summary>
    public bool HasTerms => Kind == IndexKind.IvfPq && ComparesCodesByL2;

    public int Dsub => Dimension / M;

    public int PanelCount => KernelLayout.PanelCount(Ksub);

    public int PaddedKsub => KernelLayout.PaddedKsub(Ksub);

    public int CodeSize => KernelLayout.CodeSize(M, Ksub);

    /// <inheritdoc cref="KernelLayout.RunsPerByteSum"/>
    public int RunsPerByteSum => KernelLayout.RunsPerByteSum(M, Ksub, MaxByteSum);

    /// <inheritdoc cref="KernelLayout.BoundsFirst"/>
    public bool BoundsFirst => KernelLayout.BoundsFirst(MaxByteSum) && Ksub > KernelLayout.MaxUnboundedKsub;

    private int MaxByteSum => HasTerms ? KernelLayout.MaxByteSumWithTerms : KernelLayout.MaxByteSum;

    /// <summary>Whether one byte sum holds a vector's whole code.</summary>
    public bool IsOneByteSum => RunsPerByteSum == CodeSize;

    /// <summary>Whether two codes share a byte.</summary>
    public bool IsPacked => Ksub <= KernelLayout.MaxPackedKsub;
}
