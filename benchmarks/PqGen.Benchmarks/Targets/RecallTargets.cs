using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace PqGen.Benchmarks;

/// <summary>
/// What a recall costs on GloVe, all 10,000 queries: the table that the README begins with. Settings are those that <see cref="Calibration"/> chose
/// on vectors of the index.
/// </summary>
internal static class RecallTargets
{
    /// <summary>Lists of the indexes.</summary>
    public const int NList = 2048;

    /// <summary>A half and a quarter of them: as fast for the lowest recall.</summary>
    private const int HalfLists = 1024, FewLists = 512;

    private const int K = 10;

    private static readonly float[] s_targets = [0.9f, 0.95f, 0.98f];

    /// <summary>Peers on the same vectors and queries, one thread of a Zen 5 processor: the settings nearest to each recall.</summary>
    private static readonly string[] s_peers =
    [
        "| FAISS 1.15.0 IVF512,PQ50x4fs,RFlat, AVX-512, on Zen 5 | 425 | 2 s | .907 @ 12,000 / 15,000 | .937 @ 8,900 / 10,900 "
        + "| .970 @ 6,000 / 7,600 |",
        "| USearch 2.26.6, HNSW M 16 float32, on Zen 5 | 549 | 75 s (2 threads) | .896 @ 3,900 (first 1,000 queries) | .937 @ 2,200 | |",
    ];

    /// <param name="folder">Holds base.npy, query.npy and gt.npy.</param>
    public static void Run(string folder)
    {
        var glove = new GloveSet(folder);
        var truth = Truth(glove);
        var table = new StringBuilder();
        table.Append(CultureInfo.InvariantCulture, $"GloVe, {glove.Vectors.Count:N0} words x {glove.Vectors.Dimension}, squared L2, ");
        table.Append("the 10 nearest ");
        table.Append(CultureInfo.InvariantCulture, $"of all {glove.Queries.Count:N0} queries, one thread. ");
        table.Append("Cells: recall @ queries per second one at a time ");
        table.Append("/ in a batch, for `TargetRecall` .90, .95 and .98 after `Calibrate` on 1,000 of the index's own vectors. ");
        table.Append("The peers' settings are ");
        table.Append("those of their grids that come nearest.\n\n");
        table.Append("| index | bytes resident a vector | training and adding | .90 | .95 | .98 |\n|---|---:|---:|---|---|---|\n");
        foreach (var format in Enum.GetValues<RowFormat>())
        {
            table.Append(Row(glove, truth, NList, format)).Append('\n');
        }

        table.Append(Row(glove, truth, HalfLists, RowFormat.Float16)).Append('\n');
        table.Append(Row(glove, truth, FewLists, RowFormat.Int8)).Append('\n');

        table.AppendJoin('\n', s_peers).Append('\n');
        Targets.Show("recall", table.ToString());
    }

    private static string Row(GloveSet glove, float[] truth, int nlist, RowFormat format)
    {
        var start = Stopwatch.GetTimestamp();
        using var index = Shape100x25.Train(glove.Vectors.Values, new TrainingOptions { NList = nlist, RowFormat = format });
        index.Add(glove.Vectors.Values);
        var build = Stopwatch.GetElapsedTime(start).TotalSeconds;
        index.Calibrate(1000, K, threads: 0);
        var bytes = (double)index.SizeInBytes / glove.Vectors.Count;
        var row = new StringBuilder();
        row.Append(CultureInfo.InvariantCulture, $"| PqGen IVF{nlist},PQ25, rows kept as {format.ToString().ToLowerInvariant()} ");
        row.Append(CultureInfo.InvariantCulture, $"| {bytes:F0} | {build:F0} s |");
        foreach (var target in s_targets)
        {
            var (recall, one, batch) = Measure(glove, truth, index, new SearchOptions { TargetRecall = target });
            row.Append(CultureInfo.InvariantCulture, $" {recall:.000} @ {one:N0} / {batch:N0} |");
        }

        Console.WriteLine(row);
        return row.ToString();
    }

    private static (double Recall, double One, double Batch) Measure(GloveSet glove, float[] truth, VectorIndex index, SearchOptions options)
    {
        var count = glove.Queries.Count;
        var (results, found) = (new Neighbor[count * K], new int[count]);
        var best = Stopwatches.Best(
            4,
            0.2,
            () =>
            {
                for (var q = 0; q < count; q++)
                {
                    found[q] = index.Search(glove.Queries.Row(q), results.AsSpan(q * K, K), options);
                }
            },
            () => index.SearchBatch(glove.Queries.Values, K, results, found, options));
        return (Recall(glove, truth, results, found), count / best[0], count / best[1]);
    }

    /// <summary>
    /// The share of results that are not farther than the true k-th neighbour, a thousandth more or less; of every <paramref name="stride"/>-th
    /// query.
    /// </summary>
    public static double Recall(GloveSet glove, float[] truth, Neighbor[] results, int[] found, int stride = 1)
    {
        var hits = 0;
        for (var q = 0; q < found.Length; q++)
        {
            foreach (var neighbor in results.AsSpan(q * K, found[q]))
            {
                var distance = ExactSearch.Distance(glove.Queries.Row(q * stride), glove.Vectors.Row((int)neighbor.Id));
                hits += distance <= truth[q * stride] * 1.001f ? 1 : 0;
            }
        }

        return (double)hits / (found.Length * K);
    }

    /// <summary>The distance of each query's true k-th neighbour.</summary>
    public static float[] Truth(GloveSet glove)
    {
        var truth = new float[glove.Queries.Count];
        for (var q = 0; q < truth.Length; q++)
        {
            truth[q] = ExactSearch.Distance(glove.Queries.Row(q), glove.Vectors.Row((int)glove.Truth.Row(q)[K - 1]));
        }

        return truth;
    }
}
