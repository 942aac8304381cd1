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
/// All that the kernels of one declaration depend on: sizes, no names. Emitters are pure functions of it.
/// A record of values, so that the incremental pipeline can compare it.
/// </summary>
/// <param name="Kind">The index kind, which decides the kernels that are emitted.</param>
/// <param name="Dimension">Components of a vector.</param>
/// <param name="M">Sub-quantizers; 0 where the kind has none.</param>
/// <param name="Ksub">Centroids of each sub-quantizer; 0 where the kind has none.</param>
internal sealed record KernelSpec(IndexKind Kind, int Dimension, int M, int Ksub)
{
    public bool HasCentroids => Kind is IndexKind.IvfFlat or IndexKind.IvfPq;

    public bool HasCodes => Kind is IndexKind.Pq or IndexKind.IvfPq;

    public int Dsub => Dimension / M;

    public int PanelCount => KernelLayout.PanelCount(Ksub);

    public int PaddedKsub => KernelLayout.PaddedKsub(Ksub);

    public int CodeSize => KernelLayout.CodeSize(M, Ksub);

    /// <inheritdoc cref="KernelLayout.RunsPerByteSum"/>
    public int RunsPerByteSum => KernelLayout.RunsPerByteSum(M, Ksub, HasCentroids ? KernelLayout.MaxByteSumWithTerms : KernelLayout.MaxByteSum);

    /// <summary>Whether one byte sum holds a vector's whole code.</summary>
    public bool IsOneByteSum => RunsPerByteSum == CodeSize;

    /// <summary>Whether two codes share a byte.</summary>
    public bool IsPacked => Ksub <= KernelLayout.MaxPackedKsub;
}
