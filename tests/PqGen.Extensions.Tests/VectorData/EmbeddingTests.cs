using Microsoft.Extensions.VectorData;
using PqGen.Extensions.VectorData;

namespace PqGen.Extensions.Tests.VectorData;

/// <summary>Text goes in, and an embedding generator makes its vectors; records of dictionaries.</summary>
public class EmbeddingTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Text_is_embedded_on_upsert_and_search(bool ofStore)
    {
        using var letters = new Letters();
        using var folder = new TemporaryFolder();
        var options = new PqGenVectorStoreOptions { EmbeddingGenerator = ofStore ? letters : null };
        var own = new PqGenCollectionOptions { EmbeddingGenerator = ofStore ? null : letters };
        using (var store = new PqGenVectorStore(options))
        {
            var texts = await store.CreatedAsync<Guid, Sentence>(own);
            await texts.UpsertAsync(new[] { "banana", "zebra", "quick fox" }.Select(text => new Sentence { Text = text, Embedding = text }));
            Assert.Equal(1, letters.Calls);
            Assert.Equal("zebra", (await texts.SearchAsync("braze", 1).ListAsync()).Single().Record.Text);
            await Assert.ThrowsAsync<NotSupportedException>(() => texts.SearchAsync("a", 1, new() { IncludeVectors = true }).ListAsync());
            await store.SaveAsync(folder.Path);
        }

        using var opened = PqGenVectorStore.Open(folder.Path, options);
        var again = await opened.CreatedAsync<Guid, Sentence>(own);
        var nearest = (await again.SearchAsync("fox quick", 2, new() { Filter = sentence => sentence.Text != "banana" }).ListAsync())[0];
        Assert.Equal("quick fox", nearest.Record.Text);
        Assert.Equal(1.0, nearest.Score!.Value, 1e-6);
    }

    [Fact]
    public void Text_without_a_generator_is_refused()
    {
        using var store = new PqGenVectorStore();
        Assert.ThrowsAny<InvalidOperationException>(() => store.GetCollection<Guid, Sentence>("texts"));
    }

    [Fact]
    public async Task Records_may_be_dictionaries()
    {
        using var folder = new TemporaryFolder();
        var definition = new VectorStoreCollectionDefinition
        {
            Properties =
            [
                new VectorStoreKeyProperty("Id", typeof(string)),
                new VectorStoreDataProperty("Year", typeof(int)),
                new VectorStoreVectorProperty("Place", typeof(ReadOnlyMemory<float>), 2) { DistanceFunction = DistanceFunction.EuclideanDistance },
            ],
        };
        using (var store = new PqGenVectorStore())
        {
            var records = store.GetDynamicCollection("records", definition);
            await records.EnsureCollectionExistsAsync();
            await records.UpsertAsync(Enumerable.Range(0, 5).Select(i => new Dictionary<string, object?>
            {
                ["Id"] = $"{i}",
                ["Year"] = 2000 + i,
                ["Place"] = new ReadOnlyMemory<float>([i, 0]),
            }));
            await Assert.ThrowsAsync<ArgumentException>(() => records.GetAsync(3));
            Assert.Equal(2003, (await records.GetAsync("3"))!["Year"]);
            await store.SaveAsync(folder.Path);
        }

        using var opened = PqGenVectorStore.Open(folder.Path);
        var again = opened.GetDynamicCollection("records", definition);
        var found = await again.SearchAsync(
            new float[] { 4, 0 }, 2, new() { Filter = record => (int)record["Year"]! < 2004, IncludeVectors = true }).ListAsync();
        Assert.Equal(["3", "2"], found.Select(result => result.Record["Id"]));
        Assert.Equal([1.0, 2.0], found.Select(result => result.Score!.Value));
        Assert.Equal(new float[] { 3, 0 }, ((ReadOnlyMemory<float>)found[0].Record["Place"]!).ToArray());
    }

    [Fact]
    public async Task Services_say_what_the_abstraction_asks()
    {
        using var store = new PqGenVectorStore();
        var notes = await store.CreatedAsync<int, Note<int>>();
        Assert.Equal("pqgen", ((VectorStoreMetadata)store.GetService(typeof(VectorStoreMetadata))!).VectorStoreSystemName);
        Assert.Equal("notes", ((VectorStoreCollectionMetadata)notes.GetService(typeof(VectorStoreCollectionMetadata))!).CollectionName);
        Assert.Same(notes, notes.GetService(typeof(IVectorSearchable<Note<int>>)));
        Assert.Null(notes.GetService(typeof(string)));
    }
}
