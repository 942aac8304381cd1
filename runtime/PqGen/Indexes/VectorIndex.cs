using PqGen.Common;
using PqGen.Indexes;
using PqGen.Kernels;
using PqGen.Quantization;
using PqGen.Storage.Files;

namespace PqGen;

/// <summary>
/// An index: vectors of one dimension go in, the nearest neighbours of a query come out. A class with an index attribute derives from it, and so
/// does <see cref="GenericIndex"/>, whose sizes are known at run time.
/// </summary>
/// <remarks>
/// Any number of searches may run at once, beside one writer (writers wait for each other). A search sees all that an Add has added, or nothing of
/// it. Saving stops neither.
/// </remarks>
public abstract class VectorIndex : IVectorIndex
{
    /// <summary>The most vectors that an index holds.</summary>
    internal static readonly int MaxCount = Array.MaxLength - KernelLayout.BlockSize;

    private readonly Lock _writing = new();
    private readonly IndexEngine _engine;

    /// <summary>An index over an engine. For generated code.</summary>
    protected VectorIndex(IndexEngine engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        _engine = engine;
    }

    /// <summary>Kind and sizes.</summary>
    public IndexShape Shape => _engine.Shape;

    /// <inheritdoc/>
    public int Dimension => _engine.Shape.Dimension;

    /// <summary>Vectors that a search sees; 0 after the index was disposed of.</summary>
    public long Count => _engine.Current?.Count ?? 0;

    /// <inheritdoc/>
    public Metric Metric => _engine.Shape.Metric;

    /// <summary>The instruction set that the kernels of this index run on.</summary>
    public KernelPath Path => _engine.Path;

    /// <summary>Bytes of one vector's code; of its float32 components in an index without codes.</summary>
    public int CodeSize => Shape.HasCodes ? KernelLayout.CodeSize(Shape.M, Shape.Ksub) : Dimension * sizeof(float);

    /// <summary>Lists of the inverted file; 0 in an index without lists.</summary>
    public int NList => _engine.NList;

    /// <summary>The lists that a search probes which names no number of them: sqrt(2 NList), rounded up; 0 in an index without lists.</summary>
    public int DefaultNProbe => _engine.DefaultNProbe;

    /// <summary>The centroids of the lists, float <c>[NList][Dimension]</c>; empty in an index without lists.</summary>
    public ReadOnlySpan<float> Centroids => _engine.Centroids;

    /// <summary>
    /// The product quantizer, of vectors or in an inverted file of their residuals: encodes, decodes, makes distance tables and ADC distances.
    /// </summary>
    /// <exception cref="InvalidOperationException">An index of this kind has no codes.</exception>
    public ProductQuantizer Quantizer =>
        _engine.Quantizer ?? throw new InvalidOperationException(
            $"An index of kind {Shape.Kind} keeps float32 vectors and has no product quantizer.");

    /// <summary>What training found out, with advice; null where the model came from elsewhere or from a file.</summary>
    public TrainingReport? TrainingReport => _engine.TrainingReport;

    /// <summary>The memory in use. Allocates nothing; takes time in proportion to the number of lists.</summary>
    public IndexMemory Memory => _engine.Memory;

    /// <summary>The memory in use, in bytes: <see cref="IndexMemory.Total"/>.</summary>
    public long SizeInBytes => Memory.Total;

    /// <summary>Opens a file of an index of any kind and sizes, on the run-time-sized twin of the generated kernels.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="IndexFileException">The file is damaged, or no index.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static VectorIndex Open(string path, CancellationToken cancellation) => GenericIndex.Open(path, cancellation);

    /// <inheritdoc cref="Open(string, CancellationToken)"/>
    public static VectorIndex Open(string path) => GenericIndex.Open(path, CancellationToken.None);

    /// <summary>Adds vectors; their ids are their positions, 0 for the first vector ever added.</summary>
    /// <param name="vectors">float <c>[n][Dimension]</c>, row-major, finite. Copied.</param>
    /// <param name="threads">Threads to use; 0 stands for one per processor. The index is the same for any number.</param>
    /// <param name="cancellation">Ends it early; the index is then unchanged.</param>
    /// <exception cref="ArgumentException">Not whole vectors, or a component is NaN, infinite or above 1e15; the index is unchanged.</exception>
    /// <exception cref="InvalidOperationException">A position is in use as an id of your own, or the index is full.</exception>
    public void Add(ReadOnlySpan<float> vectors, int threads = 1, CancellationToken cancellation = default) =>
        Add(default, vectors, ownIds: false, threads, cancellation);

