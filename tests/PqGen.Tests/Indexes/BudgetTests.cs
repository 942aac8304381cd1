using System.Buffers;

namespace PqGen.Tests.Indexes;

/// <summary>
/// Budgets hold for every query, and statistics tell what was done. After FAISS's test_max_codes and TestIVFEarlyTermination.
/// </summary>
public class BudgetTests
{
    private const int N = 2000;
    private const int NList = 30;
    private const int Queries = 40;
    private const int K = 10;

    [Theory]
    [MemberData(nameof(IndexFactory.WithLists), MemberType = typeof(IndexFactory))]
    public void No_query_scans_more_codes_than_it_may(IndexFactory factory)
    {
        var (index, vectors) = Build(factory);
        using (index)
        {
            foreach (var most in new[] { 1L, 50, 200, 700, N, long.MaxValue })
            {
                var probed = new HashSet<long>();
                for (var q = 0; q < Queries; q++)
                {
                    var (query, results) = (Query(vectors, factory, q), new Neighbor[K]);
                    var options = new SearchOptions { NProbe = NList, MaxCodes = most };
                    var found = index.Search(query, results, options, out var statistics);
                    Assert.InRange(statistics.CodesScanned, 0, most);
                    probed.Add(statistics.ListsProbed);

                    // Whole lists, the nearest: what as many probes find. One list more would be too much.
                    var lists = (int)statistics.ListsProbed;
                    Searching.Same(
                        lists == 0 ? [] : index.Nearest(query, K, new SearchOptions { NProbe = lists }), results.AsSpan(0, found), $"query {q}");
                    if (lists < NList)
                    {
                        index.Search(query, results, new SearchOptions { NProbe = lists + 1 }, out var more);
                        Assert.True(more.CodesScanned > most, $"query {q}: {more.CodesScanned} codes in {lists + 1} lists are at most {most}");
                    }
                }

                Assert.True(most is 1 or >= N ? probed.Count == 1 : probed.Count > 1, $"{string.Join(", ", probed)} lists for {most} codes");
            }
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.WithLists), MemberType = typeof(IndexFactory))]
    public void Ensuring_k_under_a_filter_of_a_tenth_leaves_none_missing(IndexFactory factory)
    {
        var (index, vectors) = Build(factory);
        using (index)
        {
            var missing = 0;
            foreach (var options in factory.Options(NList).Select(options => options with { NProbe = 1, MaxCodes = 60, EnsureK = true }))
            {
                for (var q = 0; q < Queries; q++)
                {
                    var (query, results, filter) = (Query(vectors, factory, q), new Neighbor[K], new Remainder(10));
                    Assert.Equal(K, index.Search(query, results, filter, options, out var statistics));
                    Assert.All(results, neighbor => Assert.Equal(0, neighbor.Id % 10));
                    Assert.Equal(K, results.Select(neighbor => neighbor.Id).Distinct().Count());

                    // No list more than it takes.
                    var lists = (int)statistics.ListsProbed;
                    if (lists > 1)
                    {
                        Assert.InRange(index.Nearest(query, K, filter, new SearchOptions { NProbe = lists - 1 }).Length, 0, K - 1);
                    }

                    missing += index.Nearest(query, K, filter, options with { EnsureK = false }).Length < K ? 1 : 0;
                }
            }

            Assert.True(missing > 0, "The budget was never too small.");
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Ensuring_k_finds_one_in_a_thousand(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(5000, factory.Dimension, 30, seed: 1);
        using var index = factory.Build(vectors, NList);
        foreach (var options in factory.Options(NList).Select(options => options with { NProbe = 1, EnsureK = true }))
        {
            var found = index.Nearest(Query(vectors, factory, 7), 5, new Remainder(1000), options);
            Assert.Equal([0, 1000, 2000, 3000, 4000], found.Select(neighbor => neighbor.Id).Order());
            Assert.Equal(3, index.Nearest(Query(vectors, factory, 7), 9, new IdRange(1000, 1002), options).Length);
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.WithLists), MemberType = typeof(IndexFactory))]
    public void A_range_search_that_ends_early_finds_a_part_of_all(IndexFactory factory)
    {
        var (index, vectors) = Build(factory);
        using (index)
        {
            for (var q = 0; q < Queries; q++)
            {
                var query = Query(vectors, factory, q);
                var radius = index.Nearest(query, 300, new SearchOptions { NProbe = NList })[^1].Distance;
                var all = index.Within(query, radius, new SearchOptions { NProbe = NList });
                Assert.InRange(all.Length, 300, N);
                foreach (var options in new[] { new SearchOptions { NProbe = 2 }, new SearchOptions { NProbe = NList, MaxCodes = 200 } })
                {
                    var matches = new ArrayBufferWriter<Neighbor>();
                    index.SearchRange(query, radius, matches, default(AllIds), options, out var statistics);
                    Assert.InRange(matches.WrittenCount, 0, (int)statistics.CodesScanned);
                    Assert.InRange(statistics.CodesScanned, 0, options.MaxCodes == 0 ? N : 200);
                    var early = matches.WrittenSpan.ToArray();
                    Assert.Equal(all.Where(early.Contains), early);

                    // k is of no concern to it.
                    Assert.Equal(early, index.Within(query, radius, options with { EnsureK = true }));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Statistics_tell_what_was_done(IndexFactory factory)
    {
        var (index, vectors) = Build(factory);
        using (index)
        {
            foreach (var options in factory.Options(NList))
            {
                var (sum, results) = (default(SearchStatistics), new Neighbor[K]);
                for (var q = 0; q < Queries; q++)
                {
                    var found = index.Search(Query(vectors, factory, q), results, options, out var statistics);
                    Assert.Equal(factory.HasLists, statistics.CodesScanned < N || options.NProbe == NList);
                    Assert.True(statistics.ListsProbed >= (factory.HasLists ? Math.Max(1, options.NProbe) : 1), $"{statistics}");
                    var scores = factory.HasCodes && options.Scan == ScanKind.Fast;
                    Assert.InRange(statistics.SurvivorsScored, scores ? found : 0, scores ? statistics.CodesScanned : 0);
                    var reranked = factory.HasCodes ? Math.Min(statistics.CodesScanned, options.Rerank) : 0;
                    Assert.Equal(reranked, statistics.RowsReranked);
                    sum += statistics;
                }

                foreach (var threads in new[] { 1, 2 })
                {
                    var (rows, counts) = (new Neighbor[Queries * K], new int[Queries]);
                    float[] queries = [.. Enumerable.Range(0, Queries).SelectMany(q => Query(vectors, factory, q))];
                    index.SearchBatch(queries, K, rows, counts, default(AllIds), options, out var together, threads);
                    Assert.Equal(sum with { SurvivorsScored = 0 }, together with { SurvivorsScored = 0 });
                    Assert.Equal(sum.SurvivorsScored > 0, together.SurvivorsScored > 0);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.WithLists), MemberType = typeof(IndexFactory))]
    public void A_search_that_names_no_number_of_lists_probes_the_default(IndexFactory factory)
    {
        using var folder = new Storage.TempFolder();
        var vectors = TestVectors.Clustered(N, factory.Dimension, 30, seed: 1);
        foreach (var (chosen, expected) in new[] { (0, 8), (1, 1), (11, 11), (NList, NList) })
        {
            using var index = factory.Train(
                vectors, new TrainingOptions { NList = NList, DefaultNProbe = chosen, Iterations = 2, CoarseIterations = 2 });
            index.Add(vectors);
            index.Save(folder.File("index.pqg"));
            using var same = factory.Open(folder.File("index.pqg"));
            foreach (var one in new[] { index, same })
            {
                Assert.Equal(expected, one.DefaultNProbe);
                one.Search(Query(vectors, factory, 1), new Neighbor[K], default, out var statistics);
                Assert.Equal(expected, statistics.ListsProbed);
            }
        }

        Refusals.Expect<ArgumentOutOfRangeException>(
            () => factory.Train(vectors, new TrainingOptions { NList = NList, DefaultNProbe = NList + 1 }), "DefaultNProbe is 31", "0 to 30");
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Budgets_out_of_range(IndexFactory factory)
    {
        var (index, vectors) = Build(factory);
        using (index)
        {
            Refusals.Expect<ArgumentOutOfRangeException>(
                index, () => index.Search(Query(vectors, factory, 1), new Neighbor[K], new SearchOptions { MaxCodes = -1 }), "MaxCodes is -1");
        }
    }

    private static (VectorIndex Index, float[] Vectors) Build(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(N, factory.Dimension, 35, seed: 1);
        return (factory.Build(vectors, NList), vectors);
    }

    private static float[] Query(float[] vectors, IndexFactory factory, int q) =>
        vectors.AsSpan(q * 47 * factory.Dimension, factory.Dimension).ToArray();
}
