using System.Buffers;

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

    /// <summary>Replaces the vectors of ids that are in use, and adds those of the others, at once.</summary>
    void Update(ReadOnlySpan<long> ids, ReadOnlySpan<float> vectors, int threads = 1, CancellationToken cancellation = default);

    /// <summary>Removes a vector.</summary>
    /// <returns>Whether it was there.</returns>
    bool Remove(long id);

    /// <summary>Removes vectors, all at once.</summary>
    /// <returns>How many were there.</returns>
    int Remove(ReadOnlySpan<long> ids);

    /// <summary>Gives back the memory of vectors that were removed or replaced.</summary>
    void Compact(CancellationToken cancellation = default);

    /// <summary>Whether a vector with this id is there.</summary>
    bool Contains(long id);

    /// <summary>The vector of an id, float <c>[Dimension]</c>.</summary>
    /// <returns>Whether it was found, and whether it is the vector itself or what its code stands for.</returns>
    VectorSource TryGetVector(long id, Span<float> vector);

    /// <summary>Fills <paramref name="results"/> with the neighbours nearest to a query, float <c>[Dimension]</c>, nearest first.</summary>
    /// <returns>How many were found.</returns>
    int Search(ReadOnlySpan<float> query, Span<Neighbor> results, SearchOptions options = default);

    /// <summary>The same among the ids that a filter allows.</summary>
    /// <returns>How many were found.</returns>
    int Search<TFilter>(ReadOnlySpan<float> query, Span<Neighbor> results, TFilter filter, SearchOptions options = default)
        where TFilter : struct, IIdFilter;

    /// <summary>Hands over every vector within a radius, in the metric's own value, of a query, nearest first.</summary>
    void SearchRange(ReadOnlySpan<float> query, float radius, IBufferWriter<Neighbor> matches, SearchOptions options = default);

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
