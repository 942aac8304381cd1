using PqGen.Ivf;
using PqGen.Kernels;
using PqGen.Scan;
using PqGen.Storage;

namespace PqGen.Tests.Indexes;

/// <summary>
/// The queries of a batch scan each list together where lists are long: each finds, bit for bit, what it finds alone.
/// </summary>
public class SharedListTests
{
    private const int K = 10, Lists = 3, Vectors = 3300, Queries = 203;

    public static TheoryData<IndexFactory> Kinds =>
    [
        .. IndexFactory.All.Where(factory => factory.HasCodes),
        IndexFactory.IvfPq(12, 6, 3).Finding(CoarseSearch.Codes), IndexFactory.IvfPq(12, 6, 16).Finding(CoarseSearch.Hnsw),
    ];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_batch_finds_what_single_searches_find(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(Vectors, factory.Dimension, 40, seed: 3);
        using var index = factory.Build(vectors[..(3000 * factory.Dimension)], Lists);
        AssertShares(factory);

        // A second segment in each list, and vectors that are there no more.
        index.Add(vectors.AsSpan(3000 * factory.Dimension), 1);
        index.Remove([.. Enumerable.Range(0, Vectors).Where(id => id % 7 == 3).Select(id => (long)id)]);
        var queries = TestVectors.Clustered(Queries, factory.Dimension, 40, seed: 4);
        foreach (var options in Options(factory))
        {
            Same(index, queries, K, options, default(AllIds));
        }

        Same(index, queries, 300, new SearchOptions { NProbe = 2 }, default(AllIds));
        Same(index, queries, 4000, new SearchOptions { NProbe = 3 }, default(AllIds));
        Same(index, queries, K, new SearchOptions { NProbe = 2, Rerank = 40 }, new IdRange(100, 2000));
        Same(index, queries, K, new SearchOptions { NProbe = 3 }, new IdRange(7, 19));

        // A query that is nothing but zeros, which is one of its own kind under cosine.
        queries.AsSpan(11 * factory.Dimension, factory.Dimension).Clear();
        Same(index, queries, K, new SearchOptions { NProbe = 2, Rerank = 40 }, default(AllIds));
    }

    /// <summary>Rows of every format, with a second look; equal vectors, among which the smaller id comes first.</summary>
    [Theory]
    [InlineData(RowFormat.Float16)]
    [InlineData(RowFormat.Int8)]
    [InlineData(RowFormat.Int8Float16)]
    public void Re_ranking_by_any_rows_is_that_of_single_searches(RowFormat format)
    {
        var factory = IndexFactory.IvfPq(12, 6, 64);
        var vectors = TestVectors.Clustered(Vectors, factory.Dimension, 40, seed: 5);
        vectors.AsSpan(0, 500 * factory.Dimension).CopyTo(vectors.AsSpan(2000 * factory.Dimension));
        using var index = factory.Build(vectors, Lists, ids: TestVectors.ShuffledIds(Vectors, seed: 6), format: format);
        var queries = vectors[..(Queries * factory.Dimension)];
        Same(index, queries, K, new SearchOptions { NProbe = 2, Rerank = 60 }, default(AllIds));
        if (format == RowFormat.Int8Float16)
        {
            Same(index, queries, K, new SearchOptions { NProbe = 3, Rerank = 30, Refine = 12 }, default(AllIds));
        }
    }

