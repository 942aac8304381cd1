using System.Globalization;

namespace PqGen.Benchmarks;

/// <summary>What was measured of one kernel: seconds of the generated kernel, of the twin, and of each reference, round by round.</summary>
/// <param name="Kernel">The kernel's name.</param>
/// <param name="Shape">Its sizes, and the level of memory that it reads.</param>
/// <param name="Operations">Vectors, queries or tables of one call.</param>
internal sealed record PairRow(string Kernel, string Shape, int Operations)
{
    private const int Specialized = 0, Generic = 1, ReadOnly = 2, LookUpOnly = 3;

    /// <summary>Seconds, <c>[round][work]</c>.</summary>
    public List<double[]> Rounds { get; } = [];

    /// <summary>The median ratio of the twin's time over the generated kernel's, with its interval.</summary>
    public (double Low, double High) Interval => IntervalOf(Ratios);

    private double[] Ratios => [.. Rounds.Select(times => times[Generic] / times[Specialized]).Order()];

    /// <summary>The row for programs, which compare it with that of another build.</summary>
    public PairFigures Figures()
    {
        var specialized = Sorted(Specialized)!;
        var (interval, ratioInterval) = (IntervalOf(specialized), Interval);
        return new PairFigures(
            Kernel,
            Shape,
            Rounded(Median(specialized)),
            [Rounded(interval.Low), Rounded(interval.High)],
            Rounded(Nanoseconds(Generic)!.Value),
            Nanoseconds(ReadOnly) is { } read ? Rounded(read) : null,
            Nanoseconds(LookUpOnly) is { } lookUp ? Rounded(lookUp) : null,
            Rounded(Median(Ratios)),
            [Rounded(ratioInterval.Low), Rounded(ratioInterval.High)]);

        static double Rounded(double value) => Math.Round(value, 4);
    }

    /// <summary>The row's cells.</summary>
    public override string ToString()
    {
        var cells = Enumerable.Range(Specialized, LookUpOnly + 1).Select(work => Nanoseconds(work) is { } time ? Cell(time) : string.Empty);
        var bound = Math.Max(Nanoseconds(ReadOnly) ?? 0, Nanoseconds(LookUpOnly) ?? 0) / Nanoseconds(Specialized)!.Value;
        var ratio = string.Create(CultureInfo.InvariantCulture, $"{Median(Ratios):F2} | {Interval.Low:F2} to {Interval.High:F2}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Kernel} | {Shape} | {string.Join(" | ", cells)} | {(bound > 0 ? bound : null):F2} | {ratio}");
    }

    private static string Cell(double time) => time.ToString(time < 100 ? "F2" : "N0", CultureInfo.InvariantCulture);

    private double? Nanoseconds(int work) => Sorted(work) is { } times ? Median(times) : null;

    /// <summary>The nanoseconds of an operation in each round, in order; null where that was not measured.</summary>
    private double[]? Sorted(int work) =>
        work < Rounds[0].Length ? [.. Rounds.Select(times => 1e9 * times[work] / Operations).Order()] : null;

    private static double Median(double[] sorted) => sorted[sorted.Length / 2];

    /// <summary>The interval of a median by order statistics, which misses the true median with a probability of 5 % at most.</summary>
    private static (double Low, double High) IntervalOf(double[] sorted)
    {
        var low = (int)(((sorted.Length - 1) / 2.0) - (0.98 * Math.Sqrt(sorted.Length)));
        return (sorted[low], sorted[^(low + 1)]);
    }
}

/// <summary>
/// A row of the table as <c>pairs --json</c> writes it: nanoseconds of one vector, query or table, medians with their 95 % intervals.
/// </summary>
/// <param name="Kernel">The kernel's name; with the shape it tells the row.</param>
/// <param name="Shape">Its sizes, and the level of memory that it reads.</param>
/// <param name="SpecializedNs">The generated kernel.</param>
/// <param name="SpecializedInterval">From, to.</param>
/// <param name="GenericNs">The twin.</param>
/// <param name="ReadNs">A plain read of the same bytes; null where it is not measured.</param>
/// <param name="LookUpNs">Look-ups alone; null where there are none.</param>
/// <param name="Ratio">The twin's time over the generated kernel's, the median of the rounds.</param>
/// <param name="RatioInterval">From, to.</param>
internal sealed record PairFigures(
    string Kernel,
    string Shape,
    double SpecializedNs,
    double[] SpecializedInterval,
    double GenericNs,
    double? ReadNs,
    double? LookUpNs,
    double Ratio,
    double[] RatioInterval);
