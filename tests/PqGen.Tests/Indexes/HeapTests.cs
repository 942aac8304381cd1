using System.Runtime.CompilerServices;

namespace PqGen.Tests.Indexes;

/// <summary>Tests that measure the heap of the whole process, which no other test may use meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class HeapCollection
{
    public const string Name = "Heap";
}

/// <summary>What the garbage collector says of an index.</summary>
[Collection(HeapCollection.Name)]
public class HeapTests
{
    [Fact]
    public void Own_ids_are_counted_as_what_they_cost()
    {
        var (ids, vectors) = (TestVectors.ShuffledIds(100_000, seed: 1), new float[200_000]);
        using var index = GenericIndex.Flat(2);
        var before = GC.GetTotalMemory(true);
        AddAll(index, ids, vectors);
        var used = GC.GetTotalMemory(true) - before;
        GC.KeepAlive(ids);
        GC.KeepAlive(vectors);
        Assert.InRange(index.SizeInBytes, 0.8 * used, 1.2 * used);
    }

    [Fact]
    public void Dispose_frees_the_vectors()
    {
        var index = GenericIndex.Flat(64);
        AddAll(index, TestVectors.ShuffledIds(100_000, seed: 1), TestVectors.Uniform(100_000, 64, seed: 1));
        var held = GC.GetTotalMemory(true);
        index.Dispose();
        Assert.InRange(held - GC.GetTotalMemory(true), 20_000_000, 40_000_000);
        Assert.Equal(0, index.Count);
        Assert.Equal(0, index.Memory.Vectors);
        Assert.Throws<ObjectDisposedException>(() => index.Save("never"));
    }

    /// <summary>A frame of its own: the copies that Add makes are garbage once it has returned.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddAll(VectorIndex index, long[] ids, float[] vectors) => index.Add(ids, vectors);
}
