using System.Buffers;
using System.Runtime.InteropServices;
using PqGen.Clustering;
using PqGen.Ivf;
using PqGen.Kernels;
using PqGen.Quantization;
using PqGen.Scan;
using PqGen.Storage;
using PqGen.Storage.Files;
using PqGen.Vectors;

namespace PqGen;

/// <summary>
/// IVFPQ: an inverted file whose lists hold the product-quantized residuals of their vectors from the list's centroid. A search
/// scans the codes of the NProbe lists nearest to the query and may re-rank the best by their float32 vectors.
/// </summary>
/// <typeparam name="TKernels">The kernels: generated for fixed sizes, or <see cref="GenericKernels"/>.</typeparam>
/// <remarks><inheritdoc cref="VectorIndex" path="/remarks/node()"/></remarks>
public abstract partial class IvfPqIndex<TKernels> : VectorIndex
    where TKernels : struct, IIvfPqKernels
{
    private readonly TKernels _kernels;
    private readonly CoarseQuantizer<TKernels> _coarse;
    private readonly ResidualTerms<TKernels> _terms;
    private readonly CodeList[] _lists;
    private readonly Reranker<TKernels> _reranker;

    /// <summary>An empty index with the centroids and codebooks of a model.</summary>
    protected IvfPqIndex(TKernels kernels, TrainedModel model)
        : base(kernels.Dimension, kernels.Path)
    {
        ArgumentNullException.ThrowIfNull(model);
        _kernels = kernels;
        _coarse = new CoarseQuantizer<TKernels>(kernels, model.Centroids);
        Quantizer = new ProductQuantizer<TKernels>(kernels, model.Codebooks);
        _terms = new ResidualTerms<TKernels>(kernels, _coarse, Quantizer);
        _reranker = new Reranker<TKernels>(kernels, model.KeepVectors);
        _lists = new CodeList[_coarse.NList];
        for (var list = 0; list < _lists.Length; list++)
        {
            _lists[list] = new CodeList(kernels.M, kernels.Ksub, inverted: true);
        }
    }

    /// <summary>The product quantizer of the residuals.</summary>
    public ProductQuantizer<TKernels> Quantizer { get; }

    /// <inheritdoc/>
    public sealed override int CodeSize => Quantizer.CodeSize;

    /// <inheritdoc/>
    public sealed override int NList => _lists.Length;

    /// <summary>The coarse centroids, float <c>[NList][Dimension]</c>.</summary>
    public ReadOnlySpan<float> Centroids => _coarse.Centroids;

    /// <inheritdoc/>
    public sealed override IndexMemory Memory
    {
        get
        {
            var (codes, ids) = (0L, Ids.SizeInBytes);
            foreach (var list in _lists)
            {
                codes += list.CodeBytes;
                ids += list.PositionBytes;
            }

            return new IndexMemory(_coarse.SizeInBytes + Quantizer.SizeInBytes + _terms.SizeInBytes, codes, ids, _reranker.SizeInBytes);
        }
    }

    /// <summary>Trains coarse centroids, then codebooks on the residuals from them.</summary>
    protected static TrainedModel TrainModel(TKernels kernels, ReadOnlySpan<float> vectors, TrainingOptions? options)
    {
        options ??= new TrainingOptions();
        var dimension = kernels.Dimension;
        Training.Check(vectors, dimension, kernels.Ksub, options);
        var nlist = Training.NList(vectors, dimension, options);
        var threads = Parallelism.Threads(options.Threads);
        var centroids = CoarseQuantizer<TKernels>.Train(kernels, vectors, nlist, options, threads);

        var sample = Sampling.Rows(vectors, dimension, (long)kernels.Ksub * options.MaxPointsPerCentroid, unchecked(options.Seed + 1));
        var coarse = new CoarseQuantizer<TKernels>(kernels, centroids);
        var lists = Assignment.Run(coarse, dimension, sample, sample.Length / dimension, threads);
        for (var i = 0; i < lists.Length; i++)
        {
            var row = sample.AsSpan(i * dimension, dimension);
            VectorMath.Subtract(row, coarse.Centroid(lists[i]), row);
        }

        return new TrainedModel(centroids, ProductQuantizer<TKernels>.TrainCodebooks(kernels, sample, options, threads), options.KeepVectors);
    }

    /// <summary>A model of given centroids, float <c>[nlist][Dimension]</c>, and codebooks, float <c>[M][Ksub][Dsub]</c>.</summary>
    protected static TrainedModel ModelFromCodebooks(TKernels kernels, ReadOnlySpan<float> centroids, ReadOnlySpan<float> codebooks, bool keepVectors)
    {
        Training.CheckCentroids(centroids, kernels.Dimension);
        Training.CheckCodebooks(kernels, codebooks);
        return new TrainedModel(centroids.ToArray(), codebooks.ToArray(), keepVectors);
    }

    /// <summary>The memory that an index of these sizes takes, in bytes, without building it.</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="count">Vectors, added in one call.</param>
    /// <param name="nlist">Lists.</param>
    /// <param name="keepVectors">Whether float32 vectors are kept for re-ranking.</param>
    protected static IndexMemory EstimateMemory(TKernels kernels, long count, int nlist, bool keepVectors)
    {
        MemoryModel.Check(count, nlist);
        return MemoryModel.IvfPq(kernels, count, nlist, keepVectors);
    }

    /// <summary>Opens a file that <see cref="VectorIndex.Save"/> wrote.</summary>
    /// <param name="kernels">The kernels, whose sizes the file must have.</param>
    /// <param name="path">The file's path.</param>
    /// <param name="create">Makes an empty index with a model.</param>
    /// <exception cref="IndexFileException">The file is damaged, or holds another index than this one is declared to be.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    protected static TIndex OpenFile<TIndex>(TKernels kernels, string path, Func<TrainedModel, TIndex> create)
        where TIndex : IvfPqIndex<TKernels>
    {
        using var reader = IndexFileReader.Open(path);
        return OpenFile(kernels, reader, create);
    }

    private protected static TIndex OpenFile<TIndex>(TKernels kernels, IndexFileReader reader, Func<TrainedModel, TIndex> create)
        where TIndex : IvfPqIndex<TKernels>
    {
        ArgumentNullException.ThrowIfNull(create);
        reader.CheckDeclaration(typeof(TIndex).Name, new IndexHeader(IndexFileKind.IvfPq, Metric.SquaredL2, kernels.Dimension, kernels.M, kernels.Ksub, 0, false, true, 0, 0));
        var model = new TrainedModel(reader.ReadFloats(IndexSection.Centroids), reader.ReadFloats(IndexSection.Codebooks), reader.Header.KeepsVectors);
        var counts = ListSections.ReadCounts(reader);
        var positions = ListSections.ReadPositions(reader, counts, KernelLayout.BlockSize);
        var codes = CodeSections.ReadCodes(reader, counts);
        var terms = CodeSections.ReadTerms(reader, counts);
        var index = create(model);
        for (var list = 0; list < counts.Length; list++)
        {
            if (counts[list] > 0)
            {
                index._lists[list].Load(new CodeList.Buffers(codes[list], KernelLayout.BlockCount(counts[list]), terms[list], positions[list]), counts[list]);
            }
        }

        index._reranker.Load(reader);
        index.LoadIds(reader);
        return index;
    }

    private protected sealed override void AddCore(ReadOnlySpan<float> vectors, int n, int used, int threads, Action writeIds)
    {
        var m = Quantizer.M;
        var assigned = new int[n];
        var codes = new byte[checked((long)n * m)];
        Assignment.ForChunks(vectors, Dimension, n, threads, (first, rows) => Encode(rows.Span, assigned.AsSpan(first), codes.AsSpan(first * m)));
        var groups = new ListGroups(assigned, NList);
        var terms = new ushort[n];
        Parallelism.ForChunks(NList, 16, threads, (first, count) =>
        {
            var table = new AlignedBuffer<float>(Quantizer.TableSize);
            for (var list = first; list < first + count; list++)
            {
                if (groups.Rows(list).Length > 0)
                {
                    _terms.Quantize(list, groups.Rows(list), codes, terms, table);
                }
            }
        });

        for (var list = 0; list < NList; list++)
        {
            _lists[list].Reserve(_lists[list].Count + groups.Rows(list).Length);
        }

        _reranker.Reserve(used + n, used);
        for (var list = 0; list < NList; list++)
        {
            var at = _lists[list].Count;
            foreach (var i in groups.Rows(list))
            {
                _lists[list].Write(at++, codes.AsSpan(i * m, m), used + i, terms[i]);
            }
        }

        _reranker.Write(vectors, used);
        writeIds();
        for (var list = 0; list < NList; list++)
        {
            _lists[list].Publish(_lists[list].Count + groups.Rows(list).Length);
        }
    }

    /// <summary>Assigns vectors to lists and encodes their residuals.</summary>
    private void Encode(ReadOnlySpan<float> rows, Span<int> lists, Span<byte> codes)
    {
        var n = rows.Length / Dimension;
        var residuals = ArrayPool<float>.Shared.Rent(rows.Length);
        _coarse.Assign(rows, lists[..n], residuals.AsSpan(0, n));
        for (var i = 0; i < n; i++)
        {
            VectorMath.Subtract(rows.Slice(i * Dimension, Dimension), _coarse.Centroid(lists[i]), residuals.AsSpan(i * Dimension, Dimension));
        }

        Quantizer.EncodeCore(residuals.AsSpan(0, rows.Length), codes[..(n * Quantizer.M)]);
        ArrayPool<float>.Shared.Return(residuals);
    }

    private protected sealed override IndexHeader Describe() =>
        new(IndexFileKind.IvfPq, Metric, Dimension, Quantizer.M, Quantizer.Ksub, NList, Ids.Snapshot is not null, _reranker.KeepsVectors, Count, _lists.Sum(list => (long)KernelLayout.BlockCount(list.Count)));

    private protected sealed override void SaveSections(IndexFileWriter writer)
    {
        writer.Begin(IndexSection.Centroids);
        writer.Write(_coarse.Centroids);
        writer.Begin(IndexSection.Codebooks);
        writer.Write(Quantizer.Codebooks);
        ListSections.WritePositions(writer, NList, list => _lists[list].Count, list => _lists[list].Contents.Positions);
        CodeSections.WriteCodes(writer, _lists, CodeSize);
        CodeSections.WriteTerms(writer, _lists);
        SaveIds(writer);
        _reranker.Save(writer, Count);
    }
}
