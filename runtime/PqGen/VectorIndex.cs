using System.Runtime.InteropServices;
using PqGen.Kernels;
using PqGen.Storage;
using PqGen.Storage.Files;

namespace PqGen;

/// <summary>
/// What every index has: vectors of one dimension go in, the nearest neighbours of a query come out.
/// </summary>
/// <remarks>
/// Any number of searches may run at once, beside one writer (writers wait for each other). A search sees each vector wholly or
/// not at all.
/// </remarks>
public abstract class VectorIndex : IDisposable
{
    private readonly Lock _writing = new();
    private readonly ScratchPool _scratch = new();
    private int _count;
    private bool _disposed;

    private protected VectorIndex(int dimension, KernelPath path)
    {
        Dimension = dimension;
        Path = path;
    }

    /// <summary>Components of a vector.</summary>
    public int Dimension { get; }

    /// <summary>Vectors added.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>What a distance means.</summary>
    public Metric Metric { get; } = Metric.SquaredL2;

    /// <summary>The instruction set the kernels of this index run on.</summary>
    public KernelPath Path { get; }

    /// <summary>Bytes of one vector's code; of its float32 components in an index without codes.</summary>
    public abstract int CodeSize { get; }

    /// <summary>Lists of the inverted file; 0 in an index without lists.</summary>
    public virtual int NList => 0;

    /// <summary>The memory in use. Allocates nothing.</summary>
    public abstract IndexMemory Memory { get; }

    /// <summary>The memory in use, in bytes: <see cref="IndexMemory.Total"/>.</summary>
    public long SizeInBytes => Memory.Total;

    private protected IdMap Ids { get; } = new();

    /// <summary>Adds vectors; their ids are their positions, 0 for the first vector ever added.</summary>
    /// <param name="vectors">float <c>[n][Dimension]</c>, row-major, finite. Copied.</param>
    /// <param name="threads">Threads to use; 0 stands for one per processor. The index is the same for any number.</param>
    /// <exception cref="ArgumentException">Not whole vectors, or a component is NaN, infinite or above 1e15; the index is unchanged.</exception>
    /// <exception cref="InvalidOperationException">A position is in use as an id of your own.</exception>
    public void Add(ReadOnlySpan<float> vectors, int threads = 0)
    {
        var n = CheckVectors(vectors);
        lock (_writing)
        {
            CheckRoom(n);
            Ids.CheckSequential(_count, n);
            AddCore(vectors, n, _count, Parallelism.Threads(threads), () => Ids.WriteSequential(_count, n));
            Volatile.Write(ref _count, _count + n);
        }
    }

    /// <summary>Adds vectors with ids of your own.</summary>
    /// <param name="ids">Int64 <c>[n]</c>, none in use, none twice.</param>
    /// <param name="vectors">float <c>[n][Dimension]</c>, row-major, finite. Copied.</param>
    /// <param name="threads">Threads to use; 0 stands for one per processor.</param>
    /// <exception cref="ArgumentException">Lengths differ, an id is in use, or a component is NaN, infinite or above 1e15; the index is unchanged.</exception>
    public void Add(ReadOnlySpan<long> ids, ReadOnlySpan<float> vectors, int threads = 0)
    {
        var n = CheckVectors(vectors);
        Guard.Length(ids.Length, n, nameof(ids), "one id for each vector");
        var own = ids.ToArray();
        lock (_writing)
        {
            CheckRoom(n);
            Ids.Check(own, _count);
            AddCore(vectors, n, _count, Parallelism.Threads(threads), () => Ids.Write(own, _count));
            Volatile.Write(ref _count, _count + n);
        }
    }

