using PqGen.Common;

namespace PqGen.Indexes;

/// <summary>What training leaves, from which an index is made. Immutable.</summary>
/// <param name="Centroids">float <c>[nlist][Dimension]</c>; empty without lists.</param>
/// <param name="Codebooks">float <c>[M][Ksub][Dsub]</c>; empty without a product quantizer.</param>
/// <param name="KeepVectors">Whether the index keeps float32 vectors for re-ranking.</param>
/// <param name="Exponent">Its numbers are the caller's times two to this; null where the first vectors decide.</param>
internal sealed record TrainedModel(float[] Centroids, float[] Codebooks, bool KeepVectors, int? Exponent)
{
    /// <summary>A model of numbers as the caller gave them.</summary>
    public static TrainedModel FromGiven(ReadOnlySpan<float> centroids, ReadOnlySpan<float> codebooks, bool keepVectors)
    {
        var all = centroids.IsEmpty ? codebooks : centroids;
        var exponent = PowerOfTwoScale.ExponentFor(all);
        if (exponent != 0 && !centroids.IsEmpty && !codebooks.IsEmpty)
        {
            // Residuals may be the larger ones.
            exponent = PowerOfTwoScale.ExponentFor(codebooks) is var other and not 0 ? Math.Min(exponent, other) : AllZero(codebooks) ? exponent : 0;
        }

        return new TrainedModel(PowerOfTwoScale.Scaled(centroids, exponent), PowerOfTwoScale.Scaled(codebooks, exponent), keepVectors, exponent);
    }

    private static bool AllZero(ReadOnlySpan<float> values) => !values.ContainsAnyExcept(0f);
}
