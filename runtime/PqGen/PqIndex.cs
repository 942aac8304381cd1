using PqGen.Clustering;
using PqGen.Ivf;
using PqGen.Kernels;
using PqGen.Quantization;
using PqGen.Scan;
using PqGen.Storage;
using PqGen.Storage.Files;

namespace PqGen;

/// <summary>
/// A product-quantized index (PQ): every vector is a code, a search sums M table entries for each, exactly, by the fast scan.
/// </summary>
/// <typeparam name="TKernels">The kernels: generated for fixed sizes, or <see cref="GenericKernels"/>.</typeparam>
/// <remarks><inheritdoc cref="VectorIndex" path="/remarks/node()"/></remarks>
public abstract class PqIndex<TKernels> : VectorIndex
    where TKernels : struct, IPqKernels
{
    /// <summary>Bytes of codes that are scanned for one query of a group after the other: they and the group's tables fit a second-level cache.</summary>
    private const int PartBytes = 256 << 10;

    private readonly TKernels _kernels;
    private readonly CodeList _codes;
    private readonly Reranker<TKernels> _reranker;

    /// <summary>An empty index with the codebooks of a model.</summary>
    protected PqIndex(TKernels kernels, TrainedModel model)
        : base(kernels.Dimension, kernels.Path)
    {
        ArgumentNullException.ThrowIfNull(model);
        _kernels = kernels;
        Quantizer = new ProductQuantizer<TKernels>(kernels, model.Codebooks);
        _codes = new CodeList(kernels.M, kernels.Ksub, inverted: false);
        _reranker = new Reranker<TKernels>(kernels, model.KeepVectors);
    }

    /// <summary>The product quantizer: encodes, decodes, makes distance tables and ADC distances.</summary>
    public ProductQuantizer<TKernels> Quantizer { get; }

    /// <inheritdoc/>
    public sealed override int CodeSize => Quantizer.CodeSize;

    /// <inheritdoc/>
    public sealed override IndexMemory Memory =>
        new(Quantizer.SizeInBytes, _codes.CodeBytes, Ids.SizeInBytes, _reranker.SizeInBytes);

    /// <summary>Trains the codebooks.</summary>
    protected static TrainedModel TrainModel(TKernels kernels, ReadOnlySpan<float> vectors, TrainingOptions? options)
    {
        options ??= new TrainingOptions();
        Training.Check(vectors, kernels.Dimension, kernels.Ksub, options);
        var sample = Sampling.Rows(vectors, kernels.Dimension, (long)kernels.Ksub * options.MaxPointsPerCentroid, options.Seed);
        return new TrainedModel([], ProductQuantizer<TKernels>.TrainCodebooks(kernels, sample, options, Parallelism.Threads(options.Threads)), options.KeepVectors);
    }

    /// <summary>A model of given codebooks, float <c>[M][Ksub][Dsub]</c>.</summary>
    protected static TrainedModel ModelFromCodebooks(TKernels kernels, ReadOnlySpan<float> codebooks, bool keepVectors)
    {
        Training.CheckCodebooks(kernels, codebooks);
        return new TrainedModel([], codebooks.ToArray(), keepVectors);
    }

    /// <summary>The memory that an index of these sizes takes, in bytes, without building it.</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="count">Vectors, added in one call.</param>
    /// <param name="keepVectors">Whether float32 vectors are kept for re-ranking.</param>
    protected static IndexMemory EstimateMemory(TKernels kernels, long count, bool keepVectors)
    {
        MemoryModel.Check(count, 1);
        return MemoryModel.Pq(kernels, count, keepVectors);
    }

    /// <summary>Opens a file that <see cref="VectorIndex.Save"/> wrote.</summary>
    /// <param name="kernels">The kernels, whose sizes the file must have.</param>
    /// <param name="path">The file's path.</param>
    /// <param name="create">Makes an empty index with a model.</param>
    /// <exception cref="IndexFileException">The file is damaged, or holds another index than this one is declared to be.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    protected static TIndex OpenFile<TIndex>(TKernels kernels, string path, Func<TrainedModel, TIndex> create)
        where TIndex : PqIndex<TKernels>
    {
        using var reader = IndexFileReader.Open(path);
        return OpenFile(kernels, reader, create);
    }

    private protected static TIndex OpenFile<TIndex>(TKernels kernels, IndexFileReader reader, Func<TrainedModel, TIndex> create)
        where TIndex : PqIndex<TKernels>
    {
        ArgumentNullException.ThrowIfNull(create);
        reader.CheckDeclaration(typeof(TIndex).Name, new IndexHeader(IndexFileKind.Pq, Metric.SquaredL2, kernels.Dimension, kernels.M, kernels.Ksub, 0, false, true, 0, 0));
        var index = create(new TrainedModel([], reader.ReadFloats(IndexSection.Codebooks), reader.Header.KeepsVectors));
        var count = (int)reader.Header.Count;
        if (count > 0)
        {
            index._codes.Load(new CodeList.Buffers(CodeSections.ReadCodes(reader, [count])[0], KernelLayout.BlockCount(count), new(0), []), count);
        }

        index._reranker.Load(reader);
        index.LoadIds(reader);
        return index;
    }

    private protected sealed override void CheckRerank() => _reranker.Check();

    private protected sealed override void Prepare(ReadOnlySpan<float> queries, int count, SearchOptions options, Scratch scratch)
    {
        var tables = Scratch.Ensure(ref scratch.Tables, (long)count * Quantizer.TableSize);
        _kernels.DistanceTables(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(queries), count, ref Quantizer.CodebookPanels.Reference, ref tables.Reference);
    }

    private protected sealed override int SearchPrepared(ReadOnlySpan<float> query, int q, Span<Neighbor> results, SearchOptions options, Scratch scratch)
    {
        var count = _codes.Count;
        if (options.Rerank == 0)
        {
            return Scan(q, count, Ids.Snapshot, results, options, scratch);
        }

        var candidates = Reranker<TKernels>.Candidates(results.Length, options, count, scratch);
        var found = Scan(q, count, null, candidates, options, scratch);
        return _reranker.Rerank(query, candidates[..found], Ids.Snapshot, results);
    }

    private protected sealed override void SearchGroup(ReadOnlySpan<float> queries, int k, Span<Neighbor> results, Span<int> found, SearchOptions options, Scratch scratch)
    {
        var count = _codes.Count;
        var wanted = options.Rerank == 0 ? k : Reranker<TKernels>.CandidateCount(k, options, count);
        if (found.Length == 1 || options.Scan == ScanKind.Plain || (long)found.Length * wanted > Array.MaxLength)
        {
            base.SearchGroup(queries, k, results, found, options, scratch);
        }
        else if (options.Rerank == 0)
        {
            ScanTogether(count, k, Ids.Snapshot, results, found, scratch);
        }
        else
        {
            var candidates = Scratch.Ensure(ref scratch.Candidates, found.Length * wanted);
            ScanTogether(count, wanted, null, candidates, found, scratch);
            for (var q = 0; q < found.Length; q++)
            {
                found[q] = _reranker.Rerank(
                    queries.Slice(q * Dimension, Dimension), candidates.Slice(q * wanted, found[q]), Ids.Snapshot, results.Slice(q * k, k));
            }
        }
    }

    private int Scan(int q, int count, long[]? ids, Span<Neighbor> results, SearchOptions options, Scratch scratch)
    {
        var contents = _codes.Contents;
        ref var table = ref scratch.Tables.At((long)q * Quantizer.TableSize);
        if (options.Scan == ScanKind.Plain)
        {
            var nearest = new TopK.TopK(results);
            PlainScan.Run(_kernels, ref table, contents, count, [], ids, ref nearest, scratch);
            return nearest.Sort();
        }

        ref var byteTable = ref Scratch.Ensure(ref scratch.ByteTable, _kernels.ByteTableSize).Reference;
        var query = new QueryTables(ref table, ref byteTable, _kernels.QuantizeTable(ref table, float.PositiveInfinity, ref byteTable));
        var list = new PqList<TKernels>(_kernels, query, contents, ids, results, TopK.TopK.State.Empty, scratch);
        FastScan.Run(ref list, count);
        return list.Finish();
    }

    /// <summary>
    /// Scans for a group of queries part by part, each part for all of them: codes come from memory once for the group, and for the others of it
    /// from the second-level cache.
    /// </summary>
    private void ScanTogether(int count, int k, long[]? ids, Span<Neighbor> results, Span<int> found, Scratch scratch)
    {
        var contents = _codes.Contents;
        var stride = (_kernels.ByteTableSize + KernelLayout.BlockSize - 1) / KernelLayout.BlockSize * KernelLayout.BlockSize;
        Scratch.Ensure(ref scratch.ByteTable, (long)found.Length * stride);
        var group = Scratch.Ensure(ref scratch.Group, found.Length);
        for (var q = 0; q < group.Length; q++)
        {
            group[q] = new GroupQuery(_kernels.QuantizeTable(ref scratch.Tables.At((long)q * Quantizer.TableSize), float.PositiveInfinity, ref scratch.ByteTable.At((long)q * stride)), TopK.TopK.State.Empty);
        }

        var part = Math.Max(1, PartBytes / (CodeSize * KernelLayout.BlockSize * FastScan.Stride)) * FastScan.Stride;
        for (var first = 0; first < KernelLayout.BlockCount(count); first += part)
        {
            for (var q = 0; q < group.Length; q++)
            {
                var list = List(q, group[q], results);
                FastScan.Run(ref list, count, first, first + part);
                group[q] = new GroupQuery(list.Scale, list.Collected);
            }
        }

        for (var q = 0; q < group.Length; q++)
        {
            var list = List(q, group[q], results);
            found[q] = list.Finish();
        }

        PqList<TKernels> List(int q, GroupQuery query, Span<Neighbor> results)
        {
            var tables = new QueryTables(ref scratch.Tables.At((long)q * Quantizer.TableSize), ref scratch.ByteTable.At((long)q * stride), query.Scale);
            return new PqList<TKernels>(_kernels, tables, contents, ids, results.Slice(q * k, k), query.Collected, scratch);
        }
    }

    private protected sealed override void AddCore(ReadOnlySpan<float> vectors, int n, int used, int threads, Action writeIds)
    {
        var codes = new byte[checked((long)n * Quantizer.M)];
        Assignment.ForChunks(vectors, Dimension, n, threads, (first, rows) =>
            Quantizer.EncodeCore(rows.Span, codes.AsSpan(first * Quantizer.M, rows.Length / Dimension * Quantizer.M)));
        _codes.Reserve(used + n);
        _reranker.Reserve(used + n, used);
        for (var i = 0; i < n; i++)
        {
            _codes.Write(used + i, codes.AsSpan(i * Quantizer.M, Quantizer.M));
        }

        _reranker.Write(vectors, used);
        writeIds();
        _codes.Publish(used + n);
    }

    private protected sealed override IndexHeader Describe() =>
        new(IndexFileKind.Pq, Metric, Dimension, Quantizer.M, Quantizer.Ksub, 0, Ids.Snapshot is not null, _reranker.KeepsVectors, Count, KernelLayout.BlockCount(_codes.Count));

    private protected sealed override void SaveSections(IndexFileWriter writer)
    {
        writer.Begin(IndexSection.Codebooks);
        writer.Write(Quantizer.Codebooks);
        CodeSections.WriteCodes(writer, [_codes], CodeSize);
        SaveIds(writer);
        _reranker.Save(writer, Count);
    }
}
