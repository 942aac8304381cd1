namespace PqGen;

/// <summary>
/// The limits of a declaration. The generator compiles this same file, so a rule is written once: what the compiler accepts
/// is what the runtime accepts.
/// </summary>
#if PQGEN_RUNTIME
public
#else
internal
#endif
static class IndexLimits
{
    /// <summary>The largest supported number of components of a vector.</summary>
    public const int MaxDimension = 4096;

    /// <summary>The largest supported number of sub-quantizers.</summary>
    public const int MaxM = 256;

    /// <summary>The smallest supported number of centroids of a sub-quantizer.</summary>
    public const int MinKsub = 2;

    /// <summary>The largest supported number of centroids of a sub-quantizer: a code is one byte.</summary>
    public const int MaxKsub = 256;
}
