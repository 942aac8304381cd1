namespace PqGen.Tests.Indexes;

/// <summary>A warmed-up search allocates 0 bytes, on every index kind and option.</summary>
public class AllocationTests
{
    private const int K = 10;

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void A_warm_search_allocates_nothing(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(600, factory.Dimension, 20, seed: 1);
        foreach (var ids in new[] { null, TestVectors.ShuffledIds(600, seed: 2) })
        {
            using var index = factory.Build(vectors, ids: ids);
            foreach (var options in factory.Options())
            {
                var results = new Neighbor[K];
                AssertNoAllocation(() =>
                {
                    for (var i = 0; i < 20; i++)
                    {
                        index.Search(vectors.AsSpan(i * factory.Dimension, factory.Dimension), results, options);
                    }
                }, options);
            }
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void A_warm_batch_on_one_thread_allocates_nothing(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(600, factory.Dimension, 20, seed: 1);
        using var index = factory.Build(vectors);
        foreach (var options in factory.Options())
        {
            var (queries, results, found) = (vectors[..(37 * factory.Dimension)], new Neighbor[37 * K], new int[37]);
            AssertNoAllocation(() => index.SearchBatch(queries, K, results, found, options, threads: 1), options);
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Reading_the_memory_in_use_allocates_nothing(IndexFactory factory)
    {
        using var index = factory.Build(TestVectors.Uniform(500, factory.Dimension, seed: 1));
        long bytes = 0;
        AssertNoAllocation(() => bytes += index.SizeInBytes + index.Memory.Codes, default);
        Assert.True(bytes > 0);
    }

    private static void AssertNoAllocation(Action search, SearchOptions options)
    {
        for (var warm = 0; warm < 2; warm++)
        {
            search();
        }

        // What the runtime allocates on this thread when it moves a method to a better tier comes once; what a search allocates comes every time.
        long allocated = 0;
        for (var round = 0; round < 4; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 5; i++)
            {
                search();
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocated == 0)
            {
                return;
            }
        }

        Assert.Fail($"{options}: {allocated} bytes allocated");
    }
}
