namespace PqGen.Tests.Indexes;

/// <summary>Filters at the ends of what an id can be, of no ids, of many, and against a plain set.</summary>
public class FilterTests
{
    private static readonly long[] s_edges =
    [
        long.MinValue, long.MinValue + 1, long.MinValue + 63, long.MinValue + 64, -65, -64, -63, -2, -1, 0, 1, 2, 62, 63, 64, 65, 127, 128,
        long.MaxValue - 64, long.MaxValue - 63, long.MaxValue - 1, long.MaxValue,
    ];

    [Fact]
    public void Sets_of_edges()
    {
        var random = new Random(1);
        for (var round = 0; round < 300; round++)
        {
            var ids = s_edges.Where(_ => random.Next(3) == 0).ToArray();
            random.Shuffle(ids);
            Check(new IdSet(ids), ids, "hashed");
            Check(IdSet.Sorted(ids), ids, "sorted");
            Check(new IdSet([.. ids, .. ids]), ids, "hashed, each twice");
            Check(IdSet.Sorted([.. ids, .. ids]), ids, "sorted, each twice");
        }
    }

    [Fact]
    public void Sets_in_which_what_marks_empty_places_would_be_an_id()
    {
        // 0, -1, -2 and so on, with one left out.
        foreach (var count in new[] { 1, 2, 3, 8, 9, 100, 5000 })
        {
            foreach (var missing in new[] { 0, 1, count / 2, count - 1, count })
            {
                var ids = Enumerable.Range(0, count).Where(id => id != missing).Select(id => -(long)id).ToArray();
                var (hashed, sorted) = (new IdSet(ids), IdSet.Sorted(ids));
                for (var id = -(long)count - 5; id <= 5; id++)
                {
                    Assert.Equal(ids.Contains(id), hashed.Allows(id));
                    Assert.Equal(ids.Contains(id), sorted.Allows(id));
                }
            }
        }
    }

    [Fact]
    public void Sets_of_many()
    {
        foreach (
            var ids in new[]
            {
                TestVectors.ShuffledIds(100_000, seed: 1),
                [.. Enumerable.Range(0, 100_000).Select(i => ((long)i << 32) | (uint)i)],
                [.. Enumerable.Range(0, 100_000).Select(i => (long)i << 40)],
            })
        {
            var (hashed, sorted) = (new IdSet(ids), IdSet.Sorted(ids));
            Assert.DoesNotContain(ids, id => !hashed.Allows(id) || !sorted.Allows(id));
            var known = ids.ToHashSet();
            Assert.DoesNotContain(ids.Select(id => id ^ 5), id => !known.Contains(id) && (hashed.Allows(id) || sorted.Allows(id)));
        }
    }

    [Fact]
    public void Bitmaps()
    {
        var random = new Random(1);
        foreach (var first in new[] { long.MinValue, -1000L, -64, -1, 0, 1, 63, 64, 1 << 30, long.MaxValue - 300, long.MaxValue })
        {
            var last = first > long.MaxValue - 300 ? long.MaxValue : first + 300;
            var all = Enumerable.Range(0, (int)(last - first) + 1).Select(i => first + i).ToArray();
            for (var round = 0; round < 20; round++)
            {
                var ids = all.Where(_ => random.Next(2) == 0).ToArray();
                random.Shuffle(ids);
                Check(IdBitmap.Of([.. ids, .. ids]), ids, $"from {first}", [.. all, .. s_edges]);
                var words = new ulong[6];
                foreach (var id in ids)
                {
                    words[(id - first) / 64] |= 1UL << (int)((id - first) % 64);
                }

                Check(new IdBitmap(words, first), ids, $"words from {first}", [.. all, .. s_edges]);
                words.AsSpan().Clear();
            }
        }
    }

