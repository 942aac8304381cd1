using Microsoft.Extensions.VectorData;
using PqGen.Extensions.VectorData;

namespace PqGen.Extensions.Tests.VectorData;

/// <summary>What is saved to a folder is opened from it, whole, or refused.</summary>
public class FolderTests
{
    [Fact]
    public Task Records_of_long_keys_come_back() => ComeBackAsync(i => i - 50L);

    [Fact]
    public Task Records_of_int_keys_come_back() => ComeBackAsync(i => i - 50);

    [Fact]
    public Task Records_of_Guid_keys_come_back() => ComeBackAsync(i => new Guid(i + 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));

    [Fact]
    public Task Records_of_string_keys_come_back() => ComeBackAsync(i => $"\"\n{i}");

    [Fact]
    public async Task A_trained_index_comes_back()
    {
        using var folder = new TemporaryFolder();
        var (made, query) = (TrainedTests.Make(1200), new float[16]);
        List<(long, double?)> before;
        using (var store = new PqGenVectorStore(new PqGenVectorStoreOptions { TrainedIndex = new TrainedIndexOptions { TrainAt = 1000 } }))
        {
            var points = await TrainedTests.CreatedAsync(store, null);
            await points.UpsertAsync(made);
            before = (await points.SearchAsync(query, 50).ListAsync()).ConvertAll(result => (result.Record.Key, result.Score));
            await store.SaveAsync(folder.Path);
        }

        using var again = PqGenVectorStore.Open(folder.Path);
        var opened = await TrainedTests.CreatedAsync(again, null);
        Assert.Equal(IndexKind.IvfPq, opened.IndexShapes["Place"].Kind);
        Assert.Equal(before, (await opened.SearchAsync(query, 50).ListAsync()).ConvertAll(result => (result.Record.Key, result.Score)));
        Assert.Equal(made[5].Place!, (await opened.GetAsync(5, new RecordRetrievalOptions { IncludeVectors = true }))!.Place!);
    }

    [Fact]
    public async Task A_save_that_fails_leaves_the_store_that_was_there()
    {
        using var folder = new TemporaryFolder();
        using var store = new PqGenVectorStore();
        var notes = await store.CreatedAsync<int, Note<int>>();
        await notes.UpsertAsync(Notes.Make(10, i => i));
        await store.CreatedAsync<int, Note<int>>(name: "others");
        await store.SaveAsync(folder.Path);
        var files = Files(folder.Path);
        await notes.UpsertAsync(Notes.Make(20, i => i));
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.SaveAsync(folder.Path, cancellation.Token));
        Assert.Equal(files, Files(folder.Path));

        // The first collection is written, the second cannot be: a file has the name of its folder.
        var obstacle = Path.Combine(folder.Path, "g2-1");
        await File.WriteAllTextAsync(obstacle, "");
        await Assert.ThrowsAnyAsync<IOException>(() => store.SaveAsync(folder.Path));
        File.Delete(obstacle);
        Assert.Equal(files, Files(folder.Path));
        using (var opened = PqGenVectorStore.Open(folder.Path))
        {
            Assert.Equal(10, (await (await opened.CreatedAsync<int, Note<int>>()).GetAsync(note => true, 100).ListAsync()).Count);
        }

