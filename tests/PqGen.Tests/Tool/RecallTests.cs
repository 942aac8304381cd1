using System.Text.Json;
using PqGen.Tests.Vectors;
using PqGen.Tool;
using PqGen.Vectors;

namespace PqGen.Tests.Tool;

/// <summary>Recall counts results that are no farther than the true k-th neighbour, by a thousandth of what that is under the metric at
/// most.</summary>
public class RecallTests
{
    [Fact]
    public void A_copy_of_the_true_neighbour_is_a_hit_with_true_neighbours_given_and_found()
    {
        float[] vectors = [0, 0, 0, 0, 1, 0, 0, 1];
        Assert.Equal(1, BenchRecall(vectors, [0, 0], 2, 1, [1]));
        Assert.Equal(1, BenchRecall(vectors, [0, 0], 2, 1, [0]));
        Assert.Equal(1, BenchRecall(vectors, [0, 0], 2, 1, null));
    }

    [Fact]
    public void Copies_beyond_k_and_ties_at_the_k_th_place_are_as_right_as_those_named()
    {
        // Five copies at distance 1, of which three are named, and others behind them.
        float[] vectors = [1, 1, 1, 1, 1, 9, 10, 11];
        Assert.Equal(1, BenchRecall(vectors, [0], 1, 3, [4, 3, 2]));
        Assert.Equal(1, BenchRecall(vectors, [0], 1, 3, null));

        // The nearest is 0; 1 and -1 tie at the second place, and either is right.
        float[] tied = [0, 1, -1, 8, 16, 32, 64, -64];
        Assert.Equal(1, BenchRecall(tied, [0], 1, 2, [0, 2]));
        Assert.Equal(1, BenchRecall(tied, [0], 1, 2, [0, 1]));
        Assert.Equal(1, BenchRecall(tied, [0], 1, 2, null));
    }

    [Fact]
    public void Equal_inner_products_are_equally_right()
    {
        // With (1, 1), each of the last five gives 3.
        float[] vectors = [9, 9, 1, 2, 2, 1, 3, 0, -4, 7, 1.5f, 1.5f];
        Assert.Equal(1, BenchRecall(vectors, [1, 1], 2, 3, [0, 5, 3], "ip"));
        Assert.Equal(1, BenchRecall(vectors, [1, 1], 2, 3, [0, 1, 2], "ip"));
        Assert.Equal(1, BenchRecall(vectors, [1, 1], 2, 3, null, "ip"));
    }

    [Fact]
    public void Vectors_in_one_direction_are_equally_right_under_cosine_whatever_their_lengths()
    {
        // Multiples of the query round to other floats than the query does: their cosines are 1 to within that.
        float[] query = [0.1f, 0.7f, -0.3f];
        float[] factors = [1, 3, 1e-10f, 7, 1e12f, 0.3f];
        float[] vectors = [.. factors.SelectMany(factor => query.Select(component => factor * component)), 0.7f, 0.1f, -0.3f, -0.1f, -0.7f, 0.3f];
        Assert.Equal(1, BenchRecall(vectors, query, 3, 2, [5, 4], "cosine"));
        Assert.Equal(1, BenchRecall(vectors, query, 3, 2, [0, 1], "cosine"));
        Assert.Equal(1, BenchRecall(vectors, query, 3, 2, null, "cosine"));
        for (int i = 0; i < factors.Length; i++)
        {
            Assert.Equal(1, Of(Metric.Cosine, 3, vectors, query, [[0]], [[i]]));
            Assert.Equal(1, Of(Metric.Cosine, 3, vectors, query, [[i]], [[0]]));
        }

        Assert.Equal(0, Of(Metric.Cosine, 3, vectors, query, [[1]], [[6]]));
    }

    [Fact]
    public void Each_result_counts_once_and_each_query_alike()
    {
        // True neighbours that are nearer than any vector there is to find leave nothing to count.
        float[] vectors = [0, 0, 5, 6, 7, 8, 9, 10];
        Assert.Equal(1.0 / 2, Of(vectors, [0, 100], 1, [[0], [7]], [[0], [3]]));
        Assert.Equal(1.0 / 4, Of(vectors, [0, 100], 2, [[0, 1], [7, 6]], [[0, 2], [5, 4]]));
        Assert.Equal(3.0 / 4, Of(vectors, [0, 100], 2, [[0, 1], [7, 6]], [[1, 0], [7, 2]]));
    }

