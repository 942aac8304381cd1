using System.Buffers;

namespace PqGen.Tests.Indexes;

/// <summary>Under cosine a query of zeros is as near to every vector as to any other: options, filters and batches mean what they always
/// do.</summary>
public class ZeroQueryTests
{
    private const int N = 400;
    private const int Dimension = 8;
    private const int NList = 8;
    private const int K = 3;

    public static TheoryData<IndexKind> Kinds => [IndexKind.Flat, IndexKind.IvfFlat, IndexKind.Pq, IndexKind.IvfPq];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Reranking_more_than_k_and_batches_find_the_smallest_ids(IndexKind kind)
    {
        using var index = Index(kind);
        var queries = TestVectors.Uniform(20, Dimension, seed: 2);
        foreach (int q in (int[])[0, 7, 8, 19])
        {
            queries.AsSpan(q * Dimension, Dimension).Clear();
        }

        foreach (int rerank in (int[])[0, K, K + 1, 100, N + 1])
        {
            var options = new SearchOptions { NProbe = NList, Rerank = rerank };
            var results = new Neighbor[20 * K];
            var found = new int[20];
            index.SearchBatch(queries, K, results, found, options);
            var one = new Neighbor[K];
            for (int q = 0; q < 20; q++)
            {
                Assert.Equal(K, index.Search(queries.AsSpan(q * Dimension, Dimension), one, options));
                Assert.Equal(one, results.AsSpan(q * K, found[q]).ToArray());
            }

            Assert.Equal([new(0, 0), new(1, 0), new(2, 0)], results[..K]);
            Assert.Equal(results[..K], results[(19 * K)..]);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Probes_go_on_until_k_are_found_where_that_is_asked_for(IndexKind kind)
    {
        using var index = Index(kind);
        var results = new Neighbor[N];
        foreach (int rerank in (int[])[0, N])
        {
            var one = new SearchOptions { NProbe = 1, Rerank = rerank };
            int found = index.Search(new float[Dimension], results, one);
            Assert.True(index.Shape.HasLists ? found < N : found == N);
            Assert.Equal(N, index.Search(new float[Dimension], results, one with { EnsureK = true }));
            Assert.Equal(Enumerable.Range(0, N).Select(id => (long)id), results.Select(neighbor => neighbor.Id));

            // The last of the ids that are allowed may lie in any list.
            Assert.Equal(2, index.Search(new float[Dimension], results.AsSpan(0, 2), new IdRange(N - 2, N - 1), one with { EnsureK = true }));
            Assert.Equal([N - 2, N - 1], results[..2].Select(neighbor => neighbor.Id));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Budgets_hold_and_what_was_scanned_is_counted(IndexKind kind)
    {
        using var index = Index(kind);
        var results = new Neighbor[N];
        var all = new SearchOptions { NProbe = NList };
        Assert.Equal(N, index.Search(new float[Dimension], results, all, out var statistics));
        Assert.Equal(new SearchStatistics(index.Shape.HasLists ? NList : 1, N, 0, 0), statistics);

        const int Most = N / 2;
        int found = index.Search(new float[Dimension], results, all with { MaxCodes = Most }, out statistics);
        Assert.Equal(found, statistics.CodesScanned);
        Assert.True(index.Shape.HasLists ? found is > 0 and <= Most : found == N);

        var matches = new ArrayBufferWriter<Neighbor>();
        index.SearchRange(new float[Dimension], 0, matches, all with { MaxCodes = Most });
        Assert.Equal(results[..found], matches.WrittenSpan.ToArray());
    }

    /// <summary>Queries of a group are scanned together where no zeros are among them, each counted once either way.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Batches_count_what_their_queries_do_one_by_one(IndexKind kind)
    {
        foreach (var metric in Enum.GetValues<Metric>())
        {
            CheckBatches(kind, metric);
        }
    }

    private static void CheckBatches(IndexKind kind, Metric metric)
    {
        using var index = Index(kind, metric);
        foreach (int[] zeros in (int[][])[[], [0], [7, 8], [19], [.. Enumerable.Range(0, 20)]])
        {
            var queries = TestVectors.Uniform(20, Dimension, seed: 2);
            foreach (int q in zeros)
            {
                queries.AsSpan(q * Dimension, Dimension).Clear();
            }

            foreach (var options in (SearchOptions[])[default, new() { NProbe = 3, Rerank = 20 }, new() { Scan = ScanKind.Plain }])
            {
                var sum = default(SearchStatistics);
                for (int q = 0; q < 20; q++)
                {
                    index.Search(queries.AsSpan(q * Dimension, Dimension), new Neighbor[K], options, out var one);
                    sum += one;
                }

                foreach (int threads in (int[])[1, 2])
                {
                    index.SearchBatch(
                        queries, K, new Neighbor[20 * K], new int[20], default(AllIds), options, out var statistics, threads);
                    Assert.Equal(sum, statistics);
                }
            }
        }
    }

    private static GenericIndex Index(IndexKind kind, Metric metric = Metric.Cosine)
    {
        var shape = kind switch
        {
            IndexKind.Flat => IndexShape.Flat(Dimension),
            IndexKind.IvfFlat => IndexShape.IvfFlat(Dimension),
            IndexKind.Pq => IndexShape.Pq(Dimension, 4, 16),
            _ => IndexShape.IvfPq(Dimension, 4, 16),
        };
        var vectors = TestVectors.Clustered(N, Dimension, 20, seed: 1);
        var index = GenericIndex.Train(shape with { Metric = metric }, vectors, new TrainingOptions { NList = NList });
        index.Add(vectors);
        return index;
    }
}
