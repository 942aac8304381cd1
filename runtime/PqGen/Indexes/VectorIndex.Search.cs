using System.Buffers;
using PqGen.Common;
using PqGen.Indexes;

namespace PqGen;

/// <content>Searching.</content>
public abstract partial class VectorIndex
{
    /// <summary>Finds the nearest neighbours of one query.</summary>
    /// <param name="query">float <c>[Dimension]</c>, finite.</param>
    /// <param name="results">Filled with the nearest <c>results.Length</c> neighbours, nearest first, ties by smaller id.</param>
    /// <param name="options">How to search.</param>
    /// <returns>How many were found: fewer than asked only when the lists probed hold fewer.</returns>
    /// <remarks>Allocates nothing once warm. May run on any number of threads at once.</remarks>
    /// <exception cref="ArgumentException">A length, a component or an option is out of range; the message names it.</exception>
    public int Search(ReadOnlySpan<float> query, Span<Neighbor> results, SearchOptions options = default) =>
        Search(query, results, default(AllIds), options, out _);

    /// <summary>Finds the nearest neighbours of one query among those that a filter allows.</summary>
    /// <typeparam name="TFilter">The filter's type: a struct, so that it is built into the scan.</typeparam>
    /// <param name="query">float <c>[Dimension]</c>, finite.</param>
    /// <param name="results">Filled with the nearest <c>results.Length</c> neighbours allowed, nearest first, ties by smaller id.</param>
    /// <param name="filter">Says which ids may be found: <see cref="IdSet"/>, <see cref="IdBitmap"/>, <see cref="IdRange"/> or your own.</param>
    /// <param name="options">How to search. <see cref="SearchOptions.EnsureK"/> goes on until k vectors are found that the filter allows.</param>
    /// <returns>How many were found.</returns>
    /// <inheritdoc cref="Search(ReadOnlySpan{float}, Span{Neighbor}, SearchOptions)" path="/remarks"/>
    /// <inheritdoc cref="Search(ReadOnlySpan{float}, Span{Neighbor}, SearchOptions)" path="/exception"/>
    public int Search<TFilter>(ReadOnlySpan<float> query, Span<Neighbor> results, TFilter filter, SearchOptions options = default)
        where TFilter : struct, IIdFilter => Search(query, results, filter, options, out _);

    /// <summary>As <see cref="Search(ReadOnlySpan{float}, Span{Neighbor}, SearchOptions)"/>, and says what it took.</summary>
    /// <param name="query">float <c>[Dimension]</c>, finite.</param>
    /// <param name="results">Filled with the nearest <c>results.Length</c> neighbours, nearest first, ties by smaller id.</param>
    /// <param name="options">How to search.</param>
    /// <param name="statistics">What the search has done.</param>
    /// <returns>How many were found.</returns>
    public int Search(ReadOnlySpan<float> query, Span<Neighbor> results, SearchOptions options, out SearchStatistics statistics) =>
        Search(query, results, default(AllIds), options, out statistics);

    /// <summary>As the search with a filter, and says what it took.</summary>
    /// <typeparam name="TFilter">The filter's type.</typeparam>
    /// <param name="query">float <c>[Dimension]</c>, finite.</param>
    /// <param name="results">Filled with the nearest <c>results.Length</c> neighbours allowed, nearest first, ties by smaller id.</param>
    /// <param name="filter">Says which ids may be found.</param>
    /// <param name="options">How to search.</param>
    /// <param name="statistics">What the search has done.</param>
    /// <returns>How many were found.</returns>
    public int Search<TFilter>(
        ReadOnlySpan<float> query, Span<Neighbor> results, TFilter filter, SearchOptions options, out SearchStatistics statistics)
        where TFilter : struct, IIdFilter
    {
        var start = Telemetry.Start();
        using var lease = Acquire();
        var snapshot = lease.Snapshot;
        CheckQuery(query, snapshot);
        CheckOptions(options, snapshot);
        options = Resolved(options, snapshot);
        var found = 0;
        statistics = _engine.Search(snapshot, new SearchRequest(query, results.Length, results, new Span<int>(ref found), options), filter);
        Telemetry.Searched(this, start, 1, statistics);
        return found;
    }

