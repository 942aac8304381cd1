namespace PqGen.Tests.Indexes;

/// <summary>Lists found through codes of their centroids, against lists found by comparing all.</summary>
public class CoarseSearchTests
{
    private const int N = 4000;
    private const int NList = 320;
    private const int K = 10;
    private const int Queries = 60;

    public static TheoryData<IndexFactory> IvfPq => [.. IndexFactory.All.Where(factory => factory.Kind == IndexKind.IvfPq)];

    [Theory]
    [MemberData(nameof(IvfPq))]
    public void Nearly_all_of_the_lists_that_comparing_all_finds_are_found_through_codes(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(N, factory.Dimension, 60, seed: 1);
        using var flat = Build(factory, vectors, CoarseSearch.Flat);
        using var coded = Build(factory, vectors, CoarseSearch.Codes);
        int same = 0, all = 0;
        for (var q = 0; q < Queries; q++)
        {
            var query = Query(vectors, factory, q);
            foreach (var options in factory.Options(24).Select(options => options with { NProbe = 8, CoarseFactor = 8 }))
            {
                var expected = flat.Nearest(query, K, options).Select(neighbor => neighbor.Id).ToHashSet();
                all += expected.Count;
                same += coded.Nearest(query, K, options).Count(neighbor => expected.Contains(neighbor.Id));
            }
        }

        Assert.True(same >= 0.98 * all, $"{same} of {all}");
    }

    [Theory]
    [MemberData(nameof(IvfPq))]
    public void Comparing_half_of_the_centroids_or_more_compares_all(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(N, factory.Dimension, 60, seed: 2);
        using var flat = Build(factory, vectors, CoarseSearch.Flat);
        using var coded = Build(factory, vectors, CoarseSearch.Codes);
        for (var q = 0; q < Queries; q++)
        {
            var query = Query(vectors, factory, q);
            foreach (var options in factory.Options(NList).Select(options => options with { CoarseFactor = NList }))
            {
                Searching.Same(flat.Nearest(query, K, options), coded.Nearest(query, K, options), $"query {q}, {options}");
            }
        }
    }

    [Fact]
    public void What_was_chosen_is_saved()
    {
        var factory = IndexFactory.IvfPq(18, 9, 11);
        var vectors = TestVectors.Clustered(N, factory.Dimension, 60, seed: 5);
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            foreach (var search in Enum.GetValues<CoarseSearch>())
            {
                using var index = Build(factory, vectors, search);
                var path = Path.Combine(folder.FullName, $"{search}.pqg");
                index.Save(path);
                using var opened = factory.Open(path);
                Assert.Equal(index.Memory.Model, opened.Memory.Model);
                for (var q = 0; q < Queries; q++)
                {
                    var query = Query(vectors, factory, q);
                    var options = new SearchOptions { NProbe = 5 };
                    Searching.Same(index.Nearest(query, K, options), opened.Nearest(query, K, options), $"query {q}");
                }
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Many_lists_are_found_through_codes_where_nobody_says_and_their_memory_is_foreseen()
    {
        // 1,024 lists, and more than 2^20 bytes of centroids.
        Assert.True(HasCodes(IndexFactory.IvfPq(260, 4, 11), 1024));
        Assert.False(HasCodes(IndexFactory.IvfPq(260, 4, 11), 1023));
        Assert.False(HasCodes(IndexFactory.IvfPq(256, 4, 11), 1024));
        Assert.True(HasCodes(IndexFactory.IvfPq(256, 4, 11), 1025));

        static bool HasCodes(IndexFactory factory, int nlist)
        {
            var vectors = TestVectors.Clustered(1100, factory.Dimension, 60, seed: 6);
            var options = new TrainingOptions { NList = nlist, CoarseIterations = 1, Iterations = 1, Threads = 0 };
            using var usual = factory.Train(vectors, options);
            using var flat = factory.Train(vectors, options with { CoarseSearch = CoarseSearch.Flat });
            Assert.Equal(GenericIndex.EstimateMemory(factory.Shape, 0, nlist).Model, usual.Memory.Model);
            return usual.Memory.Model != flat.Memory.Model;
        }
    }

    [Fact]
    public void What_cannot_be_is_refused_by_name()
    {
        var vectors = TestVectors.Uniform(400, 18, seed: 7);
        var codes = new TrainingOptions { NList = 10, CoarseSearch = CoarseSearch.Codes };
        var tooFew = Assert.Throws<ArgumentException>(() => GenericIndex.Train(IndexShape.IvfPq(18, 9, 11), vectors, codes));
        Assert.Contains("NList 10 and Ksub 11", tooFew.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => GenericIndex.Train(IndexShape.IvfFlat(18), vectors, codes));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => GenericIndex.Train(IndexShape.IvfFlat(18), vectors, codes with { CoarseSearch = (CoarseSearch)7 }));
        using var index = IndexFactory.IvfPq(18, 9, 11).Build(vectors);
        var refused = Assert.Throws<ArgumentOutOfRangeException>(
            () => index.Nearest(vectors.AsSpan(0, 18), 1, new SearchOptions { CoarseFactor = -1 }));
        Assert.Contains("CoarseFactor is -1", refused.Message, StringComparison.Ordinal);
    }

    private static ReadOnlySpan<float> Query(float[] vectors, IndexFactory factory, int q) =>
        vectors.AsSpan(q * (N / Queries) * factory.Dimension, factory.Dimension);

    private static VectorIndex Build(IndexFactory factory, float[] vectors, CoarseSearch search)
    {
        var index = factory.Train(
            vectors, new TrainingOptions { NList = NList, Iterations = 3, CoarseIterations = 3, Threads = 1, CoarseSearch = search });
        index.Add(vectors, threads: 1);
        return index;
    }
}
