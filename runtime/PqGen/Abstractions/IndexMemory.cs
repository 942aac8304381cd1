namespace PqGen;

/// <summary>The memory of an index, in bytes.</summary>
/// <param name="Model">Centroids and codebooks, in the layouts the kernels read.</param>
/// <param name="Codes">Codes and per-vector terms, padded to blocks of 64 vectors; 0 for an index without codes.</param>
/// <param name="Ids">Positions in lists, ids of your own, and what looks them up.</param>
/// <param name="Vectors">Float32 vectors: what an exact index compares, or what a PQ or IVFPQ index keeps for re-ranking.</param>
public readonly record struct IndexMemory(long Model, long Codes, long Ids, long Vectors)
{
    /// <summary>The working memory that finished searches left for the next ones; bounded. 0 in an estimate.</summary>
    public long Scratch { get; init; }

    /// <summary>
    /// Those of the bytes that lie in a mapped file: the system reads them in as they are wanted, gives their memory to others when it is short, and
    /// has them once for all processes that map the file. 0 where the file was read, and in an estimate: opened from its file, all but the model
    /// would be mapped, but for what looks own ids up, 5 bytes each from when it is first needed.
    /// </summary>
    public long Mapped { get; init; }

    /// <summary>What the process holds for itself: all but <see cref="Mapped"/>.</summary>
    public long Private => Total - Mapped;

    /// <summary>The sum of the parts.</summary>
    public long Total => Model + Codes + Ids + Vectors + Scratch;
}
