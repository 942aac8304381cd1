namespace PqGen.Benchmarks;

/// <summary>
/// The indexes of the benchmark <see cref="Search"/> and how each is searched. Built once in the process, where the benchmarks run too: what is
/// timed, and what recall and memory are told of, are the same indexes.
/// </summary>
internal sealed class SearchWorkload
{
    public const int N = 100_000, Dimension = 128, K = 10, TimedQueries = 64, Queries = 1000, Directions = 16;

    private static readonly Lazy<SearchWorkload> s_shared = new(() => new SearchWorkload());
    private readonly float[] _vectors = Workload.Embeddings(N + Queries, Dimension, Directions, 11);
    private readonly Neighbor[] _found = new Neighbor[K];
    private readonly Dictionary<string, (VectorIndex Index, SearchOptions Options)> _searches;

    private SearchWorkload()
    {
        var stored = _vectors.AsSpan(0, N * Dimension);
        var flat = GenericIndex.Flat(Dimension);
        var pq = Pq128.Train(stored);
        var ivfpq = Shape128.Train(stored, new TrainingOptions { NList = 256 });
        var twin = GenericIndex.FromModel(IndexShape.IvfPq(Dimension, 16, 256), ivfpq.Centroids, ivfpq.Quantizer.Codebooks);
        foreach (var index in new VectorIndex[] { flat, pq, ivfpq, twin })
        {
            index.Add(stored);
        }

        var probing = new SearchOptions { NProbe = 16 };
        _searches = new()
        {
            [nameof(Search.Exact)] = (flat, default),
            [nameof(Search.PqPlain)] = (pq, new SearchOptions { Scan = ScanKind.Plain }),
            [nameof(Search.PqFast)] = (pq, default),
            [nameof(Search.IvfPqSpecialized)] = (ivfpq, probing),
            [nameof(Search.IvfPqGeneric)] = (twin, probing),
            [nameof(Search.IvfPqReranked)] = (ivfpq, probing with { Rerank = 100 }),
        };
    }

    public static SearchWorkload Shared => s_shared.Value;

    /// <summary>Searches for the first <see cref="TimedQueries"/> queries, one at a time.</summary>
    public void Run(string search)
    {
        var (index, options) = _searches[search];
        for (var q = 0; q < TimedQueries; q++)
        {
            index.Search(_vectors.AsSpan((N + q) * Dimension, Dimension), _found, options);
        }
    }

    /// <summary>The share of the true <see cref="K"/> nearest that a search finds, over all <see cref="Queries"/>.</summary>
    public double Recall(string search)
    {
        var (truth, found) = (Find(nameof(Search.Exact)), Find(search));
        return Enumerable.Range(0, Queries).Average(q => truth[q].Intersect(found[q]).Count() / (double)K);
    }

    /// <summary>Bytes of one vector: its code and term, padded with its block; and all that this search needs of it.</summary>
    public (double Codes, double All) BytesPerVector(string search)
    {
        var (index, options) = _searches[search];
        var memory = index.Memory;
        var compared = memory.Codes == 0 || options.Rerank > 0 ? memory.Vectors : 0;
        return (memory.Codes / (double)index.Count, (memory.Codes + memory.Ids + compared) / (double)index.Count);
    }

    /// <summary>The ids found, [query][rank].</summary>
    private long[][] Find(string search)
    {
        var (index, options) = _searches[search];
        var (results, found) = (new Neighbor[Queries * K], new int[Queries]);
        index.SearchBatch(_vectors.AsSpan(N * Dimension), K, results, found, options);
        return [.. found.Select((count, q) => results.AsSpan(q * K, count).ToArray().Select(neighbor => neighbor.Id).ToArray())];
    }
}