    /// <summary>Lists of more codes than one query scans at a time, of a mapped file and of memory.</summary>
    [Theory]
    [InlineData(16)]
    [InlineData(256)]
    public void Long_lists_are_scanned_part_by_part(int ksub)
    {
        var factory = IndexFactory.IvfPq(64, 64, ksub);
        var vectors = TestVectors.Clustered(24_000, factory.Dimension, 30, seed: 7);
        using var index = factory.Build(vectors, nlist: 2, keepVectors: false);
        var queries = TestVectors.Clustered(40, factory.Dimension, 30, seed: 8);
        using var folder = new Storage.TempFolder();
        var path = folder.File("long.pqg");
        index.Save(path);
        using var mapped = factory.Open(path);
        foreach (var k in new[] { 1, K, 700 })
        {
            Same(index, queries, k, new SearchOptions { NProbe = 2 }, default(AllIds));
            Same(mapped, queries, k, new SearchOptions { NProbe = 2 }, default(AllIds));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_warm_batch_allocates_nothing(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(Vectors, factory.Dimension, 40, seed: 1);
        using var index = factory.Build(vectors, Lists);
        foreach (var options in Options(factory))
        {
            var (queries, results, found) = (vectors[..(37 * factory.Dimension)], new Neighbor[37 * K], new int[37]);
            AllocationTests.AssertNoAllocation(() => index.SearchBatch(queries, K, results, found, options, threads: 1), options);
        }
    }

    [Fact]
    public void What_a_group_needs_is_counted()
    {
        var factory = IndexFactory.IvfPq(12, 6, 64);
        var vectors = TestVectors.Clustered(Vectors, factory.Dimension, 40, seed: 1);
        using var index = factory.Build(vectors, Lists);
        var before = index.Memory.Scratch;
        index.SearchBatch(vectors.AsSpan(0, 8 * factory.Dimension), K, new Neighbor[8 * K], new int[8]);
        var alone = index.Memory.Scratch;
        index.SearchBatch(vectors.AsSpan(0, 16 * factory.Dimension), K, new Neighbor[16 * K], new int[16]);

        // Eight byte tables at least, of 6 x 64 bytes each.
        Assert.True(before < alone && alone + (8 * 6 * 64) < index.Memory.Scratch);
    }

    [Theory]
    [InlineData(25, 256, 511, false)]
    [InlineData(25, 256, 512, true)]
    [InlineData(20, 16, 63, false)]
    [InlineData(20, 16, 64, true)]
    public void Lists_are_shared_where_they_are_twice_as_long_as_a_table(int m, int ksub, int vectors, bool shares)
    {
        Assert.Equal(shares, ScanGroup.Pays(ListLayout.OfCodes(m, ksub, inverted: true, hasTerms: true), vectors, m * ksub));
        Assert.True(ScanGroup.Pays(ListLayout.OfCodes(m, ksub, inverted: false, hasTerms: false), vectors, m * ksub));
    }

    /// <summary>Each list once, by the best rank it has; and whoever probes it, also where a scan before had ended early.</summary>
    [Fact]
    public void A_group_goes_through_the_lists_of_its_queries()
    {
        var probes = new GroupProbes();
        Check(probes, [4, 1, 2, 3, 0, 2], stride: 3, nprobes: [3, 2], lists: [4, 3, 1, 0, 2]);
        Check(probes, [0, 1, 5, 1, 0, 5, 5, 0, 1], stride: 3, nprobes: [1, 3, 2], lists: [0, 1, 5]);
        Check(probes, [70, 9], stride: 2, nprobes: [2], lists: [70, 9]);
    }

    private static void Check(GroupProbes probes, int[] routed, int stride, int[] nprobes, int[] lists)
    {
        var rows = Enumerable.Range(0, nprobes.Length).Select(row => (7L << 32) + row).ToArray();
        var group = new ScanGroup(
            new float[nprobes.Length], Array.ConvertAll(routed, list => new Probe(list, list)), stride, rows, nprobes, k: 1, default);
        var counts = default(ScanCounts);
        probes.Collect(group, new ListTable(ListLayout.OfCodes(1, 16, inverted: true, hasTerms: false), 2 * routed.Max() + 1), ref counts);
        Assert.Equal(lists, probes.Lists);
        Assert.Equal(nprobes.Sum(), counts.Lists);
        foreach (var list in lists)
        {
            var who = new List<(int Query, int Rank)>();
            for (var p = probes.LastOf(list); p >= 0; p = probes.All[p].Before)
            {
                who.Add((probes.All[p].Query, probes.All[p].Rank));
            }

            var expected = from q in Enumerable.Range(0, nprobes.Length)
                           from rank in Enumerable.Range(0, nprobes[q])
                           where routed[(q * stride) + rank] == list
                           select (q, rank);
            Assert.Equal(expected.Order(), who.Order());
        }
    }

    private static IEnumerable<SearchOptions> Options(IndexFactory factory)
    {
        yield return new SearchOptions { NProbe = 2 };
        yield return new SearchOptions { NProbe = 2, Rerank = 40 };
        if (factory.HasLists)
        {
            yield return new SearchOptions { NProbe = 1 };
            yield return new SearchOptions { NProbe = 3, MaxCodes = 1800, Rerank = 25 };
            if (factory.Metric != Metric.InnerProduct)
            {
                yield return new SearchOptions { NProbe = 3, ProbeBudget = 0.3f };
            }

            yield return new SearchOptions { NProbe = 3, EnsureK = true };
        }
    }

    private static void AssertShares(IndexFactory factory)
    {
        var shape = factory.Shape;
        var layout = ListLayout.OfCodes(shape.M, shape.Ksub, factory.HasLists, hasTerms: false);
        Assert.True(ScanGroup.Pays(layout, 3000d / Lists, shape.M * KernelLayout.PaddedKsub(shape.Ksub)));
    }

    private static void Same<TFilter>(VectorIndex index, float[] queries, int k, SearchOptions options, TFilter filter)
        where TFilter : struct, IIdFilter
    {
        var (dimension, count) = (index.Dimension, queries.Length / index.Dimension);
        foreach (var threads in new[] { 1, 2 })
        {
            var (results, found, single) = (new Neighbor[count * k], new int[count], new Neighbor[k]);
            index.SearchBatch(queries, k, results, found, filter, options, out var together, threads);
            var sum = default(SearchStatistics);
            for (var q = 0; q < count; q++)
            {
                var alone = index.Search(queries.AsSpan(q * dimension, dimension), single, filter, options, out var statistics);
                Assert.Equal(alone, found[q]);
                Assert.Equal(single.AsSpan(0, alone), results.AsSpan(q * k, alone));
                sum += statistics;
            }

            // How many are scored depends on when thresholds sink.
            Assert.Equal(sum with { SurvivorsScored = 0 }, together with { SurvivorsScored = 0 });
        }
    }
}
