using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using PqGen.Extensions.VectorData;

namespace PqGen.Extensions.Tests.VectorData;

/// <summary>A record with a key of any kind, some data and a vector of four components.</summary>
public class Note<TKey>
{
    [VectorStoreKey]
    public TKey? Key { get; set; }

    [VectorStoreData]
    public string? Text { get; set; }

    [VectorStoreData(StorageName = "year_of_it")]
    public int Year { get; set; }

    [VectorStoreData]
    public List<string>? Tags { get; set; }

    [VectorStoreVector(Notes.Dimension, DistanceFunction = DistanceFunction.EuclideanSquaredDistance)]
    public ReadOnlyMemory<float>? Place { get; set; }
}

/// <summary>A text that a generator makes a vector of.</summary>
public class Sentence
{
    [VectorStoreKey]
    public Guid Key { get; set; }

    [VectorStoreData]
    public string Text { get; set; } = "";

    [VectorStoreVector(Letters.Dimension)]
    public string? Embedding { get; set; }
}

/// <summary>Makes a vector of a text: how often each letter occurs.</summary>
internal sealed class Letters : IEmbeddingGenerator<string, Embedding<float>>
{
    public const int Dimension = 26;

    public int Calls { get; private set; }

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        Calls++;
        return Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(text => new Embedding<float>(Of(text)))));
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
        // Holds nothing.
    }

    private static float[] Of(string text)
    {
        var vector = new float[Dimension];
        foreach (var letter in text.ToLowerInvariant().Where(char.IsAsciiLetter))
        {
            vector[letter - 'a']++;
        }

        return vector;
    }
}

/// <summary>Makes notes and asks for them.</summary>
internal static class Notes
{
    public const int Dimension = 4;

    /// <summary>Notes with vectors around the origin, and years and tags by their number.</summary>
    public static Note<TKey>[] Make<TKey>(int n, Func<int, TKey> key, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, n).Select(i => new Note<TKey>
        {
            Key = key(i),
            Text = $"note {i}",
            Year = 1900 + (i % 100),
            Tags = i % 3 == 0 ? ["third", $"t{i % 7}"] : [$"t{i % 7}"],
            Place = Vector(random),
        })];
    }

    public static float[] Vector(Random random, int dimension = Dimension) =>
        [.. Enumerable.Range(0, dimension).Select(_ => (float)((random.NextDouble() * 2) - 1))];

    public static float SquaredL2(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var sum = 0.0;
        for (var d = 0; d < x.Length; d++)
        {
            sum += ((double)x[d] - y[d]) * ((double)x[d] - y[d]);
        }

        return (float)sum;
    }

    public static async Task<PqGenCollection<TKey, TRecord>> CreatedAsync<TKey, TRecord>(
        this PqGenVectorStore store, PqGenCollectionOptions? options = null, string name = "notes")
        where TKey : notnull
        where TRecord : class
    {
        var collection = store.GetCollection<TKey, TRecord>(name, options ?? new PqGenCollectionOptions());
        await collection.EnsureCollectionExistsAsync();
        return collection;
    }

    public static async Task<List<T>> ListAsync<T>(this IAsyncEnumerable<T> items)
    {
        var list = new List<T>();
        await foreach (var item in items)
        {
            list.Add(item);
        }

        return list;
    }
}