    /// <summary>Finds every vector within a radius of a query, among the lists probed.</summary>
    /// <param name="query">float <c>[Dimension]</c>, finite.</param>
    /// <param name="radius">
    /// The farthest that counts, in the metric's own value: at most it under squared L2, at least it under inner product and cosine. Not NaN.
    /// </param>
    /// <param name="matches">Takes what is found, nearest first, ties by smaller id.</param>
    /// <param name="options">
    /// How to search. With <see cref="SearchOptions.Rerank"/>, whatever its number, distances are those of the vectors that are attached, or else
    /// kept, all of the probed lists.
    /// </param>
    /// <remarks>
    /// Exact to the last one: what the plain scan of the same lists finds within the radius. Allocates nothing once warm, but for what
    /// <paramref name="matches"/> does. May run on any number of threads at once.
    /// </remarks>
    /// <exception cref="ArgumentException">A length, a component, the radius or an option is out of range; the message names it.</exception>
    public void SearchRange(ReadOnlySpan<float> query, float radius, IBufferWriter<Neighbor> matches, SearchOptions options = default) =>
        SearchRange(query, radius, matches, default(AllIds), options, out _);

    /// <summary>Finds every vector within a radius of a query, among the lists probed, that a filter allows.</summary>
    /// <inheritdoc cref="SearchRange(ReadOnlySpan{float}, float, IBufferWriter{Neighbor}, SearchOptions)"/>
    public void SearchRange<TFilter>(
        ReadOnlySpan<float> query, float radius, IBufferWriter<Neighbor> matches, TFilter filter, SearchOptions options = default)
        where TFilter : struct, IIdFilter => SearchRange(query, radius, matches, filter, options, out _);

    /// <summary>As the range search with a filter, and says what it took.</summary>
    /// <inheritdoc cref="SearchRange(ReadOnlySpan{float}, float, IBufferWriter{Neighbor}, SearchOptions)"/>
    public void SearchRange<TFilter>(
        ReadOnlySpan<float> query,
        float radius,
        IBufferWriter<Neighbor> matches,
        TFilter filter,
        SearchOptions options,
        out SearchStatistics statistics)
        where TFilter : struct, IIdFilter
    {
        ArgumentNullException.ThrowIfNull(matches);
        var start = Telemetry.Start();
        using var lease = Acquire();
        var snapshot = lease.Snapshot;
        CheckQuery(query, snapshot);
        CheckOptions(options, snapshot);
        if (options.TargetRecall > 0)
        {
            var resolved = Resolved(options, snapshot);
            options = options with { NProbe = resolved.NProbe, ProbeBudget = resolved.ProbeBudget, TargetRecall = 0 };
        }

        if (float.IsNaN(radius))
        {
            throw new ArgumentOutOfRangeException(nameof(radius), radius, "radius is NaN; it needs to be a number.");
        }

        statistics = _engine.SearchRange(snapshot, query, radius, matches, options, filter);
        Telemetry.Searched(this, start, 1, statistics);
    }

