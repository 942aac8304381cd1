namespace PqGen.Tests.Indexes;

/// <summary>Answers against brute force in double precision: exact where they must be, near where codes allow it.</summary>
public class RecallTests
{
    private const int N = 4000;
    private const int K = 10;
    private const int Queries = 40;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    [InlineData(129)]
    public void Exact_search_is_exact(int dimension)
    {
        var vectors = TestVectors.Clustered(N, dimension, 30, seed: 1);
        using var index = GenericIndex.Flat(dimension);
        index.Add(vectors);
        CheckExact(index, vectors, default);
    }

    [Fact]
    public void An_inverted_file_over_all_lists_is_exact()
    {
        var vectors = TestVectors.Clustered(N, 20, 30, seed: 1);
        using var index = IndexFactory.IvfFlat(20).Build(vectors, nlist: 31);
        CheckExact(index, vectors, new SearchOptions { NProbe = 31 });
    }

    [Fact]
    public void Reranking_everything_is_exact()
    {
        var vectors = TestVectors.Clustered(N, 24, 30, seed: 1);
        using var pq = IndexFactory.Pq(24, 6, 16).Build(vectors);
        CheckExact(pq, vectors, new SearchOptions { Rerank = N });
        using var ivfpq = IndexFactory.IvfPq(24, 6, 16).Build(vectors);
        CheckExact(ivfpq, vectors, new SearchOptions { Rerank = N, NProbe = 12 });
    }

    [Fact]
    public void Recall_of_clustered_vectors()
    {
        var vectors = TestVectors.Clustered(N, 32, 200, seed: 1, spread: 3);
        using var index = GenericIndex.Train(IndexShape.IvfPq(32, 8, 256), vectors, new TrainingOptions { NList = 32, Iterations = 8 });
        index.Add(vectors);
        var raw = Recall(index, vectors, new SearchOptions { NProbe = 8 });
        var reranked = Recall(index, vectors, new SearchOptions { NProbe = 8, Rerank = 100 });
        Assert.True(raw > 0.5, $"raw {raw}");
        Assert.True(reranked > 0.95 && reranked >= raw, $"re-ranked {reranked}");
    }

    [Fact]
    public void Ensuring_k_probes_on_until_k_are_found()
    {
        var vectors = TestVectors.Clustered(N, 16, 40, seed: 1);
        foreach (var factory in new[] { IndexFactory.IvfFlat(16), IndexFactory.IvfPq(16, 4, 64) })
        {
            using var index = factory.Build(vectors, nlist: 60);
            var results = new Neighbor[700];
            var query = vectors.AsSpan(0, 16);
            Assert.InRange(index.Search(query, results, new SearchOptions { NProbe = 1 }), 1, 699);
            Assert.Equal(700, index.Search(query, results, new SearchOptions { NProbe = 1, EnsureK = true }));
            Assert.Equal(700, results.Select(neighbor => neighbor.Id).Distinct().Count());
            var all = new Neighbor[N + 1];
            Assert.Equal(N, index.Search(query, all, new SearchOptions { NProbe = 1, EnsureK = true }));
        }
    }

    private static void CheckExact(VectorIndex index, float[] vectors, SearchOptions options)
    {
        var queries = TestVectors.Clustered(Queries, index.Dimension, 30, seed: 1, spread: 2);
        var results = new Neighbor[K];
        for (var q = 0; q < Queries; q++)
        {
            var query = queries.AsSpan(q * index.Dimension, index.Dimension);
            Assert.Equal(K, index.Search(query, results, options));
            var expected = BruteForce.Nearest(query, vectors, K);
            for (var i = 0; i < K; i++)
            {
                // Where floats round two distances to one, their order is by id.
                Assert.Equal(expected[i].Distance, results[i].Distance, 1e-5 * (1 + expected[i].Distance));
                Assert.Equal(
                    BruteForce.SquaredDistance(query, vectors.AsSpan((int)results[i].Id * index.Dimension, index.Dimension)),
                    results[i].Distance,
                    1e-5 * (1 + expected[i].Distance));
            }
        }
    }

    private static double Recall(VectorIndex index, float[] vectors, SearchOptions options)
    {
        var results = new Neighbor[K];
        var hits = 0;
        for (var q = 0; q < Queries; q++)
        {
            var query = vectors.AsSpan(q * 97 * index.Dimension, index.Dimension);
            var found = index.Search(query, results, options);
            var truth = BruteForce.Nearest(query, vectors, K).Select(neighbor => (long)neighbor.Position);
            hits += truth.Intersect(results.Take(found).Select(neighbor => neighbor.Id)).Count();
        }

        return (double)hits / (Queries * K);
    }
}
