namespace PqGen.Tests.Indexes;

/// <summary>Bad input to a search, one mistake at a time: the message names the argument, what was found and what is needed.</summary>
public class BadSearchTests
{
    private const int N = 300;

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void A_query_of_another_length(IndexFactory factory)
    {
        using var index = Build(factory);
        foreach (var length in new[] { 0, 1, factory.Dimension - 1, factory.Dimension + 1, factory.Dimension * 2 })
        {
            Refusals.Expect<ArgumentException>(
                index, () => index.Search(new float[length], new Neighbor[3]), "query", $" {length} ", $" {factory.Dimension}");
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void No_room_finds_nothing(IndexFactory factory)
    {
        using var index = Build(factory);
        var (query, found) = (new float[factory.Dimension], new[] { 5 });
        foreach (var options in factory.Options(nlist: 6))
        {
            Assert.Equal(0, index.Search(query, [], options));
            index.SearchBatch(query, 0, [], found, options);
            Assert.Equal([0], found);
        }

        Refusals.Expect<ArgumentOutOfRangeException>(index, () => index.SearchBatch(query, -5, [], new int[1]), "k is -5", "0 to");
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void More_results_than_vectors_are_not_an_error(IndexFactory factory)
    {
        using var index = Build(factory);
        var results = new Neighbor[N + 50];
        foreach (var options in factory.Options(nlist: 6).Where(options => options.NProbe == 6 || options.EnsureK || !factory.HasLists))
        {
            var found = index.Search(new float[factory.Dimension], results, options);
            Assert.Equal(N, found);
            Assert.Equal(N, results.Take(found).Select(neighbor => neighbor.Id).Distinct().Count());
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void An_empty_index_finds_nothing(IndexFactory factory)
    {
        using var index = factory.Train(TestVectors.Uniform(N, factory.Dimension, seed: 1), new TrainingOptions { NList = 6, Iterations = 2 });
        foreach (var options in factory.Options(nlist: 6))
        {
            Assert.Equal(0, index.Search(new float[factory.Dimension], new Neighbor[5], options));
        }

        Assert.Equal(0, index.Count);
    }

    [Theory]
    [MemberData(nameof(IndexFactory.WithLists), MemberType = typeof(IndexFactory))]
    public void More_probes_than_lists_mean_all_of_them(IndexFactory factory)
    {
        using var index = Build(factory);
        var query = TestVectors.Uniform(1, factory.Dimension, seed: 9);
        foreach (var rerank in new[] { 0, 20 })
        {
            var (all, more) = (new Neighbor[20], new Neighbor[20]);
            Assert.Equal(20, index.Search(query, all, new SearchOptions { NProbe = 6, Rerank = rerank }));
            foreach (var nprobe in new[] { 7, int.MaxValue })
            {
                Assert.Equal(20, index.Search(query, more, new SearchOptions { NProbe = nprobe, Rerank = rerank }));
                Assert.Equal(all, more);
            }
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.WithCodes), MemberType = typeof(IndexFactory))]
    public void More_candidates_than_vectors_mean_all_of_them(IndexFactory factory)
    {
        using var index = Build(factory);
        var (query, all, more) = (TestVectors.Uniform(1, factory.Dimension, seed: 9), new Neighbor[20], new Neighbor[20]);
        var options = new SearchOptions { NProbe = 6, Rerank = N };
        Assert.Equal(20, index.Search(query, all, options));
        Assert.Equal(20, index.Search(query, more, options with { Rerank = int.MaxValue }));
        Assert.Equal(all, more);
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Options_out_of_range(IndexFactory factory)
    {
        using var index = Build(factory);
        var (query, results) = (new float[factory.Dimension], new Neighbor[3]);
        Refusals.Expect<ArgumentOutOfRangeException>(index, () => index.Search(query, results, new SearchOptions { NProbe = -1 }), "NProbe is -1");
        Refusals.Expect<ArgumentOutOfRangeException>(index, () => index.Search(query, results, new SearchOptions { Rerank = -1 }), "Rerank is -1");
        Refusals.Expect<ArgumentOutOfRangeException>(
            index, () => index.Search(query, results, new SearchOptions { Scan = (ScanKind)2 }), "Scan is 2", "0 to 1");
        Refusals.Expect<ArgumentOutOfRangeException>(
            index, () => index.SearchBatch(query, 3, results, new int[1], threads: -1), "threads is -1", "0 for one per processor");
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Components_that_are_not_finite(IndexFactory factory)
    {
        using var index = Build(factory);
        foreach (
            var (bad, text) in new[] { (float.NaN, "NaN"), (float.PositiveInfinity, "Infinity"), (float.NegativeInfinity, "-Infinity"),
                (1e30f, "1E+30"), (-2e15f, "-2E+15") })
        {
            foreach (var component in new[] { 0, factory.Dimension / 2, factory.Dimension - 1 })
            {
                var queries = new float[3 * factory.Dimension];
                queries[factory.Dimension + component] = bad;
                Refusals.Expect<ArgumentException>(
                    index,
                    () => index.Search(queries.AsSpan(factory.Dimension, factory.Dimension), new Neighbor[3]),
                    "query",
                    $"component {component} ",
                    text,
                    "finite");
                Refusals.Expect<ArgumentException>(
                    index, () => index.SearchBatch(queries, 2, new Neighbor[6], new int[3]), "queries", $"component {component} of vector 1", text);
            }
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.WithCodes), MemberType = typeof(IndexFactory))]
    public void Rerank_without_kept_vectors(IndexFactory factory)
    {
        using var index = factory.Build(TestVectors.Uniform(N, factory.Dimension, seed: 1), nlist: 6, keepVectors: false);
        var (query, results) = (new float[factory.Dimension], new Neighbor[3]);
        Refusals.Expect<InvalidOperationException>(
            index, () => index.Search(query, results, new SearchOptions { Rerank = 10 }), "Rerank", "KeepVectors = true", "Rerank = 0");
        Assert.Equal(0, index.Memory.Vectors);
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Spans_of_a_batch_that_do_not_match(IndexFactory factory)
    {
        using var index = Build(factory);
        var queries = new float[3 * factory.Dimension];
        Refusals.Expect<ArgumentException>(index, () => index.SearchBatch(queries, 2, new Neighbor[5], new int[3]), "results has 5", "needs 6");
        Refusals.Expect<ArgumentException>(index, () => index.SearchBatch(queries, 2, new Neighbor[7], new int[3]), "results has 7", "needs 6");
        Refusals.Expect<ArgumentException>(index, () => index.SearchBatch(queries, 2, new Neighbor[6], new int[2]), "found has 2", "needs 3");
        Refusals.Expect<ArgumentException>(
            index, () => index.SearchBatch(queries, 1_000_000_000, new Neighbor[6], new int[3]), "results has 6", "needs 3000000000");
        Refusals.Expect<ArgumentException>(
            index, () => index.SearchBatch(queries.AsSpan(1), 2, new Neighbor[6], new int[3]), "queries has", $"multiple of {factory.Dimension}");
        index.SearchBatch([], 2, [], []);
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void A_disposed_index(IndexFactory factory)
    {
        var index = Build(factory);
        index.Dispose();
        index.Dispose();
        var vector = new float[factory.Dimension];
        Assert.Throws<ObjectDisposedException>(() => index.Search(vector, new Neighbor[1]));
        Assert.Throws<ObjectDisposedException>(() => index.SearchBatch(vector, 1, new Neighbor[1], new int[1]));
        Assert.Throws<ObjectDisposedException>(() => index.Add(vector));
        Assert.Throws<ObjectDisposedException>(() => index.Add([7], vector));
    }

    private static VectorIndex Build(IndexFactory factory) => factory.Build(TestVectors.Uniform(N, factory.Dimension, seed: 1), nlist: 6);
}
