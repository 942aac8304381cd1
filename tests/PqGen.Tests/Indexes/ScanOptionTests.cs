using PqGen.Tests.Paths;

namespace PqGen.Tests.Indexes;

/// <summary>
/// The fast scan finds what the plain one finds under every metric and with every option, filtered, and after removals: ids, order, and every bit.
/// </summary>
[Trait("Category", "Kernels")]
public class ScanOptionTests
{
    private const int N = 700;
    private const int NList = 7;

    [Theory]
    [MemberData(nameof(IndexFactory.WithCodes), MemberType = typeof(IndexFactory))]
    public void The_nearest(IndexFactory factory)
    {
        foreach (var (index, vectors, name) in Indexes(factory))
        {
            foreach (var options in Options(factory))
            {
                foreach (var k in new[] { 1, 10, 100 })
                {
                    for (var q = 0; q < (ChildProcess.IsSlow ? 2 : 4); q++)
                    {
                        var (query, where) = (Query(vectors, factory, q), $"{name}, k {k}, query {q}, {options}");
                        Check(index, query, k, default(AllIds), options, where);
                        Check(index, query, k, new Remainder(3), options, $"{where}, a third");
                        Check(index, query, k, new Remainder(100), options, $"{where}, a hundredth");
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.WithCodes), MemberType = typeof(IndexFactory))]
    public void All_within_a_radius(IndexFactory factory)
    {
        foreach (var (index, vectors, name) in Indexes(factory))
        {
            foreach (var options in Options(factory).Where(options => !options.EnsureK))
            {
                for (var q = 0; q < (ChildProcess.IsSlow ? 2 : 4); q++)
                {
                    // Radii that are the distance of a vector, and beside it.
                    var query = Query(vectors, factory, q);
                    var all = index.Nearest(query, N, options with { Rerank = options.Rerank > 0 ? N : 0 });
                    foreach (var at in new[] { 0, 1, all.Length / 10, all.Length - 1 }.Where(at => at >= 0 && at < all.Length))
                    {
                        foreach (
                            var radius in new[] { MathF.BitDecrement(all[at].Distance), all[at].Distance, MathF.BitIncrement(all[at].Distance) })
                        {
                            var where = $"{name}, radius {radius}, query {q}, {options}";
                            CheckRange(index, query, radius, default(AllIds), options, where);
                            CheckRange(index, query, radius, new Remainder(3), options, $"{where}, a third");
                        }
                    }
                }
            }
        }
    }

    private static void Check<TFilter>(VectorIndex index, float[] query, int k, TFilter filter, SearchOptions options, string where)
        where TFilter : struct, IIdFilter
    {
        var (plain, fast) = (new Neighbor[k], new Neighbor[k]);
        var expected = index.Search(query, plain, filter, options with { Scan = ScanKind.Plain }, out var ofPlain);
        var found = index.Search(query, fast, filter, options, out var ofFast);
        Searching.Same(plain.AsSpan(0, expected), fast.AsSpan(0, found), where);
        Assert.Equal(
            (ofPlain.ListsProbed, ofPlain.CodesScanned, ofPlain.RowsReranked), (ofFast.ListsProbed, ofFast.CodesScanned, ofFast.RowsReranked));
        Assert.InRange(ofFast.SurvivorsScored, HasNoDirection(index, query) ? 0 : found, ofFast.CodesScanned);
        Assert.All(fast[..found], neighbor => Assert.True(filter.Allows(neighbor.Id)));
    }

    private static void CheckRange<TFilter>(VectorIndex index, float[] query, float radius, TFilter filter, SearchOptions options, string where)
        where TFilter : struct, IIdFilter
    {
        var plain = index.Within(query, radius, filter, options with { Scan = ScanKind.Plain });
        var fast = index.Within(query, radius, filter, options);
        Searching.Same(plain, fast, where);
        Assert.All(fast, neighbor => Assert.True(filter.Allows(neighbor.Id) && !index.Metric.IsNearer(radius, neighbor.Distance)));

        // The same as what a search for all of them finds within the radius.
        var all = index.Nearest(query, N, filter, options with { Rerank = options.Rerank > 0 ? N : 0 });
        Searching.Same([.. all.Where(neighbor => !index.Metric.IsNearer(radius, neighbor.Distance))], fast, where);
    }

    /// <summary>Whether similarities are 0 without a look at any code.</summary>
    private static bool HasNoDirection(VectorIndex index, float[] query) => index.Metric == Metric.Cosine && query.All(component => component == 0);

    /// <summary>An index with own ids and duplicates, as it is and without a third of its vectors, the first block among them.</summary>
    private static IEnumerable<(VectorIndex Index, float[] Vectors, string Name)> Indexes(IndexFactory factory)
    {
        var vectors = TestVectors.WithDuplicates(TestVectors.Clustered(N, factory.Dimension, 15, seed: 5), factory.Dimension, seed: 6);
        var ids = TestVectors.ShuffledIds(N, seed: 7);
        using var index = factory.Build(vectors, NList, ids: ids);
        yield return (index, vectors, "whole");
        Assert.Equal(64, index.Remove(ids.AsSpan(0, 64)));
        var third = ids.Where((_, i) => i >= 64 && i % 4 == 1).ToArray();
        Assert.Equal(third.Length, index.Remove(third));
        yield return (index, vectors, "some removed");
    }

    private static IEnumerable<SearchOptions> Options(IndexFactory factory) =>
        from nprobe in factory.HasLists ? new[] { 1, 3, NList } : [0]
        from budget in factory.HasLists ? new[] { 0L, N / 3 } : [0]
        from ensure in factory.HasLists ? new[] { false, true } : [false]
        from rerank in new[] { 0, 30 }
        select new SearchOptions { NProbe = nprobe, MaxCodes = budget, EnsureK = ensure, Rerank = rerank };

    private static float[] Query(float[] vectors, IndexFactory factory, int q) => q switch
    {
        0 => new float[factory.Dimension],
        1 => TestVectors.Moved(TestVectors.Uniform(1, factory.Dimension, seed: 8), 10),
        2 => TestVectors.Moved(vectors[..factory.Dimension], -1),
        _ => vectors.AsSpan(33 * factory.Dimension, factory.Dimension).ToArray(),
    };
}
