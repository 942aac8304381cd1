using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;

namespace PqGen.Extensions.VectorData;

/// <summary>The options of a store, for every collection that has none of its own.</summary>
public sealed class PqGenVectorStoreOptions
{
    /// <summary>Makes vectors of text, or whatever else it takes, on upsert and search. The store does not dispose of it.</summary>
    public IEmbeddingGenerator? EmbeddingGenerator { get; init; }

    /// <summary>When collections get a trained index; null for never, so that every search is exact.</summary>
    public TrainedIndexOptions? TrainedIndex { get; init; }

    /// <inheritdoc cref="PqGenCollectionOptions.KeepVectors"/>
    public bool KeepVectors { get; init; } = true;
}

/// <summary>The options of a collection.</summary>
public sealed class PqGenCollectionOptions : VectorStoreCollectionOptions
{
    /// <summary>When the collection gets a trained index; null stands for what the store says.</summary>
    public TrainedIndexOptions? TrainedIndex { get; init; }

    /// <summary>
    /// Whether records keep their float32 vectors beside the index, for <see cref="RecordRetrievalOptions.IncludeVectors"/>: 4 * Dimension bytes
    /// each.
    /// Vectors that an embedding generator made of another value are never kept. Null stands for what the store says.
    /// </summary>
    public bool? KeepVectors { get; init; }
}
