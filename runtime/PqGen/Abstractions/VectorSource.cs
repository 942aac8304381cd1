namespace PqGen;

/// <summary>Where a vector that was asked for by its id comes from.</summary>
public enum VectorSource
{
    /// <summary>The id is not in use; nothing was written.</summary>
    None = 0,

    /// <summary>The index keeps the vector's float32 components.</summary>
    Kept = 1,

    /// <summary>
    /// The index keeps codes only, or rows behind a transform; the vector is what the code stands for, or what leads to the row.
    /// </summary>
    Decoded = 2,
}