    /// <summary>Adds vectors with ids of your own.</summary>
    /// <param name="ids">Int64 <c>[n]</c>, none in use, none twice.</param>
    /// <param name="vectors">float <c>[n][Dimension]</c>, row-major, finite. Copied.</param>
    /// <param name="threads">Threads to use; 0 stands for one per processor.</param>
    /// <param name="cancellation">Ends it early; the index is then unchanged.</param>
    /// <exception cref="ArgumentException">
    /// Lengths differ, an id is in use, or a component is NaN, infinite or above 1e15; the index is unchanged.
    /// </exception>
    public void Add(ReadOnlySpan<long> ids, ReadOnlySpan<float> vectors, int threads = 1, CancellationToken cancellation = default)
    {
        Guard.Length(ids.Length, Guard.Rows(vectors, Dimension, nameof(vectors)), nameof(ids), "one id for each vector");
        Add(ids, vectors, ownIds: true, threads, cancellation);
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
        var snapshot = Acquire();
        Guard.Length(query.Length, Dimension, nameof(query), "the index's dimension");
        Guard.Finite(query, Dimension, nameof(query), IndexEngine.ScaleLimit(snapshot));
        CheckOptions(options);
        var found = 0;
        _engine.Search(snapshot, query, results.Length, results, new Span<int>(ref found), options);
        return found;
    }

    /// <summary>Finds the nearest neighbours of many queries; each as <see cref="Search"/> finds them.</summary>
    /// <param name="queries">float <c>[count][Dimension]</c>, row-major, finite.</param>
    /// <param name="k">Neighbours of each query, 0 or more.</param>
    /// <param name="results">Neighbours <c>[count][k]</c>, nearest first; a row's entries behind those found are unchanged.</param>
    /// <param name="found">int <c>[count]</c>, how many were found for each query.</param>
    /// <param name="options">How to search.</param>
    /// <param name="threads">Threads to use; 0 stands for one per processor. On one thread nothing is allocated once warm.</param>
    /// <param name="cancellation">Ends it early; results are then incomplete.</param>
    /// <remarks>All queries search the same moment of the index.</remarks>
    /// <exception cref="ArgumentException">A length, a component or an option is out of range; the message names it.</exception>
    public void SearchBatch(
        ReadOnlySpan<float> queries,
        int k,
        Span<Neighbor> results,
        Span<int> found,
        SearchOptions options = default,
        int threads = 1,
        CancellationToken cancellation = default)
    {
        var snapshot = Acquire();
        var n = Guard.Rows(queries, Dimension, nameof(queries));
        Guard.Finite(queries, Dimension, nameof(queries), IndexEngine.ScaleLimit(snapshot));
        Guard.Range(k, 0, int.MaxValue, nameof(k), "neighbours of each query");
        CheckOptions(options);
        Guard.Length(results.Length, (long)n * k, nameof(results), "k neighbours for each query");
        Guard.Length(found.Length, n, nameof(found), "one count for each query");
        BatchSearch.Run(_engine, snapshot, queries, k, results, found, options, Parallelism.Threads(threads), cancellation);
    }

    /// <summary>Saves the index to a file, from which Open makes the same index again.</summary>
    /// <param name="path">The file's path. A file that is there is replaced once the new one is whole, and stays if saving fails.</param>
    /// <param name="cancellation">Ends it early; the file is then what it was.</param>
    /// <remarks>
    /// <para>Saves the index as it is when it is called; searches and writers go on meanwhile. Writes beside the path, in the same folder,
    /// flushes to the disk and renames. The same index gives the same bytes.</para>
    /// <para>The format is little-endian, versioned and ends with a SHA-256 of its contents: ARCHITECTURE.md describes it.</para>
    /// </remarks>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file may not be written to.</exception>
    public void Save(string path, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _engine.Save(Acquire(), path, cancellation);
    }

    /// <summary>Lets go of what the index holds: its memory is free when the last search that runs has ended. It cannot be used afterwards.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of what the index holds.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected virtual void Dispose(bool disposing)
    {
        lock (_writing)
        {
            _engine.Release();
        }
    }

    /// <summary>What the index holds at this moment; whoever holds it keeps its memory.</summary>
    private Snapshot Acquire()
    {
        var snapshot = _engine.Current;
        ObjectDisposedException.ThrowIf(snapshot is null, this);
        return snapshot;
    }

    private void Add(ReadOnlySpan<long> ids, ReadOnlySpan<float> vectors, bool ownIds, int threads, CancellationToken cancellation)
    {
        threads = Parallelism.Threads(threads);
        var n = Guard.Rows(vectors, Dimension, nameof(vectors));
        lock (_writing)
        {
            var snapshot = Acquire();
            Guard.Finite(vectors, Dimension, nameof(vectors), IndexEngine.ScaleLimit(snapshot));
            if (n > MaxCount - snapshot.Count)
            {
                throw new InvalidOperationException(
                    Guard.Text($"The index holds {snapshot.Count} vectors and cannot take {n} more: {MaxCount} are the most."));
            }

            if (n > 0)
            {
                _engine.Add(vectors, ids, ownIds, threads, cancellation);
            }
        }
    }

    private void CheckOptions(SearchOptions options)
    {
        Guard.Option(options.NProbe, 0, int.MaxValue, nameof(options.NProbe), "lists to probe");
        Guard.Option(options.Rerank, 0, int.MaxValue, nameof(options.Rerank), "candidates to re-rank");
        Guard.Option((int)options.Scan, 0, (int)ScanKind.Plain, nameof(options.Scan), "a kind of scan that there is");
        if (options.Rerank > 0 && !_engine.CanRerank)
        {
            throw new InvalidOperationException(
                "Rerank needs the float32 vectors, which this index does not keep: train it with KeepVectors = true, or search with Rerank = 0.");
        }
    }
}
