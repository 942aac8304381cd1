using System.ComponentModel;

namespace PqGen;

/// <summary>What training leaves: centroids and codebooks, from which a generated index is made. Immutable.</summary>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public sealed class TrainedModel
{
    internal TrainedModel(float[] centroids, float[] codebooks, bool keepVectors)
    {
        Centroids = centroids;
        Codebooks = codebooks;
        KeepVectors = keepVectors;
    }

    /// <summary>float <c>[nlist][dimension]</c>; empty without lists.</summary>
    internal float[] Centroids { get; }

    /// <summary>float <c>[m][ksub][dsub]</c>; empty without a product quantizer.</summary>
    internal float[] Codebooks { get; }

    /// <summary>Whether the index keeps float32 vectors for re-ranking.</summary>
    internal bool KeepVectors { get; }
}
