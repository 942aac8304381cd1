using System.CommandLine;
using PqGen.Tool.Report;
using PqGen.Vectors;

namespace PqGen.Tool;

/// <summary><c>pqtool estimate</c>: recall, memory and the share of the index that a query reads, for one choice of sizes.</summary>
internal sealed class EstimateCommand
{
    private readonly Option<string?> _npy = ToolOptions.File(
        "--npy", $"Your vectors: {ToolOptions.VectorFiles}. Queries are rows held out of them, unless --query gives others");

    private readonly Option<bool> _synthetic = ToolOptions.Switch("--synthetic", "Clustered random vectors instead of a file");
    private readonly Option<string?> _query = ToolOptions.File(
        "--query", "Queries, with --npy: a file of vectors of the same dimension; the first --queries rows are used");

    private readonly Option<int> _n = ToolOptions.Int(
        "--n", 10_000, 2, "Vectors to generate; with --npy the rows to take at random, all of them if it is not given");

    private readonly Option<int> _d = ToolOptions.Int("--d", 64, 1, "Components of a generated vector", IndexLimits.MaxDimension);
    private readonly Option<int> _m = ToolOptions.M();
    private readonly Option<int> _ksub = ToolOptions.Ksub();
    private readonly Option<int> _nlist = ToolOptions.NList();
    private readonly Option<int> _nprobe = ToolOptions.Int("--nprobe", 8, 1, "Lists that a query scans");
    private readonly Option<int> _rerank = ToolOptions.Int("--rerank", 100, 0, "Candidates to re-rank by exact distance; 0 leaves re-ranking out");
    private readonly Option<int> _k = ToolOptions.K();
    private readonly Option<int> _queries = ToolOptions.Int("--queries", 100, 1, "Queries to measure with");
    private readonly Option<string> _metric = ToolOptions.Metric();
    private readonly Option<string> _coarse = ToolOptions.Coarse();
    private readonly Option<float> _anisotropic = ToolOptions.Anisotropic();
    private readonly Option<int> _seed = ToolOptions.Seed();
    private readonly Option<int> _threads = ToolOptions.Threads(
        0,
        "Threads to train and add with; 0 stands for one per processor. No figure depends on it but the seconds, and resident_bytes by the working " +
        "memory of each");

    private readonly Option<string> _kernels = ToolOptions.Kernels();
    private readonly TransformOptions _transform = new();
    private readonly Option<string> _isa = OtherProcessor.Option();
    private readonly Option<string?> _report = ToolOptions.Report();
    private readonly Option<bool> _json = ToolOptions.Switch("--json", "Print one JSON object instead of text");

    private EstimateCommand()
    {
    }

    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var estimate = new EstimateCommand();
        var command = new MeasuringCommand(
            "estimate",
            "Trains an IVFPQ index on your vectors and prints the memory it saves and the recall it keeps, raw and with re-ranking.",
            $"""
            Figures:
              recall@k          {TrueDistance.Explanation}
              memory            MB of 1,000,000 bytes; the codes alone. resident_bytes of --json is all that the process
                                holds for the index: centroids, codebooks, codes and ids, float32 vectors with re-ranking, working memory
              cells             the share of the lists that a query scans, nprobe / nlist
              speed             the fastest of several passes over the queries, one query per call, with re-ranking if there is any; qps_online of
                                --json, also as queries_per_second
              declare it        the attribute to paste

            Examples:
              pqtool estimate --synthetic --m 16 --nlist 128 --nprobe 8
              pqtool estimate --npy vectors.npy --m 20 --nlist 512 --nprobe 16 --rerank 200
              pqtool estimate --npy vectors.npy --m 24 --pad --opq --nlist 512 --nprobe 16
              pqtool estimate --npy vectors.npy --query queries.npy --metric cosine --m 20 --json
            """)
        {
            estimate._npy, estimate._synthetic, estimate._query, estimate._n, estimate._d, estimate._m, estimate._ksub, estimate._nlist,
            estimate._nprobe, estimate._rerank, estimate._k, estimate._queries, estimate._metric, estimate._coarse, estimate._anisotropic,
            estimate._seed, estimate._threads, estimate._kernels, estimate._isa, estimate._report, estimate._json,
        };
        foreach (var option in estimate._transform.All)
        {
            command.Add(option);
        }

