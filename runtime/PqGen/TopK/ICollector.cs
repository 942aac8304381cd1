namespace PqGen.TopK;

/// <summary>From positions, the order of adding, to ids; and which positions a search may find.</summary>
internal interface INames
{
    /// <summary>Whether every position may be found: nothing was removed or is filtered. A constant to the compiler where it is true.</summary>
    bool AdmitsAll { get; }

    /// <summary>The id of a position.</summary>
    long this[int position] { get; }

    /// <summary>Whether a search may find the vector of a position.</summary>
    bool Admits(int position);
}

/// <summary>Takes what a search finds. Scores: smaller is nearer.</summary>
internal interface ICollector
{
    /// <summary>Whether the threshold falls as vectors are collected; else it is what it is from the beginning.</summary>
    static abstract bool ThresholdFalls { get; }

    /// <summary>
    /// Whether what is collected is compared again by its rows. Then codes need an order that is the same on every path, and no distances: none is
    /// decoded.
    /// </summary>
    static abstract bool IsForReranking { get; }

    /// <summary>How many vectors it takes; 0 for all that the threshold admits.</summary>
    int Capacity { get; }

    /// <summary>Vectors collected.</summary>
    int Count { get; }

    /// <summary>Whether there is a threshold.</summary>
    bool IsFull { get; }

    /// <summary>The largest score that can still enter; infinite while there is none.</summary>
    float Threshold { get; }

    /// <summary>Whether every vector may be found.</summary>
    bool AdmitsAll { get; }

    /// <summary>What a later collection in the same memory needs to go on.</summary>
    CollectorState Suspended { get; }

    /// <summary>Whether the vector of a position may be found.</summary>
    bool Admits(int position);

    /// <summary>Goes on where a copy of this collector has stopped.</summary>
    void Resume(CollectorState state);

    /// <summary>Offers one vector. Takes it only if it is near enough and may be found.</summary>
    void Push(int position, float score);
}
