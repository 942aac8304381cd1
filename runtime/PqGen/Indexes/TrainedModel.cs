using PqGen.Common;
using PqGen.Kernels;
using PqGen.Quantization;

namespace PqGen.Indexes;

/// <summary>What training leaves, from which an index is made. Immutable.</summary>
/// <param name="Centroids">float <c>[nlist][Dimension]</c>; empty without lists.</param>
/// <param name="Codebooks">float <c>[M][Ksub][Dsub]</c>; empty without a product quantizer.</param>
/// <param name="KeepVectors">Whether the index keeps float32 vectors for re-ranking.</param>
/// <param name="DefaultNProbe">Lists that a search probes which names no number of them; 0 for the usual number.</param>
/// <param name="Exponent">Its numbers are the caller's times two to this; null where the first vectors decide.</param>
internal sealed record TrainedModel(float[] Centroids, float[] Codebooks, bool KeepVectors, int DefaultNProbe, int? Exponent)
{
    /// <summary>How searches find the lists to probe.</summary>
    public CoarseSearch CoarseSearch { get; init; }

    /// <summary>
    /// float <c>[Dimension]</c>, the origin of terms (<see cref="Ivf.ResidualTerms{TKernels}"/>); null for the centroids' mean, empty for zeros.
    /// </summary>
    public float[]? TermOrigin { get; init; }

    /// <summary>float <c>[InputDimension]</c>, what rows of 8 bits are taken from (<see cref="Storage.RowOrigin"/>); empty for zeros.</summary>
    public float[] RowOrigin { get; init; } = [];

    /// <summary>What was computed of it before; null where nothing was.</summary>
    public Ivf.DerivedModel? Derived { get; init; }

    /// <summary>The graph over the centroids, where it is known; null where it is to be made, or none is.</summary>
    public Ivf.HnswGraph? Graph { get; init; }

    /// <summary>The threshold of score-aware codes; 0 where they are plain.</summary>
    public float AnisotropicThreshold { get; init; }

    /// <summary>How vectors are kept, if they are.</summary>
    public RowFormat RowFormat { get; init; }

    /// <summary>What vectors go through before they are encoded, in the units of the model; null for nothing.</summary>
    public LinearTransform? Transform { get; init; }

    /// <summary>The product quantizer of the codebooks, on kernels.</summary>
    public ProductQuantizer<TKernels> Quantizer<TKernels>(TKernels kernels, int exponent)
        where TKernels : struct, IPqKernels =>
        new(kernels, Codebooks, exponent) { ParallelWeight = Anisotropic.Weight(AnisotropicThreshold, kernels.Dimension) };

    /// <summary>A model of numbers as the caller gave them. Under cosine, vectors have length 1 and need no scale.</summary>
    public static TrainedModel FromGiven(
        IndexShape shape, ReadOnlySpan<float> centroids, ReadOnlySpan<float> codebooks, bool keepVectors, LinearTransform? transform)
    {
        if (shape.Metric == Metric.Cosine)
        {
            return new TrainedModel(centroids.ToArray(), codebooks.ToArray(), keepVectors, DefaultNProbe: 0, Exponent: 0) { Transform = transform };
        }

        // Residuals may be the larger ones. Zeros do not say how large the vectors are.
        int? exponent = null;
        foreach (var one in (ReadOnlySpan<int?>)[ExponentOf(centroids), ExponentOf(codebooks), ExponentOf(transform is null ? [] : transform.Bias)])
        {
            exponent = exponent < one || one is null ? exponent : one;
        }

        return new TrainedModel(
            PowerOfTwoScale.Scaled(centroids, exponent ?? 0),
            PowerOfTwoScale.Scaled(codebooks, exponent ?? 0),
            keepVectors,
            DefaultNProbe: 0,
            exponent) { Transform = transform?.Scaled(exponent ?? 0) };
    }

    private static int? ExponentOf(ReadOnlySpan<float> values) => values.ContainsAnyExcept(0f) ? PowerOfTwoScale.ExponentFor(values) : null;
}
