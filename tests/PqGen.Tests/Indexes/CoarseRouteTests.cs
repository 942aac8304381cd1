namespace PqGen.Tests.Indexes;

/// <summary>What holds of lists however they are found: through codes of their centroids, or through a graph of them.</summary>
public class CoarseRouteTests
{
    private const int K = 10, Queries = 60;

    private static readonly Route
        s_codes = new(CoarseSearch.Codes, 320, new SearchOptions { NProbe = 9 }),
        s_hnsw = new(CoarseSearch.Hnsw, 2300, new SearchOptions { NProbe = 8, CoarseFactor = 4 });

    public static TheoryData<CoarseSearch, IndexFactory> Cases
    {
        get
        {
            var cases = new TheoryData<CoarseSearch, IndexFactory>();
            foreach (var factory in ((IEnumerable<object[]>)CoarseSearchTests.IvfPq).Select(row => (IndexFactory)row[0]))
            {
                cases.Add(CoarseSearch.Codes, factory);
            }

            foreach (var factory in ((IEnumerable<object[]>)HnswIndexTests.Kinds).Select(row => (IndexFactory)row[0]))
            {
                cases.Add(CoarseSearch.Hnsw, factory);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Scans_batches_filters_and_twins_agree(CoarseSearch search, IndexFactory factory)
    {
        var (route, vectors) = Of(search, factory, seed: 2);
        using var index = Build(factory, vectors, route);
        using var twin = Build(factory.Twin, vectors, route);
        foreach (var options in new[]
        {
            route.Options, route.Options with { Rerank = 40 }, route.Options with { MaxCodes = 20 }, new SearchOptions { NProbe = 2, EnsureK = true },
        })
        {
            var (batch, found, plain) = (new Neighbor[Queries * K], new int[Queries], options with { Scan = ScanKind.Plain });
            index.SearchBatch(vectors.AsSpan(0, Queries * factory.Dimension), K, batch, found, options, threads: 1);
            for (var q = 0; q < Queries; q++)
            {
                var where = $"query {q}, {options}";
                var query = vectors.AsSpan(q * factory.Dimension, factory.Dimension);
                var expected = index.Nearest(query, K, plain);
                Searching.Same(expected, index.Nearest(query, K, options), where);
                Searching.Same(expected, twin.Nearest(query, K, options), where);
                Searching.Same(expected, batch.AsSpan(q * K, found[q]), where);
                Searching.Same(
                    index.Nearest(query, K, new IdRange(0, 1500), plain), index.Nearest(query, K, new IdRange(0, 1500), options), where);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_warm_search_allocates_nothing(CoarseSearch search, IndexFactory factory)
    {
        var (route, vectors) = Of(search, factory, seed: 4);
        using var index = Build(factory, vectors, route);
        var (results, found, batch, dimension) = (new Neighbor[K], new int[20], new Neighbor[20 * K], factory.Dimension);
        foreach (var options in new[] { route.Options, route.Options with { Rerank = 40 }, route.Options with { EnsureK = true } })
        {
            AllocationTests.AssertNoAllocation(() =>
            {
                for (var i = 0; i < 20; i++)
                {
                    index.Search(vectors.AsSpan(i * dimension, dimension), results, options);
                }

                index.SearchBatch(vectors.AsSpan(0, 20 * dimension), K, batch, found, options, threads: 1);
            }, options);
        }
    }

    private static (Route Route, float[] Vectors) Of(CoarseSearch search, IndexFactory factory, int seed)
    {
        var route = search == CoarseSearch.Codes ? s_codes : s_hnsw;
        return (route, TestVectors.Clustered(Math.Max(4000, 2 * route.NList), factory.Dimension, 60, seed));
    }

    private static VectorIndex Build(IndexFactory factory, float[] vectors, Route route)
    {
        var options = new TrainingOptions { NList = route.NList, Iterations = 2, CoarseIterations = 2, Threads = 1, CoarseSearch = route.Search };
        var index = factory.Finding(route.Search).Train(vectors, options);
        index.Add(vectors, threads: 1);
        return index;
    }

    /// <summary>A route, so many lists that a search of a few of them takes it, and how that search asks.</summary>
    private sealed record Route(CoarseSearch Search, int NList, SearchOptions Options);
}
