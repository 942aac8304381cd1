using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace PqGen.Extensions.VectorData.Model;

/// <summary>A distance function: the metric of an index, and what its values are to those who asked.</summary>
/// <param name="Metric">What the index compares by.</param>
/// <param name="IsSimilarity">Whether a score is large when near.</param>
/// <param name="Score">The score, of <see cref="Neighbor.Distance"/>.</param>
internal sealed record Scoring(Metric Metric, bool IsSimilarity, Func<float, double> Score)
{
    private static readonly Dictionary<string, Scoring> s_all = new(StringComparer.Ordinal)
    {
        [DistanceFunction.CosineSimilarity] = new(Metric.Cosine, true, static value => value),
        [DistanceFunction.CosineDistance] = new(Metric.Cosine, false, static value => 1.0 - value),
        [DistanceFunction.DotProductSimilarity] = new(Metric.InnerProduct, true, static value => value),
        [DistanceFunction.NegativeDotProductSimilarity] = new(Metric.InnerProduct, false, static value => -value),
        [DistanceFunction.EuclideanDistance] = new(Metric.SquaredL2, false, static value => Math.Sqrt(value)),
        [DistanceFunction.EuclideanSquaredDistance] = new(Metric.SquaredL2, false, static value => value),
    };

    /// <summary>That of a property; cosine similarity where it names none.</summary>
    /// <exception cref="NotSupportedException">There is none of that name; the message names those there are.</exception>
    public static Scoring Of(VectorPropertyModel property) =>
        s_all.TryGetValue(property.DistanceFunction ?? DistanceFunction.CosineSimilarity, out var scoring)
            ? scoring
            : throw new NotSupportedException(
                $"The vector property '{property.ModelName}' asks for the distance function '{property.DistanceFunction}'; it needs one of "
                + $"{string.Join(", ", s_all.Keys)}.");

    /// <summary>Whether a score is as near as the threshold, or nearer.</summary>
    public bool Passes(double score, double? threshold) => threshold is not { } limit || (IsSimilarity ? score >= limit : score <= limit);
}
