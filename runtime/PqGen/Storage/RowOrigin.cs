using PqGen.Common;

namespace PqGen.Storage;

/// <summary>
/// What rows of 8 bits are taken from: the mean of the training vectors, where steps of their distance from it are clearly smaller than steps of
/// themselves. One component that is large in all vectors, as many text embeddings have, would otherwise make the steps of all others coarse.
/// </summary>
internal static class RowOrigin
{
    /// <summary>Vectors of which the mean is taken, at most.</summary>
    public const int Sampled = 16384;

    /// <summary>What steps have to shrink to, on the average; for less, adding the origin to each row that is compared does not pay.</summary>
    private const double Worthwhile = 0.9;

    /// <summary>The origin for vectors like these.</summary>
    /// <param name="vectors">float <c>[n][dimension]</c>, as they will be kept.</param>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>float <c>[dimension]</c>; empty for zeros.</returns>
    public static float[] Of(ReadOnlySpan<float> vectors, int dimension, CancellationToken cancellation)
    {
        var mean = VectorMath.FloatMean(vectors, dimension, cancellation);
        var (whole, centered) = (0.0, 0.0);
        for (var at = 0; at < vectors.Length; at += dimension)
        {
            var (largest, farthest) = (0f, 0f);
            for (var d = 0; d < dimension; d++)
            {
                largest = MathF.Max(largest, MathF.Abs(vectors[at + d]));
                farthest = MathF.Max(farthest, MathF.Abs(vectors[at + d] - mean[d]));
            }

            (whole, centered) = (whole + largest, centered + farthest);
        }

        return centered < Worthwhile * whole ? mean : [];
    }
}
