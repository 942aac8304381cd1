using System;
using System.Collections.Generic;

namespace PqGen;

/// <summary>
/// The rules of a declaration and, where one is broken, the nearest values that keep it. The generator compiles this same file, so
/// that its diagnostics, the tool's errors and the runtime's exceptions agree.
/// </summary>
#if PQGEN_RUNTIME
public
#else
internal
#endif
static class DeclarationRules
{
    /// <summary>Whether a vector may have <paramref name="dimension"/> components.</summary>
    public static bool IsDimension(int dimension) => dimension is >= 1 and <= IndexLimits.MaxDimension;

    /// <summary>Whether a product quantizer may have <paramref name="m"/> sub-quantizers, of whatever dimension.</summary>
    public static bool IsM(int m) => m is >= 1 and <= IndexLimits.MaxM;

    /// <summary>Whether a sub-quantizer may have <paramref name="ksub"/> centroids.</summary>
    public static bool IsKsub(int ksub) => ksub is >= IndexLimits.MinKsub and <= IndexLimits.MaxKsub;

    /// <summary>Whether a metric is one of those that there are.</summary>
    public static bool IsMetric(Metric metric) => metric is >= Metric.SquaredL2 and <= Metric.Cosine;

    /// <summary>The valid dimension nearest to <paramref name="dimension"/>.</summary>
    public static int NearestDimension(int dimension) => Math.Min(Math.Max(dimension, 1), IndexLimits.MaxDimension);

    /// <summary>The valid Ksub nearest to <paramref name="ksub"/>.</summary>
    public static int NearestKsub(int ksub) => Math.Min(Math.Max(ksub, IndexLimits.MinKsub), IndexLimits.MaxKsub);

    /// <summary>Every M that fits a dimension: its divisors up to <see cref="IndexLimits.MaxM"/>, ascending.</summary>
    /// <param name="dimension">Components of a vector; outside 1 to 4096 nothing fits.</param>
    public static IReadOnlyList<int> ValidM(int dimension)
    {
        var fitting = new List<int>();
        if (IsDimension(dimension))
        {
            for (var m = 1; m <= Math.Min(dimension, IndexLimits.MaxM); m++)
            {
                if (dimension % m == 0)
                {
                    fitting.Add(m);
                }
            }
        }

        return fitting;
    }

    /// <summary>
    /// The M that fit a dimension and lie nearest to <paramref name="m"/>: the next below and the next above, as far as there are
    /// any, ascending; <paramref name="m"/> alone where it fits.
    /// </summary>
    /// <param name="dimension">Components of a vector; outside 1 to 4096 nothing fits.</param>
    /// <param name="m">The M asked for, any number.</param>
    public static IReadOnlyList<int> NearestDivisors(int dimension, int m) => Around(ValidM(dimension), m);

    /// <summary>
    /// The dimensions that <paramref name="m"/> divides and that lie nearest to <paramref name="dimension"/>: the next below and the
    /// next above, as far as there are any, ascending; <paramref name="dimension"/> alone where it fits.
    /// </summary>
    /// <param name="dimension">The dimension asked for, any number.</param>
    /// <param name="m">Sub-quantizers; outside 1 to 256 nothing fits.</param>
    public static IReadOnlyList<int> NearestDimensions(int dimension, int m)
    {
        var fitting = new List<int>();
        if (IsM(m))
        {
            for (var multiple = m; multiple <= IndexLimits.MaxDimension; multiple += m)
            {
                fitting.Add(multiple);
            }
        }

        return Around(fitting, dimension);
    }

    /// <summary>Of ascending values, those nearest to a wanted one: itself, or the next below and the next above.</summary>
    private static List<int> Around(IReadOnlyList<int> ascending, int wanted)
    {
        var nearest = new List<int>(2);
        foreach (var value in ascending)
        {
            if (value <= wanted)
            {
                nearest.Clear();
            }

            nearest.Add(value);
            if (value >= wanted)
            {
                break;
            }
        }

        return nearest;
    }
}
