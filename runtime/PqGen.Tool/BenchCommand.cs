using System.CommandLine;
using System.Globalization;
using PqGen.Vectors;

namespace PqGen.Tool;

/// <summary><c>pqtool bench</c>: recall and speed for every pair of nprobe and rerank, on base vectors and queries of their own.</summary>
internal sealed class BenchCommand
{
    private readonly Option<string?> _base = ToolOptions.File("--base", "Vectors to index: .npy (two axes; float32, float64 or float16), .fvecs or .bvecs", required: true);
    private readonly Option<string?> _query = ToolOptions.File("--query", "Queries, of the same dimension and formats", required: true);
    private readonly Option<string?> _gt = ToolOptions.File("--gt", "True neighbours: .npy of integers or .ivecs, a row per query, row numbers of --base, nearest first, at least k of them. Without it every query is compared with every vector");
    private readonly Option<int> _m = ToolOptions.Int("--m", 16, 1, "Sub-quantizers: a code has m parts; m divides the dimension", IndexLimits.MaxM);
    private readonly Option<int> _ksub = ToolOptions.Int("--ksub", 256, IndexLimits.MinKsub, "Centroids of each sub-quantizer; up to 16, two parts of a code share a byte", IndexLimits.MaxKsub);
    private readonly Option<int> _nlist = ToolOptions.Int("--nlist", 128, 1, "Lists (cells) of the inverted file");
    private readonly Option<int[]> _nprobe = ToolOptions.IntList("--nprobe", [8], 1, "Lists that a query scans, one or several numbers");
    private readonly Option<int[]> _rerank = ToolOptions.IntList("--rerank", [0], 0, "Candidates to re-rank by exact distance, one or several numbers; 0 leaves re-ranking out");
    private readonly Option<int> _queries = ToolOptions.Int("--queries", 0, 0, "Queries to measure with, the first of --query; 0 takes all");
    private readonly Option<int> _k = ToolOptions.Int("-k", 10, 1, "Neighbours of each query");
    private readonly Option<int> _train = ToolOptions.Int("--train", 0, 0, "Vectors to train on, a random sample of --base; 0 takes all");
    private readonly Option<int> _threads = ToolOptions.Int("--threads", 1, 0, "Threads of training, adding and batch search; 0 stands for one per processor");
    private readonly Option<string> _kernels = ToolOptions.Choice("--kernels", "specialized compiles the declaration for these sizes and runs it, as your own program will; generic runs the twin sized at run time", IndexFactory.KernelWords);
    private readonly Option<string> _metric = ToolOptions.Choice("--metric", "l2 is the squared Euclidean distance; inner product and cosine follow in a later version", "l2");
    private readonly Option<int> _seed = ToolOptions.Int("--seed", 1234, int.MinValue, "Seed of every random choice");
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
            """
            Figures:
              recall            the share of the true k nearest that the search returns among its k, averaged over the queries
              qps_online        queries per second, one query per call, one thread
              qps_batch         queries per second, all queries in one call, with --threads
                                (both: the fastest of several warmed-up passes over all queries, 3 passes and 1 second at least)
              train_seconds     training on --train vectors with --threads
              add_seconds       adding all of --base with --threads
              bytes_per_vector  bytes of one code: m, or m/2 rounded up for a --ksub up to 16
              index_bytes       the index in memory: centroids, codebooks, codes and ids; with re-ranking also its float32 vectors
              kernels, isa      the kernels and the instruction set they ran on

            Examples:
              pqtool bench --base base.npy --query query.npy --m 20 --nlist 512 --nprobe 1,8,16 --rerank 0,100
              pqtool bench --base base.fvecs --query query.fvecs --gt gt.ivecs --m 16 --nlist 1024 --nprobe 16 --train 65536 --json
            """)
        {
            bench._base, bench._query, bench._gt, bench._m, bench._ksub, bench._nlist, bench._nprobe, bench._rerank, bench._k, bench._queries,
            bench._train, bench._threads, bench._kernels, bench._metric, bench._seed, bench._json,
        };
        command.SetAction(bench.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        (TextWriter output, TextWriter error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        int k = parsed.GetValue(_k);
        int threads = parsed.GetValue(_threads);
        int seed = parsed.GetValue(_seed);
        ToolOptions.CheckProbes(parsed.GetValue(_nlist), parsed.GetValue(_nprobe));
        string basePath = parsed.GetValue(_base)!;
        var vectors = Rows.Read(basePath);
        string queryPath = parsed.GetValue(_query)!;
        var allQueries = Rows.ReadLike(queryPath, vectors, basePath);
        int queryCount = parsed.GetValue(_queries) is 0 ? allQueries.Count : parsed.GetValue(_queries);
        if (queryCount > allQueries.Count)
            throw new ToolException($"{queryPath} has {allQueries.Count} rows; --queries can be at most {allQueries.Count}");
        var queries = Rows.First(allQueries, queryCount);
        IndexShape.CheckNeighbours(k, vectors.Count);
        int trainCount = parsed.GetValue(_train) is 0 ? vectors.Count : parsed.GetValue(_train);
        if (trainCount > vectors.Count)
            throw new ToolException($"{basePath} has {vectors.Count} rows; --train can be at most {vectors.Count}");
        var shape = new IndexShape(vectors.Dimension, parsed.GetValue(_m), parsed.GetValue(_ksub), parsed.GetValue(_nlist));
        shape.Check(trainCount, error);

        var progress = new ProgressView(error);
        var truth = parsed.GetValue(_gt) is { } path
            ? ReadTruth(path, vectors, allQueries, k)
            : progress.Run("finding the true neighbours", report => Measure.TrueNeighbours(vectors, queries, k, 0, report)).Result;

        int[] reranks = parsed.GetValue(_rerank)!;
        string kernels = parsed.GetValue(_kernels)!;
        var options = new TrainingOptions { NList = shape.NList, Seed = seed, Threads = threads, KeepVectors = reranks.Any(rerank => rerank > 0) };
        var sample = Rows.Sample(vectors, trainCount, seed);
        var train = IndexFactory.Trainer(shape, IndexFactory.Kind(kernels), progress);
        var (index, trainSeconds) = progress.Train(report => train(sample.Values, options with { Progress = report }));
        using var _ = index;
        var (_, addSeconds) = progress.Run("adding vectors", _ =>
        {
            index.Add(vectors.Values, threads);
            return true;
        });

        var report = new Report(output, parsed.GetValue(_json));
        report.Begin($"{Path.GetFileName(basePath)}: {vectors.Count} vectors x {vectors.Dimension} dims, {queries.Count} queries, k = {k}, {shape.Declaration}, nlist = {shape.NList}");
        foreach (int nprobe in parsed.GetValue(_nprobe)!)
        {
            foreach (int rerank in reranks)
            {
                var search = new SearchOptions { NProbe = nprobe, Rerank = rerank };
                var memory = index.Memory;
                report.Add(new Row(
                    nprobe,
                    rerank,
                    Text.Rounded(Measure.Recall(index, queries, truth, k, search, threads), 6),
                    Text.Rounded(Measure.Online(index, queries, k, search), 1),
                    Text.Rounded(Measure.Batch(index, queries, k, search, threads), 1),
                    Text.Rounded(trainSeconds, 4),
                    Text.Rounded(addSeconds, 4),
                    index.CodeSize,
                    rerank > 0 ? memory.Total : memory.Total - memory.Vectors,
                    kernels,
                    index.Path.ToString()));
            }
        }

        return CommandLine.Success;
    }

    private static IntMatrix ReadTruth(string path, VectorMatrix vectors, VectorMatrix queries, int k)
    {
        var truth = VectorFile.ReadInts(path);
        if (truth.Count != queries.Count)
            throw new VectorFileException(path, $"{truth.Count} rows", $"one for each of the {queries.Count} queries is needed");
        if (truth.Columns < k)
            throw new VectorFileException(path, $"{truth.Columns} neighbours of each query", $"-k {k} needs as many; the largest -k for this file is {truth.Columns}");
        for (int i = 0; i < truth.Values.Length; i++)
        {
            long id = truth.Values[i];
            if (id < 0 || id >= vectors.Count)
                throw new VectorFileException(path, $"row {i / truth.Columns}, column {i % truth.Columns} is {id}", $"row numbers of --base are needed, 0 to {vectors.Count - 1}");
        }

        return truth;
    }

    /// <summary>One measurement.</summary>
    private sealed record Row(
        int Nprobe,
        int Rerank,
        double Recall,
        double QpsOnline,
        double QpsBatch,
        double TrainSeconds,
        double AddSeconds,
        int BytesPerVector,
        long IndexBytes,
        string Kernels,
        string Isa);

    /// <summary>Prints measurements as they come, as JSON lines or as an aligned table.</summary>
    private sealed class Report(TextWriter output, bool json)
    {
        /// <summary>Widths of the columns; numbers end at the right, words (negative) start at the left.</summary>
        private static readonly int[] Widths = [6, 6, 7, 11, 11, 9, 9, 6, 13, -11, -10];

        public void Begin(string heading)
        {
            if (json)
                return;
            output.WriteLine(heading);
            Write("nprobe", "rerank", "recall", "qps_online", "qps_batch", "train_s", "add_s", "B/vec", "index_bytes", "kernels", "isa");
        }

        public void Add(Row row)
        {
            if (json)
            {
                output.WriteLine(Text.JsonLine(row));
            }
            else
            {
                Write(
                    row.Nprobe,
                    row.Rerank,
                    Text.Fixed(row.Recall, 4),
                    Text.Fixed(row.QpsOnline, 0),
                    Text.Fixed(row.QpsBatch, 0),
                    Text.Fixed(row.TrainSeconds, 2),
                    Text.Fixed(row.AddSeconds, 2),
                    row.BytesPerVector,
                    row.IndexBytes,
                    row.Kernels,
                    row.Isa);
            }

            output.Flush();
        }

        private void Write(params object[] cells) => output.WriteLine(string.Join("  ", cells.Zip(Widths, Pad)).TrimEnd());

        private static string Pad(object cell, int width)
        {
            string text = Convert.ToString(cell, CultureInfo.InvariantCulture)!;
            return width < 0 ? text.PadRight(-width) : text.PadLeft(width);
        }
    }
}
