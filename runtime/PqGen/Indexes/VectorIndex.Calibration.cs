using PqGen.Common;
using PqGen.Indexes;

namespace PqGen;

/// <content>Recall by name.</content>
public abstract partial class VectorIndex
{
    /// <summary>The recall that a calibrated index aims at where a search names no setting.</summary>
    private const float DefaultRecall = 0.95f;

    /// <summary>What searches reach, as last measured; null where nobody has. Files keep it.</summary>
    public Calibration? Calibration => _engine.Calibration;

    /// <summary>
    /// Measures what NProbe, with the ProbeBudget that suits it, and Rerank reach on queries, and keeps the cheapest settings: then
    /// <see cref="SearchOptions.TargetRecall"/> asks for a recall instead of these numbers, and a search that names nothing aims at .95.
    /// </summary>
    /// <param name="queries">float <c>[n][Dimension]</c>, row-major, finite: queries like those to come, some thousands.</param>
    /// <param name="k">Neighbours of a query, 1 or more. Searches for other numbers are less sure to reach what is asked.</param>
    /// <param name="threads">Threads to use; 0 stands for one per processor.</param>
    /// <param name="cancellation">Ends it early; the index then keeps what it had.</param>
    /// <returns>What was measured.</returns>
    /// <remarks>
    /// The truth comes from the vectors that the index keeps, or those attached to it: every query is compared with each of them, 64 in one pass.
    /// Measures the index as it is now; after much has been added or removed, measure again. Searches and writers go on meanwhile. What was measured
    /// with attached rows holds where they are attached: an index that keeps none refuses <see cref="SearchOptions.TargetRecall"/> without them, and
    /// a search that names nothing then goes as if nobody had calibrated.
    /// </remarks>
    /// <exception cref="ArgumentException">A length, a component or k is out of range; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The index is empty, or keeps no float32 vectors.</exception>
    public Calibration Calibrate(ReadOnlySpan<float> queries, int k = 10, int threads = 1, CancellationToken cancellation = default)
    {
        using var lease = AcquireForCalibration(k);
        var snapshot = lease.Snapshot;
        snapshot.Mapping?.CheckWhole(cancellation);
        var n = Guard.Rows(queries, Dimension, nameof(queries));
        Guard.Finite(queries, Dimension, nameof(queries), _engine.ScaleLimit(snapshot));
        if (n == 0)
        {
            throw new ArgumentException("queries is empty; calibration needs at least one query.", nameof(queries));
        }

        return Keep(new Calibrator(_engine, snapshot, k, Parallelism.Threads(threads), cancellation).Run(queries.ToArray(), []));
    }

    /// <summary>As with queries, on a sample of the index's own vectors; each is left out of what is found for it.</summary>
    /// <param name="queries">
    /// Vectors to take, 1 or more; all where there are fewer. Four times as many measure twice as exactly (<see cref="PqGen.Calibration.Spread"/>).
    /// </param>
    /// <param name="k">Neighbours of a query, 1 or more.</param>
    /// <param name="seed">Seed of the sample.</param>
    /// <param name="threads">Threads to use; 0 stands for one per processor.</param>
    /// <param name="cancellation">Ends it early; the index then keeps what it had.</param>
    /// <returns>What was measured.</returns>
    /// <inheritdoc cref="Calibrate(ReadOnlySpan{float}, int, int, CancellationToken)" path="/remarks"/>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range; the message names it.</exception>
    /// <exception cref="InvalidOperationException">
    /// The index holds fewer than two vectors, keeps no float32 vectors, or rows of its <see cref="Transform"/>, which is not orthonormal.
    /// </exception>
    public Calibration Calibrate(int queries = 4000, int k = 10, int seed = 1234, int threads = 1, CancellationToken cancellation = default)
    {
        Guard.Range(queries, 1, int.MaxValue, nameof(queries), "vectors to take as queries");
        using var lease = AcquireForCalibration(k);
        var snapshot = lease.Snapshot;
        snapshot.Mapping?.CheckWhole(cancellation);
        if (snapshot.Count < 2)
        {
            throw new InvalidOperationException("The index holds one vector; calibration by its own vectors needs two or more.");
        }

        if (Shape.RowsBehindTransform && _engine.Transform is { IsOrthonormal: false })
        {
            throw new InvalidOperationException("Nothing leads back from the rows of this index to vectors; calibrate it with queries.");
        }

        var (rows, ids) = _engine.SampleRows(snapshot, Math.Min(queries, snapshot.Count), seed);
        return Keep(new Calibrator(_engine, snapshot, k, Parallelism.Threads(threads), cancellation).Run(rows, ids));
    }

