using Microsoft.Extensions.VectorData;
using PqGen.Extensions.VectorData;

namespace PqGen.Extensions.Tests.VectorData;

/// <summary>The life of records, with keys of every kind.</summary>
public class KeyTests
{
    [Fact]
    public Task Records_of_long_keys_live() => LiveAsync(i => (i - 3L) * 10_000_000_000);

    [Fact]
    public Task Records_of_int_keys_live() => LiveAsync(i => i - 3);

    [Fact]
    public Task Records_of_Guid_keys_live() => LiveAsync(i => new Guid(i + 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));

    [Fact]
    public Task Records_of_string_keys_live() => LiveAsync(i => i == 0 ? "" : $"schlüssel/{i}");

    [Fact]
    public async Task A_Guid_key_that_is_empty_is_made()
    {
        using var store = new PqGenVectorStore();
        var notes = await store.CreatedAsync<Guid, Note<Guid>>();
        var made = Notes.Make(3, _ => Guid.Empty);
        await notes.UpsertAsync(made);
        Assert.Equal(3, made.Select(note => note.Key).Where(key => key != Guid.Empty).Distinct().Count());
        Assert.Equal("note 1", (await notes.GetAsync(made[1].Key))!.Text);
    }

    [Fact]
    public async Task Keys_of_another_kind_are_refused()
    {
        using var store = new PqGenVectorStore();
        var refusal = Assert.Throws<NotSupportedException>(() => store.GetCollection<short, Note<short>>("notes"));
        Assert.Contains("a long, an int, a Guid or a string", refusal.Message, StringComparison.Ordinal);
        var notes = await store.CreatedAsync<string, Note<string>>();
        var made = Notes.Make(1, _ => "a");
        made[0].Key = null;
        Assert.Contains("the record at 0 is null; it needs a String",
            (await Assert.ThrowsAsync<ArgumentException>(() => notes.UpsertAsync(made))).Message, StringComparison.Ordinal);
    }

    private static async Task LiveAsync<TKey>(Func<int, TKey> key)
        where TKey : notnull
    {
        using var store = new PqGenVectorStore();
        var notes = store.GetCollection<TKey, Note<TKey>>("notes");
        Assert.False(await notes.CollectionExistsAsync());
        var missing = await Assert.ThrowsAsync<VectorStoreException>(() => notes.UpsertAsync(Notes.Make(1, key)));
        Assert.Equal("notes", missing.CollectionName);
        await notes.EnsureCollectionExistsAsync();
        await notes.EnsureCollectionExistsAsync();
        Assert.Equal(new[] { "notes" }, await store.ListCollectionNamesAsync().ListAsync());

        var made = Notes.Make(20, key);
        await notes.UpsertAsync(made);
        var one = await notes.GetAsync(key(7), new RecordRetrievalOptions { IncludeVectors = true });
        Assert.Equal(("note 7", 1907, "t0"), (one!.Text, one.Year, string.Join(' ', one.Tags!)));
        Assert.Equal(made[7].Place!.Value.ToArray(), one.Place!.Value.ToArray());
        Assert.Null((await notes.GetAsync(key(7)))!.Place);
        Assert.Null(await notes.GetAsync(key(99)));
        Assert.Equal(["note 5", "note 2"], (await notes.GetAsync([key(5), key(99), key(2)]).ListAsync()).Select(note => note.Text));

        // Replaced: the old vector is found no more, the count is what it was.
        made[7].Text = "another";
        made[7].Place = new float[] { 9, 9, 9, 9 };
        Assert.Equal("note 7", (await notes.GetAsync(key(7)))!.Text);
        await notes.UpsertAsync(made[7]);
        var found = await notes.SearchAsync(new float[] { 9, 9, 9, 9 }, 100).ListAsync();
        Assert.Equal((20, "another", (double?)0), (found.Count, found[0].Record.Text, found[0].Score));
        Assert.Equal(20, found.Select(result => result.Record.Key).Distinct().Count());

        await notes.DeleteAsync(key(7));
        await notes.DeleteAsync([key(8), key(99)]);
        Assert.Null(await notes.GetAsync(key(7)));
        Assert.Equal(18, (await notes.SearchAsync(new float[] { 9, 9, 9, 9 }, 100).ListAsync()).Count);

        await notes.EnsureCollectionDeletedAsync();
        Assert.False(await store.CollectionExistsAsync("notes"));
        await Assert.ThrowsAsync<VectorStoreException>(() => notes.GetAsync(key(1)));
        await notes.EnsureCollectionExistsAsync();
        Assert.Null(await notes.GetAsync(key(1)));
    }
}
