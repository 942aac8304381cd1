namespace PqGen.Tests.Indexes;

/// <summary>One published snapshot: an Add is seen whole or not at all, saving stops nobody, and what nobody holds is free.</summary>
public class SnapshotTests
{
    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public async Task A_search_sees_all_of_an_add_or_nothing(IndexFactory factory)
    {
        const int Rounds = 40, Part = 30;
        var vectors = TestVectors.Clustered(Rounds * Part, factory.Dimension, 6, seed: 2);
        using var index = factory.Train(vectors, new TrainingOptions { NList = 6, Iterations = 2, CoarseIterations = 2 });
        index.Add(vectors.AsSpan(0, Part * factory.Dimension));
        using var done = new CancellationTokenSource();
        var reader = Task.Run(() =>
        {
            var results = new Neighbor[Rounds * Part];
            var query = vectors.AsSpan(0, factory.Dimension).ToArray();
            foreach (
                var options in Enumerable.Repeat(factory.Options(nlist: 6).Where(o => o.EnsureK || o.NProbe == 6), int.MaxValue).SelectMany(o => o))
            {
                if (done.IsCancellationRequested)
                {
                    return;
                }

                var found = index.Search(query, results, options);
                Assert.True(found % Part == 0 && found > 0, $"{found} found with {options}");
                Assert.Equal(found, results.Take(found).Select(neighbor => neighbor.Id).Distinct().Count());
                Assert.All(results.Take(found), neighbor => Assert.InRange(neighbor.Id, 0, found - 1));
            }
        });
        for (var round = 1; round < Rounds && !reader.IsCompleted; round++)
        {
            index.Add(vectors.AsSpan(round * Part * factory.Dimension, Part * factory.Dimension));
            Thread.Yield();
        }

        await done.CancelAsync();
        await reader;
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Adding_in_any_number_of_calls_gives_the_index_that_one_call_gives(IndexFactory factory)
    {
        using var folder = new Storage.TempFolder();
        var vectors = TestVectors.WithDuplicates(TestVectors.Clustered(1500, factory.Dimension, 9, seed: 2), factory.Dimension, seed: 5);
        var ids = TestVectors.ShuffledIds(1500, seed: 6);
        using var atOnce = factory.Build(vectors, nlist: 5, ids: ids);
        using var byParts = factory.Train(vectors, new TrainingOptions { NList = 5, Iterations = 3, CoarseIterations = 3 });
        var sizes = new[] { 1, 1, 62, 1, 63, 128, 1, 300, 255, 2, 500, 186 };
        var at = 0;
        foreach (var size in sizes)
        {
            byParts.Add(ids.AsSpan(at, size), vectors.AsSpan(at * factory.Dimension, size * factory.Dimension));
            at += size;
        }

        Assert.Equal(1500, at);
        atOnce.Save(folder.File("once.pqg"));
        byParts.Save(folder.File("parts.pqg"));
        Assert.Equal(File.ReadAllBytes(folder.File("once.pqg")), File.ReadAllBytes(folder.File("parts.pqg")));
        var (expected, found) = (new Neighbor[40], new Neighbor[40]);
        foreach (var options in factory.Options(nlist: 5))
        {
            for (var q = 0; q < 20; q++)
            {
                var query = vectors.AsSpan(q * 71 * factory.Dimension, factory.Dimension);
                var count = atOnce.Search(query, expected, options);
                Assert.Equal(count, byParts.Search(query, found, options));
                Assert.Equal(expected[..count], found[..count]);
            }
        }
    }

    [Fact]
    public async Task Saving_does_not_stop_adding()
    {
        using var folder = new Storage.TempFolder();
        using var index = GenericIndex.Flat(64);
        index.Add(TestVectors.Uniform(500_000, 64, seed: 1));
        var vector = TestVectors.Uniform(1, 64, seed: 2);
        var save = Task.Run(() => index.Save(folder.File("index.pqg")));
        SpinWait.SpinUntil(() => save.IsCompleted || folder.Files.Length > 0);

        // 128 MB are on their way to the disk; a vector is added meanwhile.
        index.Add(vector);
        var wasSaving = !save.IsCompleted;
        await save;
        Assert.True(wasSaving, "the vector was added after the save");
        using var saved = VectorIndex.Open(folder.File("index.pqg"));
        Assert.Equal(500_000, saved.Count);
        Assert.Equal(500_001, index.Count);
    }

    [Fact]
    public void A_save_that_is_cancelled_leaves_the_file_that_was_there()
    {
        using var folder = new Storage.TempFolder();
        using var index = GenericIndex.Flat(2);
        index.Add([1, 2]);
        index.Save(folder.File("index.pqg"));
        var before = File.ReadAllBytes(folder.File("index.pqg"));
        index.Add([3, 4]);
        Assert.ThrowsAny<OperationCanceledException>(() => index.Save(folder.File("index.pqg"), new CancellationToken(canceled: true)));
        Assert.Equal(before, File.ReadAllBytes(folder.File("index.pqg")));
        Assert.Equal(["index.pqg"], folder.Files);
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void An_add_that_is_cancelled_changes_nothing(IndexFactory factory)
    {
        var vectors = TestVectors.Uniform(300, factory.Dimension, seed: 1);
        using var index = factory.Build(vectors, nlist: 4, ids: TestVectors.ShuffledIds(300, seed: 2));
        Assert.ThrowsAny<OperationCanceledException>(
            () => index.Add([-1], vectors.AsSpan(0, factory.Dimension), 1, new CancellationToken(canceled: true)));
        Assert.Equal(300, index.Count);
        index.Add([-1], vectors.AsSpan(0, factory.Dimension));
        Assert.Equal(301, index.Count);
    }
}
