using System.CommandLine;
using System.Globalization;
using PqGen.Tool.Report;
using PqGen.Vectors;

namespace PqGen.Tool;

/// <summary><c>pqtool bench</c>: recall and speed for every pair of nprobe and rerank, on base vectors and queries of their own.</summary>
internal sealed class BenchCommand
{
    private readonly Option<string?> _base = ToolOptions.File(
        "--base", $"Vectors to index: {ToolOptions.VectorFiles}. With --index those that it holds, for the true neighbours");

    private readonly Option<string?> _index = ToolOptions.File("--index", "An index file to measure, instead of training one");
    private readonly Option<string?> _query = ToolOptions.File("--query", "Queries, of the same dimension and formats", required: true);
    private readonly Option<string?> _gt = ToolOptions.File(
        "--gt",
        $"True neighbours under --metric, row numbers of --base or, without it, ids of --index: {ToolOptions.IntFiles}. Without it every query is " +
        "compared with every vector");

    private readonly Option<int> _m = ToolOptions.M();
    private readonly Option<int> _ksub = ToolOptions.Ksub();
    private readonly Option<int> _nlist = ToolOptions.NList();
    private readonly Option<int[]> _nprobe = ToolOptions.IntList("--nprobe", [8], 1, "Lists that a query scans, one or several numbers");
    private readonly Option<int[]> _rerank = ToolOptions.IntList(
        "--rerank", [0], 0, "Candidates to re-rank by exact distance, one or several numbers; 0 leaves re-ranking out");

    private readonly Option<double> _budget = ToolOptions.ProbeBudget();
    private readonly Option<int> _queries = ToolOptions.Int("--queries", 0, 0, "Queries to measure with, the first of --query; 0 takes all");
    private readonly Option<int> _k = ToolOptions.K();
    private readonly Option<int> _train = ToolOptions.Int("--train", 0, 0, "Vectors to train on, a random sample of --base; 0 takes all");
    private readonly Option<int> _threads = ToolOptions.Threads(1, "Threads of training, adding and batch search; 0 stands for one per processor");
    private readonly Option<string> _kernels = ToolOptions.Kernels();
    private readonly Option<string> _metric = ToolOptions.Metric();
    private readonly Option<string> _keep = ToolOptions.Keep();
    private readonly Option<string?> _refine = ToolOptions.Refine();
    private readonly Option<string> _coarse = ToolOptions.Coarse();
    private readonly TransformOptions _transform = new();
    private readonly Option<float> _anisotropic = ToolOptions.Anisotropic();
    private readonly Option<string> _isa = OtherProcessor.Option();
    private readonly Option<int> _seed = ToolOptions.Seed();
    private readonly Option<string?> _report = ToolOptions.Report();
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
            "Trains an IVFPQ index, or opens an index file, and measures recall and speed for every pair of --nprobe and --rerank.",
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
              transform         what vectors go through before they are encoded: none, mean or opq; padded_dimension their components then
                                (JSON only)
              kernels, isa      the kernels and the instruction set they ran on