        // One that succeeds leaves nothing of the store before it.
        await store.SaveAsync(folder.Path);
        Assert.Equal(files.Length, Files(folder.Path).Length);
        using var newer = PqGenVectorStore.Open(folder.Path);
        Assert.Equal(20, (await (await newer.CreatedAsync<int, Note<int>>()).GetAsync(note => true, 100).ListAsync()).Count);
    }

    [Fact]
    public async Task Collections_that_nobody_asked_for_stay()
    {
        using var folder = new TemporaryFolder();
        using var other = new TemporaryFolder();
        using (var store = new PqGenVectorStore())
        {
            await (await store.CreatedAsync<int, Note<int>>(name: "one")).UpsertAsync(Notes.Make(3, i => i));
            await (await store.CreatedAsync<string, Note<string>>(name: "two")).UpsertAsync(Notes.Make(4, i => $"{i}"));
            await store.SaveAsync(folder.Path);
        }

        using (var store = PqGenVectorStore.Open(folder.Path))
        {
            await (await store.CreatedAsync<int, Note<int>>(name: "one")).DeleteAsync(0);
            await store.SaveAsync(folder.Path);
            await store.SaveAsync(other.Path);
        }

        foreach (var path in new[] { folder.Path, other.Path })
        {
            using var store = PqGenVectorStore.Open(path);
            Assert.Equal(new[] { "one", "two" }, await store.ListCollectionNamesAsync().ListAsync());
            Assert.Equal(2, (await (await store.CreatedAsync<int, Note<int>>(name: "one")).SearchAsync(new float[4], 9).ListAsync()).Count);
            Assert.Equal(4, (await (await store.CreatedAsync<string, Note<string>>(name: "two")).SearchAsync(new float[4], 9).ListAsync()).Count);
        }
    }

    [Fact]
    public async Task What_is_damaged_or_of_another_type_is_refused_with_a_sentence()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(
            "holds no store", Assert.Throws<VectorStoreException>(() => PqGenVectorStore.Open(folder.Path)).Message, StringComparison.Ordinal);
        using (var store = new PqGenVectorStore())
        {
            await (await store.CreatedAsync<int, Note<int>>()).UpsertAsync(Notes.Make(5, i => i));
            await store.SaveAsync(folder.Path);
        }

        Assert.Contains("keys of type System.Int32, not System.Int64", Refusal<long, Note<long>>(folder.Path), StringComparison.Ordinal);
        Assert.Contains(
            "the vectors Place (4, EuclideanSquaredDistance), not Place (4, CosineDistance)",
            Refusal<int, Note<int>>(folder.Path, new VectorStoreCollectionDefinition
            {
                Properties =
                [
                    new VectorStoreKeyProperty("Key", typeof(int)),
                    new VectorStoreVectorProperty("Place", typeof(ReadOnlyMemory<float>?), 4) { DistanceFunction = DistanceFunction.CosineDistance },
                ],
            }),
            StringComparison.Ordinal);

        var records = Directory.GetFiles(folder.Path, "records.jsonl", SearchOption.AllDirectories).Single();
        var lines = await File.ReadAllLinesAsync(records);
        await File.WriteAllLinesAsync(records, lines[..4]);
        Assert.Contains("has 4 records", Refusal<int, Note<int>>(folder.Path), StringComparison.Ordinal);
        await File.WriteAllLinesAsync(records, [.. lines[..2], lines[2][..30], .. lines[3..]]);
        Assert.Contains("line 3 of", Refusal<int, Note<int>>(folder.Path), StringComparison.Ordinal);
        await File.WriteAllLinesAsync(records, [.. lines[..2], lines[1], .. lines[3..]]);
        Assert.Contains("there twice", Refusal<int, Note<int>>(folder.Path), StringComparison.Ordinal);
        await File.WriteAllLinesAsync(records, lines);
        File.WriteAllText(Directory.GetFiles(folder.Path, "*.pqg", SearchOption.AllDirectories).Single(), "no index");
        Assert.Contains("cannot be opened", Refusal<int, Note<int>>(folder.Path), StringComparison.Ordinal);
    }

    private static string[] Files(string folder) => [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order()];

    private static string Refusal<TKey, TRecord>(string folder, VectorStoreCollectionDefinition? definition = null)
        where TKey : notnull
        where TRecord : class
    {
        using var store = PqGenVectorStore.Open(folder);
        return Assert.Throws<VectorStoreException>(() => store.GetCollection<TKey, TRecord>("notes", definition)).Message;
    }

    private static async Task ComeBackAsync<TKey>(Func<int, TKey> key)
        where TKey : notnull
    {
        using var folder = new TemporaryFolder();
        var made = Notes.Make(100, key);
        made[4].Place = null;
        (made[5].Tags, made[5].Text) = (null, "\u2028 \"quoted\"\n");
        using (var store = new PqGenVectorStore())
        {
            var notes = await store.CreatedAsync<TKey, Note<TKey>>();
            await notes.UpsertAsync(made);
            await notes.UpsertAsync(made[..10]);
            await notes.DeleteAsync(made[9].Key!);
            await store.SaveAsync(folder.Path);
        }

        using var opened = PqGenVectorStore.Open(folder.Path);
        var again = opened.GetCollection<TKey, Note<TKey>>("notes");
        Assert.True(await again.CollectionExistsAsync());
        var all = await again.GetAsync(note => true, 1000, new() { IncludeVectors = true }).ListAsync();
        var truth = made.Where((_, i) => i != 9).ToArray();
        Assert.Equal(truth.Select(Text).Order(), all.Select(Text).Order());

        // New versions take ids that none had.
        await again.UpsertAsync(made[8..12]);
        Assert.Equal(99, (await again.SearchAsync(new float[4], 1000).ListAsync()).Count);
        Assert.NotNull(await again.GetAsync(made[9].Key!));
    }

    private static string Text<TKey>(Note<TKey> note) =>
        $"{note.Key} {note.Text} {note.Year} {string.Join(' ', note.Tags ?? ["none"])} {string.Join(' ', note.Place?.ToArray() ?? [])}";
}
