using System.Text.Json;
using PqGen.Tests.Vectors;
using PqGen.Tool;
using PqGen.Vectors;

namespace PqGen.Tests.Tool;

/// <summary>estimate and bench under every metric, against neighbours and recall that are counted here, in double precision.</summary>
public sealed class MetricTests : IDisposable
{
    private const int Dimension = 8;
    private const int K = 5;
    private const int Lists = 8;
    private const string Sizes = "--m 2 --ksub 16 --nlist 8 --kernels generic";

    private readonly VectorMatrix _vectors;
    private readonly VectorMatrix _queries;
    private readonly TempFile _base = new(".npy");
    private readonly TempFile _query = new(".npy");

    public MetricTests()
    {
        // Lengths from 1 to 9 times the usual: the nearest are others under each metric.
        var (vectors, queries) = SyntheticData.Generate(700, Dimension, 32, 5);
        float[] stretched = [.. vectors.Values.ToArray().Select((component, at) => component * (1 + (at / Dimension % 9)))];
        (_vectors, _queries) = (new VectorMatrix(Dimension, stretched), queries);
        VectorFile.WriteNpy(_base.Path, Dimension, stretched);
        VectorFile.WriteNpy(_query.Path, Dimension, queries.Values);
    }

    public void Dispose()
    {
        _base.Dispose();
        _query.Dispose();
    }

    [Theory]
    [InlineData("l2", Metric.SquaredL2)]
    [InlineData("ip", Metric.InnerProduct)]
    [InlineData("cosine", Metric.Cosine)]
    public void Recall_is_that_of_brute_force(string word, Metric metric)
    {
        var rows = Bench($"--metric {word} --nprobe 2,{Lists} --rerank 0,40,700");
        using var index = Index(metric);
        var truth = Truth(metric, K);
        foreach (var row in rows)
        {
            var options = new SearchOptions { NProbe = row.GetProperty("nprobe").GetInt32(), Rerank = row.GetProperty("rerank").GetInt32() };
            Assert.Equal(word, row.GetProperty("metric").GetString());
            Assert.Equal(CountedRecall(index, metric, truth, options), row.GetProperty("recall").GetDouble(), 1e-6);
            var (memory, bytes) = (index.Memory, row.GetProperty("index_bytes").GetInt64());
            Assert.Equal(memory.Model + memory.Codes + memory.Ids + (options.Rerank > 0 ? memory.Vectors : 0), bytes);
            Assert.InRange(row.GetProperty("resident_bytes_per_vector").GetDouble(), bytes / 700.0, (bytes / 700.0) + 2000);
        }

        // Codes of a byte are coarse; comparing all vectors leaves nothing out.
        Assert.Equal([(2, 0), (2, 40), (2, 700), (Lists, 0), (Lists, 40), (Lists, 700)], rows.Select(Point));
        Assert.InRange(RecallOf(rows[0]), 0.05, 0.9);
        Assert.True(RecallOf(rows[0]) < RecallOf(rows[1]) && RecallOf(rows[3]) < RecallOf(rows[4]));
        Assert.Equal(1, RecallOf(rows[5]));
    }

    [Theory]
    [InlineData("ip", Metric.InnerProduct)]
    [InlineData("cosine", Metric.Cosine)]
    public void Estimate_measures_the_same_and_says_how_to_declare_it(string word, Metric metric)
    {
        string commandLine = $"estimate {Sizes} -k {K} --nprobe 2 --rerank 40 --metric {word}";
        string[] files = ["--npy", _base.Path, "--query", _query.Path];
        using var document = JsonDocument.Parse(ToolRun.Of(commandLine + " --json", files).Output);
        using var index = Index(metric);
        var truth = Truth(metric, K);
        var root = document.RootElement;
        Assert.Equal(word, root.GetProperty("metric").GetString());
        var raw = new SearchOptions { NProbe = 2 };
        Assert.Equal(CountedRecall(index, metric, truth, raw), root.GetProperty("recall_raw").GetDouble(), 1e-6);
        Assert.Equal(CountedRecall(index, metric, truth, raw with { Rerank = 40 }), root.GetProperty("recall_rerank").GetDouble(), 1e-6);
        Assert.InRange(root.GetProperty("resident_bytes").GetInt64(), index.Memory.Total - index.Memory.Scratch, 1_000_000);

        string[] lines = ToolRun.Of(commandLine, files).Lines;
        Assert.Equal($"building IVFPQ (nlist=8, m=2, metric={word}) ...", lines[1]);
        Assert.Equal($"  declare it               : [IvfPqIndex(Dimension = 8, M = 2, Ksub = 16, Metric = Metric.{metric})]", lines[^1]);
    }