    /// <summary>
    /// The <see cref="SearchOptions.ProbeBudget"/> with which searches of up to <paramref name="nprobe"/> lists probe two thirds as many on average:
    /// about what finds the most neighbours for the codes that it scans.
    /// </summary>
    /// <param name="queries">float <c>[n][Dimension]</c>, row-major, finite: queries like those to come, a hundred or more.</param>
    /// <param name="nprobe">Lists to probe at most, 1 or more; all where there are fewer.</param>
    /// <returns>The budget, in lists of mean size; it stays right as vectors are added. 0 where there are no lists.</returns>
    /// <remarks>
    /// Finds the lists of every query, and allocates 4 bytes for each; of more than 2^24 lists together, those of evenly spaced queries. Safe beside
    /// searches and writers.
    /// </remarks>
    /// <exception cref="ArgumentException">A length, a component or nprobe is out of range; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The index finds its lists by inner products, which are no distances.</exception>
    public float EstimateProbeBudget(ReadOnlySpan<float> queries, int nprobe)
    {
        Guard.Range(nprobe, 1, int.MaxValue, nameof(nprobe), "lists to probe");
        using var lease = Acquire();
        var n = Guard.Rows(queries, Dimension, nameof(queries));
        Guard.Finite(queries, Dimension, nameof(queries), _engine.ScaleLimit(lease.Snapshot));
        if (n == 0)
        {
            throw new ArgumentException("queries is empty; a budget needs at least one query.", nameof(queries));
        }

        if (Shape.HasLists && !_engine.WeighsLists)
        {
            throw new InvalidOperationException("This index finds its lists by inner products, which are no distances to weigh them by.");
        }

        return Shape.HasLists && lease.Snapshot.Count > 0 ? ProbeBudgets.Of(_engine, lease.Snapshot, queries, nprobe) : 0;
    }

    private SnapshotLease AcquireForCalibration(int k)
    {
        Guard.Range(k, 1, int.MaxValue / 256, nameof(k), "neighbours of a query");
        var lease = Acquire();
        var snapshot = lease.Snapshot;
        if (snapshot.Count > 0 && _engine.CanRerank(snapshot))
        {
            return lease;
        }

        lease.Dispose();
        throw new InvalidOperationException(
            snapshot.Count == 0
                ? "The index is empty; calibration needs the vectors that searches will find."
                : "Calibration needs the float32 vectors, which this index does not keep: train it with KeepVectors = true, or attach them with "
                + "AttachRows.");
    }

    private Calibration Keep(Calibration calibration)
    {
        lock (_writing)
        {
            _ = Present();
            _engine.Calibration = calibration;
        }

        return calibration;
    }

    /// <summary>Options with the setting for the recall that they ask for, or that a calibrated index aims at where they name nothing.</summary>
    private SearchOptions Resolved(SearchOptions options, Snapshot snapshot)
    {
        var namesSetting = options.NProbe > 0 || options.Rerank > 0 || options.ProbeBudget > 0;
        if (options.TargetRecall == 0 && (_engine.Calibration is null || namesSetting || options.MaxCodes > 0))
        {
            return options;
        }

        if (options.TargetRecall > 0 && namesSetting)
        {
            throw new ArgumentException(
                Guard.Text($"options: TargetRecall is {options.TargetRecall}, NProbe {options.NProbe}, ProbeBudget {options.ProbeBudget} and ")
                + Guard.Text($"Rerank {options.Rerank}; it needs either a recall or the numbers."),
                nameof(options));
        }

        var calibration = _engine.Calibration ?? throw new InvalidOperationException(
            "TargetRecall needs an index that knows what its searches reach: call Calibrate once its vectors are added, or search with "
            + "NProbe and Rerank.");
        var point = calibration.For(options.TargetRecall > 0 ? options.TargetRecall : DefaultRecall);
        if (point.Rerank == 0 || _engine.CanRerank(snapshot))
        {
            return options with { NProbe = point.NProbe, ProbeBudget = point.ProbeBudget, Rerank = point.Rerank };
        }

        if (options.TargetRecall > 0)
        {
            throw new InvalidOperationException(
                Guard.Text($"TargetRecall {options.TargetRecall} needs rows to compare with, such as were attached when the index was calibrated, ")
                + "and has none now: attach them with AttachRows, or calibrate again.");
        }

        // As if nobody had calibrated.
        return options;
    }
}
