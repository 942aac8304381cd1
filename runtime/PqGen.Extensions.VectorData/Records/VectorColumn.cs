using Microsoft.Extensions.VectorData.ProviderServices;
using PqGen.Extensions.VectorData.Model;

namespace PqGen.Extensions.VectorData.Records;

/// <summary>The vectors of one property: an index, exact at first, and what it takes to train another.</summary>
/// <remarks>Searches may run beside each other; whoever changes it keeps them out, but for <see cref="Trained"/> and <see cref="Compact"/>.</remarks>
internal sealed class VectorColumn(
    string collection, VectorPropertyModel property, TrainedIndexOptions? options, VectorIndex index, long trainedOn) : IDisposable
{
    private const int MaxSample = 262_144;
    private const int RowsAtATime = 16_384;
    private const int GrowthToTrainAgain = 4;

    /// <summary>Of so few vectors that a filter allows, all are compared, whatever lists they lie in.</summary>
    private const int FewAllowed = 1000;
    private const int ManyRemoved = 1024;

    private readonly IndexKind _kind = VectorColumnKind.Of(property);
    private long _removed;

    /// <summary>An empty one, exact.</summary>
    public VectorColumn(string collection, VectorPropertyModel property, TrainedIndexOptions? options)
        : this(collection, property, options, GenericIndex.FromModel(ExactShape(property), [], []), 0)
    {
    }

    public delegate void ReadVector(long id, Span<float> vector);

    public VectorPropertyModel Property { get; } = property;

    public Scoring Scoring { get; } = Scoring.Of(property);

    /// <summary>Whether records hold vectors; else something that a generator makes vectors of.</summary>
    public bool IsNative { get; } = VectorValues.IsSupported(property.Type);

    public VectorIndex Index { get; private set; } = index;

    /// <summary>How many vectors the index was trained for; 0 for an exact one.</summary>
    public long TrainedOn { get; private set; } = trainedOn;

    public void Add(ReadOnlySpan<long> ids, ReadOnlySpan<float> vectors) => Index.Add(ids, vectors);

    public void Remove(ReadOnlySpan<long> ids) => _removed += Index.Remove(ids);

    /// <summary>The nearest, nearest first.</summary>
    /// <param name="query">float <c>[Dimension]</c>.</param>
    /// <param name="k">How many at most.</param>
    /// <param name="allowed">The only ids that may be found; null for all.</param>
    public ReadOnlySpan<Neighbor> Search(ReadOnlySpan<float> query, long k, long[]? allowed)
    {
        var results = new Neighbor[(int)Math.Min(k, allowed?.Length ?? Index.Count)];
        if (results.Length == 0)
        {
            return [];
        }

        var found = allowed is null
            ? Index.Search(query, results, Options(results.Length, null))
            : Index.Search(query, results, new IdSet(allowed), Options(results.Length, allowed.Length));
        return results.AsSpan(0, found);
    }

    /// <summary>Whether it is time to train an index.</summary>
    /// <param name="vectorsAreKept">Whether vectors are to be had elsewhere than from a trained index, which may keep codes alone.</param>
    public bool IsDue(bool vectorsAreKept) => options is not null && _kind != IndexKind.Flat
        && (TrainedOn == 0 ? Index.Count >= options.TrainAt : vectorsAreKept && Index.Count >= GrowthToTrainAgain * TrainedOn);

    /// <summary>Trains an index and adds all vectors to it. Searches go on in the old one meanwhile; nobody may write.</summary>
    /// <param name="ids">Of all vectors, in their order.</param>
    /// <param name="read">Writes the vector of an id.</param>
    /// <param name="cancellation">Ends it early.</param>
    public VectorIndex Trained(long[] ids, ReadVector read, CancellationToken cancellation)
    {
        var shape = VectorColumnKind.Shape(_kind, Property.Dimensions, Scoring.Metric);
        var sample = Rows(Sample(ids), read);
        var index = options!.Train is { } train
            ? train(new IndexTraining(collection, Property.ModelName, shape, sample, cancellation))
            : GenericIndex.Train(shape, sample, (options.Training ?? new TrainingOptions()) with { Cancellation = cancellation });
        try
        {
            CheckMade(index);
            for (var first = 0; first < ids.Length; first += RowsAtATime)
            {
                var part = ids.AsSpan(first, Math.Min(RowsAtATime, ids.Length - first));
                index.Add(part, Rows(part, read), cancellation: cancellation);
            }

            if (options.Search is null && KeepsVectors(index, ids[0]))
            {
                index.Calibrate(threads: options.Training?.Threads ?? 1, cancellation: cancellation);
            }
        }
        catch
        {
            index?.Dispose();
            throw;
        }

        return index;
    }

    /// <summary>Takes the index that was trained, and returns the one before it. Nobody may search meanwhile.</summary>
    public VectorIndex Replace(VectorIndex index)
    {
        var before = Index;
        (Index, TrainedOn, _removed) = (index, index.Count, 0);
        return before;
    }

    /// <summary>Gives back the memory of what was removed, once it is more than what is left. Searches go on meanwhile; nobody may write.</summary>
    public void Compact()
    {
        if (_removed > Math.Max(ManyRemoved, Index.Count))
        {
            Index.Compact();
            _removed = 0;
        }
    }

    public void Dispose() => Index.Dispose();

    internal static IndexShape ExactShape(VectorPropertyModel property) =>
        IndexShape.Flat(property.Dimensions, Scoring.Of(property).Metric);

    private static bool KeepsVectors(VectorIndex index, long id) =>
        index.TryGetVector(id, new float[index.Dimension]) == VectorSource.Kept;

    private static ReadOnlySpan<long> Sample(long[] ids)
    {
        if (ids.Length <= MaxSample)
        {
            return ids;
        }

        var sample = new long[MaxSample];
        for (var i = 0; i < sample.Length; i++)
        {
            sample[i] = ids[(int)((long)i * ids.Length / sample.Length)];
        }

        return sample;
    }

    private SearchOptions Options(int k, int? allowed)
    {
        if (TrainedOn == 0)
        {
            return default;
        }

        var canRerank = Index.Calibration is not null;
        if (allowed is < FewAllowed and var few)
        {
            return new SearchOptions { NProbe = int.MaxValue, Rerank = canRerank || options?.Search?.Rerank > 0 ? few : 0 };
        }

        // An index that was calibrated takes what it measured; it ranked again more than it was asked for.
        return (options?.Search ?? default) with { EnsureK = true };
    }

    private float[] Rows(ReadOnlySpan<long> ids, ReadVector read)
    {
        var dimension = Property.Dimensions;
        var rows = new float[checked(ids.Length * dimension)];
        for (var i = 0; i < ids.Length; i++)
        {
            read(ids[i], rows.AsSpan(i * dimension, dimension));
        }

        return rows;
    }

    private void CheckMade(VectorIndex? index)
    {
        if (index is null || index.Dimension != Property.Dimensions || index.Metric != Scoring.Metric || index.Count > 0)
        {
            var made = index is null
                ? "null"
                : FormattableString.Invariant($"an index of {index.Dimension} dimensions, {index.Metric}, with {index.Count} vectors");
            throw new InvalidOperationException(
                FormattableString.Invariant($"Train returned {made} for '{Property.ModelName}'; it needs {Property.Dimensions} dimensions, ")
                + $"{Scoring.Metric} and no vectors.");
        }
    }
}
