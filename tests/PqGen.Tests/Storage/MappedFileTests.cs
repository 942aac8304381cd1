using PqGen.Tests.Indexes;

namespace PqGen.Tests.Storage;

/// <summary>An index whose file is mapped is the index that was saved, whatever is done to it.</summary>
public class MappedFileTests
{
    private const int N = 700;

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Mapped_and_read_it_answers_alike_and_after_every_change(IndexFactory factory)
    {
        using var folder = new TempFolder();
        var vectors = TestVectors.Clustered(N, factory.Dimension, 20, seed: 1);
        var more = TestVectors.Clustered(600, factory.Dimension, 20, seed: 2);
        foreach (var (ids, keepVectors) in new[] { ((long[]?)null, true), (TestVectors.ShuffledIds(N, seed: 3), factory.HasCodes), (null, false) })
        {
            using var saved = factory.Build(vectors, keepVectors: keepVectors || !factory.HasCodes, ids: ids);
            var path = folder.File("index.pqg");
            saved.Save(path);
            using var mapped = factory.Open(path);
            using var read = factory.Read(path);
            Assert.True(mapped.Memory.Mapped > 0 && mapped.Memory.Private < read.Memory.Private);
            Assert.Equal(0, read.Memory.Mapped);
            Same(factory, saved, mapped, read);
            var owned = mapped.Memory.Mapped;

            foreach (var index in new[] { saved, mapped, read })
            {
                index.Add(more.AsSpan(0, factory.Dimension), threads: 1);
                index.Add([-1, -2, -3], more.AsSpan(0, 3 * factory.Dimension));
                index.Add(more, threads: 1);
                Assert.Equal(1, index.Remove([ids?[5] ?? 5]));
                index.Update([ids?[6] ?? 6, -2, -9], more.AsSpan(10 * factory.Dimension, 3 * factory.Dimension));
            }

            Same(factory, saved, mapped, read);
            Assert.InRange(mapped.Memory.Mapped, owned - (256 * factory.Dimension * 64), owned);
            mapped.Save(path);
            read.Save(folder.File("read.pqg"));
            saved.Save(folder.File("saved.pqg"));
            var bytes = File.ReadAllBytes(folder.File("saved.pqg"));
            Assert.Equal(bytes, File.ReadAllBytes(path));
            Assert.Equal(bytes, File.ReadAllBytes(folder.File("read.pqg")));
            using var again = factory.Open(path);
            saved.Compact();
            mapped.Compact();
            Assert.Equal(0, mapped.Memory.Mapped);
            Same(factory, saved, mapped, again);
            Assert.Equal(["index.pqg", "read.pqg", "saved.pqg"], folder.Files);
        }
    }

    /// <summary>What is added goes behind a last block of the file that is full, has room, or is the only one.</summary>
    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Lists_of_every_length_grow_on(IndexFactory factory)
    {
        using var folder = new TempFolder();
        var vectors = TestVectors.Uniform(900, factory.Dimension, seed: 1);
        foreach (var n in new[] { 1, 63, 64, 65, 255, 256, 257, 319, 320, 321, 511, 512, 513 })
        {
            using var saved = factory.Train(vectors, new TrainingOptions { NList = 1, Iterations = 1 });
            saved.Add(vectors.AsSpan(0, n * factory.Dimension));
            saved.Save(folder.File("index.pqg"));
            using var mapped = factory.Open(folder.File("index.pqg"));
            for (int first = n, step = 1; first < 800; first += step, step = Math.Min(step + 37, 800 - first))
            {
                saved.Add(vectors.AsSpan(first * factory.Dimension, step * factory.Dimension));
                mapped.Add(vectors.AsSpan(first * factory.Dimension, step * factory.Dimension));
                Assert.Equal(Refusals.Answers(saved), Refusals.Answers(mapped));
            }

            var (one, other) = (new float[factory.Dimension], new float[factory.Dimension]);
            for (var id = 0; id < 800; id++)
            {
                Assert.Equal(saved.TryGetVector(id, one), mapped.TryGetVector(id, other));
                Assert.Equal(one, other);
            }
        }
    }

    [Fact]
    public void Opening_reads_the_model_and_first_searches_what_they_probe()
    {
        using var folder = new TempFolder();
        var vectors = TestVectors.Clustered(20_000, 40, 64, seed: 1);
        using (var index = IndexFactory.IvfPq(40, 10, 256).Build(vectors, nlist: 64, ids: TestVectors.ShuffledIds(20_000, seed: 2)))
        {
            index.Save(folder.File("index.pqg"));
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        using var mapped = VectorIndex.Open(folder.File("index.pqg"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 700_000);
        Assert.InRange(mapped.Memory.Mapped, 20_000 * (10 + 2 + 4 + 8 + 160), mapped.Memory.Total);

        // Looking ids up takes 5 bytes each, from when it is first asked for.
        var held = mapped.Memory.Private;
        Assert.True(mapped.Contains(mapped.Nearest(vectors.AsSpan(0, 40), 1)[0].Id));
        Assert.InRange(mapped.Memory.Private - held, 20_000 * 5, 1_000_000);
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void A_warm_search_allocates_nothing(IndexFactory factory)
    {
        using var folder = new TempFolder();
        var vectors = TestVectors.Clustered(600, factory.Dimension, 20, seed: 1);
        using (var index = factory.Build(vectors))
        {
            index.Save(folder.File("index.pqg"));
        }

        using var mapped = factory.Open(folder.File("index.pqg"));
        var results = new Neighbor[10];
        foreach (var options in factory.Options())
        {
            AllocationTests.AssertNoAllocation(() =>
            {
                for (var i = 0; i < 20; i++)
                {
                    mapped.Search(vectors.AsSpan(i * factory.Dimension, factory.Dimension), results, options);
                }
            }, options);
        }
    }

    private static void Same(IndexFactory factory, VectorIndex expected, params VectorIndex[] others)
    {
        var (queries, one, other) = (TestVectors.Uniform(5, factory.Dimension, seed: 5), new float[factory.Dimension], new float[factory.Dimension]);
        var keepsVectors = !factory.HasCodes || expected.Memory.Vectors > 0;
        foreach (var found in others)
        {
            Assert.Equal((expected.Count, expected.NList, expected.DefaultNProbe), (found.Count, found.NList, found.DefaultNProbe));
            foreach (var options in factory.Options().Where(options => keepsVectors || options.Rerank == 0))
            {
                for (var q = 0; q < 5; q++)
                {
                    var query = queries.AsSpan(q * factory.Dimension, factory.Dimension);
                    Searching.Same(expected.Nearest(query, 20, options), found.Nearest(query, 20, options), $"{factory} {options}");
                    Searching.Same(
                        expected.Nearest(query, 20, new Remainder(2), options), found.Nearest(query, 20, new Remainder(2), options), $"{options}");
                    var all = options with { EnsureK = false };
                    Searching.Same(expected.Within(query, 0.4f, all), found.Within(query, 0.4f, all), $"range, {options}");
                }

                var (batch, same, counts) = (new Neighbor[50], new Neighbor[50], new int[5]);
                expected.SearchBatch(queries, 10, batch, counts, options);
                found.SearchBatch(queries, 10, same, counts, options, threads: 2);
                Searching.Same(batch, same, $"batch, {options}");
            }

            foreach (var id in expected.Nearest(queries.AsSpan(0, factory.Dimension), 60).Select(neighbor => neighbor.Id))
            {
                Assert.True(found.Contains(id));
                Assert.Equal(expected.TryGetVector(id, one), found.TryGetVector(id, other));
                Assert.Equal(one, other);
            }
        }
    }
}
