namespace PqGen.Tests.Indexes;

/// <summary>Searches beside a writer: each sees every vector wholly or not at all.</summary>
public class ConcurrencyTests
{
    private const int Total = 6000;
    private const int K = 20;

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public async Task Searches_beside_a_writer(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(Total, factory.Dimension, 40, seed: 1);
        var options = new TrainingOptions { NList = 8, Iterations = 2, CoarseIterations = 2 };
        var sample = vectors[..(600 * factory.Dimension)];
        foreach (var ids in new[] { null, TestVectors.ShuffledIds(Total, seed: 2) })
        {
            // The distances of the finished index are the only right ones.
            using var finished = factory.Train(sample, options);
            using var index = factory.Train(sample, options);
            Add(finished, ids, vectors, 0, Total);
            var expected = Distances(finished, factory, vectors, ids);

            var (offered, done) = (0, false);
            var searchers = Enumerable.Range(0, 3).Select(number => Task.Run(() =>
            {
                var (results, searches) = (new Neighbor[K], 0);
                for (var q = number; !Volatile.Read(ref done) || searches < 3; q = (q + 1) % QueryCount, searches++)
                {
                    var published = index.Count;
                    var found = index.Search(Query(vectors, factory, q), results, new SearchOptions { NProbe = index.NList });
                    var limit = Volatile.Read(ref offered);
                    Assert.True(found >= Math.Min(K, published), $"{found} found of {published}");
                    for (var i = 0; i < found; i++)
                    {
                        Assert.True(expected[q].TryGetValue(results[i].Id, out var known), $"unknown id {results[i].Id}");
                        Assert.True(known.Position < limit, $"position {known.Position} found before {limit} were offered");
                        Assert.Equal(known.Distance, results[i].Distance);
                        Assert.True(i == 0 || !index.Metric.IsNearer(results[i].Distance, results[i - 1].Distance));
                    }

                    Assert.Equal(found, results.Take(found).Select(neighbor => neighbor.Id).Distinct().Count());
                }
            })).ToArray();

            for (var (first, step) = (0, 1); first < Total; first += step, step = Math.Min(step + 17, Total - first))
            {
                Volatile.Write(ref offered, first + step);
                Add(index, ids, vectors, first, step);
            }

            Volatile.Write(ref done, true);
            await Task.WhenAll(searchers);
            Assert.Equal(Total, index.Count);
            Assert.Equal(Refusals.Answers(finished), Refusals.Answers(index));
        }
    }

    [Fact]
    public async Task Writers_wait_for_each_other()
    {
        using var index = GenericIndex.Flat(4);
        var vectors = TestVectors.Uniform(4000, 4, seed: 1);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(() =>
        {
            for (var i = writer * 1000; i < (writer + 1) * 1000; i++)
            {
                index.Add([i + 100_000L], vectors.AsSpan(i * 4, 4));
            }
        })));
        var results = new Neighbor[1];
        Assert.Equal(4000, index.Count);
        for (var i = 0; i < 4000; i += 111)
        {
            index.Search(vectors.AsSpan(i * 4, 4), results);
            Assert.Equal(new Neighbor(i + 100_000L, 0), results[0]);
        }
    }

    private const int QueryCount = 6;

    private static ReadOnlySpan<float> Query(float[] vectors, IndexFactory factory, int q) =>
        vectors.AsSpan(q * 500 * factory.Dimension, factory.Dimension);

    private static void Add(VectorIndex index, long[]? ids, float[] vectors, int first, int count)
    {
        var rows = vectors.AsSpan(first * index.Dimension, count * index.Dimension);
        if (ids is null)
        {
            index.Add(rows, threads: 1);
        }
        else
        {
            index.Add(ids.AsSpan(first, count), rows, threads: 1);
        }
    }

    /// <summary>For each query, by id: the position in the order of adding, and the distance.</summary>
    private static Dictionary<long, (int Position, float Distance)>[] Distances(VectorIndex index, IndexFactory factory, float[] vectors, long[]? ids)
    {
        var position = Enumerable.Range(0, Total).ToDictionary(i => ids is null ? i : ids[i]);
        return [.. Enumerable.Range(0, QueryCount).Select(q =>
        {
            var all = new Neighbor[Total];
            Assert.Equal(Total, index.Search(Query(vectors, factory, q), all, new SearchOptions { NProbe = index.NList }));
            return all.ToDictionary(neighbor => neighbor.Id, neighbor => (position[neighbor.Id], neighbor.Distance));
        })];
    }
}
