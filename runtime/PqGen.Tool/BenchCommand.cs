using System.CommandLine;
using PqGen.Vectors;

namespace PqGen.Tool;

/// <summary><c>pqtool bench</c>: recall and speed for every pair of nprobe and rerank, on base vectors and queries of their own.</summary>
internal sealed class BenchCommand
{
    private readonly Option<string?> _base = ToolOptions.File("--base", $"Vectors to index: {ToolOptions.VectorFiles}", required: true);
    private readonly Option<string?> _query = ToolOptions.File("--query", "Queries, of the same dimension and formats", required: true);
    private readonly Option<string?> _gt = ToolOptions.File(
        "--gt",
        "True neighbours under --metric: .npy of integers, .ivecs or .ibin, a row per query, row numbers of --base, nearest first, at least k. " +
        "Without it every query is compared with every vector");

    private readonly Option<int> _m = ToolOptions.M();
    private readonly Option<int> _ksub = ToolOptions.Ksub();
    private readonly Option<int> _nlist = ToolOptions.NList();
    private readonly Option<int[]> _nprobe = ToolOptions.IntList("--nprobe", [8], 1, "Lists that a query scans, one or several numbers");
    private readonly Option<int[]> _rerank = ToolOptions.IntList(
        "--rerank", [0], 0, "Candidates to re-rank by exact distance, one or several numbers; 0 leaves re-ranking out");

    private readonly Option<int> _queries = ToolOptions.Int("--queries", 0, 0, "Queries to measure with, the first of --query; 0 takes all");
    private readonly Option<int> _k = ToolOptions.K();
    private readonly Option<int> _train = ToolOptions.Int("--train", 0, 0, "Vectors to train on, a random sample of --base; 0 takes all");
    private readonly Option<int> _threads = ToolOptions.Threads(1, "Threads of training, adding and batch search; 0 stands for one per processor");
    private readonly Option<string> _kernels = ToolOptions.Kernels();
    private readonly Option<string> _metric = ToolOptions.Metric();
    private readonly Option<string> _keep = ToolOptions.Keep();
    private readonly Option<string> _coarse = ToolOptions.Coarse();
    private readonly Option<float> _anisotropic = ToolOptions.Anisotropic();
    private readonly Option<string> _isa = OtherProcessor.Option();
    private readonly Option<int> _seed = ToolOptions.Seed();
    private readonly Option<bool> _json = ToolOptions.Switch("--json", "Print one JSON object per line instead of a table");

