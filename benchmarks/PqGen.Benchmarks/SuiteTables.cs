using System.Globalization;
using System.Text;
using BenchmarkDotNet.Reports;
using PqGen.Kernels;

namespace PqGen.Benchmarks;

/// <summary>One table a suite: a row for each shape and size, a column for each thing measured, and what specializing gains.</summary>
internal static class SuiteTables
{
    public static void Write(IEnumerable<Summary> summaries)
    {
        var reports = summaries.SelectMany(summary => summary.Reports).Where(report => report.ResultStatistics is not null);
        foreach (var suite in reports.GroupBy(report => report.BenchmarkCase.Descriptor.Type.Name.Split('`')[0]))
        {
            Results.Write(suite.Key, Table([.. suite]));
        }
    }

    private static string Table(BenchmarkReport[] reports)
    {
        var columns = reports.Select(Method).Distinct().ToArray();
        var pairs = columns.Where(column => column.EndsWith("Specialized", StringComparison.Ordinal) && columns.Contains(Twin(column))).ToArray();
        var text = new StringBuilder("Median nanoseconds per operation, one thread.\n\n");
        text.Append("| shape | ").AppendJoin(" | ", columns.Concat(pairs.Select(pair => $"{Twin(pair)} / {pair}"))).Append(" |\n|---|");
        text.Insert(text.Length, "---:|", columns.Length + pairs.Length).Append('\n');
        foreach (var row in reports.GroupBy(Shape))
        {
            var medians = row.ToDictionary(Method, report => report.ResultStatistics!.Median);
            var cells = columns.Select(column => medians.TryGetValue(column, out var median) ? median.ToString(median < 100 ? "F2" : "N0", CultureInfo.InvariantCulture) : string.Empty)
                .Concat(pairs.Select(pair => (medians[Twin(pair)] / medians[pair]).ToString("F2", CultureInfo.InvariantCulture)));
            text.Append("| ").Append(row.Key).Append(" | ").AppendJoin(" | ", cells).Append(" |\n");
        }

        return text.ToString();
    }

    private static string Method(BenchmarkReport report) => report.BenchmarkCase.Descriptor.WorkloadMethod.Name;

    private static string Twin(string specialized) => specialized.Replace("Specialized", "Generic", StringComparison.Ordinal);

    private static string Shape(BenchmarkReport report)
    {
        var arguments = report.BenchmarkCase.Descriptor.Type.GetGenericArguments();
        var shape = arguments.Length == 0 ? "128 components" : Describe((IPqKernels)Activator.CreateInstance(arguments[0])!);
        var level = string.Join(", ", report.BenchmarkCase.Parameters.Items.Select(parameter => parameter.Value));
        return level.Length == 0 ? shape : $"{shape}, codes in {level}";
    }

    private static string Describe(IPqKernels kernels) =>
        string.Create(CultureInfo.InvariantCulture, $"Dimension {kernels.Dimension}, M {kernels.M}, Ksub {kernels.Ksub}");
}
