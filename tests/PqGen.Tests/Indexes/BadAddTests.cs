namespace PqGen.Tests.Indexes;

/// <summary>Bad input to Add, one mistake at a time: refused, and the index is as it was.</summary>
public class BadAddTests
{
    private const int N = 300;

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Not_whole_vectors(IndexFactory factory)
    {
        using var index = Build(factory);
        Refusals.Expect<ArgumentException>(
            index, () => index.Add(new float[(2 * factory.Dimension) - 1]), "vectors has", $"multiple of {factory.Dimension}");
        Refusals.Expect<ArgumentException>(
            index, () => index.Add([1000], new float[factory.Dimension + 1]), "vectors has", $"multiple of {factory.Dimension}");
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Components_that_are_not_finite(IndexFactory factory)
    {
        using var index = Build(factory);
        foreach (var (bad, text) in new[] { (float.NaN, "NaN"), (float.NegativeInfinity, "-Infinity"), (1e30f, "1E+30") })
        {
            var vectors = new float[5 * factory.Dimension];
            vectors[(4 * factory.Dimension) + 2] = bad;
            Refusals.Expect<ArgumentException>(index, () => index.Add(vectors), "vectors", "component 2 of vector 4", text);
            Refusals.Expect<ArgumentException>(
                index, () => index.Add([1000, 1001, 1002, 1003, 1004], vectors), "vectors", "component 2 of vector 4", text);
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Ids_that_do_not_match(IndexFactory factory)
    {
        using var index = Build(factory);
        var vectors = TestVectors.Uniform(3, factory.Dimension, seed: 2);
        Refusals.Expect<ArgumentException>(index, () => index.Add([1000, 1001], vectors), "ids has 2", "needs 3");
        Refusals.Expect<ArgumentException>(index, () => index.Add([], vectors), "ids has 0", "needs 3");
        Refusals.Expect<ArgumentException>(index, () => index.Add([1, 2, 3, 4], vectors), "ids has 4", "needs 3");
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Ids_in_use(IndexFactory factory)
    {
        using var index = Build(factory);
        var vectors = TestVectors.Uniform(3, factory.Dimension, seed: 2);
        Refusals.Expect<ArgumentException>(index, () => index.Add([1000, 1001, 1000], vectors), "id 1000 at position 2", "in use");
        Refusals.Expect<ArgumentException>(index, () => index.Add([1000, N - 1, 1001], vectors), $"id {N - 1} at position 1", "in use");
        Refusals.Expect<ArgumentException>(index, () => index.Add([0, 1000, 1001], vectors), "id 0 at position 0", "in use");

        index.Add([1000, -5, long.MaxValue], vectors);
        Refusals.Expect<ArgumentException>(index, () => index.Add([7_000, -5, 7_001], vectors), "id -5 at position 1", "in use");
        Refusals.Expect<ArgumentException>(index, () => index.Add([long.MinValue, 7_000, 5], vectors), "id 5 at position 2", "in use");
        index.Add([7_000, 7_001, N], vectors);
        Assert.Equal(N + 6, index.Count);
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void A_position_that_is_in_use_as_an_id(IndexFactory factory)
    {
        using var index = Build(factory);
        var vectors = TestVectors.Uniform(3, factory.Dimension, seed: 2);
        index.Add([N + 4, -1, N + 3], vectors);
        Refusals.Expect<InvalidOperationException>(index, () => index.Add(vectors), $"the id {N + 3}", "ids of your own");
        index.Add([N + 10, N + 11, N + 12], vectors);
        Refusals.Expect<InvalidOperationException>(index, () => index.Add(TestVectors.Uniform(9, factory.Dimension, seed: 3)), $"the id {N + 10}");
        index.Add(vectors);
        Assert.Equal(N + 9, index.Count);
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Threads_out_of_range(IndexFactory factory)
    {
        using var index = Build(factory);
        var vectors = TestVectors.Uniform(2, factory.Dimension, seed: 2);
        Refusals.Expect<ArgumentOutOfRangeException>(index, () => index.Add(vectors, threads: -1), "threads is -1", "0 for one per processor");
        Refusals.Expect<ArgumentOutOfRangeException>(index, () => index.Add([1000, 1001], vectors, threads: -1), "threads is -1");
        index.Add(vectors, threads: int.MaxValue);
        Assert.Equal(N + 2, index.Count);
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Nothing_to_add_changes_nothing(IndexFactory factory)
    {
        using var index = Build(factory);
        var (answers, memory) = (Refusals.Answers(index), index.Memory);
        index.Add([]);
        index.Add([], []);
        Assert.Equal(N, index.Count);
        Assert.Equal(answers, Refusals.Answers(index));
        Assert.Equal(memory, index.Memory);
    }

    private static VectorIndex Build(IndexFactory factory) => factory.Build(TestVectors.Uniform(N, factory.Dimension, seed: 1), nlist: 6);
}