    [Fact]
    public void A_bit_behind_the_largest_id_stands_for_none()
    {
        foreach (var room in new[] { 0, 1, 62, 63, 64, 65, 127 })
        {
            var bitmap = new IdBitmap([ulong.MaxValue, ulong.MaxValue], long.MaxValue - room);
            Assert.All(Enumerable.Range(0, room + 1), i => Assert.True(bitmap.Allows(long.MaxValue - i)));
            Assert.All(Enumerable.Range(0, 200), i => Assert.False(bitmap.Allows(long.MinValue + i)));
        }
    }

    [Fact]
    public void A_bitmap_of_ids_too_far_apart()
    {
        Refusals.Expect<ArgumentException>(() => IdBitmap.Of([long.MinValue, long.MaxValue]), "ids lie between", "IdSet");
        Refusals.Expect<ArgumentException>(() => IdBitmap.Of([0, 64L * Array.MaxLength]), "ids lie between 0 and", "IdSet");
    }

    [Fact]
    public void Ranges()
    {
        foreach (var first in s_edges)
        {
            foreach (var last in s_edges)
            {
                Check(new IdRange(first, last), [.. s_edges.Where(id => id >= first && id <= last)], $"{first} to {last}");
            }
        }
    }

    [Fact]
    public void Default_values_allow_nothing_but_the_range_of_0()
    {
        Check(default(IdSet), [], "set");
        Check(new IdSet([]), [], "set of none");
        Check(IdSet.Sorted([]), [], "sorted set of none");
        Check(default(IdBitmap), [], "bitmap");
        Check(IdBitmap.Of([]), [], "bitmap of none");
        Check(new IdBitmap([]), [], "bitmap of no words");
        Check(default(IdRange), [0], "range");
    }

    [Fact]
    public void Combinations()
    {
        var (x, y) = (new IdRange(-64, 63), IdSet.Sorted([long.MinValue, -1, 0, 64, long.MaxValue]));
        Check(IdFilter.Not(x), [.. s_edges.Where(id => !x.Allows(id))], "not");
        Check(IdFilter.And(x, y), [.. s_edges.Where(id => x.Allows(id) && y.Allows(id))], "and");
        Check(IdFilter.Or(x, y), [.. s_edges.Where(id => x.Allows(id) || y.Allows(id))], "or");
        Check(IdFilter.Xor(x, y), [.. s_edges.Where(id => x.Allows(id) != y.Allows(id))], "xor");
        Check(IdFilter.Not(IdFilter.Not(IdFilter.And(y, IdFilter.Or(x, y)))), [.. s_edges.Where(id => y.Allows(id))], "nested");
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Ids_at_the_ends_are_found_through_filters(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(300, factory.Dimension, 9, seed: 1);
        using var index = factory.Build(vectors, nlist: 4);
        index.Remove([.. Enumerable.Range(0, 300).Select(id => (long)id)]);
        index.Add(s_edges, vectors.AsSpan(0, s_edges.Length * factory.Dimension));
        var options = new SearchOptions { NProbe = 4 };
        foreach (var id in s_edges)
        {
            var query = vectors.AsSpan(0, factory.Dimension);
            Assert.Equal([id], index.Nearest(query, 30, new IdRange(id, id), options).Select(neighbor => neighbor.Id));
            Assert.Equal([id], index.Nearest(query, 30, new IdSet([id]), options).Select(neighbor => neighbor.Id));
            Assert.Equal([id], index.Nearest(query, 30, IdBitmap.Of([id]), options).Select(neighbor => neighbor.Id));
            Assert.Equal(s_edges.Length - 1, index.Nearest(query, 30, IdFilter.Not(IdSet.Sorted([id])), options).Length);
        }
    }

    private static void Check<TFilter>(TFilter filter, long[] allowed, string name, long[]? asked = null)
        where TFilter : struct, IIdFilter
    {
        foreach (var id in asked ?? s_edges)
        {
            if (filter.Allows(id) != allowed.Contains(id))
            {
                Assert.Fail($"{name} of {string.Join(", ", allowed)}: {id} is {(filter.Allows(id) ? "" : "not ")}allowed");
            }
        }
    }
}
