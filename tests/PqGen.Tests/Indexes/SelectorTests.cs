namespace PqGen.Tests.Indexes;

/// <summary>
/// A search with a filter finds what an index built of the vectors that it allows would find, to the last bit. After FAISS's TestSelector: range,
/// array, bitmap, not, and, or, xor; k 1, 10, 40; range search.
/// </summary>
public class SelectorTests
{
    private const int N = 500;
    private const int NList = 6;

    /// <summary>Half of the ids, in no order.</summary>
    private static readonly long[] s_half = [.. TestVectors.ShuffledIds(N, seed: 3).Take(N / 2)];

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Range(IndexFactory factory)
    {
        var (first, last) = (s_half.Min() / 2, s_half.Max() / 3);
        Check(factory, new IdRange(first, last), id => id >= first && id <= last);
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Array(IndexFactory factory)
    {
        Check(factory, new IdSet(s_half), s_half.Contains);
        Check(factory, IdSet.Sorted(s_half), s_half.Contains);
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Bitmap(IndexFactory factory) => Check(factory, IdBitmap.Of(s_half), s_half.Contains);

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Not(IndexFactory factory) => Check(factory, IdFilter.Not(new IdSet(s_half)), id => !s_half.Contains(id));

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void And(IndexFactory factory) =>
        Check(factory, IdFilter.And(new IdRange(0, long.MaxValue), IdBitmap.Of(s_half)), id => id >= 0 && s_half.Contains(id));

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Or(IndexFactory factory) =>
        Check(factory, IdFilter.Or(new IdRange(0, long.MaxValue), IdBitmap.Of(s_half)), id => id >= 0 || s_half.Contains(id));

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Xor(IndexFactory factory) =>
        Check(factory, IdFilter.Xor(new IdRange(0, long.MaxValue), IdBitmap.Of(s_half)), id => id >= 0 != s_half.Contains(id));

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void None(IndexFactory factory)
    {
        Check(factory, default(IdSet), _ => false);
        Check(factory, default(IdBitmap), _ => false);
        Check(factory, new IdRange(1, 0), _ => false);
        Check(factory, IdFilter.Not(new IdRange(long.MinValue, long.MaxValue)), _ => false);
    }

    private static void Check<TFilter>(IndexFactory factory, TFilter filter, Func<long, bool> isAllowed)
        where TFilter : struct, IIdFilter
    {
        var dimension = factory.Dimension;
        var vectors = TestVectors.WithDuplicates(TestVectors.Clustered(N, dimension, 20, seed: 1), dimension, seed: 2);
        var ids = TestVectors.ShuffledIds(N, seed: 3);
        var allowed = Enumerable.Range(0, N).Where(i => isAllowed(ids[i])).ToArray();
        using var index = factory.Build(vectors, NList, ids: ids);
        using var ofSubset = factory.Build(vectors, NList, ids: ids);
        Assert.Equal(N, ofSubset.Remove(ids));
        ofSubset.Compact();
        ofSubset.Add(
            [.. allowed.Select(i => ids[i])], [.. allowed.SelectMany(i => vectors.AsSpan(i * dimension, dimension).ToArray())]);

        float[] queries = [.. vectors[..(9 * dimension)], .. TestVectors.Uniform(3, dimension, seed: 4)];
        foreach (var options in factory.Options(NList))
        {
            foreach (var k in new[] { 1, 10, 40 })
            {
                var (batch, counts) = (new Neighbor[12 * k], new int[12]);
                index.SearchBatch(queries, k, batch, counts, filter, options);
                for (var q = 0; q < 12; q++)
                {
                    var where = $"query {q}, k {k}, {options}";
                    var query = queries.AsSpan(q * dimension, dimension);
                    var expected = ofSubset.Nearest(query, k, options);
                    Searching.Same(expected, index.Nearest(query, k, filter, options), where);
                    Searching.Same(expected, batch.AsSpan(q * k, counts[q]), $"batch, {where}");
                    if (expected.Length > 0)
                    {
                        var radius = expected[^1].Distance;
                        Searching.Same(
                            ofSubset.Within(query, radius, options), index.Within(query, radius, filter, options), $"within {radius}, {where}");
                    }
                }
            }
        }
    }
}
