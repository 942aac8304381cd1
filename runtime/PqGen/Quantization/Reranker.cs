using System.Runtime.InteropServices;
using PqGen.Kernels;
using PqGen.Storage;
using PqGen.Storage.Files;

namespace PqGen.Quantization;

/// <summary>The float32 vectors that an index with codes keeps for exact re-ranking.</summary>
internal sealed class Reranker<TKernels>(TKernels kernels, bool keepVectors)
    where TKernels : struct, IVectorKernels
{
    /// <summary>Rows asked for before they are compared.</summary>
    private const int RowsAhead = 4;

    private readonly VectorStore? _vectors = keepVectors ? new VectorStore(kernels.Dimension) : null;

    public long SizeInBytes => _vectors?.SizeInBytes ?? 0;

    public bool KeepsVectors => _vectors is not null;

    /// <summary>float <c>[capacity][Dimension]</c>.</summary>
    public AlignedBuffer<float>? Rows => _vectors?.Rows;

    public void Reserve(int count, int used) => _vectors?.Reserve(count, used);

    public void Write(ReadOnlySpan<float> vectors, int at) => _vectors?.Write(vectors, at);

    /// <summary>Writes the vectors, if they are kept.</summary>
    public void Save(IndexFileWriter writer, long count)
    {
        if (_vectors is not null)
        {
            writer.Begin(IndexSection.Vectors);
            writer.Write(_vectors.Rows, count * kernels.Dimension);
        }
    }

    /// <summary>Takes the vectors of a file, if they are kept.</summary>
    public void Load(IndexFileReader reader)
    {
        if (reader.ReadVectors() is { } rows)
        {
            _vectors!.Load(rows);
        }
    }

    public void Check()
    {
        if (_vectors is null)
        {
            throw new InvalidOperationException("Rerank needs the float32 vectors, which this index does not keep: train it with KeepVectors = true, or search with Rerank = 0.");
        }
    }

    /// <summary>The candidates of a search for k: at least k, at most every vector.</summary>
    public static int CandidateCount(int k, SearchOptions options, long count) => (int)Math.Max(1, Math.Min(Math.Max(k, options.Rerank), count));

    /// <summary>Room for them.</summary>
    public static Span<Neighbor> Candidates(int k, SearchOptions options, long count, Scratch scratch) =>
        Scratch.Ensure(ref scratch.Candidates, CandidateCount(k, options, count));

    /// <summary>The nearest of the candidates by exact distance.</summary>
    /// <param name="query">float <c>[Dimension]</c>.</param>
    /// <param name="candidates">Candidates, named by position; their distances become the exact ones.</param>
    /// <param name="ids">The ids at this moment.</param>
    /// <param name="results">Filled, nearest first.</param>
    public int Rerank(ReadOnlySpan<float> query, Span<Neighbor> candidates, long[]? ids, Span<Neighbor> results)
    {
        // The rows lie anywhere in memory: those of the next candidates are under way while one is compared.
        var rows = _vectors!.Rows;
        var dimension = kernels.Dimension;
        for (var ahead = 0; ahead < candidates.Length + RowsAhead; ahead++)
        {
            if (ahead < candidates.Length)
            {
                rows.Prefetch(candidates[ahead].Id * dimension, dimension);
            }

            if (ahead - RowsAhead is >= 0 and var c)
            {
                var position = candidates[c].Id;
                candidates[c] = new Neighbor(position, kernels.SquaredDistance(ref MemoryMarshal.GetReference(query), ref rows.At(position * dimension)));
            }
        }

        var nearest = new TopK.TopK(results);
        foreach (var candidate in candidates)
        {
            nearest.Push(IdMap.Id(ids, (int)candidate.Id), candidate.Distance);
        }

        return nearest.Sort();
    }
}
