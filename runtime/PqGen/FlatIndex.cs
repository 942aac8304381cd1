using System.Runtime.InteropServices;
using PqGen.Kernels;
using PqGen.Storage;
using PqGen.Storage.Files;

namespace PqGen;

/// <summary>Exact k nearest neighbours: every vector is kept as float32 and compared.</summary>
/// <typeparam name="TKernels">The kernels: generated for a fixed dimension, or <see cref="GenericKernels"/>.</typeparam>
/// <remarks><inheritdoc cref="VectorIndex" path="/remarks/node()"/></remarks>
public abstract class FlatIndex<TKernels> : VectorIndex
    where TKernels : struct, IVectorKernels
{
    private const int Chunk = 256;
    private readonly TKernels _kernels;
    private readonly VectorStore _vectors;

    /// <summary>An empty index.</summary>
    protected FlatIndex(TKernels kernels)
        : base(kernels.Dimension, kernels.Path)
    {
        _kernels = kernels;
        _vectors = new VectorStore(kernels.Dimension);
    }

    /// <inheritdoc/>
    public sealed override int CodeSize => Dimension * sizeof(float);

    /// <inheritdoc/>
    public sealed override IndexMemory Memory => new(0, 0, Ids.SizeInBytes, _vectors.SizeInBytes);

    /// <summary>The memory that an index of these sizes takes, in bytes, without building it.</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="count">Vectors, added in one call.</param>
    protected static IndexMemory EstimateMemory(TKernels kernels, long count)
    {
        MemoryModel.Check(count, 1);
        return MemoryModel.Flat(kernels.Dimension, count);
    }

    /// <summary>Opens a file that <see cref="VectorIndex.Save"/> wrote.</summary>
    /// <param name="kernels">The kernels, whose sizes the file must have.</param>
    /// <param name="path">The file's path.</param>
    /// <param name="create">Makes an empty index.</param>
    /// <exception cref="IndexFileException">The file is damaged, or holds another index than this one is declared to be.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    protected static TIndex OpenFile<TIndex>(TKernels kernels, string path, Func<TIndex> create)
        where TIndex : FlatIndex<TKernels>
    {
        using var reader = IndexFileReader.Open(path);
        return OpenFile(kernels, reader, create);
    }

    private protected static TIndex OpenFile<TIndex>(TKernels kernels, IndexFileReader reader, Func<TIndex> create)
        where TIndex : FlatIndex<TKernels>
    {
        ArgumentNullException.ThrowIfNull(create);
        reader.CheckDeclaration(typeof(TIndex).Name, new IndexHeader(IndexFileKind.Flat, Metric.SquaredL2, kernels.Dimension, 0, 0, 0, false, true, 0, 0));
        var index = create();
        index._vectors.Load(reader.ReadVectors()!);
        index.LoadIds(reader);
        return index;
    }

    private protected sealed override void Prepare(ReadOnlySpan<float> queries, int count, SearchOptions options, Scratch scratch)
    {
    }

    private protected sealed override int SearchPrepared(ReadOnlySpan<float> query, int q, Span<Neighbor> results, SearchOptions options, Scratch scratch)
    {
        var count = (int)Count;
        var ids = Ids.Snapshot;
        var rows = _vectors.Rows;
        var nearest = new TopK.TopK(results);
        var distances = Scratch.Ensure(ref scratch.Distances, Chunk).Span(0, Chunk);
        for (var first = 0; first < count; first += Chunk)
        {
            var part = distances[..Math.Min(Chunk, count - first)];
            _kernels.SquaredDistances(ref MemoryMarshal.GetReference(query), ref rows.At((long)first * Dimension), part.Length, ref part[0]);
            nearest.PushAll(part, first, ids is null ? default : ids.AsSpan(first));
        }

        return nearest.Sort();
    }

    private protected sealed override void AddCore(ReadOnlySpan<float> vectors, int n, int used, int threads, Action writeIds)
    {
        _vectors.Reserve(used + n, used);
        _vectors.Write(vectors, used);
        writeIds();
    }

    private protected sealed override IndexHeader Describe() =>
        new(IndexFileKind.Flat, Metric, Dimension, 0, 0, 0, Ids.Snapshot is not null, true, Count, 0);

    private protected sealed override void SaveSections(IndexFileWriter writer)
    {
        SaveIds(writer);
        writer.Begin(IndexSection.Vectors);
        writer.Write(_vectors.Rows, Count * Dimension);
    }
}