        command.SetAction(estimate.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        var (json, k, threads, rerank) = (parsed.GetValue(_json), parsed.GetValue(_k), parsed.GetValue(_threads), parsed.GetValue(_rerank));
        CheckUsage(parsed);
        ToolOptions.CheckFiles(parsed, _report);
        if (OtherProcessor.Run(parsed, parsed.GetValue(_isa)!) is { } exitCode)
        {
            return exitCode;
        }

        var (vectors, queries, heading) = Load(parsed);
        var (metric, nlist) = (MetricWords.Of(parsed.GetValue(_metric)!), parsed.GetValue(_nlist));
        var shape = _transform.Shape(parsed, vectors.Dimension, parsed.GetValue(_m), parsed.GetValue(_ksub), metric);
        if (!json)
        {
            output.WriteLine(heading);
        }

        Sizes.Check(shape, nlist, vectors.Count, error);
        Sizes.CheckNeighbours(k, vectors.Count, queries.Count);
        if (!json)
        {
            var named = metric == Metric.SquaredL2 ? "" : $", metric={MetricWords.Of(metric)}";
            output.WriteLine($"building IVFPQ (nlist={nlist}, m={shape.M}{named}) ...");
        }

        var options = new TrainingOptions
        {
            NList = nlist, Seed = parsed.GetValue(_seed), Threads = threads, KeepVectors = rerank > 0,
            CoarseSearch = ToolOptions.CoarseOf(parsed.GetValue(_coarse)!),
            Transform = _transform.Kind(parsed, metric),
            AnisotropicThreshold = parsed.GetValue(_anisotropic),
        };
        var progress = new ProgressView(error);
        var train = IndexFactory.Trainer(shape, IndexFactory.Kind(parsed.GetValue(_kernels)!), progress);
        var (index, trainSeconds) = progress.Train(report => train(vectors.Values, options with { Progress = report }));
        using var _ = index;
        var addSeconds = progress.Run("adding vectors", _ =>
        {
            index.Add(vectors.Values, threads);
            return true;
        }).Seconds;
        var truth = progress.Run(
            "finding the true neighbours", report => Measure.TrueNeighbours(vectors, queries, metric, k, threads, report)).Result;

        var recall = new Recall(vectors, queries, truth, metric, k);
        var raw = new SearchOptions { NProbe = parsed.GetValue(_nprobe) };
        var reranked = raw with { Rerank = rerank };
        var recallRaw = recall.Of(index, raw, threads);
        var report = new EstimateReport(
            vectors.Count,
            shape.InputDimension,
            shape.M,
            shape.Ksub,
            nlist,
            raw.NProbe,
            k,
            queries.Count,
            rerank,
            recallRaw,
            rerank > 0 ? recall.Of(index, reranked, threads) : recallRaw,
            (long)vectors.Count * shape.InputDimension * sizeof(float),
            (long)vectors.Count * index.CodeSize,
            trainSeconds,
            addSeconds,
            Measure.Online(index, queries, k, reranked),
            index.Memory.Total,
            MetricWords.Of(metric),
            index.Path.ToString(),
            Text.Word(index.Transform),
            shape.Dimension);
        Text.Advise(error, index.TrainingReport);
        output.Write(json ? report.Json() : report.Text(shape.ToString()));
        output.Flush();
        if (parsed.GetValue(_report) is { } page)
        {
            Reports.Of(report, heading, shape.ToString(), IndexFacts.Of(index, queries, k, reranked)).Write(page);
        }

        return CommandLine.Success;
    }

    private void CheckUsage(ParseResult parsed)
    {
        var fromFile = parsed.GetValue(_npy) is not null;
        if (fromFile == parsed.GetValue(_synthetic))
        {
            throw new UsageException(fromFile
                ? "--npy and --synthetic exclude each other; give one of them"
                : "vectors are needed: --npy FILE or --synthetic");
        }

        if (!fromFile && parsed.GetValue(_query) is not null)
        {
            throw new UsageException("--query needs --npy: synthetic vectors have queries of their own");
        }

        ToolOptions.CheckProbes(parsed.GetValue(_nlist), parsed.GetValue(_nprobe));
    }

    private (VectorMatrix Vectors, VectorMatrix Queries, string Heading) Load(ParseResult parsed)
    {
        var queryCount = parsed.GetValue(_queries);
        var seed = parsed.GetValue(_seed);
        if (parsed.GetValue(_npy) is not { } path)
        {
            var (n, d) = (parsed.GetValue(_n), parsed.GetValue(_d));
            var (generated, generatedQueries) = SyntheticData.Generate(n, d, queryCount, seed);
            return (generated, generatedQueries, $"synthetic: {n} vectors x {d} dims");
        }

        var all = Rows.Read(path);
        if (parsed.IsGiven(_d) && parsed.GetValue(_d) != all.Dimension)
        {
            throw new ToolException($"{path} has {all.Dimension} dims, --d says {parsed.GetValue(_d)}; leave --d out, the file decides");
        }

        if (parsed.IsGiven(_n))
        {
            if (parsed.GetValue(_n) > all.Count)
            {
                throw new ToolException($"{path} has {all.Count} rows; --n can be at most {all.Count}");
            }

            all = Rows.Sample(all, parsed.GetValue(_n), seed);
        }

        var name = Path.GetFileName(path);
        if (parsed.GetValue(_query) is { } queryPath)
        {
            var given = Rows.ReadQueries(queryPath, all.Dimension, path);
            given = Rows.First(given, Math.Min(queryCount, given.Count));
            return (all, given, $"{name}: {all.Count} vectors x {all.Dimension} dims");
        }

        if (queryCount >= all.Count)
        {
            throw new ToolException(
                $"--queries {queryCount} rows are held out of {all.Count}; at least one must be left: --queries can be at most {all.Count - 1}");
        }

        var (queries, vectors) = Rows.Split(all, queryCount, seed);
        return (vectors, queries, $"{name}: {vectors.Count} vectors x {vectors.Dimension} dims, {queryCount} more rows held out as queries");
    }
}
