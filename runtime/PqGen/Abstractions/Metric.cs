namespace PqGen;

/// <summary>What a distance means.</summary>
/// <remarks>
/// Every kind of index serves all three. Values are returned as the metric defines them: a distance is small when near, a similarity large. The
/// generator compiles this same file.
/// </remarks>
#if PQGEN_RUNTIME
public
#else
internal
#endif
enum Metric
{
    /// <summary>Squared Euclidean distance, the sum over components of (x - y)^2. Nearest is smallest.</summary>
    SquaredL2 = 0,

    /// <summary>Inner product, the sum over components of x * y. Nearest is largest.</summary>
    InnerProduct = 1,

    /// <summary>
    /// Cosine similarity, the inner product of the normalized vectors, from -1 to 1 within a rounding. Nearest is largest. A vector of zeros has
    /// none: its similarity with everything is 0, as a query and as a row; from its code alone, a stored one is as similar as what the code stands
    /// for.
    /// </summary>
    Cosine = 2,
}
