using PqGen.Kernels;

namespace PqGen.Quantization;

/// <summary>How scores of codes and their bounds, sums of a byte table, stand to each other.</summary>
internal static class ByteBounds
{
    /// <summary>Half of a float's relative spacing: what one rounding can cost.</summary>
    private const double UnitRoundoff = 1.0 / (1 << 24);

    /// <summary>What roundings cost at most: M of the float sum, that of an offset, and those of the byte table.</summary>
    /// <param name="scale">The scale of the byte table.</param>
    /// <param name="m">Sub-quantizers.</param>
    /// <param name="score">A score.</param>
    /// <param name="offset">What was added to the sum of table entries.</param>
    public static double Slack(TableScale scale, int m, double score, double offset = 0) =>
        4 * (m + 9) * UnitRoundoff * (scale.Magnitude + Math.Abs(score) + Math.Abs(offset));

    /// <summary>(value - from) / step rounded down, as a threshold of byte bounds: negative for none, at most 65,535.</summary>
    public static int Threshold(double value, double from, double step)
    {
        var threshold = Math.Floor((value - from) / step);
        return threshold < 0 ? -1 : threshold < ushort.MaxValue ? (int)threshold : ushort.MaxValue;
    }
}
