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

    /// <summary>Passes over all queries for each cell; the first ones warm up.</summary>
    private const int Rounds = 10;

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
        table.Append("Cells: 10-recall@10 @ queries per second one at a time ");
        table.Append("/ in a batch, for `TargetRecall` .90, .95 and .98 after `Calibrate` on 4,000 of the index's own vectors. ");
        table.Append("The peers' settings are ");
        table.Append("those of their grids that come nearest.\n\n");
        table.Append("| index | bytes resident a vector | training and adding | .90 | .95 | .98 |\n|---|---:|---:|---|---|---|\n");
        List<Row> rows = [.. Enum.GetValues<RowFormat>().Select(format => new Row(glove, NList, format))];
        rows.Add(new Row(glove, HalfLists, RowFormat.Float16));
        rows.Add(new Row(glove, FewLists, RowFormat.Int8));

        // These machines have slow minutes: all rows take turns, and each counts with its fastest pass.
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var row in rows)
            {
                row.Measure(glove);
            }
        }

        foreach (var row in rows)
        {
            table.Append(row.Text(glove, truth)).Append('\n');
            row.Dispose();
        }

        table.AppendJoin('\n', s_peers).Append('\n');
        Targets.Show("recall", table.ToString());
    }

    /// <summary>
    /// The share of results that are no farther than the true k-th neighbour, which is 10-recall@10 where no two are equally far; of every
    /// <paramref name="stride"/>-th query. Nothing beyond the k-th is let pass: a thousandth of the squared distance would add .009 at .90.
    /// </summary>
    public static double Recall(GloveSet glove, float[] truth, Neighbor[] results, int[] found, int stride = 1)
    {
        var hits = 0;
        for (var q = 0; q < found.Length; q++)
        {
            foreach (var neighbor in results.AsSpan(q * K, found[q]))
            {
                var distance = ExactSearch.Distance(glove.Queries.Row(q * stride), glove.Vectors.Row((int)neighbor.Id));
                hits += distance <= truth[q * stride] ? 1 : 0;
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

    /// <summary>One index, and its fastest passes over all queries for each target.</summary>
    private sealed class Row : IDisposable
    {
        private readonly VectorIndex _index;
        private readonly string _name;
        private readonly double _build, _bytes;
        private readonly Neighbor[][] _results;
        private readonly int[][] _found;
        private readonly double[] _one = new double[s_targets.Length], _batch = new double[s_targets.Length];

        public Row(GloveSet glove, int nlist, RowFormat format)
        {
            var start = Stopwatch.GetTimestamp();
            _index = Shape100x25.Train(glove.Vectors.Values, new TrainingOptions { NList = nlist, RowFormat = format });
            _index.Add(glove.Vectors.Values);
            _build = Stopwatch.GetElapsedTime(start).TotalSeconds;
            _index.Calibrate(4000, K, threads: 0);
            _bytes = (double)_index.SizeInBytes / glove.Vectors.Count;
            _name = $"IVF{nlist},PQ25, rows kept as {format.ToString().ToLowerInvariant()}";
            _results = Array.ConvertAll(s_targets, _ => new Neighbor[glove.Queries.Count * K]);
            _found = Array.ConvertAll(s_targets, _ => new int[glove.Queries.Count]);
            Array.Fill(_one, double.PositiveInfinity);
            Array.Fill(_batch, double.PositiveInfinity);
        }

        /// <summary>Takes one more pass for each target, one query at a time and in a batch.</summary>
        public void Measure(GloveSet glove)
        {
            for (var t = 0; t < s_targets.Length; t++)
            {
                var (results, found, options) = (_results[t], _found[t], new SearchOptions { TargetRecall = s_targets[t] });
                var start = Stopwatch.GetTimestamp();
                for (var q = 0; q < found.Length; q++)
                {
                    found[q] = _index.Search(glove.Queries.Row(q), results.AsSpan(q * K, K), options);
                }

                _one[t] = Math.Min(_one[t], Stopwatch.GetElapsedTime(start).TotalSeconds);
                start = Stopwatch.GetTimestamp();
                _index.SearchBatch(glove.Queries.Values, K, results, found, options);
                _batch[t] = Math.Min(_batch[t], Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }

        public string Text(GloveSet glove, float[] truth)
        {
            var text = new StringBuilder();
            var count = glove.Queries.Count;
            text.Append(CultureInfo.InvariantCulture, $"| PqGen {_name} | {_bytes:F0} | {_build:F0} s |");
            for (var t = 0; t < s_targets.Length; t++)
            {
                var recall = Recall(glove, truth, _results[t], _found[t]);
                text.Append(CultureInfo.InvariantCulture, $" {recall:.000} @ {count / _one[t]:N0} / {count / _batch[t]:N0} |");
            }

            Console.WriteLine(text);
            return text.ToString();
        }

        public void Dispose() => _index.Dispose();
    }
}
