using System.Text.Json;
using PqGen.Tests.Vectors;
using PqGen.Tool;
using PqGen.Tool.Tuning;
using PqGen.Vectors;

namespace PqGen.Tests.Tool;

/// <summary>tune finds a setting that is what was asked for, or says what is missing.</summary>
public sealed class TuneTests : IDisposable
{
    private readonly TempFile _base = new(".npy");
    private readonly TempFile _query = new(".npy");
    private readonly TempFile _state = new(".json");

    public TuneTests()
    {
        var (vectors, queries) = SyntheticData.Generate(24_000, 16, 400, 3);
        VectorFile.WriteNpy(_base.Path, 16, vectors.Values);
        VectorFile.WriteNpy(_query.Path, 16, queries.Values);
        File.Delete(_state.Path);
    }

    public void Dispose()
    {
        _base.Dispose();
        _query.Dispose();
        _state.Dispose();
    }

    [Fact]
    public void What_it_recommends_reaches_the_recall_when_it_is_measured_by_bench()
    {
        var run = Tune("--target-recall 0.9 --trials 3 --json", "--query", _query.Path);
        Assert.True(run.ExitCode == CommandLine.Success, run.Error + run.Output);
        using var json = JsonDocument.Parse(Assert.Single(run.Lines));
        var found = json.RootElement.GetProperty("recommended");
        Assert.True(json.RootElement.GetProperty("is_met").GetBoolean());
        Assert.True(found.GetProperty("recall").GetDouble() >= 0.9);
        Assert.StartsWith("[IvfPqIndex(Dimension = 16, M = ", json.RootElement.GetProperty("declaration").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("full_size").ValueKind);

        var front = json.RootElement.GetProperty("front").EnumerateArray().ToArray();
        Assert.NotEmpty(front);
        Assert.Equal(front.Select(Recall).Order(), front.Select(Recall));

        int Number(string field) => found.GetProperty(field).GetInt32();
        var bench = ToolRun.Of(
            $"bench --m {Number("m")} --ksub {Number("ksub")} --nlist {Number("nlist")} --nprobe {Number("nprobe")} --rerank {Number("rerank")} "
            + $"--keep {found.GetProperty("keep").GetString()} --threads 0 --kernels generic --json",
            "--base",
            _base.Path,
            "--query",
            _query.Path);
        using var row = JsonDocument.Parse(Assert.Single(bench.Lines));
        Assert.InRange(Recall(row.RootElement), Recall(found) - 0.03, Recall(found) + 0.03);
        Assert.InRange(
            row.RootElement.GetProperty("index_bytes").GetInt64() / 24_000.0,
            found.GetProperty("resident_bytes_per_vector").GetDouble() - 0.1,
            found.GetProperty("resident_bytes_per_vector").GetDouble() + 0.1);
    }

    [Fact]
    public void Near_the_recall_wanted_lists_are_counted_one_by_one()
    {
        const double Wanted = 0.9;
        var set = TuneSet.Load(_base.Path, _query.Path, 100, 100, 10, 1, double.PositiveInfinity);
        var truth = Measure.TrueNeighbours(set.Vectors, set.Probes, Metric.SquaredL2, 10, 0, (_, _) => { });
        var recall = new Recall(set.Vectors, set.Probes, truth, Metric.SquaredL2, 10);
        var prober = new TuneProber(set.Vectors, set.Probes, recall, Metric.SquaredL2, 10, 1, 0, KernelKind.Generic, default) { Target = Wanted };
        var setting = new TuneSetting(IndexKind.IvfPq, 256, 4, 16, "float16");
        using var index = prober.Build(setting).Index;
        var byRerank = prober.Points(index, setting).GroupBy(point => point.Rerank).ToArray();
        var reaching = 0;
        foreach (var points in byRerank.Select(group => group.OrderBy(point => point.NProbe).ToArray()))
        {
            var enough = Array.FindIndex(points, point => point.Recall >= Wanted);
            if (enough > 0)
            {
                reaching++;
                Assert.InRange(points[enough].NProbe - points[enough - 1].NProbe, 1, Math.Max(1, points[enough].NProbe / 16));
            }
        }

        Assert.True(reaching > 0, "no search reaches the recall");
    }

