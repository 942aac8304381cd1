namespace PqGen.Tests.Indexes;

/// <summary>Ties go to the smaller id, whatever the order of adding and whatever the options.</summary>
public class TieTests
{
    [Theory]
    [MemberData(nameof(IndexFactory.NearestToItself), MemberType = typeof(IndexFactory))]
    public void Copies_come_in_the_order_of_their_ids(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(400, factory.Dimension, 7, seed: 1);
        foreach (var ids in new long[][] { [100, 5, 7, 3, 900, 1, 88, 2], [1, 2, 3, 5, 7, 88, 100, 900], [900, 100, 88, 7, 5, 3, 2, 1] })
        {
            using var index = factory.Build(vectors, nlist: 4, ids: [.. Enumerable.Range(1000, 400).Select(i => (long)i)]);
            foreach (var id in ids)
            {
                index.Add([id], vectors.AsSpan(0, factory.Dimension));
            }

            foreach (var options in factory.Options(nlist: 4).Select(options => options with { NProbe = 4 }))
            {
                foreach (var rerank in factory.HasCodes ? new[] { 0, 1, 3, 8, 9, 50 } : [0])
                {
                    foreach (var k in new[] { 1, 2, 5, 8 })
                    {
                        var found = new Neighbor[k];
                        Assert.Equal(k, index.Search(vectors.AsSpan(0, factory.Dimension), found, options with { Rerank = rerank }));
                        Assert.Equal(ids.Order().Take(k), found.Select(neighbor => neighbor.Id));
                        var (batch, counts) = (new Neighbor[3 * k], new int[3]);
                        float[] queries = [.. vectors[..factory.Dimension], .. vectors[..factory.Dimension], .. vectors[..factory.Dimension]];
                        index.SearchBatch(queries, k, batch, counts, options with { Rerank = rerank });
                        Assert.Equal(Enumerable.Repeat(found, 3).SelectMany(neighbors => neighbors), batch);
                    }
                }
            }
        }
    }
}