    /// <summary>Finds the nearest neighbours of one query.</summary>
    /// <param name="query">float <c>[Dimension]</c>, finite.</param>
    /// <param name="results">Filled with the nearest <c>results.Length</c> neighbours, nearest first, ties by smaller id.</param>
    /// <param name="options">How to search.</param>
    /// <returns>How many were found: fewer than asked only when the lists probed hold fewer.</returns>
    /// <remarks>Allocates nothing once warm. May run on any number of threads at once.</remarks>
    /// <exception cref="ArgumentException">A length, a component or an option is out of range; the message names it.</exception>
    public int Search(ReadOnlySpan<float> query, Span<Neighbor> results, SearchOptions options = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Guard.Length(query.Length, Dimension, nameof(query), "the index's dimension");
        Guard.Finite(query, Dimension, nameof(query));
        CheckOptions(results.Length, nameof(results), options);
        var scratch = _scratch.Rent();
        try
        {
            Prepare(query, 1, options, scratch);
            return SearchPrepared(query, 0, results, options, scratch);
        }
        finally
        {
            _scratch.Return(scratch);
        }
    }

    /// <summary>Finds the nearest neighbours of many queries; each as <see cref="Search"/> finds them.</summary>
    /// <param name="queries">float <c>[count][Dimension]</c>, row-major, finite.</param>
    /// <param name="k">Neighbours of each query, 1 or more.</param>
    /// <param name="results">Neighbours <c>[count][k]</c>, nearest first; a row's entries behind those found are unchanged.</param>
    /// <param name="found">int <c>[count]</c>, how many were found for each query.</param>
    /// <param name="options">How to search.</param>
    /// <param name="threads">Threads to use; 0 stands for one per processor. On one thread nothing is allocated once warm.</param>
    /// <exception cref="ArgumentException">A length, a component or an option is out of range; the message names it.</exception>
    public void SearchBatch(ReadOnlySpan<float> queries, int k, Span<Neighbor> results, Span<int> found, SearchOptions options = default, int threads = 0)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var n = Guard.Rows(queries, Dimension, nameof(queries));
        Guard.Finite(queries, Dimension, nameof(queries));
        CheckOptions(k, nameof(k), options);
        Guard.Length(results.Length, (long)n * k, nameof(results), "k neighbours for each query");
        Guard.Length(found.Length, n, nameof(found), "one count for each query");
        threads = Math.Min(Parallelism.Threads(threads), (n + BatchGroup - 1) / BatchGroup);
        if (threads <= 1)
        {
            SearchGroups(queries, k, results, found, options);
            return;
        }

