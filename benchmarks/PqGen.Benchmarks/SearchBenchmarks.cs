using BenchmarkDotNet.Attributes;

namespace PqGen.Benchmarks;

/// <summary>
/// Whole searches for the 10 nearest of 100,000 clustered vectors of 128 components, on one thread: exact, and with 16 bytes a
/// vector scanned fast, scanned plainly, in an inverted file, and re-ranked. Recall and bytes per vector stand beside the speeds of the
/// main table (targets).
/// </summary>
public class Search
{
    private const int N = 100_000, Queries = 64;
    private readonly Neighbor[] _found = new Neighbor[10];
    private readonly float[] _vectors = Workload.Clusters(N + Queries, 128, 11);
    private VectorIndex _flat = null!;
    private VectorIndex _pq = null!;
    private VectorIndex _ivfpq = null!;
    private VectorIndex _twin = null!;

    [GlobalSetup]
    public void Setup()
    {
        var stored = _vectors.AsSpan(0, N * 128);
        _flat = new GenericFlatIndex(128);
        _pq = Pq128.Train(stored);
        var ivfpq = Shape128.Train(stored, new TrainingOptions { NList = 256 });
        _twin = GenericIvfPqIndex.FromCodebooks(128, 16, 256, ivfpq.Centroids, ivfpq.Quantizer.Codebooks);
        _ivfpq = ivfpq;
        foreach (var index in new[] { _flat, _pq, _ivfpq, _twin })
        {
            index.Add(stored);
        }
    }

    [Benchmark(OperationsPerInvoke = Queries)]
    public void Exact() => Run(_flat, default);

    [Benchmark(OperationsPerInvoke = Queries)]
    public void PqPlain() => Run(_pq, new SearchOptions { Scan = ScanKind.Plain });

    [Benchmark(OperationsPerInvoke = Queries)]
    public void PqFast() => Run(_pq, default);

    [Benchmark(OperationsPerInvoke = Queries)]
    public void IvfPqSpecialized() => Run(_ivfpq, new SearchOptions { NProbe = 16 });

    [Benchmark(OperationsPerInvoke = Queries, Baseline = true)]
    public void IvfPqGeneric() => Run(_twin, new SearchOptions { NProbe = 16 });

    [Benchmark(OperationsPerInvoke = Queries)]
    public void IvfPqReranked() => Run(_ivfpq, new SearchOptions { NProbe = 16, Rerank = 100 });

    private void Run(VectorIndex index, SearchOptions options)
    {
        for (var q = 0; q < Queries; q++)
        {
            index.Search(_vectors.AsSpan((N + q) * 128, 128), _found, options);
        }
    }
}
