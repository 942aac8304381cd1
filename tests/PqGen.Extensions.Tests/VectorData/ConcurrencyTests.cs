using PqGen.Extensions.VectorData;

namespace PqGen.Extensions.Tests.VectorData;

/// <summary>Searches, look-ups and saves beside upserts, deletes and training.</summary>
public class ConcurrencyTests
{
    private const int Pairs = 40;
    private const int Rounds = 60;

    [Fact]
    public async Task Searches_see_all_of_an_upsert_or_nothing()
    {
        using var store = new PqGenVectorStore();
        var notes = await store.CreatedAsync<int, Note<int>>();
        await notes.UpsertAsync(Round(0));
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(reader => Task.Run(async () =>
        {
            var searches = 0;
            do
            {
                // Of each round all vectors are replaced; whoever sees two rounds has seen half of an upsert.
                var found = reader == 0
                    ? await notes.GetAsync(note => note.Year >= 0, 1000).ListAsync()
                    : (await notes.SearchAsync(new float[4], 1000, reader == 1 ? null : new() { Filter = note => note.Key % 2 == 0 }).ListAsync())
                        .ConvertAll(result => result.Record);
                Assert.Equal(reader == 2 ? Pairs : 2 * Pairs, found.Count);
                Assert.Single(found.Select(note => note.Year).Distinct());
                searches++;
            }
            while (!done.IsCancellationRequested);
            return searches;
        })).ToArray();

        for (var round = 1; round <= Rounds; round++)
        {
            await notes.UpsertAsync(Round(round));
        }

        await done.CancelAsync();
        Assert.All(await Task.WhenAll(readers), searches => Assert.True(searches > 0));
    }

    [Fact]
    public async Task Writers_searches_training_and_saves_go_together()
    {
        using var folder = new TemporaryFolder();
        using var store = new PqGenVectorStore(new PqGenVectorStoreOptions { TrainedIndex = new TrainedIndexOptions { TrainAt = 600 } });
        var points = await TrainedTests.CreatedAsync(store, null);
        var made = TrainedTests.Make(1600);
        await points.UpsertAsync(made[..100]);
        using var done = new CancellationTokenSource();
        var searching = Task.Run(async () =>
        {
            do
            {
                var found = await points.SearchAsync(made[7].Place!, 5).ListAsync();
                Assert.Equal(5, found.Count);
                Assert.Equal(7, found[0].Record.Key);
            }
            while (!done.IsCancellationRequested);
        });
        var saving = Task.Run(async () =>
        {
            for (var i = 0; i < 3; i++)
            {
                await store.SaveAsync(folder.Path);
            }
        });
        await Task.WhenAll(Enumerable.Range(0, 3).Select(writer => Task.Run(async () =>
        {
            foreach (var part in made[(100 + (writer * 500))..(600 + (writer * 500))].Chunk(50))
            {
                await points.UpsertAsync(part);
                await points.DeleteAsync(part[0].Key);
            }
        })));
        await saving;
        await done.CancelAsync();
        await searching;

        Assert.Equal(IndexKind.IvfPq, points.IndexShapes["Place"].Kind);
        Assert.Equal(1600 - 30, (await points.GetAsync(point => true, 5000).ListAsync()).Count);
        await store.SaveAsync(folder.Path);
        using var opened = PqGenVectorStore.Open(folder.Path);
        Assert.Equal(1600 - 30, (await (await TrainedTests.CreatedAsync(opened, null)).GetAsync(point => true, 5000).ListAsync()).Count);
    }

    [Fact]
    public async Task A_collection_deleted_while_it_is_searched_is_missing_then()
    {
        using var store = new PqGenVectorStore();
        var notes = await store.CreatedAsync<int, Note<int>>();
        await notes.UpsertAsync(Notes.Make(50, i => i));
        var searching = Task.Run(async () =>
        {
            while (true)
            {
                Assert.Equal(9, (await notes.SearchAsync(new float[4], 9).ListAsync()).Count);
            }
        });
        await Task.Delay(20);
        await notes.EnsureCollectionDeletedAsync();
        await Assert.ThrowsAsync<Microsoft.Extensions.VectorData.VectorStoreException>(() => searching);
    }

    private static Note<int>[] Round(int round)
    {
        var made = Notes.Make(2 * Pairs, i => i, round + 1);
        Array.ForEach(made, note => note.Year = round);
        return made;
    }
}