            Examples:
              pqtool bench --base base.npy --query query.npy --m 20 --nlist 512 --nprobe 1,8,16 --rerank 0,100
              pqtool bench --base base.npy --query query.npy --metric cosine --m 20 --nlist 512 --nprobe 16 --rerank 0,100
              pqtool bench --base base.npy --query query.npy --m 20 --nlist 2048 --nprobe 48 --rerank 100 --keep float16
              pqtool bench --base base.npy --query query.npy --m 20 --nlist 2048 --nprobe 48 --rerank 100 --keep int8 --refine base.npy
              pqtool bench --base base.npy --query query.npy --m 24 --pad --opq --nlist 512 --nprobe 32
              pqtool bench --base base.npy --query query.npy --m 20 --nlist 16384 --nprobe 64 --coarse hnsw
              pqtool bench --index words.pqg --base base.npy --query query.npy --nprobe 8,16,32
              pqtool bench --base base.fvecs --query query.fvecs --gt gt.ivecs --m 16 --nlist 1024 --nprobe 16 --train 65536 --json
            """)
        {
            bench._base, bench._index, bench._query, bench._gt, bench._m, bench._ksub, bench._nlist, bench._nprobe, bench._budget, bench._rerank,
            bench._k, bench._queries,
            bench._train, bench._threads, bench._kernels, bench._metric, bench._keep, bench._coarse, bench._anisotropic, bench._isa, bench._seed,
            bench._refine, bench._report, bench._json,
        };
        foreach (var option in bench._transform.All)
        {
            command.Add(option);
        }

        command.SetAction(bench.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        CheckUsage(parsed);
        ToolOptions.CheckFiles(parsed, _report);
        if (OtherProcessor.Run(parsed, parsed.GetValue(_isa)!) is { } exitCode)
        {
            return exitCode;
        }

        var progress = new ProgressView(parsed.InvocationConfiguration.Error);
        return parsed.GetValue(_index) is { } path ? Open(parsed, path, progress) : Train(parsed, progress);
    }

    private void CheckUsage(ParseResult parsed)
    {
        var keep = parsed.GetValue(_keep)!;
        if (parsed.GetValue(_index) is null)
        {
            if (parsed.GetValue(_base) is null)
            {
                throw new UsageException("vectors are needed, --base FILE, or an index that holds some, --index FILE");
            }

            ToolOptions.CheckProbes(parsed.GetValue(_nlist), parsed.GetValue(_nprobe)!);
            if (parsed.GetValue(_budget) > 0 && MetricWords.Of(parsed.GetValue(_metric)!) == Metric.InnerProduct)
            {
                throw new UsageException("--probe-budget weighs lists by their distance, and --metric ip has none; leave it out");
            }

            if (keep == "none" && parsed.GetValue(_refine) is null && parsed.GetValue(_rerank)!.Any(rerank => rerank > 0))
            {
                var reranks = string.Join(',', parsed.GetValue(_rerank)!);
                throw new UsageException($"--keep is none, but --rerank is {reranks}; it needs 0, or vectors that are kept, or --refine FILE");
            }

            return;
        }

        foreach (var option in (IEnumerable<Option>)[_m, _ksub, _nlist, _train, _metric, _keep, _coarse, _seed, .. _transform.All])
        {
            if (parsed.IsGiven(option))
            {
                throw new UsageException($"{option.Name} belongs to training, but --index opens a trained index; leave it out");
            }
        }

        if (parsed.GetValue(_base) is null && parsed.GetValue(_gt) is null)
        {
            throw new UsageException("--index needs the true neighbours, --gt FILE, or the vectors to find them among, --base FILE");
        }
    }

    private int Train(ParseResult parsed, ProgressView progress)
    {
        var (k, threads, seed) = (parsed.GetValue(_k), parsed.GetValue(_threads), parsed.GetValue(_seed));
        var (keep, reranks) = (parsed.GetValue(_keep)!, parsed.GetValue(_rerank)!);
        var basePath = parsed.GetValue(_base)!;
        var vectors = Rows.Read(basePath);
        var (allQueries, queries) = ReadQueries(parsed, vectors.Dimension, basePath);
        Sizes.CheckNeighbours(k, vectors.Count, queries.Count);
        var trainCount = Count(parsed, _train, vectors.Count, basePath);
        var (metric, nlist) = (MetricWords.Of(parsed.GetValue(_metric)!), parsed.GetValue(_nlist));
        var shape = _transform.Shape(parsed, vectors.Dimension, parsed.GetValue(_m), parsed.GetValue(_ksub), metric);
        Sizes.Check(shape, nlist, trainCount, parsed.InvocationConfiguration.Error);
        var truth = TruthOf(parsed, vectors, allQueries, queries, metric, progress);
        var options = new TrainingOptions
        {
            NList = nlist,
            Seed = seed,
            Threads = threads,
            KeepVectors = keep != "none" && reranks.Any(rerank => rerank > 0),
            RowFormat = keep != "none" ? Enum.Parse<RowFormat>(keep, ignoreCase: true) : RowFormat.Float32,
            CoarseSearch = ToolOptions.CoarseOf(parsed.GetValue(_coarse)!),
            Transform = _transform.Kind(parsed, metric),
            AnisotropicThreshold = parsed.GetValue(_anisotropic),
        };
        var sample = Rows.Sample(vectors, trainCount, seed);
        var train = IndexFactory.Trainer(shape, IndexFactory.Kind(parsed.GetValue(_kernels)!), progress);
        var (index, trainSeconds) = progress.Train(report => train(sample.Values, options with { Progress = report }));
        using var _ = index;
        var addSeconds = progress.Run("adding vectors", _ =>
        {
            index.Add(vectors.Values, threads);
            return true;
        }).Seconds;
        using var rows = Rows.Attach(index, parsed.GetValue(_refine));
        var recall = new Recall(vectors, queries, truth, metric, k);
        var made = new MadeIndex(basePath, trainCount, seed, trainSeconds, addSeconds);
        Report(parsed, index, queries, search => recall.Of(index, search, threads), made);
        recall.Warn(parsed.InvocationConfiguration.Error);
        return CommandLine.Success;
    }

    private int Open(ParseResult parsed, string path, ProgressView progress)
    {
        var k = parsed.GetValue(_k);
        using var index = IndexFactory.Open(path, IndexFactory.Kind(parsed.GetValue(_kernels)!), progress);
        using var rows = Rows.Attach(index, parsed.GetValue(_refine));
        if (index.NList > 0)
        {
            ToolOptions.CheckProbes(index.NList, parsed.GetValue(_nprobe)!);
        }

        var (allQueries, queries) = ReadQueries(parsed, index.Dimension, path);
        Sizes.CheckNeighbours(k, (int)Math.Min(int.MaxValue, index.Count), queries.Count);
        Recall? recall;
        IntMatrix truth;
        if (parsed.GetValue(_base) is { } basePath)
        {
            var vectors = Rows.Read(basePath);
            if (vectors.Dimension != index.Dimension)
            {
                throw new VectorFileException(basePath, $"vectors of {vectors.Dimension} components", $"{path} has {index.Dimension}");
            }

            truth = TruthOf(parsed, vectors, allQueries, queries, index.Metric, progress);
            recall = new Recall(id => vectors.Row(Row(id, vectors.Count, basePath, path)), queries, truth, index.Metric, k);
        }
        else
        {
            truth = Truth.Read(parsed.GetValue(_gt)!, allQueries.Count, k);
            Truth.CheckIds(parsed.GetValue(_gt)!, truth, index);
            recall = Truth.ByKept(index, queries, truth, k);
        }

        var threads = parsed.GetValue(_threads);
        Report(
            parsed,
            index,
            queries,
            search => recall?.Of(index, search, threads) ?? Recall.ById(index, queries, truth, k, search, threads),
            new MadeIndex(path, 0, 0, 0, 0));
        recall?.Warn(parsed.InvocationConfiguration.Error);

        return CommandLine.Success;
    }

    /// <summary>The row of an id that an index found.</summary>
    private static int Row(long id, int rows, string basePath, string path) => id >= 0 && id < rows
        ? (int)id
        : throw new ToolException(
            $"{path} has found id {id}, but {basePath} has {rows} rows; the vectors that the index holds are needed, in their order");

    private (VectorMatrix All, VectorMatrix Measured) ReadQueries(ParseResult parsed, int dimension, string of)
    {
        var path = parsed.GetValue(_query)!;
        var all = Rows.ReadQueries(path, dimension, of);
        return (all, Rows.First(all, Count(parsed, _queries, all.Count, path)));
    }

    private IntMatrix TruthOf(
        ParseResult parsed, VectorMatrix vectors, VectorMatrix allQueries, VectorMatrix queries, Metric metric, ProgressView progress)
    {
        var k = parsed.GetValue(_k);
        if (parsed.GetValue(_gt) is not { } path)
        {
            return progress.Run("finding the true neighbours", report => Measure.TrueNeighbours(vectors, queries, metric, k, 0, report)).Result;
        }

        var truth = Truth.Read(path, allQueries.Count, k);
        Truth.CheckRows(path, truth, vectors.Count);
        return truth;
    }

    private void Report(ParseResult parsed, VectorIndex index, VectorMatrix queries, Func<SearchOptions, double> recall, MadeIndex made)
    {
        var table = new BenchTable(parsed.InvocationConfiguration.Output, parsed.GetValue(_json));
        var bench = new IndexBench(index, made, queries, parsed.GetValue(_k), parsed.GetValue(_threads), parsed.GetValue(_kernels)!);
        var budget = parsed.GetValue(_budget);
        var heading = budget > 0 ? string.Create(CultureInfo.InvariantCulture, $"{bench.Heading}, probe budget {budget}") : bench.Heading;
        table.Begin(heading);
        foreach (var nprobe in parsed.GetValue(_nprobe)!)
        {
            foreach (var rerank in parsed.GetValue(_rerank)!)
            {
                table.Add(bench.Measure(Search(nprobe, rerank), recall(Search(nprobe, rerank))));
            }
        }

        Text.Advise(parsed.InvocationConfiguration.Error, index.TrainingReport);
        if (parsed.GetValue(_report) is { } page)
        {
            var last = Search(parsed.GetValue(_nprobe)![^1], parsed.GetValue(_rerank)![^1]);
            Reports.Of(heading, table.Rows, IndexFacts.Of(index, queries, parsed.GetValue(_k), last)).Write(page);
        }

        SearchOptions Search(int nprobe, int rerank) =>
            new() { NProbe = nprobe, ProbeBudget = (float)budget, Rerank = rerank };
    }

    /// <summary>How many of the rows of a file an option takes; 0 stands for all.</summary>
    private static int Count(ParseResult parsed, Option<int> option, int rows, string path)
    {
        var count = parsed.GetValue(option);
        return count <= rows
            ? count == 0 ? rows : count
            : throw new ToolException($"{path} has {rows} rows; {option.Name} can be at most {rows}");
    }
}
