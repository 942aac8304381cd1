using System.Buffers;
using System.Runtime.InteropServices;
using PqGen.Ivf;
using PqGen.Kernels;
using PqGen.Storage;
using PqGen.Storage.Files;

namespace PqGen;

/// <summary>
/// An inverted file (IVF): k-means centroids divide the vectors into lists; a search compares the float32 vectors of the NProbe lists
/// whose centroids are nearest to the query.
/// </summary>
/// <typeparam name="TKernels">The kernels: generated for a fixed dimension, or <see cref="GenericKernels"/>.</typeparam>
/// <remarks><inheritdoc cref="VectorIndex" path="/remarks/node()"/></remarks>
public abstract class IvfFlatIndex<TKernels> : VectorIndex
    where TKernels : struct, ICentroidKernels
{
    private const int Chunk = 256;
    private readonly TKernels _kernels;
    private readonly CoarseQuantizer<TKernels> _coarse;
    private readonly VectorList[] _lists;

    /// <summary>An empty index with the centroids of a model.</summary>
    protected IvfFlatIndex(TKernels kernels, TrainedModel model)
        : base(kernels.Dimension, kernels.Path)
    {
        ArgumentNullException.ThrowIfNull(model);
        _kernels = kernels;
        _coarse = new CoarseQuantizer<TKernels>(kernels, model.Centroids);
        _lists = new VectorList[_coarse.NList];
        for (var list = 0; list < _lists.Length; list++)
        {
            _lists[list] = new VectorList(Dimension);
        }
    }

    /// <inheritdoc/>
    public sealed override int CodeSize => Dimension * sizeof(float);

    /// <inheritdoc/>
    public sealed override int NList => _lists.Length;

    /// <summary>The coarse centroids, float <c>[NList][Dimension]</c>.</summary>
    public ReadOnlySpan<float> Centroids => _coarse.Centroids;

    /// <inheritdoc/>
    public sealed override IndexMemory Memory
    {
        get
        {
            var (ids, vectors) = (Ids.SizeInBytes, 0L);
            foreach (var list in _lists)
            {
                ids += list.PositionBytes;
                vectors += list.VectorBytes;
            }

            return new IndexMemory(_coarse.SizeInBytes, 0, ids, vectors);
        }
    }

    /// <summary>Trains the coarse centroids.</summary>
    protected static TrainedModel TrainModel(TKernels kernels, ReadOnlySpan<float> vectors, TrainingOptions? options)
    {
        options ??= new TrainingOptions();
        Training.Check(vectors, kernels.Dimension, 0, options);
        var nlist = Training.NList(vectors, kernels.Dimension, options);
        return new TrainedModel(CoarseQuantizer<TKernels>.Train(kernels, vectors, nlist, options, Parallelism.Threads(options.Threads)), [], keepVectors: true);
    }

    /// <summary>A model of given centroids, float <c>[nlist][Dimension]</c>.</summary>
    protected static TrainedModel ModelFromCentroids(TKernels kernels, ReadOnlySpan<float> centroids)
    {
        Training.CheckCentroids(centroids, kernels.Dimension);
        return new TrainedModel(centroids.ToArray(), [], keepVectors: true);
    }

    /// <summary>The memory that an index of these sizes takes, in bytes, without building it.</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="count">Vectors, added in one call.</param>
    /// <param name="nlist">Lists.</param>
    protected static IndexMemory EstimateMemory(TKernels kernels, long count, int nlist)
    {
        MemoryModel.Check(count, nlist);
        return MemoryModel.IvfFlat(kernels.Dimension, count, nlist);
    }

    /// <summary>Opens a file that <see cref="VectorIndex.Save"/> wrote.</summary>
    /// <param name="kernels">The kernels, whose sizes the file must have.</param>
    /// <param name="path">The file's path.</param>
    /// <param name="create">Makes an empty index with a model.</param>
    /// <exception cref="IndexFileException">The file is damaged, or holds another index than this one is declared to be.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    protected static TIndex OpenFile<TIndex>(TKernels kernels, string path, Func<TrainedModel, TIndex> create)
        where TIndex : IvfFlatIndex<TKernels>
    {
        using var reader = IndexFileReader.Open(path);
        return OpenFile(kernels, reader, create);
    }

    private protected static TIndex OpenFile<TIndex>(TKernels kernels, IndexFileReader reader, Func<TrainedModel, TIndex> create)
        where TIndex : IvfFlatIndex<TKernels>
    {
        ArgumentNullException.ThrowIfNull(create);
        reader.CheckDeclaration(typeof(TIndex).Name, new IndexHeader(IndexFileKind.IvfFlat, Metric.SquaredL2, kernels.Dimension, 0, 0, 0, false, true, 0, 0));
        var index = create(new TrainedModel(reader.ReadFloats(IndexSection.Centroids), [], keepVectors: true));
        var positions = ListSections.ReadPositions(reader, ListSections.ReadCounts(reader), unit: 1);
        reader.Begin(IndexSection.Vectors);
        for (var list = 0; list < positions.Length; list++)
        {
            if (positions[list].Length > 0)
            {
                index._lists[list].Load(reader.ReadFloats(IndexSection.Vectors, (long)positions[list].Length * kernels.Dimension), positions[list]);
            }
        }

        index.LoadIds(reader);
        return index;
    }

    private protected sealed override void Prepare(ReadOnlySpan<float> queries, int count, SearchOptions options, Scratch scratch) =>
        _coarse.Prepare(queries, count, scratch);

    private protected sealed override int SearchPrepared(ReadOnlySpan<float> query, int q, Span<Neighbor> results, SearchOptions options, Scratch scratch)
    {
        var nearest = new TopK.TopK(results);
        var distances = Scratch.Ensure(ref scratch.Distances, Chunk).Span(0, Chunk);
        var probes = _coarse.Probes(q, options, scratch);
        for (var probe = 0; probe < probes.Length; probe++)
        {
            if (probe >= Math.Max(1, options.NProbe) && nearest.IsFull)
            {
                break;
            }

            var list = _lists[probes[probe].Id];
            var count = list.Count;
            var (rows, positions, ids) = (list.Rows, list.Positions, Ids.Snapshot);
            for (var first = 0; first < count; first += Chunk)
            {
                var part = distances[..Math.Min(Chunk, count - first)];
                _kernels.SquaredDistances(ref MemoryMarshal.GetReference(query), ref rows.At((long)first * Dimension), part.Length, ref part[0]);
                for (var i = 0; i < part.Length; i++)
                {
                    if (part[i] <= nearest.Threshold)
                    {
                        nearest.Push(IdMap.Id(ids, positions[first + i]), part[i]);
                    }
                }
            }
        }

        return nearest.Sort();
    }

    private protected sealed override void AddCore(ReadOnlySpan<float> vectors, int n, int used, int threads, Action writeIds)
    {
        var assigned = Assignment.Run(_coarse, Dimension, vectors, n, threads);
        var groups = new ListGroups(assigned, NList);
        for (var list = 0; list < NList; list++)
        {
            _lists[list].Reserve(_lists[list].Count + groups.Rows(list).Length);
        }

        for (var list = 0; list < NList; list++)
        {
            var at = _lists[list].Count;
            foreach (var i in groups.Rows(list))
            {
                _lists[list].Write(at++, vectors.Slice(i * Dimension, Dimension), used + i);
            }
        }

        writeIds();
        for (var list = 0; list < NList; list++)
        {
            _lists[list].Publish(_lists[list].Count + groups.Rows(list).Length);
        }
    }

    private protected sealed override IndexHeader Describe() =>
        new(IndexFileKind.IvfFlat, Metric, Dimension, 0, 0, NList, Ids.Snapshot is not null, true, Count, 0);

    private protected sealed override void SaveSections(IndexFileWriter writer)
    {
        writer.Begin(IndexSection.Centroids);
        writer.Write(_coarse.Centroids);
        ListSections.WritePositions(writer, NList, list => _lists[list].Count, list => _lists[list].Positions);
        SaveIds(writer);
        writer.Begin(IndexSection.Vectors);
        foreach (var list in _lists)
        {
            writer.Write(list.Rows, (long)list.Count * Dimension);
        }
    }
}
