using System.Globalization;
using System.Text;
using PqGen.Vectors;

namespace PqGen.Benchmarks;

/// <summary>
/// What kept and attached rows cost and lose on GloVe, all 10,000 queries, 100 candidates re-ranked: the same codes, lists and candidates in all rows
/// of the table, measured in turn.
/// </summary>
internal static class RowTargets
{
    private const int K = 10, NList = 2048;

    /// <summary>One query in so many is timed: they reach more rows than caches hold.</summary>
    private const int Stride = 4;

    private static readonly SearchOptions s_options = new() { NProbe = 64, Rerank = 100 };

    /// <param name="folder">Holds base.npy, query.npy and gt.npy.</param>
    public static void Run(string folder)
    {
        var glove = new GloveSet(folder);
        using var rows = VectorFile.Map(Path.Combine(folder, "base.npy"));
        (string Name, VectorIndex Index)[] kept =
        [
            ("float32", Build(glove, RowFormat.Float32)), ("float16", Build(glove, RowFormat.Float16)), ("int8", Build(glove, RowFormat.Int8)),
            ("int8, and float16 for a second look at 20, in its own file, mapped", Mapped(Build(glove, RowFormat.Int8Float16))),
            ("int8, a second look at 20 in a mapped .npy", Build(glove, RowFormat.Int8)), ("none, all 100 in a mapped .npy", Build(glove, null)),
        ];
        Array.ForEach(kept[^2..], row => row.Index.AttachRows(rows));
        var count = glove.Queries.Count;
        var (results, found) = (new Neighbor[count * K], new int[count]);
        var timed = count / Stride;
        var queries = new float[timed * glove.Queries.Dimension];
        for (var q = 0; q < timed; q++)
        {
            glove.Queries.Row(q * Stride).CopyTo(queries.AsSpan(q * glove.Queries.Dimension));
        }

        var best = Stopwatches.Best(6, 0.2, [.. kept.Select(row => One(row.Index)), .. kept.Select(row => Batch(row.Index))]);
        var truth = RecallTargets.Truth(glove);
        var table = new StringBuilder();
        table.Append(CultureInfo.InvariantCulture, $"GloVe, {glove.Vectors.Count:N0} words x {glove.Vectors.Dimension}, squared L2, ");
        table.Append(CultureInfo.InvariantCulture, $"IVF{NList},PQ25, ");
        table.Append(CultureInfo.InvariantCulture, $"NProbe {s_options.NProbe}, the {K} nearest of {s_options.Rerank} candidates for each of ");
        table.Append(CultureInfo.InvariantCulture, $"{count:N0} queries; one in {Stride} is timed, on one thread, indexes in turn.\n\n");
        table.Append("| rows | bytes a vector: of the index, its rows, mapped | recall | lost | queries/s one at a time / batch | over float32 |\n");
        table.Append("|---|---:|---:|---:|---:|---:|\n");
        var whole = 0.0;
        for (var i = 0; i < kept.Length; i++)
        {
            var (name, index) = kept[i];
            index.SearchBatch(glove.Queries.Values, K, results, found, s_options);
            var recall = RecallTargets.Recall(glove, truth, results, found);
            whole = i == 0 ? recall : whole;
            var (one, batch) = (best[i], best[kept.Length + i]);
            var (memory, n) = (index.Memory, (double)index.Count);
            table.Append(CultureInfo.InvariantCulture, $"| {name} | {memory.Total / n:F0}, {memory.Vectors / n:F0}, {memory.Mapped / n:F0} ");
            table.Append(CultureInfo.InvariantCulture, $"| {recall:.0000} | {whole - recall:0.0000} ");
            table.Append(CultureInfo.InvariantCulture, $"| {timed / one:N0} / {timed / batch:N0} ");
            table.Append(CultureInfo.InvariantCulture, $"| {best[0] / one:F2}x / {best[kept.Length] / batch:F2}x |\n");
        }

        Console.Write(table);
        Targets.Show("rows", table.ToString());
        Array.ForEach(kept, row => row.Index.Dispose());

        Action One(VectorIndex index) => () =>
        {
            for (var q = 0; q < timed; q++)
            {
                found[q] = index.Search(queries.AsSpan(q * index.Dimension, index.Dimension), results.AsSpan(q * K, K), s_options);
            }
        };

        Action Batch(VectorIndex index) => () => index.SearchBatch(queries, K, results.AsSpan(0, timed * K), found.AsSpan(0, timed), s_options);
    }

    /// <summary>The same index from a file, which is deleted once it is mapped.</summary>
    private static Shape100x25 Mapped(Shape100x25 index)
    {
        var path = Path.GetTempFileName();
        using (index)
        {
            index.Save(path);
        }

        var mapped = Shape100x25.Open(path);
        File.Delete(path);
        return mapped;
    }

    private static Shape100x25 Build(GloveSet glove, RowFormat? format)
    {
        var options = new TrainingOptions { NList = NList, KeepVectors = format is not null };
        var index = Shape100x25.Train(glove.Vectors.Values, options with { RowFormat = format ?? RowFormat.Float32, Threads = 0 });
        index.Add(glove.Vectors.Values, threads: 0);
        return index;
    }
}
