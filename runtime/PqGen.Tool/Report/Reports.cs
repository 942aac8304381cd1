using System.Globalization;
using PqGen.Tool.Tuning;

namespace PqGen.Tool.Report;

/// <summary>The pages of tune, bench and estimate.</summary>
internal static class Reports
{
    private static readonly ChartAxis s_recall = new("recall");
    private static readonly ChartAxis s_qps = new("queries per second, one thread", IsLogarithmic: true);
    private static readonly ChartAxis s_bytes = new("resident bytes a vector", IsLogarithmic: true);

    /// <summary>What tune found.</summary>
    /// <param name="result">The result.</param>
    /// <param name="trials">All that was built.</param>
    /// <param name="index">How the chosen index is: its lists, and how long queries take.</param>
    public static Page Of(TuneResult result, IReadOnlyList<TuneTrial> trials, IndexFacts? index)
    {
        var page = new Page($"pqtool tune: recall {Text.Fixed(result.Goal.Recall, 3)} of the {result.K} nearest");
        page.Note($"{result.Heading}; metric {MetricWords.Of(result.Metric)}; kernels on {result.Isa}.");
        page.Heading("Recommended").Text(Capital(result.Reason) + ".").Code(result.Code);
        if (result.Forecast is { } forecast)
        {
            page.Text(forecast.ToString());
        }

        page.Heading("Recall against speed").Add(new Chart(
            "A line is an index, a point a choice of NProbe and Rerank that no faster one of the index reaches; the ring is the recommended one.",
            s_recall,
            s_qps,
            [.. trials.Select(trial => new ChartSeries(
                string.Create(CultureInfo.InvariantCulture, $"{trial.Setting}, {trial.BytesPerVector:F0} B"),
                [.. trial.Points.OrderBy(point => point.Recall).Where(point => point.Recall >= 0.4).Select(point => new ChartPoint(
                    point.Recall,
                    point.QpsOnline,
                    Label(point),
                    IsBest(trial, point)))]))]));
        page.Heading("Recall against memory").Add(new Chart(
            "Each index at its recommended search, the fastest that reaches the recall, and at the highest recall that it reached.",
            s_bytes,
            s_recall,
            [
                Searches("fastest that is good enough", result.Goal.BestOf),
                Searches("highest recall", trial => trial.Points.MaxBy(point => point.Recall)!),
            ]));
        Facts(page, index);
        var all = trials.SelectMany(trial => trial.Points.OrderBy(point => point.Recall).Select(point => new TuneChoice(trial, point))).ToArray();
        page.Heading("All figures").Table(
            ["index", "nprobe", "rerank", "recall", "queries/s", "B/vector", "build s", "budget"],
            [.. all.Select(choice => (string[])
            [
                choice.Trial.Setting.ToString(), Whole(choice.Point.NProbe), Whole(choice.Point.Rerank),
                Text.Fixed(choice.Point.Recall, 4), Text.Fixed(choice.Point.QpsOnline, 0), Text.Fixed(choice.Trial.BytesPerVector, 1),
                Text.Fixed(choice.Trial.TrainSeconds + choice.Trial.AddSeconds, 2), Whole((long)choice.Point.ProbeBudget),
            ])],
            Array.FindIndex(all, choice => IsBest(choice.Trial, choice.Point)));
        return page;

        bool IsBest(TuneTrial trial, TunePoint point) => trial.Setting == result.Best.Trial.Setting
            && (point.NProbe, point.Rerank) == (result.Best.Point.NProbe, result.Best.Point.Rerank);

        ChartSeries Searches(string name, Func<TuneTrial, TunePoint> choose) => new(
            name,
            [.. trials.Select(trial => (Trial: trial, Point: choose(trial))).Select(choice => new ChartPoint(
                choice.Trial.BytesPerVector,
                choice.Point.Recall,
                $"{choice.Trial.Setting}\n{Label(choice.Point)}",
                choice.Trial.Setting == result.Best.Trial.Setting && choice.Point == result.Goal.BestOf(choice.Trial)))],
            IsJoined: false);
    }

