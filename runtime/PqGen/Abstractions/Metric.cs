namespace PqGen;

/// <summary>What a distance means.</summary>
/// <remarks>
/// Only <see cref="SquaredL2"/> is served in this version; the generator answers the others with diagnostic PQG008. They are
/// declared so that files, options and generated code need not change when they come.
/// </remarks>
public enum Metric
{
    /// <summary>Squared Euclidean distance, the sum over components of (x - y)^2. Nearest is smallest.</summary>
    SquaredL2 = 0,

    /// <summary>Inner product, the sum over components of x * y. Nearest is largest.</summary>
    InnerProduct = 1,

    /// <summary>Cosine similarity, the inner product of the normalized vectors. Nearest is largest.</summary>
    Cosine = 2,
}
