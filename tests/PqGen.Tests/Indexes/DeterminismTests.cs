namespace PqGen.Tests.Indexes;

/// <summary>The same vectors, options and seed give the same index on any number of threads, and a batch what single searches give.</summary>
public class DeterminismTests
{
    private const int N = 2600;
    private const int K = 10;

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Any_number_of_threads_builds_the_same_index(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(N, factory.Dimension, 40, seed: 1);
        var expected = Build(factory, vectors, 1);
        foreach (var threads in new[] { 2, 3 })
        {
            Assert.Equal(expected, Build(factory, vectors, threads));
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Adding_at_once_or_by_parts_gives_the_same_answers(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(N, factory.Dimension, 40, seed: 1);
        using var atOnce = factory.Build(vectors);
        using var byParts = factory.Train(vectors, new TrainingOptions { NList = 12, Iterations = 3, CoarseIterations = 3 });
        foreach (var part in new[] { 0, 1, 63, 65, 700, 1025, N })
        {
            var first = (int)byParts.Count;
            byParts.Add(vectors.AsSpan(first * factory.Dimension, Math.Min(part, N - first) * factory.Dimension));
        }

        Assert.Equal(atOnce.Count, byParts.Count);
        foreach (var options in factory.Options())
        {
            Assert.Equal(Answers(atOnce, vectors, options), Answers(byParts, vectors, options));
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void A_batch_finds_what_single_searches_find(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(N, factory.Dimension, 40, seed: 1);
        using var index = factory.Build(vectors);
        foreach (var options in factory.Options())
        {
            foreach (var (queries, threads) in new[] { (0, 1), (1, 1), (7, 2), (8, 1), (9, 3), (83, 1), (83, 2), (83, 0) })
            {
                var (results, found) = (new Neighbor[queries * K], new int[queries]);
                index.SearchBatch(vectors.AsSpan(0, queries * factory.Dimension), K, results, found, options, threads);
                var single = new Neighbor[K];
                for (var q = 0; q < queries; q++)
                {
                    Assert.Equal(index.Search(vectors.AsSpan(q * factory.Dimension, factory.Dimension), single, options), found[q]);
                    Assert.Equal(single[..found[q]], results[(q * K)..((q * K) + found[q])]);
                }
            }
        }
    }

    [Fact]
    public void A_batch_leaves_what_it_did_not_find_unchanged()
    {
        using var index = GenericIndex.Flat(2);
        index.Add([1, 2, 3, 4]);
        foreach (var threads in new[] { 1, 3 })
        {
            var untouched = new Neighbor(-77, -7);
            var (results, found) = (new Neighbor[40 * 3], new int[40]);
            Array.Fill(results, untouched);
            index.SearchBatch(new float[80], 3, results, found, threads: threads);
            Assert.All(found, count => Assert.Equal(2, count));
            Assert.All(Enumerable.Range(0, 40), q => Assert.Equal(untouched, results[(q * 3) + 2]));
        }
    }

    private static (float[] Model, Neighbor[] Answers) BuildParts(IndexFactory factory, float[] vectors, int threads)
    {
        using var index = factory.Train(vectors, new TrainingOptions { NList = 12, Iterations = 3, CoarseIterations = 3, Threads = threads });
        index.Add(vectors, threads);
        float[] model = [.. index.Centroids, .. factory.HasCodes ? index.Quantizer.Codebooks : default];
        return (model, Answers(index, vectors, new SearchOptions { NProbe = factory.HasLists ? 4 : 0 }));
    }

    private static string Build(IndexFactory factory, float[] vectors, int threads)
    {
        var (model, answers) = BuildParts(factory, vectors, threads);
        return string.Join(' ', model.Select(BitConverter.SingleToInt32Bits)) + string.Join(
            ' ', answers.Select(answer => (answer.Id, BitConverter.SingleToInt32Bits(answer.Distance))));
    }

    private static Neighbor[] Answers(VectorIndex index, float[] vectors, SearchOptions options)
    {
        var answers = new Neighbor[20 * K];
        for (var q = 0; q < 20; q++)
        {
            index.Search(vectors.AsSpan(q * 31 * index.Dimension, index.Dimension), answers.AsSpan(q * K, K), options);
        }

        return answers;
    }
}