    [Theory]
    [InlineData("ip", "InnerProduct")]
    [InlineData("cosine", "Cosine")]
    public void Synthetic_vectors_are_searched_under_every_metric(string word, string name)
    {
        var run = ToolRun.Of(
            $"estimate --synthetic --n 2000 --d 16 --m 4 --ksub 32 --nlist 16 --nprobe 16 --rerank 2000 --kernels generic --metric {word}");
        Assert.True(run.ExitCode == CommandLine.Success, run.Error);
        Assert.Equal("synthetic: 2000 vectors x 16 dims", run.Lines[0]);
        Assert.Equal("  recall@10 (+rerank 2000): 1.000", run.Lines[5]);
        Assert.EndsWith($", Ksub = 32, Metric = Metric.{name})]", run.Lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("l2", Metric.SquaredL2)]
    [InlineData("ip", Metric.InnerProduct)]
    [InlineData("cosine", Metric.Cosine)]
    public void True_neighbours_that_are_given_measure_what_those_found_do(string word, Metric metric)
    {
        using var gt = Gt(metric);
        string options = $"--metric {word} --nprobe 2 --rerank 0,40";
        var given = BenchRun(options, "--gt", gt.Path);
        Assert.DoesNotContain("warning", given.Error, StringComparison.Ordinal);
        Assert.Equal(Bench(options).Select(RecallOf), Parsed(given).Select(RecallOf));
    }

    [Fact]
    public void True_neighbours_under_another_metric_are_warned_of_once()
    {
        using var gt = Gt(Metric.SquaredL2);
        var run = BenchRun($"--metric ip --nprobe 4,{Lists} --rerank 700", "--gt", gt.Path);
        Assert.Equal(CommandLine.Success, run.ExitCode);
        string[] warnings = [.. run.Error.Split(Environment.NewLine).Where(line => line.Contains("warning: for", StringComparison.Ordinal))];
        const string Text = "^warning: for [0-9]+ of 32 queries, 5 vectors nearer than the 5-th of --gt were found: its rows are not the true "
            + "neighbours under --metric ip, and the recall is too high$";
        Assert.Matches(Text, Assert.Single(warnings));
    }

    [Theory]
    [InlineData("l2", true)]
    [InlineData("ip", true)]
    [InlineData("cosine", true)]
    [InlineData("l2", false)]
    [InlineData("ip", false)]
    [InlineData("cosine", false)]
    public void Vectors_of_zeros_have_neighbours(string word, bool given)
    {
        // Half of the rows and one of the two queries are zeros. Under inner product and cosine every row is as near to that query as any other;
        // under L2 the zeros are.
        float[] vectors = [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 2, -3, 0, 4, 4];
        using var baseFile = new TempFile(".npy");
        using var queryFile = new TempFile(".npy");
        VectorFile.WriteNpy(baseFile.Path, 2, vectors);
        VectorFile.WriteNpy(queryFile.Path, 2, [0, 0, 1, 1]);
        long[] nearest = word switch
        {
            "l2" => [3, 1, 2, 4, 5, 0],
            "ip" => [6, 4, 0, 7, 5, 4],
            _ => [6, 4, 0, 7, 5, 4],
        };
        using var gt = new TempFile(".npy", NpyBytes.Of("<i8", "(2, 3)", NpyBytes.Longs(nearest)));
        string[] files = ["--base", baseFile.Path, "--query", queryFile.Path, .. given ? ["--gt", gt.Path] : Array.Empty<string>()];
        var run = ToolRun.Of($"bench --m 1 --ksub 4 --nlist 2 --nprobe 2 --rerank 0,8 -k 3 --kernels generic --json --metric {word}", files);
        Assert.True(run.ExitCode == CommandLine.Success, run.Error);
        Assert.DoesNotContain("NaN", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("warning: for", run.Error, StringComparison.Ordinal);
        Assert.InRange(RecallOf(Parsed(run)[0]), 0.5, 1);
        Assert.Equal(1, RecallOf(Parsed(run)[1]));
    }

    [Theory]
    [InlineData("estimate --synthetic --metric L2", "--metric is 'L2'; it needs to be l2, ip or cosine")]
    [InlineData("bench --base b.npy --query q.npy --metric cos", "--metric is 'cos'; it needs to be l2, ip or cosine")]
    [InlineData("bench --base b.npy --query q.npy --metric=", "--metric")]
    [InlineData("bench --metric --base b.npy --query q.npy", "--metric needs a value, but --base follows it")]
    public void A_wrong_metric_is_answered_with_the_choices(string commandLine, string text) =>
        ToolRun.Of(commandLine).Failed(CommandLine.Usage, text);

    /// <summary>The distance of a row, smaller when nearer.</summary>
    private double Distance(Metric metric, int query, int row)
    {
        double[] x = Array.ConvertAll(_queries.Row(query).ToArray(), component => (double)component);
        double[] y = Array.ConvertAll(_vectors.Row(row).ToArray(), component => (double)component);
        double product = x.Zip(y, (a, b) => a * b).Sum();
        return metric switch
        {
            Metric.InnerProduct => -product,
            Metric.Cosine => 1 - (product / Math.Sqrt(x.Sum(a => a * a) * y.Sum(b => b * b))),
            _ => Math.Sqrt(x.Zip(y, (a, b) => (a - b) * (a - b)).Sum()),
        };
    }

    /// <summary>The nearest rows of each query.</summary>
    private int[][] Truth(Metric metric, int k) =>
    [
        .. Enumerable.Range(0, _queries.Count).Select(
            query => Enumerable.Range(0, _vectors.Count).OrderBy(row => Distance(metric, query, row)).Take(k).ToArray()),
    ];

    private TempFile Gt(Metric metric)
    {
        long[] ids = [.. Truth(metric, K).SelectMany(row => row).Select(id => (long)id)];
        return new TempFile(".npy", NpyBytes.Of("<i8", $"({_queries.Count}, {K})", NpyBytes.Longs(ids)));
    }

    /// <summary>The index that the tool trains.</summary>
    private GenericIndex Index(Metric metric)
    {
        var shape = IndexShape.IvfPq(Dimension, 2, 16) with { Metric = metric };
        var index = GenericIndex.Train(shape, _vectors.Values, new TrainingOptions { NList = Lists });
        index.Add(_vectors.Values);
        return index;
    }

    /// <summary>The share of results that are among the true neighbours, or by a thousandth farther than the last of them.</summary>
    private double CountedRecall(VectorIndex index, Metric metric, int[][] truth, SearchOptions options)
    {
        var top = new Neighbor[K];
        int hits = 0;
        for (int q = 0; q < _queries.Count; q++)
        {
            double farthest = Distance(metric, q, truth[q][^1]);
            double most = farthest + Math.Abs(farthest / 1000);
            int found = index.Search(_queries.Row(q), top, options);
            hits += top[..found].Count(neighbor => truth[q].Contains((int)neighbor.Id) || Distance(metric, q, (int)neighbor.Id) <= most);
        }

        return (double)hits / (_queries.Count * K);
    }

    private JsonElement[] Bench(string options) => Parsed(BenchRun(options));

    private ToolRun BenchRun(string options, params string[] more)
    {
        var run = ToolRun.Of($"bench {Sizes} --json -k {K} {options}", ["--base", _base.Path, "--query", _query.Path, .. more]);
        Assert.True(run.ExitCode == CommandLine.Success, run.Error);
        return run;
    }

    private static JsonElement[] Parsed(ToolRun run) => [.. run.Lines.Select(line => JsonDocument.Parse(line).RootElement)];

    private static double RecallOf(JsonElement row) => row.GetProperty("recall").GetDouble();

    private static (int NProbe, int Rerank) Point(JsonElement row) =>
        (row.GetProperty("nprobe").GetInt32(), row.GetProperty("rerank").GetInt32());
}
