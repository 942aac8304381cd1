using System.Globalization;
using System.Text;
using BenchmarkDotNet.Reports;

namespace PqGen.Benchmarks;

/// <summary>One table a suite: a row for each shape and size, a column for each thing measured.</summary>
internal static class SuiteTables
{
    /// <summary>What a suite's times are of.</summary>
    private static readonly Dictionary<string, string> s_operations = new()
    {
        [nameof(Distance<>)] = "the distance of one vector",
        [nameof(Table<>)] = "the table of one query",
        [nameof(QuantizeTable<>)] = "one table",
        [nameof(Encode<>)] = "one sub-vector",
        [nameof(Assignment<>)] = "one vector against 512 centroids",
        [nameof(Coarse<>)] = "one query against 512 centroids",
        [nameof(Scan<>)] = "one vector",
        [nameof(TermScan<>)] = "one vector",
        [nameof(Survivor<>)] = "one vector",
    };

    /// <summary>In the order of their sizes.</summary>
    private static readonly string[] s_levels = ["L1", "L2", "L3", "DRAM"];

    public static void Write(IEnumerable<Summary> summaries)
    {
        var reports = summaries.SelectMany(summary => summary.Reports).Where(report => report.ResultStatistics is not null);
        foreach (var suite in reports.GroupBy(report => report.BenchmarkCase.Descriptor.Type.Name.Split('`')[0]))
        {
            Results.Write(suite.Key, suite.Key == nameof(Search) ? SearchTable.Text(Times(suite)) : Table(suite.Key, [.. suite]));
        }
    }

    private static string Table(string suite, BenchmarkReport[] reports)
    {
        var columns = reports.Select(Method).Distinct().OrderBy(column => column.EndsWith("Only", StringComparison.Ordinal)).ToArray();
        var text = new StringBuilder($"""
            Nanoseconds for {s_operations[suite]}, {SuiteConfig.Estimate}, one thread.
            Columns are measured one after the other; what specializing gains is in Pairs.md, measured in turn.


            """);
        text.Append("| shape | ").AppendJoin(" | ", columns).Append(" |\n|---|");
        text.Insert(text.Length, "---:|", columns.Length).Append('\n');
        foreach (var row in reports.GroupBy(RowOf).OrderBy(row => Order(row.Key)))
        {
            var times = Times(row);
            var cells = columns.Select(column => times.TryGetValue(column, out var time) && IsMeasured(column, row.Key) ? Cell(time) : string.Empty);
            text.Append("| ").Append(row.Key).Append(" | ").AppendJoin(" | ", cells).Append(" |\n");
        }

        return text.ToString();
    }

    private static (int, int, int, int) Order(Row row) => (row.Dimension, row.M, row.Ksub, Array.IndexOf(s_levels, row.Level));

    /// <summary>Whether a column says something of a row: look-ups do where codes are looked up.</summary>
    private static bool IsMeasured(string column, Row row) => column != nameof(Scan<>.LookUpOnly) || Workload.LooksUp(row.Ksub);

    private static string Cell(double time) => time.ToString(time < 100 ? "F2" : "N0", CultureInfo.InvariantCulture);

    /// <summary>Nanoseconds per operation of each method, the best of all passes.</summary>
    private static Dictionary<string, double> Times(IEnumerable<BenchmarkReport> reports) =>
        reports.GroupBy(Method).ToDictionary(method => method.Key, passes => passes.Min(report => report.ResultStatistics!.Min));

    private static string Method(BenchmarkReport report) => report.BenchmarkCase.Descriptor.WorkloadMethod.Name;

    private static Row RowOf(BenchmarkReport report)
    {
        var kernels = ShapeKernels.Of(report.BenchmarkCase.Descriptor.Type.GetGenericArguments().Single());
        var level = (string?)report.BenchmarkCase.Parameters.Items.SingleOrDefault()?.Value;
        return new Row(kernels.Dimension, kernels.M, kernels.Ksub, level);
    }

    private sealed record Row(int Dimension, int M, int Ksub, string? Level)
    {
        public override string ToString()
        {
            var codes = Level is null ? string.Empty : $", codes in {Level}";
            return string.Create(CultureInfo.InvariantCulture, $"Dimension {Dimension}, M {M}, Ksub {Ksub}{codes}");
        }
    }
}
