namespace PqGen.Tests.Indexes.Transforms;

/// <summary>OPQ is better than PQ where components are unlike each other, and training tells of it.</summary>
public class OpqTests
{
    private const int Dimension = 32;
    private const int N = 4000;
    private const int Queries = 200;

    /// <summary>Components of which each varies less than the one before: in two sub-quantizers lies nearly all of the variance.</summary>
    private static readonly float[] s_unbalanced = Unbalanced(N + Queries);

    [Fact]
    public void On_unbalanced_data_OPQ_finds_more_than_PQ()
    {
        var shape = IndexShape.Pq(Dimension, 4, 64);
        foreach (var k in new[] { 1, 10, 100 })
        {
            var (plain, rotated) = (FirstFound(shape, TransformKind.None, k), FirstFound(shape, TransformKind.Opq, k));
            Assert.True(rotated > plain, $"R@{k}: PQ {plain}, OPQ {rotated}");
        }
    }

    [Fact]
    public void With_lists_OPQ_finds_no_less_than_PQ()
    {
        var shape = IndexShape.IvfPq(Dimension, 4, 64);
        foreach (var k in new[] { 1, 10, 100 })
        {
            var (plain, rotated) = (FirstFound(shape, TransformKind.None, k), FirstFound(shape, TransformKind.Opq, k));
            Assert.True(rotated >= plain - 0.005, $"R@{k}: IVFPQ {plain}, with OPQ {rotated}");
        }
    }

    [Theory]
    [InlineData(Metric.SquaredL2)]
    [InlineData(Metric.InnerProduct)]
    [InlineData(Metric.Cosine)]
    public void The_error_of_codes_is_less(Metric metric)
    {
        var shape = IndexShape.Pq(Dimension, 4, 64, metric);
        using var plain = GenericIndex.Train(shape, s_unbalanced);
        using var rotated = GenericIndex.Train(shape, s_unbalanced, new TrainingOptions { Transform = TransformKind.Opq });
        Assert.True(rotated.TrainingReport!.ErrorShare < 0.7 * plain.TrainingReport!.ErrorShare);
        Assert.Equal(plain.TrainingReport.Variance, rotated.TrainingReport.Variance);
    }

    [Fact]
    public void Added_zeros_cost_no_sub_quantizer()
    {
        // 30 components in 4 parts of 8.
        var vectors = Enumerable.Range(0, N).SelectMany(i => s_unbalanced[(i * Dimension)..((i * Dimension) + 30)]).ToArray();
        using var index = GenericIndex.Train(
            IndexShape.Pq(Dimension, 4, 64) with { InputDimension = 30 }, vectors, new TrainingOptions { Transform = TransformKind.Opq });
        using var plain = GenericIndex.Train(IndexShape.Pq(30, 5, 64), vectors);
        Assert.True(index.TrainingReport!.ErrorShare < plain.TrainingReport!.ErrorShare);
    }

    [Fact]
    public void Constant_components_are_no_trouble()
    {
        var vectors = s_unbalanced.ToArray();
        for (var i = 0; i < vectors.Length; i += Dimension)
        {
            vectors.AsSpan(i + 20, 7).Clear();
            vectors[i + 30] = 5;
        }

        foreach (var training in new[] { vectors, new float[100 * Dimension] })
        {
            using var index = GenericIndex.Train(IndexShape.Pq(Dimension, 4, 16), training, new TrainingOptions { Transform = TransformKind.Opq });
            Assert.True(index.Transform!.IsOrthonormal);
        }
    }

    [Fact]
    public void Training_tells_of_the_rotation()
    {
        var reports = new List<TrainingProgress>();
        using var index = GenericIndex.Train(
            IndexShape.IvfPq(Dimension, 4, 16),
            s_unbalanced,
            new TrainingOptions { Transform = TransformKind.Opq, NList = 4, Progress = new Receiver(reports.Add) });
        Assert.Equal(["rotation", "coarse centroids", "sub-quantizers"], reports.Select(report => report.Stage).Distinct());
        var rotation = reports.Where(report => report.Stage == "rotation").ToArray();
        Assert.Equal(Enumerable.Range(0, rotation[0].Total + 1), rotation.Select(report => report.Completed));
        var stage = index.TrainingReport!.Stages.Single(stage => stage.Name == "rotation");
        Assert.Equal((16, stage.Objectives[^1]), (stage.Centroids, rotation[^1].Objective));

        // By turns two steps of which neither makes the error larger, but for emptied clusters and rounding.
        Assert.All(stage.Objectives.Zip(stage.Objectives.Skip(1)), pair => Assert.True(pair.Second <= pair.First * 1.01));
        Assert.True(stage.Objectives[^1] < 0.8 * stage.Objectives[0]);
    }

