using System.ComponentModel;
using PqGen.Common;
using PqGen.Kernels;
using PqGen.Quantization;
using PqGen.Storage.Files;

namespace PqGen.Indexes;

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

    internal abstract IndexMemory Memory { get; }

    /// <summary>Adds checked vectors, with ids of the caller's own or, where there are none, their positions.</summary>
    internal abstract void Add(ReadOnlySpan<float> vectors, ReadOnlySpan<long> ids, bool ownIds, int threads, CancellationToken cancellation);

    /// <summary>Searches for checked queries, one after the other or some together, on one thread.</summary>
    internal abstract void Search(
        Snapshot snapshot, ReadOnlySpan<float> queries, int k, Span<Neighbor> results, Span<int> found, SearchOptions options);

    /// <summary>Writes a snapshot into a file.</summary>
    internal abstract void Save(Snapshot snapshot, string path, CancellationToken cancellation);

    /// <summary>Takes the contents of a file into an empty index.</summary>
    internal abstract void Load(IndexFileReader reader);

    /// <summary>Lets go of what the index holds; searches that hold it go on.</summary>
    internal abstract void Release();

    /// <summary>Whether rows are there to re-rank with, or are compared anyway.</summary>
    internal abstract bool CanRerank { get; }

    /// <summary>The lists that a search probes which names no number of them; 0 without lists.</summary>
    internal int DefaultNProbe => (int)Math.Min(NList, Math.Ceiling(Math.Sqrt(2d * NList)));

    /// <summary>The largest magnitude of a component that the index computes with, in the caller's units.</summary>
    internal static float ScaleLimit(Snapshot snapshot) => PowerOfTwoScale.Limit(snapshot.Exponent ?? 0);
}
