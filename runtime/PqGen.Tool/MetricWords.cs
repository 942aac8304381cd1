namespace PqGen.Tool;

/// <summary>The words of --metric.</summary>
internal static class MetricWords
{
    /// <summary>The words, the default first; each at the number of its metric.</summary>
    public static string[] All { get; } = ["l2", "ip", "cosine"];

    /// <summary>The metric that a word stands for.</summary>
    public static Metric Of(string word) => (Metric)Array.IndexOf(All, word);

    /// <summary>The word that stands for a metric.</summary>
    public static string Of(Metric metric) => All[(int)metric];
}
