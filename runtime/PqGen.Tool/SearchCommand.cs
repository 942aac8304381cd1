using System.CommandLine;
using System.Globalization;
using PqGen.Vectors;

namespace PqGen.Tool;

/// <summary>What was found for one query, as the JSON of <c>pqtool search</c> shows it.</summary>
internal sealed record QueryResult(int Query, long[] Ids, float[] Distances);

/// <summary>What a whole search did, as its JSON shows it.</summary>
internal sealed record SearchReport(int Queries, int K, int Found, double? Recall, string? Out, string? DistancesOut);

/// <summary><c>pqtool search</c>: the neighbours of queries, of an index file.</summary>
internal sealed class SearchCommand
{
    private readonly Option<string?> _index = ToolOptions.File("--index", "The index file", required: true);
    private readonly Option<string?> _query = ToolOptions.File("--query", $"Queries: {ToolOptions.VectorFiles}", required: true);
    private readonly Option<int> _k = ToolOptions.K();
    private readonly Option<int> _nprobe = ToolOptions.Int("--nprobe", 0, 0, "Lists that a query scans; 0 stands for the index's own default");
    private readonly Option<int> _rerank = ToolOptions.Int(
        "--rerank", 0, 0, "Candidates to re-rank by exact distance; needs an index that keeps its vectors");

    private readonly Option<double> _budget = ToolOptions.ProbeBudget();
    private readonly Option<string?> _refine = ToolOptions.Refine();
    private readonly Option<double> _target = ToolOptions.Number(
        "--target-recall", 0, 0, 1, "The recall wanted, instead of --nprobe, --probe-budget and --rerank; needs an index built with --calibrate");

    private readonly Option<string?> _truth = ToolOptions.File(
        "--truth", $"True neighbours, ids of the index: {ToolOptions.IntFiles}; prints recall@k");

    private readonly Option<string?> _out = ToolOptions.File(
        "--out", "Write ids here, .npy, .ivecs or .ibin, a row per query, -1 where fewer were found, instead of printing");

    private readonly Option<string?> _distances = ToolOptions.File(
        "--distances", "Write distances here, .npy, .fvecs or .fbin, NaN where fewer were found; needs --out");

    private readonly Option<int> _threads = ToolOptions.Threads(0, "Threads to search with; 0 stands for one per processor");
    private readonly Option<bool> _json = ToolOptions.Switch(
        "--json", "Print one JSON object per line: one per query, and one of the whole with --truth or --out");

    private SearchCommand()
    {
    }

    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var search = new SearchCommand();
        var command = new MeasuringCommand(
            "search",
            "Searches an index file and prints or writes ids and distances.",
            """
            Prints a line per neighbour, nearest first: query, rank, id and distance, separated by tabs. The distance is what the metric says: small
            when near under l2 (squared), large when near under ip and cosine.
            recall@k counts results that are no farther than the true k-th neighbour, where the index keeps vectors; else those named in --truth.

            Examples:
              pqtool search --index words.pqg --query query.npy -k 10 --nprobe 16
              pqtool search --index words.pqg --query query.npy --target-recall 0.95 --truth gt.ivecs --json
              pqtool search --index words.pqg --query query.npy -k 100 --rerank 400 --out ids.npy --distances distances.npy
            """)
        {
            search._index, search._query, search._k, search._nprobe, search._budget, search._rerank, search._target, search._refine, search._truth,
            search._out, search._distances, search._threads, search._json,
        };
        command.SetAction(search.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        var (path, k, json) = (parsed.GetValue(_index)!, parsed.GetValue(_k), parsed.GetValue(_json));
        var (ids, distances) = (parsed.GetValue(_out), parsed.GetValue(_distances));
        CheckUsage(parsed);
        foreach (var target in new[] { ids, distances }.OfType<string>())
        {
            OutputFile.Check(target);
        }

        var progress = new ProgressView(error);
        using var index = IndexFactory.Open(path, KernelKind.Generic, progress);
        using var rows = Rows.Attach(index, parsed.GetValue(_refine));
        var queries = Rows.ReadQueries(parsed.GetValue(_query)!, index.Dimension, path);
        Sizes.CheckNeighbours(k, (int)Math.Min(int.MaxValue, index.Count), queries.Count);
        if (index.NList > 0)
        {
            ToolOptions.CheckProbes(index.NList, parsed.GetValue(_nprobe));
        }

        var truth = parsed.GetValue(_truth) is { } truthPath ? ReadTruth(truthPath, index, queries.Count, k) : null;
        var options = new SearchOptions
        {
            NProbe = parsed.GetValue(_nprobe), ProbeBudget = (float)parsed.GetValue(_budget), Rerank = parsed.GetValue(_rerank),
            TargetRecall = (float)parsed.GetValue(_target),
        };
        var (results, found) = (new Neighbor[queries.Count * k], new int[queries.Count]);
        progress.Run("searching", _ =>
        {
            index.SearchBatch(queries.Values, k, results, found, options, parsed.GetValue(_threads));
            return true;
        });
        var recall = truth is null ? (double?)null : RecallOf(index, queries, truth, results, found, k);
        if (ids is not null)
        {
            Write(ids, distances, results, found, k);
        }
        else
        {
            Print(output, json, results, found, k);
        }

        if (ids is not null || recall is not null)
        {
            var report = new SearchReport(
                queries.Count, k, found.Sum(), recall is { } share ? Text.Rounded(share, 6) : null, ids, distances);
            output.WriteLine(json ? Text.JsonLine(report) : Summary(report));
        }

        return CommandLine.Success;
    }

