using System.Globalization;

namespace PqGen.Tests.Indexes;

/// <summary>Where a probe budget ends a query's probing: as its formula says, in every kind of search alike, and for the better.</summary>
public class ProbeBudgetTests
{
    private const int N = 3000;
    private const int NList = 40;
    private const int Queries = 40;
    private const int K = 10;

    /// <summary>Indexes with lists that are found by distance.</summary>
    public static TheoryData<IndexFactory> Weighing =>
        [.. IndexFactory.All.Where(factory => factory.HasLists && factory.Metric != Metric.InnerProduct)];

    /// <summary>Those whose queries are not mapped before.</summary>
    public static TheoryData<IndexFactory> WithoutTransform =>
        [.. IndexFactory.All.Where(factory => factory.HasLists && factory.Metric != Metric.InnerProduct && factory.Transform == TransformKind.None
            && factory.Shape.Dimension == factory.Dimension)];

    public static TheoryData<IndexFactory> NotWeighing =>
        [.. IndexFactory.All.Where(factory => factory.HasLists && factory.Metric == Metric.InnerProduct)];

    [Theory]
    [MemberData(nameof(WithoutTransform))]
    public void A_query_probes_the_lists_that_the_formula_says(IndexFactory factory)
    {
        var (index, queries) = Build(factory);
        using (index)
        {
            var (sizes, probed) = (index.ListSizes(), new HashSet<long>());
            foreach (var budget in new[] { 0.01f, 1, 4, 20, 300, 1e4f, 1e6f, 1e30f })
            {
                for (var q = 0; q < Queries; q++)
                {
                    var query = queries.AsSpan(q * factory.Dimension, factory.Dimension);
                    var options = new SearchOptions { NProbe = NList - 5, ProbeBudget = budget };
                    var results = new Neighbor[K];
                    var found = index.Search(query, results, options, out var statistics);
                    var (fewest, most) = Expected(index, query, sizes, budget, NList - 5);
                    Assert.InRange(statistics.ListsProbed, fewest, most);
                    var same = new SearchOptions { NProbe = (int)statistics.ListsProbed };
                    Searching.Same(index.Nearest(query, K, same), results.AsSpan(0, found), $"{budget}, query {q}");
                    probed.Add(statistics.ListsProbed);
                }
            }

            Assert.InRange(probed.Count, 3, NList);
        }
    }

    [Theory]
    [MemberData(nameof(Weighing))]
    public void Batches_plain_scans_and_filters_end_where_one_query_does(IndexFactory factory)
    {
        var (index, queries) = Build(factory);
        using (index)
        {
            var options = new SearchOptions { NProbe = 20, ProbeBudget = index.EstimateProbeBudget(queries, 20) };
            var (results, found) = (new Neighbor[Queries * K], new int[Queries]);
            index.SearchBatch(queries, K, results, found, default(AllIds), options, out var whole);
            var one = default(SearchStatistics);
            for (var q = 0; q < Queries; q++)
            {
                var query = queries.AsSpan(q * factory.Dimension, factory.Dimension);
                var alone = new Neighbor[K];
                var count = index.Search(query, alone, options, out var statistics);
                one += statistics;
                Searching.Same(alone.AsSpan(0, count), results.AsSpan(q * K, found[q]), $"batch, query {q}");
                Searching.Same(alone.AsSpan(0, count), index.Nearest(query, K, options with { Scan = ScanKind.Plain }), $"plain, query {q}");
                index.Search(query, new Neighbor[K], new Remainder(2), options, out var filtered);
                Assert.Equal(statistics.CodesScanned, filtered.CodesScanned);
                Assert.Equal(K, index.Nearest(query, K, new Remainder(50), options with { EnsureK = true }).Length);
            }

            Assert.Equal(one.ListsProbed, whole.ListsProbed);
            Assert.Equal(one.CodesScanned, whole.CodesScanned);
            Assert.InRange(one.ListsProbed / (double)Queries, 20 * 2 / 3d * 0.8, 20 * 2 / 3d * 1.2);
        }
    }

    [Theory]
    [MemberData(nameof(Weighing))]
    public void A_budget_means_the_same_in_a_grown_index_and_a_file(IndexFactory factory)
    {
        var (index, queries) = Build(factory);
        using (index)
        {
            var before = index.EstimateProbeBudget(queries, 20);
            var twice = new SearchOptions { NProbe = 20, ProbeBudget = before };
            index.SearchBatch(queries, K, new Neighbor[Queries * K], new int[Queries], default(AllIds), twice, out var once);
            index.Add(TestVectors.Clustered(N, factory.Dimension, 60, seed: 1));
            Assert.Equal(before, index.EstimateProbeBudget(queries, 20), before * 1e-4);
            index.SearchBatch(queries, K, new Neighbor[Queries * K], new int[Queries], default(AllIds), twice, out var grown);
            Assert.Equal(2 * once.CodesScanned, grown.CodesScanned, once.CodesScanned * 0.02);
            Assert.Equal(index.EstimateProbeBudget(queries, NList), index.EstimateProbeBudget(queries, int.MaxValue));
        }
    }