        SearchOnThreads(queries, k, results, found, options, threads);
    }

    /// <summary>Saves the index to a file, from which Open makes the same index again.</summary>
    /// <param name="path">The file's path. A file that is there is replaced once the new one is whole, and stays if saving fails.</param>
    /// <remarks>
    /// <para>Writes beside the path, in the same folder, flushes to the disk and renames. Waits for a writer and makes writers wait;
    /// searches go on. The same index gives the same bytes.</para>
    /// <para>The format is little-endian, versioned and ends with a SHA-256 of its contents: header (kind, metric, sizes, count, bytes of each
    /// section), then centroids, codebooks, list counts, positions, codes, terms, ids and vectors, each beginning at a multiple of
    /// 64 bytes in the layout it has in memory. This version reads a file into memory; a later one maps it.</para>
    /// </remarks>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file may not be written to.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            IndexFileWriter.Save(path, Describe(), SaveSections);
        }
    }

    /// <summary>Releases the index; it cannot be searched afterwards.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases the index.</summary>
    protected virtual void Dispose(bool disposing) => _disposed = true;

    /// <summary>Queries whose coarse distances and tables are computed together.</summary>
    private protected const int BatchGroup = 8;

    /// <summary>Computes what queries need before their lists are scanned; batched, it shares the loads of centroids and codebooks.</summary>
    private protected abstract void Prepare(ReadOnlySpan<float> queries, int count, SearchOptions options, Scratch scratch);

    /// <summary>Searches for query number <paramref name="q"/> of those prepared.</summary>
    private protected abstract int SearchPrepared(ReadOnlySpan<float> query, int q, Span<Neighbor> results, SearchOptions options, Scratch scratch);

    /// <summary>Searches for all queries that were prepared together.</summary>
    private protected virtual void SearchGroup(ReadOnlySpan<float> queries, int k, Span<Neighbor> results, Span<int> found, SearchOptions options, Scratch scratch)
    {
        for (var q = 0; q < found.Length; q++)
        {
            found[q] = SearchPrepared(queries.Slice(q * Dimension, Dimension), q, results.Slice(q * k, k), options, scratch);
        }
    }

    /// <summary>
    /// Adds checked vectors at positions <paramref name="used"/> and up: does all that can fail, then calls <paramref name="writeIds"/>,
    /// then lets searches see them.
    /// </summary>
    private protected abstract void AddCore(ReadOnlySpan<float> vectors, int n, int used, int threads, Action writeIds);

    /// <summary>Refuses re-ranking where an index has no vectors for it.</summary>
    private protected virtual void CheckRerank()
    {
    }

    /// <summary>The header of this index in a file.</summary>
    private protected abstract IndexHeader Describe();

    /// <summary>Writes the sections of this index, in their order.</summary>
    private protected abstract void SaveSections(IndexFileWriter writer);

    /// <summary>Writes the ids, if they are not the positions.</summary>
    private protected void SaveIds(IndexFileWriter writer)
    {
        if (Ids.Snapshot is { } ids)
        {
            writer.Begin(IndexSection.Ids);
            writer.Write<long>(ids.AsSpan(0, _count));
        }
    }

    /// <summary>Takes the ids and the count of a file into an empty index; the last step of opening it.</summary>
    private protected void LoadIds(IndexFileReader reader)
    {
        reader.ReadIds(Ids);
        Volatile.Write(ref _count, (int)reader.Header.Count);
    }

    private void SearchGroups(ReadOnlySpan<float> queries, int k, Span<Neighbor> results, Span<int> found, SearchOptions options)
    {
        var scratch = _scratch.Rent();
        try
        {
            for (var first = 0; first < found.Length; first += BatchGroup)
            {
                var count = Math.Min(BatchGroup, found.Length - first);
                var group = queries.Slice(first * Dimension, count * Dimension);
                Prepare(group, count, options, scratch);
                SearchGroup(group, k, results.Slice(first * k, count * k), found.Slice(first, count), options, scratch);
            }
        }
        finally
        {
            _scratch.Return(scratch);
        }
    }

    /// <summary>A method of its own, so that what the lambda captures costs a search on one thread nothing.</summary>
    private void SearchOnThreads(ReadOnlySpan<float> queries, int k, Span<Neighbor> results, Span<int> found, SearchOptions options, int threads)
    {
        // Spans cannot cross to other threads, arrays can.
        var (allQueries, allResults, allFound) = (queries.ToArray(), results.ToArray(), new int[found.Length]);
        Parallelism.ForChunks(allFound.Length, BatchGroup, threads, (first, count) =>
            SearchGroups(allQueries.AsSpan(first * Dimension, count * Dimension), k, allResults.AsSpan(first * k, count * k), allFound.AsSpan(first, count), options));
        allResults.CopyTo(results);
        allFound.CopyTo(found);
    }

    private int CheckVectors(ReadOnlySpan<float> vectors)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var n = Guard.Rows(vectors, Dimension, nameof(vectors));
        Guard.Finite(vectors, Dimension, nameof(vectors));
        return n;
    }

    private void CheckRoom(int n)
    {
        if (n > Array.MaxLength - KernelLayout.BlockSize - _count)
        {
            throw new InvalidOperationException(Guard.Text($"The index holds {_count} vectors and cannot take {n} more: {Array.MaxLength - KernelLayout.BlockSize} are the most."));
        }
    }

    private void CheckOptions(int k, string name, SearchOptions options)
    {
        Guard.Range(k, 1, Array.MaxLength, name, "room for one neighbour at least");
        Guard.Range(options.NProbe, 0, NList == 0 ? int.MaxValue : NList, nameof(options.NProbe), NList == 0 ? "lists to probe" : "no more lists than the index has");
        Guard.Range(options.Rerank, 0, Array.MaxLength, nameof(options.Rerank), "candidates to re-rank");
        Guard.Range((int)options.Scan, 0, (int)ScanKind.Plain, nameof(options.Scan), "a kind of scan that there is");
        if (options.Rerank > 0)
        {
            CheckRerank();
        }
    }
}
