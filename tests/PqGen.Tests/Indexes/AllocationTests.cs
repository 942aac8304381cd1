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

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void A_warm_search_with_a_filter_allocates_nothing(IndexFactory factory)
    {
        var (index, vectors) = WithRemovals(factory);
        using (index)
        {
            var ids = Enumerable.Range(0, 400).Select(id => (long)id).ToArray();
            foreach (var options in Options(factory))
            {
                CheckFilter(index, vectors, new IdSet(ids), options);
                CheckFilter(index, vectors, IdSet.Sorted(ids), options);
                CheckFilter(index, vectors, IdFilter.And(IdBitmap.Of(ids), IdFilter.Not(new IdRange(100, 200))), options);
                CheckFilter(index, vectors, IdFilter.Xor(IdBitmap.Of(ids), IdFilter.Or(new IdRange(100, 200), new Remainder(3))), options);
            }
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void A_warm_search_after_removals_allocates_nothing(IndexFactory factory)
    {
        var (index, vectors) = WithRemovals(factory);
        using (index)
        {
            // Zeros are a query of their own kind under cosine.
            vectors.AsSpan(0, factory.Dimension).Clear();
            foreach (var options in Options(factory))
            {
                var (results, found, sum) = (new Neighbor[20 * K], new int[20], default(SearchStatistics));
                AssertNoAllocation(() =>
                {
                    for (var i = 0; i < 20; i++)
                    {
                        index.Search(vectors.AsSpan(i * factory.Dimension, factory.Dimension), results.AsSpan(0, K), options, out var statistics);
                        sum += statistics;
                    }
                }, options);
                AssertNoAllocation(() => index.SearchBatch(vectors.AsSpan(0, 20 * factory.Dimension), K, results, found, options), options);
            }
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void A_warm_range_search_allocates_nothing(IndexFactory factory)
    {
        var (index, vectors) = WithRemovals(factory);
        using (index)
        {
            var matches = new Matches();
            foreach (var options in Options(factory))
            {
                var radius = index.Nearest(vectors.AsSpan(0, factory.Dimension), 30, options)[^1].Distance;
                AssertNoAllocation(() =>
                {
                    matches.Count = 0;
                    for (var i = 0; i < 10; i++)
                    {
                        index.SearchRange(vectors.AsSpan(i * factory.Dimension, factory.Dimension), radius, matches, options);
                        index.SearchRange(vectors.AsSpan(i * factory.Dimension, factory.Dimension), radius, matches, new Remainder(3), options);
                    }
                }, options);
                Assert.True(matches.Count > 0);
            }
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Looking_up_allocates_nothing(IndexFactory factory)
    {
        foreach (var (keeps, ids) in new[] { (true, null), (false, TestVectors.ShuffledIds(600, seed: 2)) })
        {
            using var index = factory.Build(TestVectors.Clustered(600, factory.Dimension, 20, seed: 1), keepVectors: keeps, ids: ids);
            index.Remove(ids?[7] ?? 7);
            var (vector, there, bytes) = (new float[factory.Dimension], 0, 0L);
            AssertNoAllocation(() =>
            {
                for (var i = 0; i < 100; i++)
                {
                    there += index.Contains(ids?[i] ?? i) ? 1 : 0;
                    there += index.TryGetVector(ids?[i] ?? i, vector) == VectorSource.None ? 0 : 1;
                    bytes += index.SizeInBytes + index.Count + index.DefaultNProbe;
                }
            }, default);
            Assert.True(there > 0 && bytes > 0);
        }
    }

    private static void CheckFilter<TFilter>(VectorIndex index, float[] vectors, TFilter filter, SearchOptions options)
        where TFilter : struct, IIdFilter
    {
        var (results, found, sum) = (new Neighbor[10 * K], new int[10], default(SearchStatistics));
        AssertNoAllocation(() =>
        {
            for (var i = 0; i < 10; i++)
            {
                index.Search(vectors.AsSpan(i * index.Dimension, index.Dimension), results.AsSpan(0, K), filter, options, out var statistics);
                sum += statistics;
            }

            index.SearchBatch(vectors.AsSpan(0, 10 * index.Dimension), K, results, found, filter, options, out var together);
            sum += together;
        }, options);
        Assert.True(sum.CodesScanned > 0 && found.Sum() > 0);
    }

    private static IEnumerable<SearchOptions> Options(IndexFactory factory) =>
        factory.Options().SelectMany(options => factory.HasLists ? [options, options with { MaxCodes = 200 }] : new[] { options });

    private static (VectorIndex Index, float[] Vectors) WithRemovals(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(600, factory.Dimension, 20, seed: 1);
        var index = factory.Build(vectors);
        index.Remove([.. Enumerable.Range(0, 600).Where(id => id % 5 == 0).Select(id => (long)id)]);
        return (index, vectors);
    }

    /// <summary>Room that is there from the beginning.</summary>
    private sealed class Matches : System.Buffers.IBufferWriter<Neighbor>
    {
        private readonly Neighbor[] _matches = new Neighbor[20_000];

        public int Count { get; set; }

        public void Advance(int count) => Count += count;

        public Memory<Neighbor> GetMemory(int sizeHint = 0) => _matches.AsMemory(Count);

        public Span<Neighbor> GetSpan(int sizeHint = 0) => _matches.AsSpan(Count);
    }

    internal static void AssertNoAllocation(Action search, SearchOptions options)
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