    [Fact]
    public void It_finds_as_much_in_fewer_codes()
    {
        var factory = IndexFactory.IvfPq(24, 6, 16);
        var vectors = TestVectors.Clustered(20_000, factory.Dimension, 400, seed: 5, spread: 2);
        var queries = TestVectors.Clustered(400, factory.Dimension, 400, seed: 5, spread: 2.5f);
        using var index = factory.Build(vectors, nlist: 200);
        var truth = Ids(index, queries, new SearchOptions { NProbe = 200, Rerank = 20_000 }, out _);
        var saved = 0;
        foreach (var nprobe in new[] { 6, 12, 24 })
        {
            var plain = Ids(index, queries, new SearchOptions { NProbe = nprobe, Rerank = 200 }, out var codes);
            var more = nprobe * 5 / 4;
            var options = new SearchOptions { NProbe = more, Rerank = 200, ProbeBudget = index.EstimateProbeBudget(queries, more) };
            var budgeted = Ids(index, queries, options, out var fewer);
            var (reached, wanted) = (budgeted.Count(truth.Contains), plain.Count(truth.Contains));
            Assert.True(
                reached >= wanted - (truth.Count / 200),
                $"{nprobe} lists find {wanted} of {truth.Count} in {codes} codes, a budget {reached} in {fewer}");
            saved += fewer < 0.95 * codes ? 1 : 0;
        }

        Assert.Equal(3, saved);
    }

    [Fact]
    public void A_query_at_a_centroid_still_finds_k()
    {
        // Every vector is a centroid: nothing is as near as the first list, whatever the budget.
        var factory = IndexFactory.IvfFlat(4);
        var vectors = Enumerable.Range(0, 60 * 4).Select(i => (float)(i / 4 * ((i % 4) + 1))).ToArray();
        using var index = factory.Build(vectors, nlist: 60);
        var found = index.Nearest(vectors.AsSpan(40, 4), K, new SearchOptions { NProbe = 60, ProbeBudget = 5 });
        Assert.Equal(K, found.Length);
        Assert.Equal(0, found[0].Distance);
        Assert.True(index.EstimateProbeBudget(vectors, 10) > 0);
    }

    [Theory]
    [MemberData(nameof(NotWeighing))]
    public void It_is_refused_where_there_are_no_distances(IndexFactory factory)
    {
        var (index, queries) = Build(factory);
        using (index)
        {
            var options = new SearchOptions { ProbeBudget = 3 };
            var refused = Assert.Throws<ArgumentException>(() => index.Nearest(queries.AsSpan(0, factory.Dimension), K, options));
            Assert.Contains("ProbeBudget weighs lists", refused.Message, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(() => index.EstimateProbeBudget(queries, 5));
            Assert.All(index.Calibrate(queries, K).Points, point => Assert.Equal(0, point.ProbeBudget));
        }
    }

    [Fact]
    public void What_cannot_be_is_refused_by_name()
    {
        var (index, queries) = Build(IndexFactory.IvfPq(24, 6, 16));
        using (index)
        {
            foreach (var budget in new[] { -1, float.NaN, float.PositiveInfinity })
            {
                var options = new SearchOptions { ProbeBudget = budget };
                var refused = Assert.Throws<ArgumentOutOfRangeException>(() => index.Nearest(queries.AsSpan(0, 24), K, options));
                Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"ProbeBudget is {budget}"), refused.Message);
            }

            Assert.Contains("nprobe is 0", Assert.Throws<ArgumentOutOfRangeException>(() => index.EstimateProbeBudget(queries, 0)).Message);
            Assert.Contains("queries is empty", Assert.Throws<ArgumentException>(() => index.EstimateProbeBudget([], 1)).Message);
            Assert.Throws<ArgumentException>(() => index.EstimateProbeBudget(queries.AsSpan(1), 1));
        }

        using var flat = IndexFactory.Flat(5).Build(TestVectors.Clustered(50, 5, 3, seed: 1));
        Assert.Equal(0, flat.EstimateProbeBudget(new float[5], 3));
        Assert.Equal(K, flat.Nearest(new float[5], K, new SearchOptions { ProbeBudget = 1 }).Length);
    }

    /// <summary>
    /// The lists that a scalar reference would probe, in double precision, with a little less and more than the budget: the index has its distances
    /// in single precision.
    /// </summary>
    private static (int Fewest, int Most) Expected(VectorIndex index, ReadOnlySpan<float> query, int[] sizes, double budget, int nprobe)
    {
        var x = query.ToArray().Select(component => (double)component).ToArray();
        if (index.Metric == Metric.Cosine)
        {
            var length = Math.Sqrt(x.Sum(component => component * component));
            x = [.. x.Select(component => component / length)];
        }

        var centroids = index.Centroids.ToArray();
        var distances = Enumerable.Range(0, NList).Select(list => Enumerable.Range(0, x.Length)
            .Sum(d => Math.Pow(x[d] - centroids[(list * x.Length) + d], 2))).ToArray();
        var order = Enumerable.Range(0, NList).OrderBy(list => distances[list]).ToArray();
        return (Count(budget * 0.999), Count(budget * 1.001));

        int Count(double most)
        {
            var vectors = 0;
            for (var p = 0; p < nprobe; p++)
            {
                var (before, ratio) = (vectors, distances[order[p]] / distances[order[0]]);
                vectors += sizes[order[p]];
                if (p > 0 && before >= K && vectors * Math.Pow(ratio, 4) > most * sizes.Sum() / NList)
                {
                    return p;
                }
            }

            return nprobe;
        }
    }

    private static HashSet<(int Query, long Id)> Ids(VectorIndex index, float[] queries, SearchOptions options, out long codes)
    {
        var ids = new HashSet<(int, long)>();
        codes = 0;
        for (var q = 0; q < queries.Length / index.Dimension; q++)
        {
            var results = new Neighbor[K];
            var found = index.Search(queries.AsSpan(q * index.Dimension, index.Dimension), results, options, out var statistics);
            ids.UnionWith(results.Take(found).Select(neighbor => (q, neighbor.Id)));
            codes += statistics.CodesScanned;
        }

        return ids;
    }

    private static (VectorIndex Index, float[] Queries) Build(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(N, factory.Dimension, 60, seed: 1);
        return (factory.Build(vectors, NList), TestVectors.Clustered(Queries, factory.Dimension, 60, seed: 1, spread: 1.5f));
    }
}