    /// <summary>What bench measured.</summary>
    public static Page Of(string heading, IReadOnlyList<BenchRow> rows, IndexFacts index)
    {
        var page = new Page("pqtool bench");
        page.Note(heading);
        page.Heading("Recall against speed").Add(new Chart(
            "A line for each number of candidates to re-rank, a point for each nprobe; one query per call on one thread.",
            s_recall,
            s_qps,
            [.. rows.GroupBy(row => row.Rerank).Select(group => new ChartSeries(
                group.Key == 0 ? "not re-ranked" : $"{Whole(group.Key)} re-ranked",
                [.. group.Select(row => new ChartPoint(
                    row.Recall, row.QpsOnline, Label(new TunePoint(row.Nprobe, row.Rerank, row.Recall, row.QpsOnline))))]))]));
        page.Heading("Recall against memory").Add(new Chart(
            "Resident bytes with and without the vectors that re-ranking reads.",
            s_bytes,
            s_recall,
            [.. rows.GroupBy(row => row.Rerank == 0).Select(group => new ChartSeries(
                group.Key ? "codes alone" : "with vectors",
                [.. group.Select(row => new ChartPoint(
                    row.ResidentBytesPerVector, row.Recall, Label(new TunePoint(row.Nprobe, row.Rerank, row.Recall, row.QpsOnline))))],
                IsJoined: false))]));
        Facts(page, index);
        page.Heading("All figures").Table(
            ["nprobe", "rerank", "recall", "queries/s", "in a batch", "p50 us", "p99 us", "B/vector", "train s", "add s"],
            [.. rows.Select(row => (string[])
            [
                Whole(row.Nprobe), Whole(row.Rerank), Text.Fixed(row.Recall, 4), Text.Fixed(row.QpsOnline, 0), Text.Fixed(row.QpsBatch, 0),
                Text.Fixed(row.LatencyP50Us, 1), Text.Fixed(row.LatencyP99Us, 1), Text.Fixed(row.ResidentBytesPerVector, 1),
                Text.Fixed(row.TrainSeconds, 2), Text.Fixed(row.AddSeconds, 2),
            ])]);
        return page;
    }

    /// <summary>What estimate measured.</summary>
    public static Page Of(EstimateReport report, string heading, string declaration, IndexFacts index)
    {
        var page = new Page("pqtool estimate");
        page.Note(heading);
        page.Heading("Declare it").Code([declaration, "public partial class MyIndex;"]);
        page.Heading("Figures").Table(
            ["", "figure"],
            [.. report.Text(declaration).Split(Environment.NewLine)
                .Where(line => !line.Contains(declaration, StringComparison.Ordinal))
                .Where(line => line.Contains(" : ", StringComparison.Ordinal) || line.Contains("):", StringComparison.Ordinal))
                .Select(line => line.Split(':', 2)).Select(parts => (string[])[parts[0].Trim(), parts[1].Trim()])]);
        page.Heading("Memory").Table(
            ["what", "bytes"],
            [
                ["float32 vectors", Whole(report.Float32Bytes)],
                ["codes", Whole(report.CodeBytes)],
                ["all that the process holds for the index", Whole(report.ResidentBytes)],
            ]);
        Facts(page, index);
        return page;
    }

    private static void Facts(Page page, IndexFacts? index)
    {
        if (index is not { } facts)
        {
            return;
        }

        if (facts.Advice.Count > 0)
        {
            page.Heading("Advice");
            foreach (var advice in facts.Advice)
            {
                page.Text(advice);
            }
        }

        if (facts.Lists.Count > 1)
        {
            page.Heading("Sizes of lists").Add(new Chart(
                "Vectors in each list, the largest first: even lists make a flat line, and cost the least to search.",
                new ChartAxis("lists, percent"),
                new ChartAxis("vectors"),
                [new ChartSeries("lists", Points(facts.Lists, "list", "vectors"))]));
            page.Table(["lists, percent", "vectors"], Rows(facts.Lists));
        }

        page.Heading("Latency").Add(new Chart(
            $"Microseconds of single queries, one call each on one thread: half take {Text.Fixed(facts.Percentile(50), 1)} at most, "
            + $"99 of 100 {Text.Fixed(facts.Percentile(99), 1)}.",
            new ChartAxis("queries, percent"),
            new ChartAxis("microseconds at most", IsLogarithmic: true),
            [new ChartSeries("queries", Points(facts.Microseconds, "query", "us"))]));
        page.Table(["queries, percent", "microseconds at most"], Rows(facts.Microseconds));
    }

    /// <summary>Sorted values at every twentieth of their number, and at 99 of 100, with their places.</summary>
    private static (double Percent, double Value)[] Percentiles(IReadOnlyList<double> sorted)
    {
        var last = Math.Max(1, sorted.Count - 1);
        return
        [
            .. Enumerable.Range(0, 21).Select(i => 5 * i).Append(99).Order().Select(percent => (int)Math.Round(percent * last / 100.0)).Distinct()
                .Where(i => i < sorted.Count).Select(i => (100.0 * i / last, sorted[i])),
        ];
    }

    private static ChartPoint[] Points(IReadOnlyList<double> sorted, string of, string unit) =>
        [.. Percentiles(sorted).Select(at => new ChartPoint(at.Percent, at.Value, $"{of} at {Short(at.Percent)} %: {Short(at.Value)} {unit}"))];

    private static string[][] Rows(IReadOnlyList<double> sorted) =>
        [.. Percentiles(sorted).Select(at => (string[])[Short(at.Percent), Short(at.Value)])];

    private static string Short(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Label(TunePoint point) => string.Create(
        CultureInfo.InvariantCulture, $"recall {point.Recall:F3}, {point.QpsOnline:N0}/s, nprobe {point.NProbe}, rerank {point.Rerank}");

    private static string Whole(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
