using System.Globalization;
using System.Text;

namespace PqGen.Benchmarks;

/// <summary>The table of the suite <see cref="Search"/>: a row for each search, its recall and bytes per vector beside its speed.</summary>
internal static class SearchTable
{
    /// <param name="times">Nanoseconds of one query, by the name of the search.</param>
    public static string Text(Dictionary<string, double> times)
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"""
            One query at a time for the {SearchWorkload.K} nearest of {SearchWorkload.N:N0} vectors of {SearchWorkload.Dimension} components near a
            subspace of {SearchWorkload.Directions} dimensions, {SuiteConfig.Estimate}, one thread.
            Recall is over {SearchWorkload.Queries:N0} queries, against Exact.

            Bytes per vector: the codes and terms that are scanned, as they lie in memory in blocks of 64; and all that the search needs, which adds
            positions in lists, and the float32 vectors where they are compared. Centroids and codebooks, which do not grow with the vectors, are left
            out.

            | search | us per query | queries/s | recall@{SearchWorkload.K} | bytes of codes and terms | bytes in all | generic / specialized |
            |---|---:|---:|---:|---:|---:|---:|

            """));
        foreach (var (search, time) in times)
        {
            var (codes, all) = SearchWorkload.Shared.BytesPerVector(search);
            var ratio = Pairs.Twin(search) is var twin && twin != search && times.TryGetValue(twin, out var generic) ? generic / time : double.NaN;
            var recall = SearchWorkload.Shared.Recall(search);
            text.Append(CultureInfo.InvariantCulture, $"| {search} | {time / 1000:N1} | {1e9 / time:N0} | {recall:F3} ");
            text.Append(CultureInfo.InvariantCulture, $"| {Cell(codes)} | {all:F1} | {Cell(ratio)} |\n");
        }

        return text.ToString();
    }

    /// <summary>Nothing where there is nothing to tell.</summary>
    private static string Cell(double value) => value > 0 ? value.ToString("F2", CultureInfo.InvariantCulture) : string.Empty;
}
