using System.CommandLine;
using PqGen.Vectors;

namespace PqGen.Tool;

/// <summary><c>pqtool estimate</c>: recall, memory and the share of the index that a query reads, for one choice of sizes.</summary>
internal sealed class EstimateCommand
{
    private readonly Option<string?> _npy = ToolOptions.File("--npy", "Your vectors: .npy (two axes; float32, float64 or float16), .fvecs or .bvecs. Queries are rows held out of them, unless --query gives others");
    private readonly Option<bool> _synthetic = ToolOptions.Switch("--synthetic", "Clustered random vectors instead of a file");
    private readonly Option<string?> _query = ToolOptions.File("--query", "Queries, with --npy: a file of vectors of the same dimension; the first --queries rows are used");
    private readonly Option<int> _n = ToolOptions.Int("--n", 10_000, 2, "Vectors to generate; with --npy the rows to take at random, all of them if it is not given");
    private readonly Option<int> _d = ToolOptions.Int("--d", 64, 1, "Components of a generated vector", IndexLimits.MaxDimension);
    private readonly Option<int> _m = ToolOptions.Int("--m", 16, 1, "Sub-quantizers: a code has m parts; m divides the dimension", IndexLimits.MaxM);
    private readonly Option<int> _ksub = ToolOptions.Int("--ksub", 256, IndexLimits.MinKsub, "Centroids of each sub-quantizer; up to 16, two parts of a code share a byte", IndexLimits.MaxKsub);
    private readonly Option<int> _nlist = ToolOptions.Int("--nlist", 128, 1, "Lists (cells) of the inverted file");
    private readonly Option<int> _nprobe = ToolOptions.Int("--nprobe", 8, 1, "Lists that a query scans");
    private readonly Option<int> _rerank = ToolOptions.Int("--rerank", 100, 0, "Candidates to re-rank by exact distance; 0 leaves re-ranking out");
    private readonly Option<int> _k = ToolOptions.Int("-k", 10, 1, "Neighbours of each query");
    private readonly Option<int> _queries = ToolOptions.Int("--queries", 100, 1, "Queries to measure with");
    private readonly Option<string> _metric = ToolOptions.Choice("--metric", "l2 is the squared Euclidean distance; inner product and cosine follow in a later version", "l2");
    private readonly Option<int> _seed = ToolOptions.Int("--seed", 1234, int.MinValue, "Seed of every random choice");
    private readonly Option<int> _threads = ToolOptions.Int("--threads", 0, 0, "Threads to train and add with; 0 stands for one per processor. No figure but the seconds depends on it");
    private readonly Option<string> _kernels = ToolOptions.Choice("--kernels", "specialized compiles the declaration for these sizes and runs it, as your own program will; generic runs the twin sized at run time", IndexFactory.KernelWords);
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
            """
            Figures:
              recall@k          the share of the true k nearest neighbours (by comparing with every vector) that the search returns
                                among its k, averaged over the queries
              memory            MB of 1,000,000 bytes; the codes alone, without ids, centroids and codebooks (bench shows them all)
              cells             the share of the lists that a query scans, nprobe / nlist
              speed             the fastest of several passes over the queries, one query per call, with re-ranking if there is any
              declare it        the attribute to paste

            Examples:
              pqtool estimate --synthetic --m 16 --nlist 128 --nprobe 8
              pqtool estimate --npy vectors.npy --m 20 --nlist 512 --nprobe 16 --rerank 200
              pqtool estimate --npy vectors.npy --query queries.npy --m 20 --json
            """)
        {
            estimate._npy, estimate._synthetic, estimate._query, estimate._n, estimate._d, estimate._m, estimate._ksub, estimate._nlist, estimate._nprobe,
            estimate._rerank, estimate._k, estimate._queries, estimate._metric, estimate._seed, estimate._threads, estimate._kernels, estimate._json,
        };
        command.SetAction(estimate.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        (TextWriter output, TextWriter error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        bool json = parsed.GetValue(_json);
        int k = parsed.GetValue(_k);
        CheckUsage(parsed);
        var (vectors, queries, heading) = Load(parsed);
        var shape = new IndexShape(vectors.Dimension, parsed.GetValue(_m), parsed.GetValue(_ksub), parsed.GetValue(_nlist));
        if (!json)
            output.WriteLine(heading);
        shape.Check(vectors.Count, error);
        IndexShape.CheckNeighbours(k, vectors.Count);
        if (!json)
            output.WriteLine($"building IVFPQ (nlist={shape.NList}, m={shape.M}) ...");

        int threads = parsed.GetValue(_threads);
        int rerank = parsed.GetValue(_rerank);
        var options = new TrainingOptions { NList = shape.NList, Seed = parsed.GetValue(_seed), Threads = threads, KeepVectors = rerank > 0 };
        var progress = new ProgressView(error);
        var train = IndexFactory.Trainer(shape, IndexFactory.Kind(parsed.GetValue(_kernels)!), progress);
        var (index, trainSeconds) = progress.Train(report => train(vectors.Values, options with { Progress = report }));
        using var _ = index;
        var (_, addSeconds) = progress.Run("adding vectors", _ =>
        {
            index.Add(vectors.Values, threads);
            return true;
        });
        var (truth, _) = progress.Run("finding the true neighbours", report => Measure.TrueNeighbours(vectors, queries, k, threads, report));

        var raw = new SearchOptions { NProbe = parsed.GetValue(_nprobe) };
        var reranked = raw with { Rerank = rerank };
        double recallRaw = Measure.Recall(index, queries, truth, k, raw, threads);
        var report = new Report(
            vectors.Count,
            shape.Dimension,
            shape.M,
            shape.Ksub,
            shape.NList,
            raw.NProbe,
            k,
            queries.Count,
            rerank,
            recallRaw,
            rerank > 0 ? Measure.Recall(index, queries, truth, k, reranked, threads) : recallRaw,
            (long)vectors.Count * shape.Dimension * sizeof(float),
            (long)vectors.Count * index.CodeSize,
            trainSeconds,
            addSeconds,
            Measure.Online(index, queries, k, reranked));
        output.Write(json ? report.Json() : report.Text(shape.Declaration));
        return CommandLine.Success;
    }

    private void CheckUsage(ParseResult parsed)
    {
        bool fromFile = parsed.GetValue(_npy) is not null;
        if (fromFile == parsed.GetValue(_synthetic))
            throw new UsageException(fromFile ? "--npy and --synthetic exclude each other; give one of them" : "vectors are needed: --npy FILE or --synthetic");
        if (!fromFile && parsed.GetValue(_query) is not null)
            throw new UsageException("--query needs --npy: synthetic vectors have queries of their own");
        ToolOptions.CheckProbes(parsed.GetValue(_nlist), parsed.GetValue(_nprobe));
    }

    private (VectorMatrix Vectors, VectorMatrix Queries, string Heading) Load(ParseResult parsed)
    {
        int queryCount = parsed.GetValue(_queries);
        int seed = parsed.GetValue(_seed);
        if (parsed.GetValue(_npy) is not { } path)
        {
            (int n, int d) = (parsed.GetValue(_n), parsed.GetValue(_d));
            var (generated, generatedQueries) = SyntheticData.Generate(n, d, queryCount, seed);
            return (generated, generatedQueries, $"synthetic: {n} vectors x {d} dims");
        }

        var all = Rows.Read(path);
        if (parsed.IsGiven(_d) && parsed.GetValue(_d) != all.Dimension)
            throw new ToolException($"{path} has {all.Dimension} dims, --d says {parsed.GetValue(_d)}; leave --d out, the file decides");
        if (parsed.IsGiven(_n))
        {
            if (parsed.GetValue(_n) > all.Count)
                throw new ToolException($"{path} has {all.Count} rows; --n can be at most {all.Count}");
            all = Rows.Sample(all, parsed.GetValue(_n), seed);
        }

        string name = Path.GetFileName(path);
        if (parsed.GetValue(_query) is { } queryPath)
        {
            var given = Rows.ReadLike(queryPath, all, path);
            given = Rows.First(given, Math.Min(queryCount, given.Count));
            return (all, given, $"{name}: {all.Count} vectors x {all.Dimension} dims");
        }

        if (queryCount >= all.Count)
            throw new ToolException($"--queries {queryCount} rows are held out of {all.Count}; at least one must be left: --queries can be at most {all.Count - 1}");
        var (queries, vectors) = Rows.Split(all, queryCount, seed);
        return (vectors, queries, $"{name}: {vectors.Count} vectors x {vectors.Dimension} dims, {queryCount} more rows held out as queries");
    }

    /// <summary>What was measured.</summary>
    private sealed record Report(
        int N,
        int Dimension,
        int M,
        int Ksub,
        int Nlist,
        int Nprobe,
        int K,
        int Queries,
        int Rerank,
        double RecallRaw,
        double RecallRerank,
        long Float32Bytes,
        long CodeBytes,
        double TrainSeconds,
        double AddSeconds,
        double QueriesPerSecond)
    {
        private double Compression => (double)Float32Bytes / CodeBytes;

        private double CellsScannedPercent => 100.0 * Nprobe / Nlist;

        public string Json() => Tool.Text.JsonLine(new
        {
            N,
            Dimension,
            M,
            Ksub,
            Nlist,
            Nprobe,
            K,
            Queries,
            Rerank,
            RecallRaw = Tool.Text.Rounded(RecallRaw, 6),
            RecallRerank = Tool.Text.Rounded(RecallRerank, 6),
            Float32Bytes,
            CodeBytes,
            Compression = Tool.Text.Rounded(Compression, 4),
            CellsScannedPercent = Tool.Text.Rounded(CellsScannedPercent, 4),
            TrainSeconds = Tool.Text.Rounded(TrainSeconds, 4),
            AddSeconds = Tool.Text.Rounded(AddSeconds, 4),
            QueriesPerSecond = Tool.Text.Rounded(QueriesPerSecond, 1),
        }) + Environment.NewLine;

        public string Text(string declaration)
        {
            var lines = new List<string>
            {
                "",
                "--- results ---",
                $"  recall@{K} (raw)         : {Tool.Text.Fixed(RecallRaw, 3)}",
            };
            if (Rerank > 0)
                lines.Add($"  recall@{K} (+rerank {Rerank}): {Tool.Text.Fixed(RecallRerank, 3)}");
            lines.Add($"  memory (float32 vectors) : {Tool.Text.Megabytes(Float32Bytes, 1)}");
            lines.Add($"  memory (PQ codes)        : {Tool.Text.Megabytes(CodeBytes, 2)} ({Tool.Text.Fixed(Compression, 0)}x smaller)");
            lines.Add($"  per query, IVF scans ~{Tool.Text.Fixed(CellsScannedPercent, 1)}% of cells");
            lines.Add($"  speed (one thread)       : {Tool.Text.Fixed(QueriesPerSecond, 0)} queries/s");
            lines.Add($"  declare it               : {declaration}");
            lines.Add("");
            return string.Join(Environment.NewLine, lines);
        }
    }
}
