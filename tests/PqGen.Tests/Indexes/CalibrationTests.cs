namespace PqGen.Tests.Indexes;

/// <summary>Recall by name: what calibration measures is what searches reach.</summary>
public class CalibrationTests
{
    private const int N = 6000;
    private const int K = 10;

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Points_rise_and_what_they_say_is_what_searches_of_the_same_queries_reach(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(3000, factory.Dimension, 40, seed: 1);
        var queries = TestVectors.Clustered(60, factory.Dimension, 40, seed: 1, spread: 1.5f);
        using var index = factory.Build(vectors, nlist: 40);
        var calibration = index.Calibrate(queries, K, threads: 2);
        Assert.Same(calibration, index.Calibration);
        Assert.Equal((K, 60), (calibration.K, calibration.Queries));
        for (var p = 1; p < calibration.Points.Count; p++)
            Assert.True(calibration.Points[p].Recall > calibration.Points[p - 1].Recall);
        if (factory.Kind == IndexKind.Flat)
            Assert.Equal(1, Assert.Single(calibration.Points).Recall);
        foreach (var point in calibration.Points.Where((_, p) => p % 5 == 0))
        {
            var reached = Recall(index, queries, point.ToOptions() with { NProbe = Math.Max(1, point.NProbe) });
            Assert.Equal(point.Recall, reached, 0.011);
            if (index.NList > 0)
            {
                index.Search(queries.AsSpan(0, factory.Dimension), new Neighbor[K], point.ToOptions(), out var statistics);
                Assert.InRange(statistics.ListsProbed, point.ProbeBudget > 0 ? 1 : point.NProbe, point.NProbe);
                Assert.Equal(factory.Metric != Metric.InnerProduct && point.NProbe < index.NList, point.ProbeBudget > 0);
            }
        }
    }

    [Fact]
    public void A_recall_chooses_the_first_point_that_reaches_it()
    {
        var factory = IndexFactory.IvfPq(18, 9, 11);
        using var index = factory.Build(TestVectors.Clustered(2000, factory.Dimension, 40, seed: 3));
        var calibration = index.Calibrate(100, K);
        var points = calibration.Points;
        Assert.True(points.Count > 20);
        for (var p = 0; p < points.Count; p++)
        {
            Assert.Equal(points[p], calibration.For(points[p].Recall));
            Assert.Equal(points[Math.Min(p + 1, points.Count - 1)], calibration.For(MathF.BitIncrement(points[p].Recall)));
        }

        Assert.Equal(points[0], calibration.For(0));
        Assert.Equal(points[^1], calibration.For(1));
    }

    [Fact]
    public void A_calibrated_index_is_verified_and_saved_from_its_mapped_file()
    {
        using var file = new Vectors.TempFile(".pqg");
        var factory = IndexFactory.IvfPq(24, 6, 16);
        using (var index = factory.Build(TestVectors.Clustered(2000, factory.Dimension, 40, seed: 1), nlist: 20))
        {
            Assert.Contains(index.Calibrate(50, K).Points, point => point.Rerank > 0);
            index.Save(file.Path);
        }

        VectorIndex.Verify(file.Path);
        using var mapped = factory.Open(file.Path);
        var points = mapped.Calibration!.Points;
        mapped.Remove(3);
        mapped.Save(file.Path);
        using var again = factory.Open(file.Path);
        Assert.Equal(points, again.Calibration!.Points);
        Assert.Equal(1999, again.Count);
    }

    [Fact]
    public void A_recall_asked_for_is_reached_on_other_queries()
    {
        var factory = IndexFactory.IvfPq(40, 10, 256);
        var all = TestVectors.Clustered(N + 500, factory.Dimension, 300, seed: 2, spread: 2);
        var (vectors, others) = (all[..(N * factory.Dimension)], all[(N * factory.Dimension)..]);
        using var index = factory.Build(vectors, nlist: 80);
        var calibration = index.Calibrate(queries: 600, K);
        foreach (var target in new[] { 0.7f, 0.9f, 0.95f, 0.98f })
        {
            var point = calibration.For(target);
            Assert.True(point.Recall >= target, $"{target}: {point}");
            var reached = Recall(index, others, new SearchOptions { TargetRecall = target });
            Assert.InRange(reached, target - (3 * calibration.Spread(point)), 1);
            var query = others.AsSpan(0, factory.Dimension);
            Searching.Same(
                index.Nearest(query, K, point.ToOptions()),
                index.Nearest(query, K, new SearchOptions { TargetRecall = target }),
                $"{target}");
        }

        var usual = calibration.For(0.95f);
        Searching.Same(
            index.Nearest(others.AsSpan(0, 40), K, usual.ToOptions()),
            index.Nearest(others.AsSpan(0, 40), K),
            "nothing named");
        var near = others.AsSpan(0, 40);
        var named = index.Within(near, 90, usual.ToOptions() with { Rerank = 0 });
        Searching.Same(named, index.Within(near, 90, new SearchOptions { TargetRecall = 0.95f }), "range");
        Searching.Same(index.Within(near, 90, new SearchOptions { NProbe = index.DefaultNProbe }), index.Within(near, 90), "range, nothing named");
    }

