using System.Text.Json;
using PqGen.Tests.Vectors;
using PqGen.Tool;
using PqGen.Vectors;

namespace PqGen.Tests.Tool;

/// <summary>Recall counts results that are no farther than the true k-th neighbour, by a thousandth of its distance at most.</summary>
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

    [Fact]
    public void Fewer_columns_than_k_are_refused_and_more_are_passed_over()
    {
        float[] vectors = [0, 1, 2, 3];
        Assert.Equal(1, BenchRecall(vectors, [0], 1, 2, [0, 1, 3, 2]));
        Bench(vectors, [0], 1, 2, [0]).Failed(CommandLine.Failure, "-k 2 needs as many; the largest -k for this file is 1");
    }

    /// <summary>The recall of results that are given.</summary>
    private static double Of(float[] vectors, float[] queries, int k, long[][] truth, long[][] results)
    {
        var recall = new Recall(new VectorMatrix(1, vectors), new VectorMatrix(1, queries), new IntMatrix(k, [.. truth.SelectMany(row => row)]), k);
        return recall.Of([.. results.SelectMany(row => row)], [.. results.Select(row => row.Length)]);
    }

    private static double BenchRecall(float[] vectors, float[] queries, int dimension, int k, long[]? truth)
    {
        var run = Bench(vectors, queries, dimension, k, truth);
        Assert.True(run.ExitCode == CommandLine.Success, run.Error);
        using var document = JsonDocument.Parse(run.Output);
        return document.RootElement.GetProperty("recall").GetDouble();
    }

    private static ToolRun Bench(float[] vectors, float[] queries, int dimension, int k, long[]? truth)
    {
        using var baseFile = new TempFile(".npy");
        using var queryFile = new TempFile(".npy");
        VectorFile.WriteNpy(baseFile.Path, dimension, vectors);
        VectorFile.WriteNpy(queryFile.Path, dimension, queries);
        var count = vectors.Length / dimension;
        var sizes = $"bench --m 1 --ksub {count} --nlist 1 --nprobe 1 --rerank {count} --kernels generic --json -k {k}";
        string[] files = ["--base", baseFile.Path, "--query", queryFile.Path];
        if (truth is null)
        {
            return ToolRun.Of(sizes, files);
        }

        using var gt = new TempFile(".npy", NpyBytes.Of("<i8", $"(1, {truth.Length})", NpyBytes.Longs(truth)));
        return ToolRun.Of(sizes, [.. files, "--gt", gt.Path]);
    }
}
