using PqGen.Testing;
using PqGen.Vectors;

namespace PqGen.Tests.Indexes;

/// <summary>What training reports about itself is what it was.</summary>
public class TrainingReportTests
{
    private static readonly Lazy<float[]> s_words = new(
        () => VectorFile.ReadFloats(Path.Combine(Repository.Root, "samples/QuickStart/data/words.npy")).Values.ToArray());

    /// <summary>10,000 GloVe vectors of 100 components.</summary>
    internal static float[] Words => s_words.Value;

    [Fact]
    public void Stages_are_those_of_the_progress()
    {
        var vectors = TestVectors.Clustered(3000, 24, 30, seed: 1);
        var reports = new List<TrainingProgress>();
        using var index = GenericIndex.Train(
            IndexShape.IvfPq(24, 6, 32), vectors, new TrainingOptions { NList = 20, MaxPointsPerCentroid = 60, Progress = new Receiver(reports) });
        var report = index.TrainingReport!;
        Assert.Equal(["coarse centroids", "sub-quantizers"], report.Stages.Select(stage => stage.Name));
        Assert.Equal([(20, 1200), (32, 1920)], report.Stages.Select(stage => (stage.Centroids, stage.Vectors)));
        Assert.Equal(
            reports.Where(progress => progress is { Stage: "coarse centroids", Iteration: > 0 }).Select(progress => progress.Objective),
            report.Stages[0].Objectives);

        var own = Enumerable.Range(0, 6).Select(
            sub => reports.Where(progress => progress.SubQuantizer == sub && progress.Iteration > 0).Select(progress => progress.Objective).ToArray())
            .ToArray();
        var expected = Enumerable.Range(0, own.Max(objectives => objectives.Length)).Select(
            i => own.Sum(objectives => objectives[Math.Min(i, objectives.Length - 1)])).ToArray();
        Assert.Equal(expected.Length, report.Stages[1].Objectives.Count);
        Assert.All(expected, (sum, i) => Assert.Equal(1, report.Stages[1].Objectives[i] / sum, 1e-12));
    }

    [Theory]
    [InlineData(1f, 0f)]
    [InlineData(1f, 1000f)]
    [InlineData(1e-25f, 0f)]
    public void Of_few_vectors_all_are_measured(float scale, float offset)
    {
        const int N = 900;
        var vectors = TestVectors.Moved(TestVectors.Clustered(N, 12, 30, seed: 1), scale, offset);
        var mean = Enumerable.Range(0, 12).Select(d => Enumerable.Range(0, N).Average(i => (double)vectors[(i * 12) + d])).ToArray();
        var variance = Enumerable.Range(0, N).Average(i => Enumerable.Range(0, 12).Sum(d => Math.Pow(vectors[(i * 12) + d] - mean[d], 2)));

        // Without lists an error is that of encoding and decoding; with them, what is left of residuals.
        using var pq = GenericIndex.Train(IndexShape.Pq(12, 4, 16), vectors);
        var (codes, decoded) = (new byte[N * 4], new float[N * 12]);
        pq.Quantizer.Encode(vectors, codes);
        pq.Quantizer.Decode(codes, decoded);
        Check(pq.TrainingReport!, variance, vectors.Zip(decoded, (x, y) => Math.Pow((double)x - y, 2)).Sum() / N);
        Assert.Equal(double.NaN, pq.TrainingReport!.ListImbalance);

        using var ivf = GenericIndex.Train(IndexShape.IvfPq(12, 4, 16), vectors, new TrainingOptions { NList = 8, CoarseIterations = 500 });
        var (lists, residuals) = (new int[N], new float[N * 12]);
        for (var i = 0; i < N; i++)
        {
            lists[i] = Enumerable.Range(0, 8).MinBy(
                list => BruteForce.SquaredDistance(vectors.AsSpan(i * 12, 12), ivf.Centroids.Slice(list * 12, 12)));
            for (var d = 0; d < 12; d++)
            {
                residuals[(i * 12) + d] = vectors[(i * 12) + d] - ivf.Centroids[(lists[i] * 12) + d];
            }
        }

        ivf.Quantizer.Encode(residuals, codes);
        ivf.Quantizer.Decode(codes, decoded);
        Check(ivf.TrainingReport!, variance, residuals.Zip(decoded, (x, y) => Math.Pow((double)x - y, 2)).Sum() / N);
        var squares = lists.CountBy(list => list).Sum(pair => (double)pair.Value * pair.Value);
        Assert.Equal(8 * squares / (N * N), ivf.TrainingReport!.ListImbalance, 1e-12);

        using var rows = GenericIndex.Train(IndexShape.IvfFlat(12), vectors, new TrainingOptions { NList = 8 });
        Assert.Equal((0, 0), (rows.TrainingReport!.QuantizationError, rows.TrainingReport.ErrorShare));
        Assert.Equal(1, rows.TrainingReport.Variance / variance, 1e-4);

        static void Check(TrainingReport report, double variance, double error)
        {
            Assert.Equal(1, report.Variance / variance, 1e-4);
            Assert.Equal(1, report.QuantizationError / error, 1e-3);
            Assert.Equal(error / variance, report.ErrorShare, 1e-3);
            Assert.Equal(double.NaN, report.RepairableShare);
        }
    }