    /// <summary>Finds the nearest neighbours of many queries; each as Search finds them.</summary>
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
        CancellationToken cancellation = default) =>
        SearchBatch(queries, k, results, found, default(AllIds), options, out _, threads, cancellation);

    /// <summary>Finds the nearest neighbours of many queries among those that a filter allows.</summary>
    /// <typeparam name="TFilter">The filter's type.</typeparam>
    /// <param name="queries">float <c>[count][Dimension]</c>, row-major, finite.</param>
    /// <param name="k">Neighbours of each query, 0 or more.</param>
    /// <param name="results">Neighbours <c>[count][k]</c>, nearest first; a row's entries behind those found are unchanged.</param>
    /// <param name="found">int <c>[count]</c>, how many were found for each query.</param>
    /// <param name="filter">Says which ids may be found; asked on all threads.</param>
    /// <param name="options">How to search.</param>
    /// <param name="threads">Threads to use; 0 stands for one per processor. On one thread nothing is allocated once warm.</param>
    /// <param name="cancellation">Ends it early; results are then incomplete.</param>
    public void SearchBatch<TFilter>(
        ReadOnlySpan<float> queries,
        int k,
        Span<Neighbor> results,
        Span<int> found,
        TFilter filter,
        SearchOptions options = default,
        int threads = 1,
        CancellationToken cancellation = default)
        where TFilter : struct, IIdFilter => SearchBatch(queries, k, results, found, filter, options, out _, threads, cancellation);

    /// <summary>As the batch with a filter, and says what all its searches took together.</summary>
    /// <inheritdoc cref="SearchBatch{TFilter}(ReadOnlySpan{float}, int, Span{Neighbor}, Span{int}, TFilter, SearchOptions, int, CancellationToken)"/>
    public void SearchBatch<TFilter>(
        ReadOnlySpan<float> queries,
        int k,
        Span<Neighbor> results,
        Span<int> found,
        TFilter filter,
        SearchOptions options,
        out SearchStatistics statistics,
        int threads = 1,
        CancellationToken cancellation = default)
        where TFilter : struct, IIdFilter
    {
        var start = Telemetry.Start();
        using var lease = Acquire();
        var snapshot = lease.Snapshot;
        var n = Guard.Rows(queries, Dimension, nameof(queries));
        Guard.Finite(queries, Dimension, nameof(queries), _engine.ScaleLimit(snapshot));
        Guard.Range(k, 0, int.MaxValue, nameof(k), "neighbours of each query");
        CheckOptions(options, snapshot);
        options = Resolved(options, snapshot);
        Guard.Length(results.Length, (long)n * k, nameof(results), "k neighbours for each query");
        Guard.Length(found.Length, n, nameof(found), "one count for each query");
        threads = Parallelism.Threads(threads);
        using var activity = Telemetry.Begin("PqGen.SearchBatch", Shape.Kind);
        var request = new SearchRequest(queries, k, results, found, options, cancellation);
        statistics = BatchSearch.Run(_engine, snapshot, request, filter, threads);
        Telemetry.Searched(this, start, n, statistics);
    }

    private void CheckQuery(ReadOnlySpan<float> query, Snapshot snapshot)
    {
        Guard.Length(query.Length, Dimension, nameof(query), "the index's dimension");
        Guard.Finite(query, Dimension, nameof(query), _engine.ScaleLimit(snapshot));
    }

    private void CheckOptions(SearchOptions options, Snapshot snapshot)
    {
        Guard.Option(options.NProbe, 0, int.MaxValue, nameof(options.NProbe), "lists to probe");
        if (!(options.TargetRecall is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options),
                options.TargetRecall,
                Guard.Text($"TargetRecall is {options.TargetRecall}; it needs 0 to 1: a share of the nearest."));
        }

        Guard.Option(options.CoarseFactor, 0, int.MaxValue, nameof(options.CoarseFactor), "centroids to compare for each list");
        Guard.Option(options.Rerank, 0, int.MaxValue, nameof(options.Rerank), "candidates to re-rank");
        Guard.Option(options.Refine, 0, int.MaxValue, nameof(options.Refine), "candidates to look at a second time");
        Guard.Option(options.MaxCodes, 0, long.MaxValue, nameof(options.MaxCodes), "codes to scan at most");
        CheckProbeBudget(options);
        Guard.Option((int)options.Scan, 0, (int)ScanKind.Plain, nameof(options.Scan), "a kind of scan that there is");
        if (options.Rerank > 0 && !_engine.CanRerank(snapshot))
        {
            throw new InvalidOperationException(
                "Rerank needs the float32 vectors, which this index does not keep: train it with KeepVectors = true, attach them with AttachRows, "
                + "or search with Rerank = 0.");
        }

        if (options.Refine > 0 && !snapshot.CanRefine)
        {
            throw new InvalidOperationException(
                "Refine needs rows for a second look, which this index has not: attach them with AttachRows, train it with RowFormat.Int8Float16, or "
                + "search with Refine = 0.");
        }
    }

    private void CheckProbeBudget(SearchOptions options)
    {
        if (!(options.ProbeBudget is >= 0 and < float.PositiveInfinity))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options),
                options.ProbeBudget,
                Guard.Text($"ProbeBudget is {options.ProbeBudget}; it needs 0 or more, lists of mean size to weigh at most."));
        }

        if (options.ProbeBudget > 0 && Shape.HasLists && !_engine.WeighsLists)
        {
            throw new ArgumentException(
                "options: ProbeBudget weighs lists by their distance, and this index finds them by inner products; it needs 0 here. MaxCodes limits "
                + "what a search scans.",
                nameof(options));
        }
    }
}