    private void CheckUsage(ParseResult parsed)
    {
        var namesSetting = parsed.GetValue(_nprobe) > 0 || parsed.GetValue(_rerank) > 0 || parsed.GetValue(_budget) > 0;
        if (parsed.GetValue(_target) > 0 && namesSetting)
        {
            throw new UsageException("--target-recall stands for --nprobe, --probe-budget and --rerank; give it or them");
        }

        if (parsed.GetValue(_distances) is not null && parsed.GetValue(_out) is null)
        {
            throw new UsageException("--distances needs --out, a file for the ids");
        }
    }

    private static IntMatrix ReadTruth(string path, VectorIndex index, int queries, int k)
    {
        var truth = Truth.Read(path, queries, k);
        Truth.CheckIds(path, truth, index);
        return truth;
    }

    private static double RecallOf(VectorIndex index, VectorMatrix queries, IntMatrix truth, Neighbor[] results, int[] found, int k)
    {
        var ids = Array.ConvertAll(results, neighbor => neighbor.Id);
        return Truth.ByKept(index, queries, truth, k) is { } recall ? recall.Of(ids, found) : Recall.ById(ids, found, truth, k);
    }

    private static void Print(TextWriter output, bool json, Neighbor[] results, int[] found, int k)
    {
        if (!json)
        {
            output.WriteLine("query\trank\tid\tdistance");
        }

        for (var q = 0; q < found.Length; q++)
        {
            var row = results.AsSpan(q * k, found[q]).ToArray();
            if (json)
            {
                output.WriteLine(Text.JsonLine(
                    new QueryResult(q, Array.ConvertAll(row, neighbor => neighbor.Id), Array.ConvertAll(row, neighbor => neighbor.Distance))));
                continue;
            }

            for (var rank = 0; rank < row.Length; rank++)
            {
                output.WriteLine(FormattableString.Invariant($"{q}\t{rank + 1}\t{row[rank].Id}\t{row[rank].Distance}"));
            }
        }
    }

    private static void Write(string ids, string? distances, Neighbor[] results, int[] found, int k)
    {
        var (numbers, values) = (new long[results.Length], new float[results.Length]);
        for (var at = 0; at < results.Length; at++)
        {
            var isFound = at % k < found[at / k];
            numbers[at] = isFound ? results[at].Id : -1;
            values[at] = isFound ? results[at].Distance : float.NaN;
        }

        var files = new List<(string, Action<string>)> { (ids, path => VectorFile.WriteInts(path, new IntMatrix(k, numbers))) };
        if (distances is not null)
        {
            files.Add((distances, path => VectorFile.Write(path, found.Length, k, [values])));
        }

        OutputFile.WriteTogether(files);
    }

    private static string Summary(SearchReport report)
    {
        var written = report.Out is null ? "" : $"{report.Queries} queries, k = {report.K}: ids in {report.Out}";
        var recall = report.Recall is { } share ? string.Create(CultureInfo.InvariantCulture, $"recall@{report.K} {share:F4}") : "";
        var distances = report.DistancesOut is null ? "" : $"distances in {report.DistancesOut}";
        return string.Join(", ", new[] { written, distances, recall }.Where(part => part.Length > 0));
    }
}
