namespace PqGen.Ivf;

/// <summary>Decides which list a vector belongs to, and which lists a search probes.</summary>
internal interface IRoute
{
    /// <summary>Lists, 1 or more.</summary>
    int NList { get; }

    /// <summary>Whether the lists are those of an inverted file.</summary>
    bool IsInverted { get; }

    /// <summary>float <c>[NList][Dimension]</c>; empty where there is one list and no centroid.</summary>
    ReadOnlySpan<float> Centroids { get; }

    /// <summary>The graph over the centroids; null where there is none.</summary>
    HnswGraph? Graph { get; }

    long SizeInBytes { get; }

    /// <summary>The list of each vector, float <c>[n][Dimension]</c> to int <c>[n]</c>. Safe on any number of threads.</summary>
    void Assign(ReadOnlySpan<float> vectors, Span<int> lists);

    /// <summary>Computes what <paramref name="count"/> queries need before their lists are known; shares the loads of centroids.</summary>
    void Prepare(ReadOnlySpan<float> queries, int count, RouteScratch scratch);

    /// <summary>The lists to probe for query number <paramref name="q"/> of those prepared, nearest first.</summary>
    /// <param name="q">The query.</param>
    /// <param name="query">float <c>[Dimension]</c>, the same.</param>
    /// <param name="nprobe">How many, 1 to NList.</param>
    /// <param name="factor">Centroids compared as floats, or kept in a graph, for each of them; 0 for the default.</param>
    /// <param name="scratch">What was prepared.</param>
    ReadOnlySpan<Probe> Probes(int q, ReadOnlySpan<float> query, int nprobe, int factor, RouteScratch scratch);
}

/// <summary>The route of an index without lists: all vectors are in one.</summary>
internal readonly struct SingleList : IRoute
{
    public int NList => 1;

    public bool IsInverted => false;

    public ReadOnlySpan<float> Centroids => default;

    public HnswGraph? Graph => null;

    public long SizeInBytes => 0;

    public void Assign(ReadOnlySpan<float> vectors, Span<int> lists) => lists.Clear();

    public void Prepare(ReadOnlySpan<float> queries, int count, RouteScratch scratch)
    {
        // There is nothing to choose from.
    }

    public ReadOnlySpan<Probe> Probes(int q, ReadOnlySpan<float> query, int nprobe, int factor, RouteScratch scratch)
    {
        var probes = Common.WorkingMemory.Ensure(ref scratch.Probes, 1);
        probes[0] = new Probe(0, 0);
        return probes;
    }
}
