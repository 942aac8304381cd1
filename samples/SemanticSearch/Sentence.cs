using Microsoft.Extensions.VectorData;

namespace SemanticSearch;

/// <summary>A sentence, and the text that the model makes its vector of.</summary>
internal sealed class Sentence
{
    [VectorStoreKey]
    public int Number { get; set; }

    [VectorStoreData]
    public string Text { get; set; } = "";

    [VectorStoreVector(MiniLm.Dimension, DistanceFunction = DistanceFunction.CosineSimilarity)]
    public string? Meaning { get; set; }
}