    [Fact]
    public void Training_ends_when_it_is_cancelled_in_a_turn()
    {
        using var cancellation = new CancellationTokenSource();
        var later = 0;
        var options = new TrainingOptions
        {
            Transform = TransformKind.Opq,
            Cancellation = cancellation.Token,
            Progress = new Receiver(report =>
            {
                later += cancellation.IsCancellationRequested ? 1 : 0;
                if (report is { Stage: "rotation", Completed: 2 })
                {
                    cancellation.Cancel();
                }
            }),
        };
        Assert.ThrowsAny<OperationCanceledException>(() => GenericIndex.Train(IndexShape.Pq(Dimension, 4, 64), s_unbalanced, options));
        Assert.Equal(0, later);
    }

    [Fact]
    public void A_transform_that_training_cannot_make_is_refused()
    {
        Refused(IndexShape.Flat(Dimension), TransformKind.Opq, "Transform is Opq", "kind Flat", "for codes");
        Refused(IndexShape.IvfFlat(Dimension), TransformKind.Mean, "Transform is Mean", "kind IvfFlat");
        Refused(IndexShape.Pq(Dimension, 4, 16, Metric.InnerProduct), TransformKind.Mean, "under InnerProduct", "needs squared L2");
        Refused(IndexShape.Pq(Dimension, 4, 16, Metric.Cosine), TransformKind.Mean, "under Cosine", "needs squared L2");
        Refused(IndexShape.Pq(16, 4, 16) with { InputDimension = Dimension }, TransformKind.Opq, "InputDimension", "no fewer components");
        Refused(IndexShape.Pq(16, 4, 16) with { InputDimension = Dimension }, TransformKind.None, "InputDimension", "no fewer components");
        Refusals.Expect<ArgumentOutOfRangeException>(
            () => GenericIndex.Train(IndexShape.Pq(Dimension, 4, 16), s_unbalanced, new TrainingOptions { Transform = (TransformKind)3 }),
            "Transform is 3");
        Refusals.Expect<ArgumentOutOfRangeException>(
            () => GenericIndex.Train(IndexShape.Pq(16, 4, 16) with { InputDimension = 5000 }, s_unbalanced), "InputDimension is 5000");
        Refusals.Expect<ArgumentOutOfRangeException>(
            () => GenericIndex.Train(IndexShape.IvfFlat(16) with { InputDimension = 15 }, s_unbalanced), "InputDimension is 15", "kind IvfFlat");
    }

    /// <summary>The share of queries whose nearest vector is among the first k that codes alone find.</summary>
    private static double FirstFound(IndexShape shape, TransformKind transform, int k)
    {
        var vectors = s_unbalanced[..(N * Dimension)];
        using var index = GenericIndex.Train(
            shape, vectors, new TrainingOptions { NList = 16, Transform = transform, KeepVectors = false });
        index.Add(vectors);
        var (found, hits) = (new Neighbor[k], 0);
        for (var q = N; q < N + Queries; q++)
        {
            var query = s_unbalanced.AsSpan(q * Dimension, Dimension);
            var nearest = BruteForce.Nearest(query, vectors, 1)[0].Position;
            index.Search(query, found, new SearchOptions { NProbe = 4 });
            hits += found.Any(neighbor => neighbor.Id == nearest) ? 1 : 0;
        }

        return (double)hits / Queries;
    }

    private static float[] Unbalanced(int n)
    {
        var vectors = TestVectors.Uniform(n, Dimension, seed: 1);
        for (var i = 0; i < vectors.Length; i++)
        {
            vectors[i] *= MathF.Pow(0.85f, i % Dimension);
            vectors[i] += i % Dimension == 0 ? 0 : 0.2f * vectors[i - 1];
        }

        return vectors;
    }

    private static void Refused(IndexShape shape, TransformKind transform, params string[] fragments) => Refusals.Expect<ArgumentException>(
        () => GenericIndex.Train(shape, s_unbalanced, new TrainingOptions { Transform = transform, NList = 4 }), fragments);

    private sealed class Receiver(Action<TrainingProgress> received) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => received(value);
    }
}
