using System.Buffers;
using System.ComponentModel;
using PqGen.Common;
using PqGen.Kernels;
using PqGen.Quantization;
using PqGen.Storage.Files;
using PqGen.Storage.Files.Faiss;

namespace PqGen.Indexes;

/// <summary>Where the ids of vectors come from that are being added.</summary>
internal enum IdSource
{
    /// <summary>Numbers in the order of adding.</summary>
    Automatic,

    /// <summary>The caller, and none is in use.</summary>
    New,

    /// <summary>The caller, and the vectors of those in use are replaced.</summary>
    NewOrReplaced,
}

/// <summary>The engine of an index, compiled for its kernels; made by <see cref="IndexBuilder"/>. For generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class IndexEngine
{
    private protected IndexEngine(IndexShape shape, KernelPath path)
    {
        (Shape, Path) = (shape, path);
    }

    internal IndexShape Shape { get; }

    internal KernelPath Path { get; }

    /// <summary>What training found out; null where the model came from elsewhere.</summary>
    internal TrainingReport? TrainingReport { get; set; }

    /// <summary>What the index holds; null after it was disposed of.</summary>
    internal abstract Snapshot? Current { get; }

    internal abstract int NList { get; }

    internal abstract ReadOnlySpan<float> Centroids { get; }

    internal abstract ProductQuantizer? Quantizer { get; }

    /// <summary>What vectors go through before they are encoded, in the units of the index; null for nothing.</summary>
    internal abstract LinearTransform? Transform { get; }

    internal abstract IndexMemory Memory { get; }

    /// <summary>Adds checked vectors.</summary>
    internal abstract void Add(
        ReadOnlySpan<float> vectors, ReadOnlySpan<long> ids, IdSource source, int threads, CancellationToken cancellation);

    /// <summary>Removes those of some ids that are there, and says how many.</summary>
    internal abstract int Remove(ReadOnlySpan<long> ids);

    /// <summary>Gives back the memory of what was removed.</summary>
    internal abstract void Compact(CancellationToken cancellation);

    /// <summary>The position of an id; -1 where it is not in use.</summary>
    internal abstract int Find(long id, out Snapshot? snapshot);

    /// <summary>The vector of a position, in the caller's units but, under cosine, of length 1.</summary>
    internal abstract VectorSource Vector(Snapshot snapshot, int position, Span<float> vector);

    /// <summary>Searches for checked queries, one after the other or some together, on one thread.</summary>
    /// <remarks>
    /// Without a filter a plain virtual call: that of a generic method goes through a cache of the runtime's, which may grow or forget at any time.
    /// </remarks>
    internal SearchStatistics Search<TFilter>(Snapshot snapshot, in SearchRequest request, TFilter filter)
        where TFilter : struct, IIdFilter =>
        typeof(TFilter) == typeof(AllIds) ? SearchAll(snapshot, request) : SearchFiltered(snapshot, request, filter);

    /// <summary>Finds all vectors within a radius, in the metric's own value, of a checked query.</summary>
    internal SearchStatistics SearchRange<TFilter>(
        Snapshot snapshot, ReadOnlySpan<float> query, float radius, IBufferWriter<Neighbor> matches, SearchOptions options, TFilter filter)
        where TFilter : struct, IIdFilter => typeof(TFilter) == typeof(AllIds)
            ? SearchRangeAll(snapshot, query, radius, matches, options)
            : SearchRangeFiltered(snapshot, query, radius, matches, options, filter);

    /// <summary>Writes a snapshot into a file.</summary>
    internal abstract void Save(Snapshot snapshot, Stream stream, CancellationToken cancellation);

    /// <summary>Takes the contents of a file into an empty index.</summary>
    internal abstract void Load(LoadedIndex index);

    /// <summary>Takes vectors that another program has encoded into an empty index.</summary>
    /// <param name="index">What its file holds.</param>
    /// <param name="damaged">Makes an exception of what was found and what is needed.</param>
    /// <param name="cancellation">Ends it early.</param>
    internal abstract void Import(ForeignIndex index, Func<string, string, IndexFileException> damaged, CancellationToken cancellation);

    /// <summary>Writes a snapshot into a file of FAISS's.</summary>
    internal abstract void Export(Snapshot snapshot, Stream stream, CancellationToken cancellation);

    /// <summary>Lets go of what the index holds; searches that hold it go on.</summary>
    internal abstract void Release();

    /// <summary>Lets searches compare candidates with rows of the caller's, which are of the index's dimension; null for no more.</summary>
    internal abstract void Attach(VectorRows? rows);

    /// <summary>Whether rows are there to re-rank with, or are compared anyway.</summary>
    internal abstract bool CanRerank(Snapshot snapshot);

    /// <summary>The lists that a search probes which names no number of them; 0 without lists.</summary>
    internal int DefaultNProbe => ChosenNProbe > 0 ? Math.Min(ChosenNProbe, NList) : (int)Math.Min(NList, Math.Ceiling(Math.Sqrt(2d * NList)));

    /// <summary>The default that was chosen at training; 0 for the usual one.</summary>
    internal int ChosenNProbe { get; set; }

    /// <summary>What was computed of the model; null where nothing is kept of that.</summary>
    internal Func<Ivf.DerivedModel>? Derived { get; set; }

    /// <summary>What searches reach, as last measured.</summary>
    internal Calibration? Calibration { get; set; }

    /// <summary>Bytes that a scan reads of one vector.</summary>
    internal abstract int CodeBytes { get; }

    /// <summary>Whether re-ranking makes a difference: there are codes, and rows beside them.</summary>
    internal bool Reranks(Snapshot snapshot) => Shape.HasCodes && snapshot.HasRows;

    /// <summary>The nearest of all vectors by their rows, nearest first, ties by smaller id. Rows are read once for all queries.</summary>
    /// <param name="snapshot">What the index holds.</param>
    /// <param name="queries">float <c>[n][InputDimension]</c>, checked.</param>
    /// <param name="k">Neighbours of a query, 1 or more.</param>
    /// <param name="results">Neighbours <c>[n][k]</c>, written.</param>
    /// <param name="found">How many there are for each query, int <c>[n]</c>, written.</param>
    /// <param name="cancellation">Ends it early.</param>
    internal abstract void NearestByRows(
        Snapshot snapshot, ReadOnlySpan<float> queries, int k, Span<Neighbor> results, Span<int> found, CancellationToken cancellation);

    /// <summary>
    /// What a query weighs each of its nearest lists, nearest first, in lists of mean size: it probes those up to the first that weighs more than its
    /// <see cref="SearchOptions.ProbeBudget"/>. No list weighs less than the one before.
    /// </summary>
    internal abstract void ListWeights(Snapshot snapshot, ReadOnlySpan<float> query, Span<float> weights);

    /// <summary>Whether a batch scans for one query after the other however long lists are: to measure what it saves to share them.</summary>
    internal bool ScansOneByOne { get; set; }

    /// <summary>Whether lists can be weighed: there are some, and their scores are distances.</summary>
    internal bool WeighsLists => Shape.HasLists && Shape.ComparesCodesByL2;

    /// <summary>A sample of the vectors, float <c>[count][InputDimension]</c> in the caller's units, and their ids.</summary>
    internal abstract (float[] Rows, long[] Ids) SampleRows(Snapshot snapshot, int count, int seed);

    /// <summary>How searches find the lists to probe, as it was asked for.</summary>
    internal CoarseSearch CoarseSearch { get; set; }

    /// <summary>The threshold of score-aware codes; 0 where they are plain.</summary>
    internal float AnisotropicThreshold { get; set; }

    /// <summary>float <c>[Dimension]</c>, the origin of terms; empty where it is zero, or there are none.</summary>
    internal float[] TermOrigin { get; init; } = [];

    /// <summary>The largest magnitude of a component that the index computes with, in the caller's units.</summary>
    internal float ScaleLimit(Snapshot snapshot) => Transform is { IsOrthonormal: false } map
        ? MathF.ScaleB(map.Limit, -(snapshot.Exponent ?? 0))
        : PowerOfTwoScale.Limit(snapshot.Exponent ?? 0);

    private protected abstract SearchStatistics SearchAll(Snapshot snapshot, in SearchRequest request);

    private protected abstract SearchStatistics SearchFiltered<TFilter>(Snapshot snapshot, in SearchRequest request, TFilter filter)
        where TFilter : struct, IIdFilter;

    private protected abstract SearchStatistics SearchRangeAll(
        Snapshot snapshot, ReadOnlySpan<float> query, float radius, IBufferWriter<Neighbor> matches, SearchOptions options);

    private protected abstract SearchStatistics SearchRangeFiltered<TFilter>(
        Snapshot snapshot, ReadOnlySpan<float> query, float radius, IBufferWriter<Neighbor> matches, SearchOptions options, TFilter filter)
        where TFilter : struct, IIdFilter;
}