    [Fact]
    public void The_same_index_and_queries_give_the_same_points_on_any_number_of_threads()
    {
        var factory = IndexFactory.IvfPq(18, 9, 11);
        var vectors = TestVectors.Clustered(2000, factory.Dimension, 40, seed: 3);
        using var index = factory.Build(vectors);
        var one = index.Calibrate(100, K, threads: 1);
        Assert.Equal(one.Points, index.Calibrate(100, K, threads: 3).Points);
        Assert.NotEqual(one.Points, index.Calibrate(100, K, seed: 99).Points);
    }

    [Fact]
    public void What_cannot_be_is_refused_by_name_and_leaves_what_was_measured()
    {
        var factory = IndexFactory.IvfPq(18, 9, 11);
        var vectors = TestVectors.Clustered(2000, factory.Dimension, 40, seed: 4);
        var query = vectors[..factory.Dimension];
        using var index = factory.Build(vectors);
        Refuse<InvalidOperationException>("call Calibrate", () => index.Nearest(query, 1, new SearchOptions { TargetRecall = 0.9f }));
        var measured = index.Calibrate(50, K);
        var both = new SearchOptions { TargetRecall = 0.9f, NProbe = 2 };
        Refuse<ArgumentException>("either a recall or the numbers", () => index.Nearest(query, 1, both));
        Refuse<ArgumentException>("TargetRecall is 1.5", () => index.Nearest(query, 1, new SearchOptions { TargetRecall = 1.5f }));
        Refuse<ArgumentException>("TargetRecall is NaN", () => index.Nearest(query, 1, new SearchOptions { TargetRecall = float.NaN }));
        Refuse<ArgumentException>("queries is empty", () => index.Calibrate(ReadOnlySpan<float>.Empty));
        Refuse<ArgumentException>("k is 0", () => index.Calibrate(query, k: 0));
        Refuse<ArgumentException>("queries is 0", () => index.Calibrate(0));
        Assert.ThrowsAny<OperationCanceledException>(() => index.Calibrate(50, K, cancellation: new CancellationToken(canceled: true)));
        Assert.Same(measured, index.Calibration);
        using var empty = factory.Train(vectors, new TrainingOptions { NList = 5 });
        Refuse<InvalidOperationException>("empty", () => empty.Calibrate());
        using var lean = factory.Build(vectors, keepVectors: false);
        Refuse<InvalidOperationException>("KeepVectors", () => lean.Calibrate());
    }

    [Fact]
    public void Removed_vectors_are_neither_queries_nor_truth()
    {
        var factory = IndexFactory.IvfPq(18, 9, 11);
        var vectors = TestVectors.Clustered(2000, factory.Dimension, 40, seed: 5);
        using var index = factory.Build(vectors, ids: TestVectors.ShuffledIds(2000, seed: 6));
        index.Remove(TestVectors.ShuffledIds(2000, seed: 6).AsSpan(0, 1000));
        var removed = index.Calibrate(200, K);
        index.Compact();
        Assert.Equal(removed.Points[^1].Recall, index.Calibrate(200, K).Points[^1].Recall);
    }

    private static void Refuse<TException>(string message, Action action)
        where TException : Exception => Assert.Contains(message, Assert.ThrowsAny<TException>(action).Message, StringComparison.Ordinal);

    private static double Recall(VectorIndex index, float[] queries, SearchOptions options)
    {
        var (found, n) = (0, queries.Length / index.Dimension);
        for (var q = 0; q < n; q++)
        {
            var query = queries.AsSpan(q * index.Dimension, index.Dimension);
            var truth = new Neighbor[K];
            var all = new SearchOptions { NProbe = int.MaxValue, Rerank = index.Shape.HasCodes ? int.MaxValue : 0 };
            index.Search(query, truth, all);
            var ids = truth.Select(neighbor => neighbor.Id).ToHashSet();
            found += index.Nearest(query, K, options).Count(neighbor => ids.Contains(neighbor.Id));
        }

        return (double)found / (n * K);
    }
}
