using Microsoft.Extensions.VectorData.ProviderServices;
using Named = Microsoft.Extensions.VectorData.IndexKind;

namespace PqGen.Extensions.VectorData.Model;

/// <summary>What the index kinds of the abstraction come to here.</summary>
internal static class VectorColumnKind
{
    /// <summary>Sub-quantizers at most.</summary>
    private const int MaxM = 256;

    /// <summary>Components that a sub-quantizer should see.</summary>
    private const int GoodDsub = 4;

    /// <summary>The kind that a property's vectors are trained for once there are enough; <see cref="IndexKind.Flat"/> for never.</summary>
    /// <exception cref="NotSupportedException">There is none of that name; the message names those there are.</exception>
    public static IndexKind Of(VectorPropertyModel property) => property.IndexKind switch
    {
        null or Named.Dynamic => IndexKind.IvfPq,
        Named.Flat => IndexKind.Flat,
        Named.IvfFlat => IndexKind.IvfFlat,
        Named.QuantizedFlat => IndexKind.Pq,
        var other => throw new NotSupportedException(
            $"The vector property '{property.ModelName}' asks for an index of kind '{other}'; it needs one of {Named.Dynamic}, {Named.Flat}, "
            + $"{Named.IvfFlat}, {Named.QuantizedFlat}."),
    };

    /// <summary>The shape of a kind for so many dimensions: codes of a byte for every four components, or what comes nearest.</summary>
    public static IndexShape Shape(IndexKind kind, int dimension, Metric metric) => kind switch
    {
        IndexKind.IvfFlat => IndexShape.IvfFlat(dimension, metric),
        IndexKind.Pq => IndexShape.Pq(dimension, M(dimension), metric: metric),
        IndexKind.IvfPq => IndexShape.IvfPq(dimension, M(dimension), metric: metric),
        _ => IndexShape.Flat(dimension, metric),
    };

    /// <summary>The divisor of the dimension that leaves a sub-quantizer about four components; of two equally near ones the larger.</summary>
    private static int M(int dimension) => Enumerable.Range(1, Math.Min(dimension, MaxM))
        .Where(m => dimension % m == 0)
        .OrderBy(m => Math.Abs(Math.Log((double)m * GoodDsub / dimension)))
        .ThenByDescending(m => m)
        .First();
}
