namespace PqGen.Tests.Indexes;

/// <summary>
/// Batches are searched in the order of the queries' nearest lists, a window of queries after the other: nobody can tell but by the time it takes.
/// </summary>
public class BatchOrderTests
{
    private const int K = 5;

    public static TheoryData<IndexFactory> Kinds =>
    [
        IndexFactory.IvfFlat(4), IndexFactory.IvfPq(4, 2, 16), IndexFactory.IvfPq(4, 2, 16).Under(Metric.InnerProduct),
        IndexFactory.IvfPq(4, 2, 16).Under(Metric.Cosine),
    ];

    /// <summary>More queries than any window holds; so many that the last window has one; and so many probes that a window is short.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Many_windows_of_queries_find_what_single_searches_find(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(3000, factory.Dimension, 40, seed: 3);
        var queries = TestVectors.Clustered(16_385, factory.Dimension, 40, seed: 4);
        if (factory.Metric == Metric.Cosine)
        {
            queries.AsSpan(7 * factory.Dimension, factory.Dimension).Clear();
        }

        using var index = factory.Build(vectors, nlist: 300);
        foreach (var (count, options) in new[]
        {
            (16_385, new SearchOptions { NProbe = 2, Rerank = 8 }),
            (8193, new SearchOptions { NProbe = 3 }),
            (2500, new SearchOptions { NProbe = 250 }),
        })
        {
            foreach (var threads in new[] { 1, 2 })
            {
                Same(index, queries[..(count * factory.Dimension)], options, threads, default(AllIds));
            }
        }

        Same(index, queries[..(900 * factory.Dimension)], new SearchOptions { NProbe = 9, MaxCodes = 40 }, 1, new IdRange(100, 2000));
    }

    [Theory]
    [InlineData(CoarseSearch.Codes)]
    [InlineData(CoarseSearch.Hnsw)]
    [InlineData(CoarseSearch.Flat)]
    public void Lists_found_by_any_route_are_those_of_single_searches(CoarseSearch search)
    {
        var factory = IndexFactory.IvfPq(18, 9, 11).Finding(search);
        var vectors = TestVectors.Clustered(4600, factory.Dimension, 60, seed: 5);
        var options = new TrainingOptions { NList = 2300, Iterations = 2, CoarseIterations = 2, CoarseSearch = search };
        using var index = factory.Train(vectors, options);
        index.Add(vectors);
        foreach (var threads in new[] { 1, 2 })
        {
            Same(index, vectors, new SearchOptions { NProbe = 8, Rerank = 20 }, threads, default(AllIds));
        }
    }

    /// <summary>On one thread a batch looks for cancellation between a few queries, not between windows.</summary>
    [Fact]
    public void A_batch_ends_soon_after_it_is_cancelled()
    {
        var factory = IndexFactory.IvfFlat(4);
        var vectors = TestVectors.Clustered(2000, factory.Dimension, 40, seed: 6);
        using var index = factory.Build(vectors, nlist: 20);
        using var source = new CancellationTokenSource();
        var found = new int[2000];
        Array.Fill(found, -1);
        Assert.Throws<OperationCanceledException>(() =>
            index.SearchBatch(vectors, K, new Neighbor[2000 * K], found, new Cancels(source), new SearchOptions { NProbe = 2 }, 1, source.Token));
        Assert.InRange(found.Count(count => count >= 0), 1, 16);
    }

    private static void Same<TFilter>(VectorIndex index, float[] queries, SearchOptions options, int threads, TFilter filter)
        where TFilter : struct, IIdFilter
    {
        var (dimension, count) = (index.Dimension, queries.Length / index.Dimension);
        var (results, found, single) = (new Neighbor[count * K], new int[count], new Neighbor[K]);
        var untouched = new Neighbor(-77, -7);
        Array.Fill(results, untouched);
        index.SearchBatch(queries, K, results, found, filter, options, out var together, threads);
        var sum = default(SearchStatistics);
        for (var q = 0; q < count; q++)
        {
            Array.Fill(single, untouched);
            Assert.Equal(index.Search(queries.AsSpan(q * dimension, dimension), single, filter, options, out var statistics), found[q]);
            Assert.Equal(single, results.AsSpan(q * K, K));
            sum += statistics;
        }

        Assert.Equal(sum, together);
    }

    /// <summary>Cancels as soon as it is asked.</summary>
    private readonly struct Cancels(CancellationTokenSource source) : IIdFilter
    {
        public bool Allows(long id)
        {
            source.Cancel();
            return true;
        }
    }
}
