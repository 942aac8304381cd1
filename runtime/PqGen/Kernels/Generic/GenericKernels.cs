namespace PqGen.Kernels;

/// <summary>
/// The run-time-sized twin of the generated kernels: the same contracts, the same bits, with the sizes in fields. It is the
/// honest baseline of the benchmarks, vectorized as a good engineer would write it without knowing the sizes.
/// </summary>
internal readonly partial struct GenericKernels : IIvfPqKernels
{
    private readonly bool _boundsFirst;

    /// <summary>Kernels for vectors of <paramref name="dimension"/> components, without a product quantizer.</summary>
    public GenericKernels(int dimension, Metric metric = Metric.SquaredL2)
        : this(dimension, 1, IndexLimits.MaxKsub, metric: metric)
    {
    }

    /// <summary>Kernels for a product quantizer of <paramref name="m"/> sub-quantizers with <paramref name="ksub"/> centroids each.</summary>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="m">Sub-quantizers.</param>
    /// <param name="ksub">Centroids of each.</param>
    /// <param name="maxByteSum">
    /// Sub-quantizers whose table bytes the fast scan adds as bytes, at most, 2 to 256: <see cref="KernelLayout.MaxByteSum"/>, or for scans with
    /// terms <see cref="KernelLayout.MaxByteSumWithTerms"/>.
    /// </param>
    /// <param name="metric">What a score means.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is outside <see cref="IndexLimits"/>, m does not divide the dimension, or there is no
    /// such metric.</exception>
    public GenericKernels(int dimension, int m, int ksub, int maxByteSum = KernelLayout.MaxByteSum, Metric metric = Metric.SquaredL2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxByteSum, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxByteSum, IndexLimits.MaxM);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimension, IndexLimits.MaxDimension);
        ArgumentOutOfRangeException.ThrowIfLessThan(m, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(m, IndexLimits.MaxM);
        ArgumentOutOfRangeException.ThrowIfLessThan(ksub, IndexLimits.MinKsub);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ksub, IndexLimits.MaxKsub);
        if (!DeclarationRules.IsMetric(metric))
        {
            throw new ArgumentOutOfRangeException(nameof(metric), metric, "The metric must be SquaredL2, InnerProduct or Cosine.");
        }

        if (dimension % m != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(m), m, $"m must divide the dimension {dimension}.");
        }

        Dimension = dimension;
        Metric = metric;
        M = m;
        Ksub = ksub;
        Dsub = dimension / m;
        _boundsFirst = KernelLayout.BoundsFirst(maxByteSum);
        RunsPerByteSum = KernelLayout.RunsPerByteSum(m, ksub, maxByteSum);
    }

    /// <inheritdoc cref="IVectorKernels.ContractVersion"/>
    public static int ContractVersion => KernelLayout.ContractVersion;

    /// <inheritdoc cref="IVectorKernels.Dimension"/>
    public int Dimension { get; }

    /// <inheritdoc cref="IVectorKernels.Metric"/>
    public Metric Metric { get; }

    /// <inheritdoc cref="IPqKernels.M"/>
    public int M { get; }

    /// <inheritdoc cref="IPqKernels.Ksub"/>
    public int Ksub { get; }

    /// <inheritdoc cref="IPqKernels.Dsub"/>
    public int Dsub { get; }

    /// <inheritdoc cref="IPqKernels.RunsPerByteSum"/>
    public int RunsPerByteSum { get; }
}
