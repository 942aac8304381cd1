namespace PqGen.Tests.Indexes;

/// <summary>What training reports: stages, steps, sub-quantizers, iterations and objectives.</summary>
public class TrainingProgressTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Every_iteration_is_reported_with_its_objective(int threads)
    {
        var vectors = TestVectors.Clustered(2000, 12, 30, seed: 1);
        var reports = Train(vectors, new TrainingOptions { NList = 10, CoarseIterations = 4, Iterations = 5, Threads = threads });
        var coarse = reports.Where(report => report.Stage == "coarse centroids").ToArray();
        Assert.Equal(reports[..coarse.Length], coarse);
        Assert.Equal([0, 1, 2, 3, 4], coarse.Select(report => report.Completed));
        Assert.Equal([0, 1, 2, 3, 4], coarse.Select(report => report.Iteration));
        Assert.All(coarse, report => Assert.Equal((4, -1), (report.Total, report.SubQuantizer)));
        CheckObjectives(coarse[1..]);

        var stage = reports[coarse.Length..];
        Assert.All(stage, report => Assert.Equal(("sub-quantizers", 3), (report.Stage, report.Total)));
        Assert.Equal((0, -1, 0), (stage[0].Completed, stage[0].SubQuantizer, stage[0].Iteration));
        Assert.Equal(3, stage[^1].Completed);
        Assert.Equal(stage.Select(report => report.Completed).Order(), stage.Select(report => report.Completed));
        for (var sub = 0; sub < 3; sub++)
        {
            var own = stage.Where(report => report.SubQuantizer == sub).ToArray();
            Assert.Equal([1, 2, 3, 4, 5, 0], own.Select(report => report.Iteration));
            CheckObjectives(own[..5]);
        }
    }

    [Fact]
    public void An_objective_is_the_mean_squared_distance_to_the_nearest_centroid_in_the_callers_units()
    {
        foreach (var scale in new[] { 1f, 1e-20f })
        {
            // Of one list, whose centroid starts at a point and moves to the mean.
            var vectors = TestVectors.Moved(TestVectors.Uniform(250, 12, seed: 2), scale);
            var coarse = Train(vectors, new TrainingOptions { NList = 1, CoarseIterations = 3, Iterations = 1 })
                .Where(report => report.Stage == "coarse centroids" && report.Iteration > 0).ToArray();
            double[] mean = [.. Enumerable.Range(0, 12).Select(d => Enumerable.Range(0, 250).Average(i => (double)vectors[(i * 12) + d]))];
            var variance = Enumerable.Range(0, 250).Average(i => Enumerable.Range(0, 12).Sum(d => Math.Pow(vectors[(i * 12) + d] - mean[d], 2)));

            // Settled in the second iteration, and so ended: the stage is done.
            Assert.Equal(2, coarse.Length);
            Assert.True(coarse[0].Objective > variance * 1.01, $"{coarse[0].Objective} of {variance}");
            Assert.Equal(1, coarse[1].Objective / variance, 1e-5);
        }
    }

    [Fact]
    public void Progress_without_an_iteration_says_so()
    {
        var report = new TrainingProgress("stage", 1, 2);
        Assert.Equal((-1, 0, double.NaN), (report.SubQuantizer, report.Iteration, report.Objective));
        Assert.NotEqual(report, report with { Iteration = 1 });
    }

    private static void CheckObjectives(TrainingProgress[] iterations)
    {
        Assert.All(iterations, report => Assert.True(report.Objective > 0, $"{report}"));
        for (var i = 1; i < iterations.Length; i++)
        {
            Assert.True(iterations[i].Objective <= iterations[i - 1].Objective, $"{iterations[i]} after {iterations[i - 1]}");
        }
    }

    private static TrainingProgress[] Train(float[] vectors, TrainingOptions options)
    {
        var reports = new List<TrainingProgress>();
        using var index = GenericIndex.Train(IndexShape.IvfPq(12, 3, 16), vectors, options with { Progress = new Receiver(reports) });
        return [.. reports];
    }

    private sealed class Receiver(List<TrainingProgress> reports) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => reports.Add(value);
    }
}