    [Theory]
    [InlineData(1000.9f, 1)]
    [InlineData(1001.1f, 0)]
    [InlineData(-1000.9f, 1)]
    [InlineData(-1001.1f, 0)]
    [InlineData(1, 1)]
    public void A_thousandth_of_the_distance_is_let_pass(float found, double expected) =>
        Assert.Equal(expected, Of([1000, found], [0], 1, [[0]], [[1]]));

    [Fact]
    public void A_distance_of_0_has_no_tolerance_and_the_smallest_and_largest_distances_are_told_apart()
    {
        Assert.Equal(0, Of([0, 1e-30f], [0], 1, [[0]], [[1]]));
        Assert.Equal(0, Of([1e-30f, 2e-30f], [0], 1, [[0]], [[1]]));
        Assert.Equal(1, Of([2e-30f, 1e-30f], [0], 1, [[0]], [[1]]));
        Assert.Equal(0, Of([1e15f, -1e15f], [0.9e15f], 1, [[0]], [[1]]));
    }

    [Theory]
    [InlineData(1000, 999.1f, 1)]
    [InlineData(1000, 998.9f, 0)]
    [InlineData(1000, 2000, 1)]
    [InlineData(-1000, -1000.9f, 1)]
    [InlineData(-1000, -1001.1f, 0)]
    [InlineData(-1000, 5, 1)]
    [InlineData(0, -0f, 1)]
    [InlineData(0, -1e-30f, 0)]
    [InlineData(1e-30f, 0.9991e-30f, 1)]
    [InlineData(1e-30f, 0.9989e-30f, 0)]
    [InlineData(1e15f, 0.9989e15f, 0)]
    public void A_thousandth_of_the_inner_product_is_let_pass(float kth, float found, double expected)
    {
        Assert.Equal(expected, Of(Metric.InnerProduct, 1, [kth, found], [1], [[0]], [[1]]));
        Assert.Equal(expected, Of(Metric.InnerProduct, 2, [kth, 7, found, -7], [1, 0], [[0]], [[1]]));
    }

    [Theory]
    [InlineData(0.5, 0.5004, 1)]
    [InlineData(0.5, 0.5006, 0)]
    [InlineData(0.5, 0.1, 1)]
    [InlineData(1.5, 1.5014, 1)]
    [InlineData(1.5, 1.5016, 0)]
    [InlineData(1e-4, 1.009e-4, 1)]
    [InlineData(1e-4, 1.011e-4, 0)]
    [InlineData(0, 0.9e-6, 1)]
    [InlineData(0, 1.1e-6, 0)]
    public void A_thousandth_of_1_less_the_cosine_is_let_pass_or_what_floats_tell_apart(double kth, double found, double expected)
    {
        foreach (float length in (float[])[1, 1e-12f, 1e12f])
        {
            float[] vectors = [.. At(kth, length), .. At(found, 3)];
            Assert.Equal(expected, Of(Metric.Cosine, 2, vectors, [5, 0], [[0]], [[1]]));
        }

        static float[] At(double distance, float length)
        {
            double angle = Math.Acos(1 - distance);
            return [(float)(length * Math.Cos(angle)), (float)(length * Math.Sin(angle))];
        }
    }

    [Fact]
    public void Vectors_of_zeros_are_as_far_as_right_angles_under_cosine()
    {
        float[] vectors = [0, 0, 0, 3, -1, 0, 1, 0];
        Assert.Equal(1, Of(Metric.Cosine, 2, vectors, [2, 0], [[0]], [[1]]));
        Assert.Equal(1, Of(Metric.Cosine, 2, vectors, [2, 0], [[1]], [[0]]));
        Assert.Equal(0, Of(Metric.Cosine, 2, vectors, [2, 0], [[0]], [[2]]));
        Assert.Equal(0, Of(Metric.Cosine, 2, vectors, [2, 0], [[3]], [[0]]));
        Assert.Equal(1, Of(Metric.Cosine, 2, vectors, [0, 0], [[3]], [[2]]));
        Assert.Equal(1, Of(Metric.Cosine, 2, [1e-45f, 0, 1, 1], [1e-45f, 0], [[0]], [[0]]));
        Assert.Equal(0, Of(Metric.Cosine, 2, [1e-45f, 0, 1, 1], [1e-45f, 0], [[0]], [[1]]));
    }