    private BenchCommand()
    {
    }

    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var bench = new BenchCommand();
        var command = new MeasuringCommand(
            "bench",
            "Trains an IVFPQ index and measures recall and speed for every pair of --nprobe and --rerank.",
            $"""
            Figures:
              recall            {TrueDistance.Explanation}
              qps_online        queries per second, one query per call, one thread
              qps_batch         queries per second, all queries in one call, with --threads
                                (both: the fastest of several warmed-up passes over all queries, 3 passes and 1 second at least)
              latency_p50_us    microseconds that half of the queries take at most, one query per call, one thread; p99 likewise (JSON only)
              train_seconds     training on --train vectors with --threads
              add_seconds       adding all of --base with --threads
              bytes_per_vector  bytes of one code: m, or m/2 rounded up for a --ksub up to 16
              index_bytes       the index in memory: centroids, codebooks, codes and ids; float32 vectors where re-ranking reads them
              resident_bytes_per_vector
                                a vector's share of what the process holds: of index_bytes and of the searches' working memory (JSON only)
              kernels, isa      the kernels and the instruction set they ran on

            Examples:
              pqtool bench --base base.npy --query query.npy --m 20 --nlist 512 --nprobe 1,8,16 --rerank 0,100
              pqtool bench --base base.npy --query query.npy --metric cosine --m 20 --nlist 512 --nprobe 16 --rerank 0,100
              pqtool bench --base base.npy --query query.npy --m 20 --nlist 2048 --nprobe 48 --rerank 100 --keep float16
              pqtool bench --base base.npy --query query.npy --m 20 --nlist 16384 --nprobe 64 --coarse hnsw
              pqtool bench --base base.fvecs --query query.fvecs --gt gt.ivecs --m 16 --nlist 1024 --nprobe 16 --train 65536 --json
            """)
        {
            bench._base, bench._query, bench._gt, bench._m, bench._ksub, bench._nlist, bench._nprobe, bench._rerank, bench._k, bench._queries,
            bench._train, bench._threads, bench._kernels, bench._metric, bench._keep, bench._coarse, bench._anisotropic, bench._isa, bench._seed,
            bench._json,
        };
        command.SetAction(bench.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        var (k, threads, seed) = (parsed.GetValue(_k), parsed.GetValue(_threads), parsed.GetValue(_seed));
        var (nprobes, reranks, kernels) = (parsed.GetValue(_nprobe)!, parsed.GetValue(_rerank)!, parsed.GetValue(_kernels)!);
        ToolOptions.CheckProbes(parsed.GetValue(_nlist), nprobes);
        if (OtherProcessor.Run(parsed, parsed.GetValue(_isa)!) is { } exitCode)
        {
            return exitCode;
        }

        var keep = parsed.GetValue(_keep)!;
        var keeps = keep != "none";
        if (!keeps && reranks.Any(rerank => rerank > 0))
        {
            throw new UsageException($"--keep is none, but --rerank is {string.Join(',', reranks)}; it needs 0, or vectors that are kept");
        }

        var basePath = parsed.GetValue(_base)!;
        var vectors = Rows.Read(basePath);
        var allQueries = Rows.ReadLike(parsed.GetValue(_query)!, vectors, basePath);
        var queries = Rows.First(allQueries, Count(parsed, _queries, allQueries.Count, parsed.GetValue(_query)!));
        Sizes.CheckNeighbours(k, vectors.Count, queries.Count);
        var trainCount = Count(parsed, _train, vectors.Count, basePath);
        var (metric, nlist) = (MetricWords.Of(parsed.GetValue(_metric)!), parsed.GetValue(_nlist));
        var shape = IndexShape.IvfPq(vectors.Dimension, parsed.GetValue(_m), parsed.GetValue(_ksub)) with { Metric = metric };
        Sizes.Check(shape, nlist, trainCount, error);

        var progress = new ProgressView(error);
        var truth = parsed.GetValue(_gt) is { } path
            ? ReadTruth(path, vectors, allQueries, k)
            : progress.Run("finding the true neighbours", report => Measure.TrueNeighbours(vectors, queries, metric, k, 0, report)).Result;

        var options = new TrainingOptions
        {
            NList = nlist,
            Seed = seed,
            Threads = threads,
            KeepVectors = reranks.Any(rerank => rerank > 0),
            RowFormat = keeps ? Enum.Parse<RowFormat>(keep, ignoreCase: true) : RowFormat.Float32,
            CoarseSearch = ToolOptions.CoarseOf(parsed.GetValue(_coarse)!),
            AnisotropicThreshold = parsed.GetValue(_anisotropic),
        };
        var sample = Rows.Sample(vectors, trainCount, seed);
        var train = IndexFactory.Trainer(shape, IndexFactory.Kind(kernels), progress);
        var (index, trainSeconds) = progress.Train(report => train(sample.Values, options with { Progress = report }));
        using var _ = index;
        var addSeconds = progress.Run("adding vectors", _ =>
        {
            index.Add(vectors.Values, threads);
            return true;
        }).Seconds;

        var recall = new Recall(vectors, queries, truth, metric, k);
        var table = new BenchTable(output, parsed.GetValue(_json));
        var sizes = $"{vectors.Count} vectors x {vectors.Dimension} dims, {queries.Count} queries, k = {k}";
        table.Begin($"{Path.GetFileName(basePath)}: {sizes}, {shape}, nlist = {nlist}");
        foreach (var nprobe in nprobes)
        {
            foreach (var rerank in reranks)
            {
                var search = new SearchOptions { NProbe = nprobe, Rerank = rerank };
                var share = recall.Of(index, search, threads);
                var latency = Measure.Latency(index, queries, k, search);
                var online = Measure.Online(index, queries, k, search);
                var batch = Measure.Batch(index, queries, k, search, threads);
                var memory = index.Memory;
                var bytes = memory.Model + memory.Codes + memory.Ids + (rerank > 0 ? memory.Vectors : 0);
                table.Add(new BenchRow(
                    vectors.Count,
                    vectors.Dimension,
                    MetricWords.Of(metric),
                    shape.M,
                    shape.Ksub,
                    nlist,
                    trainCount,
                    seed,
                    threads == 0 ? Environment.ProcessorCount : threads,
                    k,
                    nprobe,
                    rerank,
                    parsed.GetValue(_coarse)!,
                    parsed.GetValue(_anisotropic),
                    Text.Rounded(share, 6),
                    Text.Rounded(online, 1),
                    Text.Rounded(batch, 1),
                    Text.Rounded(latency.P50, 2),
                    Text.Rounded(latency.P99, 2),
                    Text.Rounded(trainSeconds, 4),
                    Text.Rounded(addSeconds, 4),
                    index.CodeSize,
                    Text.Rounded((double)(bytes + memory.Scratch) / vectors.Count, 2),
                    bytes,
                    kernels,
                    index.Path.ToString()));
            }
        }

        if (recall.Refuted > 0)
        {
            error.WriteLine(
                $"warning: for {recall.Refuted} of {queries.Count} queries, {k} vectors nearer than the {k}-th of --gt were found: " +
                $"its rows are not the true neighbours under --metric {MetricWords.Of(metric)}, and the recall is too high");
        }

        return CommandLine.Success;
    }

    /// <summary>How many of the rows of a file an option takes; 0 stands for all.</summary>
    private static int Count(ParseResult parsed, Option<int> option, int rows, string path)
    {
        var count = parsed.GetValue(option);
        return count <= rows
            ? count == 0 ? rows : count
            : throw new ToolException($"{path} has {rows} rows; {option.Name} can be at most {rows}");
    }

    private static IntMatrix ReadTruth(string path, VectorMatrix vectors, VectorMatrix queries, int k)
    {
        var truth = VectorFile.ReadInts(path);
        if (truth.Count != queries.Count)
        {
            throw new VectorFileException(path, $"{truth.Count} rows", $"one for each of the {queries.Count} queries is needed");
        }

        if (truth.Columns < k)
        {
            throw new VectorFileException(
                path, $"{truth.Columns} neighbours of each query", $"-k {k} needs as many; the largest -k for this file is {truth.Columns}");
        }

        for (var i = 0; i < truth.Values.Length; i++)
        {
            var id = truth.Values[i];
            if (id < 0 || id >= vectors.Count)
            {
                throw new VectorFileException(
                    path,
                    $"row {i / truth.Columns}, column {i % truth.Columns} is {id}",
                    $"row numbers of --base are needed, 0 to {vectors.Count - 1}");
            }
        }

        return truth;
    }
}
