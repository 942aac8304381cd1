using System.Text.Json;
using PqGen.Tests.Vectors;
using PqGen.Tool;
using PqGen.Vectors;

namespace PqGen.Tests.Tool;

public sealed class BenchTests : IDisposable
{
    private const int K = 5;
    private readonly TempFile _base = new(".npy");
    private readonly TempFile _query = new(".npy");
    private readonly TempFile _gt = new(".npy");

    public BenchTests()
    {
        var (vectors, queries) = SyntheticData.Generate(1000, 8, 16, 3);
        VectorFile.WriteNpy(_base.Path, 8, vectors.Values);
        VectorFile.WriteNpy(_query.Path, 8, queries.Values);
        var truth = Measure.TrueNeighbours(vectors, queries, Metric.SquaredL2, K, 1, (_, _) => { });
        File.WriteAllBytes(_gt.Path, NpyBytes.Of("<i8", $"(16, {K})", NpyBytes.Longs(truth.Values.ToArray())));
    }

    public void Dispose()
    {
        _base.Dispose();
        _query.Dispose();
        _gt.Dispose();
    }

    [Fact]
    public void Json_has_one_line_per_nprobe_and_rerank_with_the_fields_of_the_contract()
    {
        var run = Bench("--nprobe 1,8 --rerank 0,50 --train 500 --json", "--gt", _gt.Path);
        Assert.Equal(CommandLine.Success, run.ExitCode);
        JsonElement[] rows = [.. run.Lines.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(
            [(1, 0), (1, 50), (8, 0), (8, 50)],
            rows.Select(row => (row.GetProperty("nprobe").GetInt32(), row.GetProperty("rerank").GetInt32())));
        foreach (var row in rows)
        {
            Assert.Equal(
                "n dimension metric m ksub nlist train seed threads k nprobe rerank recall qps_online qps_batch latency_p50_us latency_p99_us " +
                "train_seconds add_seconds bytes_per_vector resident_bytes_per_vector index_bytes kernels isa transform padded_dimension " +
                "probe_budget",
                string.Join(' ', row.EnumerateObject().Select(field => field.Name)));
            Assert.InRange(row.GetProperty("recall").GetDouble(), 0.01, 1);
            Assert.True(row.GetProperty("qps_online").GetDouble() > 0);
            Assert.True(row.GetProperty("qps_batch").GetDouble() > 0);
            Assert.Equal([1000, 8], new[] { "n", "dimension" }.Select(field => row.GetProperty(field).GetInt32()));
            Assert.Equal("l2", row.GetProperty("metric").GetString());
            Assert.Equal(
                [2, 16, 8, 500, 1234, 1, K],
                new[] { "m", "ksub", "nlist", "train", "seed", "threads", "k" }.Select(field => row.GetProperty(field).GetInt32()));
            Assert.True(row.GetProperty("latency_p50_us").GetDouble() > 0);
            Assert.True(row.GetProperty("latency_p99_us").GetDouble() >= row.GetProperty("latency_p50_us").GetDouble());
            Assert.Equal(1, row.GetProperty("bytes_per_vector").GetInt32());

            // Beside the index, what its searches left for the next ones.
            double share = row.GetProperty("index_bytes").GetInt64() / 1000.0;
            Assert.InRange(row.GetProperty("resident_bytes_per_vector").GetDouble(), share + 0.01, share + 2000);
            Assert.Equal("generic", row.GetProperty("kernels").GetString());
            Assert.False(string.IsNullOrEmpty(row.GetProperty("isa").GetString()));
        }

        // All lists and 50 candidates of 1,000 find nearly all there is; float32 vectors count only where they are used.
        Assert.InRange(rows[3].GetProperty("recall").GetDouble(), 0.85, 1);
        Assert.True(rows[1].GetProperty("index_bytes").GetInt64() - rows[0].GetProperty("index_bytes").GetInt64() >= 1000 * 8 * sizeof(float));
    }

    [Fact]
    public void True_neighbours_that_are_given_and_those_that_are_found_measure_the_same_recall()
    {
        string[] given = Recalls(Bench("--nprobe 2,4 --json", "--gt", _gt.Path));
        Assert.Equal(2, given.Length);
        Assert.Equal(given, Recalls(Bench("--nprobe 2,4 --json")));
    }

    [Theory]
    [InlineData("l2")]
    [InlineData("ip")]
    [InlineData("cosine")]
    public void Specialized_kernels_are_compiled_and_find_the_same(string metric)
    {
        string[] files = ["--base", _base.Path, "--query", _query.Path];
        var specialized = ToolRun.Of($"bench --m 2 --ksub 16 --nlist 8 --nprobe 2,8 --rerank 0,20 --json -k {K} --metric {metric}", files);
        Assert.True(specialized.ExitCode == CommandLine.Success, specialized.Error);
        Assert.All(specialized.Lines, line => Assert.Contains("\"kernels\":\"specialized\"", line, StringComparison.Ordinal));
        Assert.All(specialized.Lines, line => Assert.Contains($"\"metric\":\"{metric}\"", line, StringComparison.Ordinal));
        Assert.Equal(Recalls(Bench($"--nprobe 2,8 --rerank 0,20 --json --metric {metric}")), Recalls(specialized));
    }

    [Theory]
    [InlineData("--m 2 --opq", "opq", 8)]
    [InlineData("--m 2 --mean", "mean", 8)]
    [InlineData("--m 3 --pad", "none", 9)]
    [InlineData("--m 3 --pad --opq --metric cosine", "opq", 9)]
    public void Vectors_are_transformed(string options, string transform, int padded)
    {
        foreach (var kernels in new[] { "generic", "specialized" })
        {
            string[] files = ["--base", _base.Path, "--query", _query.Path];
            var run = ToolRun.Of($"bench --ksub 16 --nlist 8 --nprobe 8 --rerank 0,50 --json -k {K} --kernels {kernels} {options}", files);
            Assert.True(run.ExitCode == CommandLine.Success, run.Error);
            foreach (var row in run.Lines.Select(line => JsonDocument.Parse(line).RootElement))
            {
                Assert.Equal(transform, row.GetProperty("transform").GetString());
                Assert.Equal((8, padded), (row.GetProperty("dimension").GetInt32(), row.GetProperty("padded_dimension").GetInt32()));
                Assert.True(row.GetProperty("rerank").GetInt32() == 0 || row.GetProperty("recall").GetDouble() > 0.85);
            }
        }

        Bench("--opq --mean").Failed(CommandLine.Usage, "--opq and --mean exclude each other");
        Bench("--mean --metric ip").Failed(CommandLine.Usage, "--mean is given, but --metric is ip");
        ToolRun.Of("bench --m 3 --base", _base.Path, "--query", _query.Path).Failed(
            CommandLine.Failure, "8 dims do not divide into m = 3 parts; --m can be 1, 2, 4, 8, or --pad adds zeros");
    }

    [Fact]
    public void Rows_of_a_file_are_compared_in_the_end()
    {
        const string Options = "--nprobe 8 --rerank 50 --json --keep ";
        string[] whole = Recalls(Bench($"{Options} float32"));
        Assert.Equal(whole, Recalls(Bench($"{Options} none", "--refine", _base.Path)));
        Assert.Equal(whole, Recalls(Bench($"{Options} int8", "--refine", _base.Path)));
        Bench("--rerank 50", "--refine", _base.Path).Failed(CommandLine.Failure, "keeps float32 vectors");
        Bench("--rerank 50 --keep int8", "--refine", _query.Path).Failed(CommandLine.Failure, "no row of id 16");
        Bench("--rerank 50 --keep none").Failed(CommandLine.Usage, "--refine FILE");
    }

    [Fact]
    public void The_first_queries_are_measured_when_fewer_are_asked_for()
    {
        Assert.Contains("1000 vectors x 8 dims, 3 queries,", Bench("--queries 3", "--gt", _gt.Path).Lines[0], StringComparison.Ordinal);
        Bench("--queries 17").Failed(CommandLine.Failure, "--queries can be at most 16");
    }

    [Fact]
    public void Without_json_there_is_a_table()
    {
        var run = Bench("--nprobe 4");
        Assert.Equal(3, run.Lines.Length);
        const string Sizes = "1000 vectors x 8 dims, 16 queries, k = 5, [IvfPqIndex(Dimension = 8, M = 2, Ksub = 16";
        Assert.Contains(Sizes, run.Lines[0], StringComparison.Ordinal);
        Assert.Matches("^nprobe +rerank +recall +qps_online +qps_batch +train_s +add_s +B/vec +index_bytes +kernels +isa$", run.Lines[1]);
        Assert.Matches("^ +4 +0 +[01]\\.[0-9]{4} +[0-9]+ +[0-9]+ +[0-9.]+ +[0-9.]+ +1 +[0-9]+ +generic +[A-Za-z0-9]+$", run.Lines[2]);
    }

    [Fact]
    public void A_probe_budget_limits_the_lists()
    {
        Assert.EndsWith(", probe budget 0.75", Bench("--nprobe 8 --probe-budget 0.75").Lines[0], StringComparison.Ordinal);
        double[] recalls = [.. new[] { "0", "0.01", "1e9" }.Select(Recall)];
        Assert.True(recalls[1] < recalls[0]);
        Assert.Equal(recalls[0], recalls[2]);
        Bench("--probe-budget 1 --metric ip").Failed(CommandLine.Usage, "--probe-budget weighs lists by their distance");
        Bench("--probe-budget -1").Failed(CommandLine.Usage, "--probe-budget is '-1'");

        double Recall(string budget)
        {
            var row = JsonDocument.Parse(Bench($"--nprobe 8 --rerank 50 --json --probe-budget {budget}").Lines[0]).RootElement;
            Assert.Equal(double.Parse(budget, System.Globalization.CultureInfo.InvariantCulture), row.GetProperty("probe_budget").GetDouble(), 3);
            return row.GetProperty("recall").GetDouble();
        }
    }

    [Theory]
    [InlineData("--nprobe 9", "--nprobe is 9, but there are 8 lists")]
    [InlineData("--nprobe 1,,2", "--nprobe is ''")]
    [InlineData("--nprobe 0", "--nprobe is '0'; it needs a whole number, 1 or more")]
    [InlineData("--rerank 1,x", "--rerank is 'x'")]
    [InlineData("--train -1", "--train is '-1'")]
    public void Wrong_usage_is_refused(string options, string text) => Bench(options).Failed(CommandLine.Usage, text);

    [Fact]
    public void Base_and_query_are_needed()
    {
        ToolRun.Of("bench --query q.npy").Failed(CommandLine.Usage, "--base");
        ToolRun.Of("bench --base b.npy").Failed(CommandLine.Usage, "--query");
    }

    [Fact]
    public void True_neighbours_that_do_not_fit_are_refused()
    {
        using var fewRows = new TempFile(".ivecs", NpyBytes.Ints(1, 0));
        using var fewColumns = new TempFile(".npy", NpyBytes.Of("<i4", "(16, 2)", new byte[16 * 2 * 4]));
        byte[] ids = [.. new byte[4 * K], .. NpyBytes.Ints(0, 1000), .. new byte[4 * ((15 * K) - 2)]];
        using var foreign = new TempFile(".npy", NpyBytes.Of("<i4", $"(16, {K})", ids));
        Bench("", "--gt", fewRows.Path).Failed(CommandLine.Failure, "one for each of the 16 queries is needed");
        Bench("", "--gt", fewColumns.Path).Failed(CommandLine.Failure, "the largest -k for this file is 2");
        Bench("", "--gt", foreign.Path).Failed(CommandLine.Failure, "row 1, column 1 is 1000");
        Bench("", "--gt", _base.Path).Failed(CommandLine.Failure, "'<f4'");
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused()
    {
        Bench("--train 1001").Failed(CommandLine.Failure, "--train can be at most 1000");
        Bench("--train 15").Failed(CommandLine.Failure, "the largest --ksub for them is 15");
        using var queries = new TempFile(".fvecs", [.. NpyBytes.Ints(1), .. NpyBytes.Floats(1)]);
        ToolRun.Of("bench --base", _base.Path, "--query", queries.Path).Failed(CommandLine.Failure, "vectors of 1 components");
        ToolRun.Of("bench -k 1001 --base", _base.Path, "--query", _query.Path).Failed(CommandLine.Failure, "the largest -k for them is 1000");
    }

    [Theory]
    [InlineData("--help", "estimate", "bench")]
    [InlineData("estimate --help", "--synthetic", "10000", "Examples:")]
    [InlineData("bench --help", "--base", "qps_online", "Examples:")]
    [InlineData("build --help", "--npy", "--calibrate", "Examples:")]
    [InlineData("search --help", "--target-recall", "recall@k", "Examples:")]
    [InlineData("inspect --help", "<FILE>", "Examples:")]
    [InlineData("verify --help", "<FILE>", "Exit code 0", "Examples:")]
    [InlineData("convert --help", "<IN>", "<OUT>", "Examples:")]
    public void Help_is_an_answer(string commandLine, params string[] parts)
    {
        var run = ToolRun.Of(commandLine);
        Assert.Equal(CommandLine.Success, run.ExitCode);
        Assert.All(parts, part => Assert.Contains(part, run.Output, StringComparison.Ordinal));
    }

    private ToolRun Bench(string options, params string[] more) => ToolRun.Of(
        $"bench --m 2 --ksub 16 --nlist 8 --kernels generic {(options.Contains("--nprobe", StringComparison.Ordinal) ? "" : "--nprobe 2 ")}{options}",
        ["-k", $"{K}", "--base", _base.Path, "--query", _query.Path, .. more]);

    private static string[] Recalls(ToolRun run) =>
        [.. run.Lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("recall").GetRawText())];
}