    [Theory]
    [InlineData(20, 1)]
    [InlineData(10, 1)]
    [InlineData(20, 100)]
    public void What_re_ranking_can_repair_is_what_a_real_index_has_in_its_probed_lists(int m, int nlist)
    {
        // Every hundredth is a query.
        const int N = 9_900;
        var (vectors, queries) = (new List<float>(), new List<float>());
        for (var i = 0; i < 10_000; i++)
        {
            (i % 100 == 0 ? queries : vectors).AddRange(Words.AsSpan(i * 100, 100));
        }

        using var index = GenericIndex.Train(
            IndexShape.IvfPq(100, m, 64), Span(vectors), new TrainingOptions { NList = nlist, CoarseIterations = 8, Iterations = 8, Threads = 2 });
        index.Add(Span(vectors));
        var (missed, probed) = (0, 0);
        var (truth, found, all) = (new Neighbor[10], new Neighbor[10], new Neighbor[N]);
        for (var q = 0; q < 100; q++)
        {
            var query = Span(queries).Slice(q * 100, 100);
            ExactSearch.Search(query, Span(vectors), truth);
            index.Search(query, found);
            var inLists = all[..index.Search(query, all)].Select(neighbor => neighbor.Id).ToHashSet();
            foreach (var neighbor in truth.Where(neighbor => found.All(other => other.Id != neighbor.Id)))
            {
                missed++;
                probed += inLists.Contains(neighbor.Id) ? 1 : 0;
            }
        }

        static ReadOnlySpan<float> Span(List<float> values) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(values);
        Assert.True(missed > 100);
        Assert.Equal((double)probed / missed, index.TrainingReport!.RepairableShare, nlist == 1 ? 0 : 0.1);
    }

    [Fact]
    public void Nothing_missed_is_nothing_to_repair()
    {
        // Ten clusters far apart, as many lists, and codes for every point of them.
        var vectors = TestVectors.Clustered(2000, 4, 10, seed: 4, spread: 0);
        using var index = GenericIndex.Train(IndexShape.IvfPq(4, 2, 16), vectors, new TrainingOptions { NList = 10 });
        Assert.Equal(double.NaN, index.TrainingReport!.RepairableShare);
        Assert.Equal(0, index.TrainingReport.QuantizationError, 1e-6);
    }

    [Fact]
    public void The_same_report_on_any_number_of_threads_and_at_any_power_of_two()
    {
        var vectors = TestVectors.Moved(TestVectors.Clustered(6000, 16, 40, seed: 3), 1f / 16);
        var one = Report(vectors, 1);
        foreach (var threads in new[] { 2, 3 })
        {
            Assert.Equal(one.ToString(), Report(vectors, threads).ToString());
            Assert.Equal(one.Stages[1].Objectives, Report(vectors, threads).Stages[1].Objectives);
        }

        Assert.InRange(one.RepairableShare, 0.1, 1);
        var tiny = Report(Array.ConvertAll(vectors, component => MathF.ScaleB(component, -70)), 1);
        Assert.Equal((one.Variance, one.QuantizationError), (Math.ScaleB(tiny.Variance, 140), Math.ScaleB(tiny.QuantizationError, 140)));
        Assert.Equal((one.ListImbalance, one.RepairableShare, one.ErrorShare), (tiny.ListImbalance, tiny.RepairableShare, tiny.ErrorShare));
        Assert.Equal(one.Stages[0].Objectives, tiny.Stages[0].Objectives.Select(objective => Math.ScaleB(objective, 140)));
        Assert.Equal(one.Advice, tiny.Advice);
    }

    [Fact]
    public void A_model_from_elsewhere_or_from_a_file_has_no_report()
    {
        var vectors = TestVectors.Clustered(500, 8, 10, seed: 1);
        using var index = GenericIndex.Train(IndexShape.Pq(8, 2, 16), vectors);
        Assert.NotNull(index.TrainingReport);
        using var given = GenericIndex.FromModel(IndexShape.Pq(8, 2, 16), default, index.Quantizer.Codebooks);
        Assert.Null(given.TrainingReport);
        using var folder = new Storage.TempFolder();
        var path = folder.File("index.pqg");
        index.Save(path);
        using var opened = VectorIndex.Open(path);
        Assert.Null(opened.TrainingReport);
    }

    [Fact]
    public void It_reads_as_lines()
    {
        using var index = GenericIndex.Train(IndexShape.Pq(8, 2, 16), TestVectors.Clustered(500, 8, 10, seed: 1));
        var lines = index.TrainingReport!.ToString().Split(Environment.NewLine);
        Assert.StartsWith("sub-quantizers: 16 of 500 vectors, ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("list imbalance NaN", lines[1], StringComparison.Ordinal);
        Assert.Contains($"- {index.TrainingReport.Advice[0]}", lines);
    }

    private static TrainingReport Report(float[] vectors, int threads)
    {
        using var index = GenericIndex.Train(
            IndexShape.IvfPq(16, 4, 16), vectors, new TrainingOptions { NList = 30, CoarseIterations = 4, Iterations = 4, Threads = threads });
        return index.TrainingReport!;
    }

    private sealed class Receiver(List<TrainingProgress> reports) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => reports.Add(value);
    }
}
