using System.Diagnostics;
using Microsoft.Extensions.VectorData;
using PqGen.Extensions.VectorData;
using SemanticSearch;

// Sentences of a book, found by what a question means: dotnet run -c Release --project samples/SemanticSearch [-- "your question"]
using var model = new MiniLm();
var options = new PqGenVectorStoreOptions { EmbeddingGenerator = model };
var folder = Path.Combine(AppContext.BaseDirectory, "store");
var isNew = !File.Exists(Path.Combine(folder, "store.json"));
using var store = isNew ? new PqGenVectorStore(options) : PqGenVectorStore.Open(folder, options);
var sentences = store.GetCollection<int, Sentence>("alice");
if (isNew)
{
    var clock = Stopwatch.StartNew();
    await sentences.EnsureCollectionExistsAsync();
    var lines = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "data", "alice.txt"));
    await sentences.UpsertAsync(lines.Select((text, i) => new Sentence { Number = i, Text = text, Meaning = text }));
    await store.SaveAsync(folder);
    Console.WriteLine($"{lines.Length} sentences of Alice's Adventures in Wonderland embedded and saved in {clock.Elapsed.TotalSeconds:F1} s.");
}

string[] questions = args.Length > 0
    ? args
    : ["a party with hot drinks", "growing and shrinking", "an animal that is late", "a sport with birds and hedgehogs"];
foreach (var question in questions)
{
    Console.WriteLine($"\n{question}");
    await foreach (var result in sentences.SearchAsync(question, top: 3, new() { Filter = sentence => sentence.Text.Length < 200 }))
    {
        Console.WriteLine($"  {result.Score:F3}  {result.Record.Text}");
    }
}
