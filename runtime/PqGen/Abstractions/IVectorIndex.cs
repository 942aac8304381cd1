namespace PqGen;

/// <summary>
/// What a program asks of an index: for dependency injection, fakes and wrappers. <see cref="VectorIndex"/> implements it, and says what
/// every member promises.
/// </summary>
public interface IVectorIndex : IDisposable
{
    /// <summary>Components of a vector.</summary>
    int Dimension { get; }

    /// <summary>Vectors that a search sees.</summary>
    long Count { get; }

    /// <summary>What a distance means.</summary>
    Metric Metric { get; }

    /// <summary>Adds vectors, float <c>[n][Dimension]</c>; their ids are their positions.</summary>
    void Add(ReadOnlySpan<float> vectors, int threads = 1, CancellationToken cancellation = default);

    /// <summary>Adds vectors, float <c>[n][Dimension]</c>, with ids of your own, Int64 <c>[n]</c>.</summary>
    void Add(ReadOnlySpan<long> ids, ReadOnlySpan<float> vectors, int threads = 1, CancellationToken cancellation = default);

    /// <summary>Fills <paramref name="results"/> with the neighbours nearest to a query, float <c>[Dimension]</c>, nearest first.</summary>
    /// <returns>How many were found.</returns>
    int Search(ReadOnlySpan<float> query, Span<Neighbor> results, SearchOptions options = default);

    /// <summary>Searches for many queries, float <c>[count][Dimension]</c>.</summary>
    /// <param name="queries">float <c>[count][Dimension]</c>.</param>
    /// <param name="k">Neighbours of each query.</param>
    /// <param name="results">Neighbours <c>[count][k]</c>.</param>
    /// <param name="found">int <c>[count]</c>.</param>
    /// <param name="options">How to search.</param>
    /// <param name="threads">Threads to use; 0 stands for one per processor.</param>
    /// <param name="cancellation">Ends the search early.</param>
    void SearchBatch(
        ReadOnlySpan<float> queries,
        int k,
        Span<Neighbor> results,
        Span<int> found,
        SearchOptions options = default,
        int threads = 1,
        CancellationToken cancellation = default);

    /// <summary>Saves the index to a file.</summary>
    void Save(string path, CancellationToken cancellation = default);
}
