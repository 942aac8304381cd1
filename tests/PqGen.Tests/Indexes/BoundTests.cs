using PqGen.Common;
using PqGen.Storage;

namespace PqGen.Tests.Indexes;

/// <summary>What grows is bounded: scratch, one vector more, ids, room for many.</summary>
public class BoundTests
{
    [Fact]
    public void Adding_one_vector_allocates_in_proportion_to_it()
    {
        const int Dimension = 96, NList = 2048, Count = 2000;
        using var index = GenericIndex.FromModel(
            IndexShape.IvfPq(Dimension, 24),
            TestVectors.Uniform(NList, Dimension, seed: 1),
            TestVectors.Uniform(256, Dimension, seed: 2),
            keepVectors: false);
        var vectors = TestVectors.Uniform(Count, Dimension, seed: 3);
        Add(index, vectors, 0, 200);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Add(index, vectors, 200, Count);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / (Count - 200), 0, 8192);
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void More_results_than_vectors_take_no_more_memory(IndexFactory factory)
    {
        using var index = factory.Build(TestVectors.Uniform(400, factory.Dimension, seed: 1), nlist: 6);
        var query = TestVectors.Uniform(1, factory.Dimension, seed: 2);
        var (few, many) = (new Neighbor[400], new Neighbor[3_000_000]);
        foreach (var options in factory.Options(nlist: 6))
        {
            index.Search(query, few, options);
        }

        // A background collection may count what is left of a thread's own piece of the heap: what is allocated is the least of some passes.
        var (scratch, least) = (index.Memory.Scratch, long.MaxValue);
        for (var pass = 0; pass < 5; pass++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var options in factory.Options(nlist: 6))
            {
                index.Search(query, many, options);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        // The options' enumerator is all there is.
        Assert.InRange(least, 0, 1024);
        Assert.Equal(scratch, index.Memory.Scratch);
        Assert.InRange(scratch, 1, 4 << 20);
    }

    [Fact]
    public void Scratch_that_has_grown_large_is_not_kept()
    {
        using var index = GenericIndex.FromModel(IndexShape.Pq(4, 4, 16), default, TestVectors.Uniform(16, 4, seed: 1));
        index.Add(TestVectors.Uniform(1_500_000, 4, seed: 2));
        var (query, results) = (TestVectors.Uniform(9, 4, seed: 3), new Neighbor[9]);
        index.SearchBatch(query, 1, results, new int[9], new SearchOptions { Rerank = 1_000_000 });
        Assert.InRange(index.Memory.Scratch, 0, 64 << 20);
        Assert.Equal(index.SizeInBytes, index.Memory.Model + index.Memory.Codes + index.Memory.Ids + index.Memory.Vectors + index.Memory.Scratch);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(300_000)]
    public void Own_ids_take_at_most_16_bytes(int part)
    {
        var count = part == 1 ? 100_000 : 300_000;
        using var own = GenericIndex.FromModel(IndexShape.Pq(2, 2, 16), default, TestVectors.Uniform(16, 2, seed: 1), keepVectors: false);
        using var automatic = GenericIndex.FromModel(IndexShape.Pq(2, 2, 16), default, TestVectors.Uniform(16, 2, seed: 1), keepVectors: false);
        var (ids, vectors) = (TestVectors.ShuffledIds(count, seed: 1), new float[2 * count]);
        for (var at = 0; at < count; at += part)
        {
            own.Add(ids.AsSpan(at, part), vectors.AsSpan(2 * at, 2 * part));
            automatic.Add(vectors.AsSpan(2 * at, 2 * part));
        }

        Assert.InRange(own.SizeInBytes - automatic.SizeInBytes, 8L * count, 16L * count);
    }

    [Fact]
    public void Ids_that_a_plain_hash_cannot_tell_apart()
    {
        // Their high half equals their low half: x ^ y of the two is 0.
        const int Count = 400_000;
        var ids = Enumerable.Range(0, Count).Select(i => ((long)i << 32) | (uint)i).ToArray();
        using var index = GenericIndex.Flat(1);
        index.Add(ids, new float[Count]);
        Refusals.Expect<ArgumentException>(
            index, () => index.Add([7, ids[^1]], new float[2]), "ids", $"id {ids[^1]} at position 1", "already in use");
        Refusals.Expect<ArgumentException>(index, () => index.Add([-3, -3], new float[2]), "ids", "id -3 at position 1");
        Assert.Equal(Count, index.Count);
    }

    [Fact]
    public void Automatic_ids_go_on_behind_own_ones_unless_they_are_taken()
    {
        using var index = GenericIndex.Flat(1);
        index.Add(new float[3]);
        index.Add([long.MaxValue, long.MinValue, 7], new float[3]);
        index.Add(new float[1]);
        Refusals.Expect<InvalidOperationException>(index, () => index.Add(new float[1]), "id 7", "in use");
        var found = new Neighbor[7];
        Assert.Equal(7, index.Search([0], found));
        Assert.Equal([long.MinValue, 0, 1, 2, 6, 7, long.MaxValue], found.Select(neighbor => neighbor.Id));
    }

    [Fact]
    public void Room_grows_up_to_the_most_and_no_further()
    {
        Assert.Equal(10, Growth.Capacity(0, 10, 100));
        Assert.Equal(15, Growth.Capacity(10, 11, 100));
        Assert.Equal(100, Growth.Capacity(90, 91, 100));
        Assert.Equal(VectorIndex.MaxCount, Growth.Capacity(1_440_000_000, 1_440_000_100, VectorIndex.MaxCount));
        Assert.True(IdTable.SlotCount(VectorIndex.MaxCount) > VectorIndex.MaxCount);
        Assert.True(ListLayout.OfCodes(256, 256, inverted: true, hasTerms: true).SegmentBytes(int.MaxValue / 64) > int.MaxValue);
    }

    private static void Add(VectorIndex index, float[] vectors, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            index.Add([1_000_000 + i], vectors.AsSpan(i * index.Dimension, index.Dimension));
        }
    }
}
