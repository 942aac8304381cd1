namespace PqGen.Quantization;

/// <summary>
/// The score-aware loss of a code (Guo et al., "Accelerating large-scale inference with anisotropic vector quantization", 2020): with u = x / ||x||
/// and the error r of what stands for x, ||r||^2 + w &lt;r, u&gt;^2, where 1 + w = eta = (d - 1) T^2 / (1 - T^2). What errs along x changes inner
/// products with queries that are near to x most, so it weighs eta times as much as what errs across.
/// </summary>
internal static class Anisotropic
{
    /// <summary>The stage of its training.</summary>
    public const string Stage = "score-aware codebooks";

    /// <summary>Passes of coordinate descent from the plain code, at most.</summary>
    public const int Passes = 4;

    /// <summary>The weight w of a threshold T, in d dimensions; 0 where eta is 1 or less.</summary>
    public static float Weight(float threshold, int dimension)
    {
        var square = (double)threshold * threshold;
        return threshold == 0 ? 0 : (float)Math.Max(0, ((dimension - 1) * square / (1 - square)) - 1);
    }
}
