using PqGen.Ivf;
using PqGen.Storage.Files;
using PqGen.Tests.Storage;

namespace PqGen.Tests.Indexes;

/// <summary>Indexes whose lists are found through a graph of the centroids, against those that compare all.</summary>
public class HnswIndexTests
{
    /// <summary>So many lists that a search of the few in <see cref="s_options"/> walks the graph.</summary>
    private const int N = 4600, NList = 2300, K = 10, Queries = 60;

    private static readonly SearchOptions s_options = new() { NProbe = 8, CoarseFactor = 4 };

    public static TheoryData<IndexFactory> Kinds =>
    [
        IndexFactory.IvfFlat(9), IndexFactory.IvfFlat(9).Under(Metric.InnerProduct), IndexFactory.IvfFlat(9).Under(Metric.Cosine),
        .. IndexFactory.All.Where(factory => factory.Kind == IndexKind.IvfPq && factory.M == 9),
        IndexFactory.IvfPq(18, 9, 11).Under(Metric.InnerProduct),
    ];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Nearly_all_that_comparing_all_finds_is_found_and_all_where_all_lists_are_probed(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(N, factory.Dimension, 60, seed: 1);
        using var flat = Build(factory, vectors, CoarseSearch.Flat);
        using var index = Build(factory, vectors, CoarseSearch.Hnsw);
        int same = 0, all = 0;
        for (var q = 0; q < Queries; q++)
        {
            var query = Query(vectors, factory, q);
            var expected = flat.Nearest(query, K, s_options).Select(neighbor => neighbor.Id).ToHashSet();
            var found = new Neighbor[K];
            var count = index.Search(query, found, s_options, out var statistics);
            Assert.Equal(8, statistics.ListsProbed);
            all += expected.Count;
            same += found[..count].Count(neighbor => expected.Contains(neighbor.Id));
            foreach (var options in new SearchOptions[] { new() { NProbe = NList }, new() { NProbe = 1, EnsureK = true }, new() { NProbe = 100 } })
            {
                Searching.Same(flat.Nearest(query, K, options), index.Nearest(query, K, options), $"query {q}, {options}");
            }
        }

        Assert.True(same >= 0.98 * all, $"{same} of {all}");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Any_number_of_threads_makes_the_same_file_which_opens_as_it_was_saved(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(N, factory.Dimension, 60, seed: 5);
        using var folder = new TempFolder();
        using var index = Build(factory, vectors, CoarseSearch.Hnsw);
        using var other = Build(factory, vectors, CoarseSearch.Hnsw, threads: 3);
        index.Save(folder.File("one.pqg"));
        other.Save(folder.File("other.pqg"));
        var bytes = File.ReadAllBytes(folder.File("one.pqg"));
        Assert.Equal(bytes, File.ReadAllBytes(folder.File("other.pqg")));
        Assert.Equal(CoarseSearch.Hnsw, VectorIndex.Inspect(folder.File("one.pqg")).CoarseSearch);
        var graph = IndexFileBytes.Section(bytes, "HNSW");
        Assert.Equal((1u, 16, 2), (graph.Flags, BitConverter.ToInt32(bytes, graph.Offset), BitConverter.ToInt32(bytes, graph.Offset + 4)));
        using var opened = factory.Open(folder.File("one.pqg"));
        using var loaded = VectorIndex.Load(new ForwardStream(bytes));
        foreach (var copy in new[] { opened, loaded })
        {
            Assert.Equal(index.Memory.Model, copy.Memory.Model);
            using var saved = new MemoryStream();
            copy.Save(saved);
            Assert.Equal(bytes, saved.ToArray());
            for (var q = 0; q < Queries; q++)
            {
                var query = Query(vectors, factory, q);
                Searching.Same(index.Nearest(query, K, s_options), copy.Nearest(query, K, s_options), $"query {q}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Its_memory_is_foreseen_and_counted(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(N, factory.Dimension, 60, seed: 6);
        using var flat = Build(factory, vectors, CoarseSearch.Flat);
        using var index = Build(factory, vectors, CoarseSearch.Hnsw);
        foreach (var (built, search) in new[] { (flat, CoarseSearch.Flat), (index, CoarseSearch.Hnsw) })
        {
            var foreseen = GenericIndex.EstimateMemory(factory.Shape, N, NList, coarseSearch: search, transform: factory.Transform);
            Assert.Equal(foreseen.Model, built.Memory.Model);
        }

        Assert.InRange(HnswGraph.SizeOf(NList), 138 * NList, 144 * NList);
    }

    [Fact]
    public void Few_lists_are_all_compared()
    {
        var vectors = TestVectors.Clustered(600, 9, 20, seed: 7);
        foreach (var nlist in new[] { 1, 2, 40 })
        {
            using var index = IndexFactory.IvfFlat(9).Finding(CoarseSearch.Hnsw).Build(vectors, nlist);
            using var flat = IndexFactory.IvfFlat(9).Build(vectors, nlist);
            Searching.Same(
                flat.Nearest(vectors.AsSpan(0, 9), K, new SearchOptions { NProbe = 2 }),
                index.Nearest(vectors.AsSpan(0, 9), K, new SearchOptions { NProbe = 2 }),
                $"{nlist} lists");
        }
    }

    [Fact]
    public void Any_number_of_searches_runs_at_once()
    {
        var factory = IndexFactory.IvfPq(18, 9, 11);
        var vectors = TestVectors.Clustered(N, factory.Dimension, 60, seed: 8);
        using var index = Build(factory, vectors, CoarseSearch.Hnsw);
        var expected = Enumerable.Range(0, Queries).Select(q => index.Nearest(Query(vectors, factory, q), K, s_options)).ToArray();
        Parallel.For(0, 8 * Queries, i =>
        {
            var q = i * 7 % Queries;
            Searching.Same(expected[q], index.Nearest(Query(vectors, factory, q), K, s_options), $"query {q}");
        });
    }

    [Fact]
    public void Damaged_sections_are_refused_by_name()
    {
        var factory = IndexFactory.IvfFlat(9).Finding(CoarseSearch.Hnsw);
        using var folder = new TempFolder();
        using (var index = factory.Build(TestVectors.Uniform(900, 9, seed: 1), nlist: 300))
        {
            index.Save(folder.File("saved.pqg"));
        }

        var bytes = File.ReadAllBytes(folder.File("saved.pqg"));
        var graph = IndexFileBytes.Section(bytes, "HNSW").Offset;
        var (entry, links) = (BitConverter.ToInt32(bytes, graph + 8), graph + (4 * (4 + 300)));
        void Refused(int at, int value, params string[] fragments) => DamagedIndexFileTests.Refused(
            factory, folder, IndexFileBytes.With(bytes, at, value), ["section HNSW: ", .. fragments]);

        Refused(graph, 1, "M is 1", "2 to 64");
        Refused(graph, 17, "numbers");
        Refused(graph + 4, 32, "top level 32");
        Refused(graph + 4, 1, "is on level 2");
        Refused(graph + 8, 300, "entry 300", "0 to 299");
        Refused(graph + 8, -1, "entry -1");
        Refused(graph + 12, 1, "behind them 1");
        Refused(graph + 16 + (4 * entry), 0, $"node {entry} is on level 0");
        Refused(graph + 16 + (4 * ((entry + 1) % 300)), 7, "is on level 7");
        Refused(links, 300, "link 0 of node 0 on level 0 is 300");
        Refused(links, 0, "link 0 of node 0 on level 0 is 0");
        Refused(links + 4, BitConverter.ToInt32(bytes, links), "link 1 of node 0", "ascend");
        Refused(links, -1, "link 0 of node 0 on level 0 is -1");
        Refused(links, -2, "is -2");
        Refused(links + (300 * 128), 299, "on level 1 is 299");

        var sections = IndexFileBytes.Contents(bytes);
        DamagedIndexFileTests.Refused(
            factory,
            folder,
            IndexFileBytes.File([.. sections.Where(section => section.Section.Name != "HNSW")]),
            "section HNSW is missing",
            "found by Hnsw");
        DamagedIndexFileTests.Refused(
            factory, folder, IndexFileBytes.With(bytes, IndexFileBytes.Section(bytes, "SHAP").Offset + 56, 1), "section HNSW is in a file of");
        foreach (var cut in new[] { 1, 4, 128, 4 * 600 })
        {
            var shorter = sections.Select(section => section.Section.Name == "HNSW" ? (section.Section, section.Contents[..^cut]) : section);
            DamagedIndexFileTests.Refused(factory, folder, IndexFileBytes.File([.. shorter]), "section HNSW: it has");
        }
    }

    [Fact]
    public void What_cannot_be_is_refused_by_name()
    {
        var options = new TrainingOptions { CoarseSearch = CoarseSearch.Hnsw };
        var vectors = TestVectors.Uniform(400, 18, seed: 7);
        var refused = Assert.Throws<ArgumentException>(() => GenericIndex.Train(IndexShape.Pq(18, 9, 11), vectors, options));
        Assert.Contains("CoarseSearch is Hnsw, of an index of kind Pq", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => GenericIndex.EstimateMemory(IndexShape.IvfFlat(9), 10, 2, coarseSearch: (CoarseSearch)4));
    }

    private static ReadOnlySpan<float> Query(float[] vectors, IndexFactory factory, int q) =>
        vectors.AsSpan(q * (N / Queries) * factory.Dimension, factory.Dimension);

    private static VectorIndex Build(IndexFactory factory, float[] vectors, CoarseSearch search, int threads = 1)
    {
        var index = factory.Finding(search).Train(
            vectors, new TrainingOptions { NList = NList, Iterations = 2, CoarseIterations = 2, Threads = threads });
        index.Add(vectors, threads);
        return index;
    }
}
