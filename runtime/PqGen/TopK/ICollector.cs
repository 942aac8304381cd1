namespace PqGen.TopK;

/// <summary>From positions, the order of adding, to ids.</summary>
internal interface INames
{
    /// <summary>The id of a position.</summary>
    long this[int position] { get; }
}

/// <summary>Takes what a search finds. Scores: smaller is nearer.</summary>
internal interface ICollector
{
    /// <summary>Vectors collected.</summary>
    int Count { get; }

    /// <summary>Whether there is a threshold: as many vectors are collected as are asked for.</summary>
    bool IsFull { get; }

    /// <summary>The largest score that can still enter; infinite while there is none.</summary>
    float Threshold { get; }

    /// <summary>What a later collection in the same memory needs to go on.</summary>
    CollectorState Suspended { get; }

    /// <summary>Offers one vector.</summary>
    void Push(int position, float score);
}