    [Fact]
    public void A_limit_of_memory_is_kept_and_what_it_costs_is_said()
    {
        var run = Tune("--target-recall 0.99 --trials 6 --max-bytes-per-vector 24 --json");
        Assert.True(run.ExitCode == CommandLine.Failure, run.Error + run.Output);
        using var json = JsonDocument.Parse(Assert.Single(run.Lines));
        Assert.False(json.RootElement.GetProperty("is_met").GetBoolean());
        Assert.InRange(json.RootElement.GetProperty("recommended").GetProperty("resident_bytes_per_vector").GetDouble(), 1, 24);
        Assert.Contains("this is the highest", json.RootElement.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(30)]
    [InlineData(24)]
    public void The_first_index_fits_a_limit_that_one_can_keep(int limit)
    {
        using var file = new TempFile(".npy");
        VectorFile.WriteNpy(file.Path, 32, SyntheticData.Generate(6000, 32, 1, 3).Base.Values);
        var run = ToolRun.Of($"tune --kernels generic --trials 1 --max-bytes-per-vector {limit} --json", "--npy", file.Path);
        using var json = JsonDocument.Parse(Assert.Single(run.Lines));
        Assert.InRange(json.RootElement.GetProperty("recommended").GetProperty("resident_bytes_per_vector").GetDouble(), 1, limit);
    }

    [Fact]
    public void A_state_goes_on_where_it_ended_and_belongs_to_its_vectors()
    {
        var first = Tune("--target-recall 0.8 --trials 2", "--state", _state.Path);
        Assert.Equal(CommandLine.Success, first.ExitCode);
        Assert.Contains("--- recommended ---", first.Output, StringComparison.Ordinal);
        Assert.Contains("public partial class MyIndex;", first.Output, StringComparison.Ordinal);
        Assert.Equal(3, Built(first));

        var second = Tune("--target-recall 0.8 --trials 1", "--state", _state.Path);
        Assert.Equal(CommandLine.Success, second.ExitCode);
        Assert.Equal(2, Built(second));

        Tune("--target-recall 0.8 --trials 1 --seed 2", "--state", _state.Path).Failed(CommandLine.Failure, "name another file with --state");
        File.WriteAllText(_state.Path, "{}");
        Tune("--trials 1", "--state", _state.Path).Failed(CommandLine.Failure, "is not a file that tune has written");
    }

    [Fact]
    public void A_rotation_is_taken_where_it_pays()
    {
        // Eight numbers, mixed into 32 components: a rotation finds them again. Codes alone fit the limit.
        using var file = new TempFile(".npy");
        var random = new Random(7);
        var mix = Enumerable.Range(0, 8 * 32).Select(_ => random.NextSingle() - 0.5f).ToArray();
        var values = new float[6000 * 32];
        for (var row = 0; row < 6000; row++)
        {
            for (var l = 0; l < 8; l++)
            {
                var latent = random.NextSingle() - 0.5f;
                for (var d = 0; d < 32; d++)
                {
                    values[(row * 32) + d] += latent * mix[(l * 32) + d];
                }
            }
        }

        VectorFile.WriteNpy(file.Path, 32, values);
        var run = ToolRun.Of("tune --kernels generic --target-recall 1 --trials 12 --max-bytes-per-vector 70 --json", "--npy", file.Path);
        using var json = JsonDocument.Parse(Assert.Single(run.Lines));
        var found = json.RootElement.GetProperty("recommended");
        Assert.Equal("opq", found.GetProperty("transform").GetString());
        Assert.Equal("ivfpq", found.GetProperty("kind").GetString());
        Assert.Contains("Transform = TransformKind.Opq", json.RootElement.GetProperty("code").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_mean_is_tried_where_it_is_far_from_zero()
    {
        using var file = new TempFile(".npy");
        var values = Array.ConvertAll(SyntheticData.Generate(24_000, 16, 1, 3).Base.Values.ToArray(), value => value + 1000);
        VectorFile.WriteNpy(file.Path, 16, values);
        var run = ToolRun.Of("tune --kernels generic --target-recall 0.8 --trials 2", "--npy", file.Path);
        Assert.Contains("building Mean,IVF", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Mean,IVF", Tune("--target-recall 0.8 --trials 2").Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--target-recall 1.5", "--target-recall is '1.5'; it needs a number, 0.01 to 1")]
    [InlineData("--target-recall x", "--target-recall is 'x'")]
    [InlineData("--budget 5", "--budget is '5'; it needs a time such as 90s, 5m or 1h")]
    [InlineData("--budget 0s", "--budget is '0s'")]
    [InlineData("--budget 1m --trials 3", "--budget and --trials exclude each other")]
    [InlineData("--max-bytes-per-vector 0", "--max-bytes-per-vector is '0'; it needs a number, 1 or more")]
    [InlineData("--min-qps -1", "--min-qps is '-1'; it needs a number, 0 or more")]
    public void Wrong_usage_is_named(string options, string error) => Tune(options).Failed(CommandLine.Usage, error);

    [Fact]
    public void A_sample_is_tuned_on_where_the_budget_is_small_and_all_is_foreseen()
    {
        var run = Tune("--target-recall 0.7 --budget 1s --threads 1 --json");
        using var json = JsonDocument.Parse(Assert.Single(run.Lines));
        Assert.Equal(7500, json.RootElement.GetProperty("n").GetInt32());
        var all = json.RootElement.GetProperty("full_size");
        Assert.Equal(22_700, all.GetProperty("n").GetInt32());
        Assert.InRange(all.GetProperty("recall").GetDouble(), 0.3, 1);
        Assert.True(all.GetProperty("resident_bytes").GetInt64() > 22_700 * 2);
    }

    [Fact]
    public void Of_few_vectors_all_may_be_compared_and_a_page_shows_it()
    {
        using var few = new TempFile(".npy");
        using var page = new TempFile(".html");
        VectorFile.WriteNpy(few.Path, 8, SyntheticData.Generate(2000, 8, 2, 3).Base.Values);
        var run = ToolRun.Of("tune --trials 2 --target-recall 1", "--npy", few.Path, "--report", page.Path);
        Assert.True(run.ExitCode == CommandLine.Success, run.Error);
        Assert.Contains("[FlatIndex(Dimension = 8)]", run.Output, StringComparison.Ordinal);
        var svg = ReportPage.Read(page.Path).Charts;
        Assert.Equal(["Flat", "IVF"], svg[0].Series.Select(name => name.Split(',')[0].TrimEnd([.. "0123456789"])).Order());
    }

    [Fact]
    public void The_smaller_of_two_that_are_as_fast_is_preferred_and_a_limit_before_recall()
    {
        var goal = new TuneGoal(0.9, 100, 0);
        var (large, small, slow) = (Choice(99, 0.92, 1000), Choice(50, 0.91, 950), Choice(20, 0.95, 500));
        Assert.True(goal.IsBetter(small, large));
        Assert.False(goal.IsBetter(large, small));
        Assert.False(goal.IsBetter(slow, large));
        Assert.False(goal.IsBetter(Choice(150, 0.99, 9000), large));
        Assert.True(goal.IsBetter(Choice(120, 0.5, 10), Choice(150, 0.99, 9000)));
        Assert.True(goal.IsBetter(large, Choice(50, 0.89, 9000)));
        Assert.False(Choice(99, 0.9, 900).IsBeside([large]));
        Assert.True(slow.IsBeside([large, small, slow]));

        static TuneChoice Choice(double bytes, double recall, double qps) => new(
            new TuneTrial(new TuneSetting(IndexKind.IvfPq, 8, 4, 256, "int8"), bytes, 1, 1, []), new TunePoint(1, 10, recall, qps));
    }

    private ToolRun Tune(string options, params string[] more) => ToolRun.Of($"tune --kernels generic {options}", ["--npy", _base.Path, .. more]);

    private static int Built(ToolRun run) => run.Error.Split(Environment.NewLine).Count(line => line.Contains("building ", StringComparison.Ordinal));

    private static double Recall(JsonElement fields) => fields.GetProperty("recall").GetDouble();
}
