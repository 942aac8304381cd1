namespace PqGen.Tool;

/// <summary>The words of --kind.</summary>
internal static class KindWords
{
    /// <summary>The words, the default first.</summary>
    public static string[] All { get; } = ["ivfpq", "ivfflat", "pq", "flat"];

    /// <summary>The word that stands for a kind.</summary>
    public static string Of(IndexKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>The shape of a kind of index.</summary>
    public static IndexShape Shape(string word, int dimension, int m, int ksub, Metric metric) => Enum.Parse<IndexKind>(word, ignoreCase: true) switch
    {
        IndexKind.Flat => IndexShape.Flat(dimension, metric),
        IndexKind.IvfFlat => IndexShape.IvfFlat(dimension, metric),
        IndexKind.Pq => IndexShape.Pq(dimension, m, ksub, metric),
        _ => IndexShape.IvfPq(dimension, m, ksub, metric),
    };
}
