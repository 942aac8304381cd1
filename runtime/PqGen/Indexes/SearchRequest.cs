namespace PqGen.Indexes;

/// <summary>Checked queries that are searched for on one thread.</summary>
internal readonly ref struct SearchRequest(
    ReadOnlySpan<float> queries, int k, Span<Neighbor> results, Span<int> found, SearchOptions options, CancellationToken cancellation = default)
{
    /// <summary>float <c>[Count][Dimension]</c>.</summary>
    public ReadOnlySpan<float> Queries { get; } = queries;

    /// <summary>Neighbours of each query.</summary>
    public int K { get; } = k;

    /// <summary>Vectors that a search scans whatever its budget is, where its lists hold them.</summary>
    public int LeastScanned { get; init; } = k;

    /// <summary>Neighbours <c>[Count][K]</c>, written.</summary>
    public Span<Neighbor> Results { get; } = results;

    /// <summary>How many were found for each query, written.</summary>
    public Span<int> Found { get; } = found;

    public SearchOptions Options { get; } = options;

    /// <summary>Ends the search between two queries.</summary>
    public CancellationToken Cancellation { get; } = cancellation;

    public int Count => Found.Length;

    /// <summary>Some of the queries.</summary>
    public SearchRequest Slice(int first, int count)
    {
        var dimension = Queries.Length / Math.Max(1, Count);
        return new SearchRequest(
            Queries.Slice(first * dimension, count * dimension),
            K,
            Results.Slice(first * K, count * K),
            Found.Slice(first, count),
            Options,
            Cancellation) { LeastScanned = LeastScanned };
    }
}