    [Fact]
    public void True_neighbours_are_refuted_by_k_nearer_ones()
    {
        float[] vectors = [0, 1, 2, 3, 3.002f, 9];
        Assert.Equal(0, Refuted(2, [[0, 1]], [[1, 0]]));
        Assert.Equal(0, Refuted(2, [[0, 3]], [[0, 3]]));
        Assert.Equal(0, Refuted(2, [[0, 4]], [[0, 3]]));
        Assert.Equal(0, Refuted(2, [[0, 2]], [[1]]));
        Assert.Equal(1, Refuted(2, [[0, 2]], [[1, 0]]));
        Assert.Equal(1, Refuted(1, [[5]], [[4]]));

        int Refuted(int k, long[][] truth, long[][] results)
        {
            var recall = Counting(Metric.SquaredL2, 1, vectors, [0], truth);
            for (int times = 0; times < 2; times++)
            {
                recall.Of([.. results.SelectMany(row => row)], [.. results.Select(row => row.Length)]);
            }

            return recall.Refuted;
        }
    }

    [Fact]
    public void Fewer_columns_than_k_are_refused_and_more_are_passed_over()
    {
        float[] vectors = [0, 1, 2, 3];
        Assert.Equal(1, BenchRecall(vectors, [0], 1, 2, [0, 1, 3, 2]));
        Bench(vectors, [0], 1, 2, [0]).Failed(CommandLine.Failure, "-k 2 needs as many; the largest -k for this file is 1");
    }

    /// <summary>The recall of results that are given, of vectors of one component.</summary>
    private static double Of(float[] vectors, float[] queries, int k, long[][] truth, long[][] results)
    {
        Assert.All(truth, row => Assert.Equal(k, row.Length));
        return Of(Metric.SquaredL2, 1, vectors, queries, truth, results);
    }

    private static double Of(Metric metric, int dimension, float[] vectors, float[] queries, long[][] truth, long[][] results) =>
        Counting(metric, dimension, vectors, queries, truth).Of([.. results.SelectMany(row => row)], [.. results.Select(row => row.Length)]);

    private static Recall Counting(Metric metric, int dimension, float[] vectors, float[] queries, long[][] truth)
    {
        int k = truth[0].Length;
        var ids = new IntMatrix(k, [.. truth.SelectMany(row => row)]);
        return new Recall(new VectorMatrix(dimension, vectors), new VectorMatrix(dimension, queries), ids, metric, k);
    }

    private static double BenchRecall(float[] vectors, float[] queries, int dimension, int k, long[]? truth, string metric = "l2")
    {
        var run = Bench(vectors, queries, dimension, k, truth, metric);
        Assert.True(run.ExitCode == CommandLine.Success, run.Error);
        using var document = JsonDocument.Parse(run.Output);
        return document.RootElement.GetProperty("recall").GetDouble();
    }

    private static ToolRun Bench(float[] vectors, float[] queries, int dimension, int k, long[]? truth, string metric = "l2")
    {
        using var baseFile = new TempFile(".npy");
        using var queryFile = new TempFile(".npy");
        VectorFile.WriteNpy(baseFile.Path, dimension, vectors);
        VectorFile.WriteNpy(queryFile.Path, dimension, queries);
        var count = vectors.Length / dimension;
        var sizes = $"bench --m 1 --ksub {count} --nlist 1 --nprobe 1 --rerank {count} --kernels generic --json --metric {metric} -k {k}";
        string[] files = ["--base", baseFile.Path, "--query", queryFile.Path];
        if (truth is null)
        {
            return ToolRun.Of(sizes, files);
        }

        using var gt = new TempFile(".npy", NpyBytes.Of("<i8", $"(1, {truth.Length})", NpyBytes.Longs(truth)));
        return ToolRun.Of(sizes, [.. files, "--gt", gt.Path]);
    }
}
