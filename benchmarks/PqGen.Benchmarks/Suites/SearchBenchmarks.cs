using BenchmarkDotNet.Attributes;

namespace PqGen.Benchmarks;

/// <summary>
/// Whole searches for the 10 nearest of 100,000 vectors of 128 components, on one thread: exact, and with 16 bytes a
/// vector scanned fast, scanned plainly, in an inverted file, and re-ranked. The table (<see cref="SearchTable"/>) puts recall and bytes
/// per vector beside the speeds.
/// </summary>
public class Search
{
    private SearchWorkload _workload = null!;

    [GlobalSetup]
    public void Setup() => _workload = SearchWorkload.Shared;

    [Benchmark(OperationsPerInvoke = SearchWorkload.TimedQueries)]
    public void Exact() => _workload.Run(nameof(Exact));

    [Benchmark(OperationsPerInvoke = SearchWorkload.TimedQueries)]
    public void PqPlain() => _workload.Run(nameof(PqPlain));

    [Benchmark(OperationsPerInvoke = SearchWorkload.TimedQueries)]
    public void PqFast() => _workload.Run(nameof(PqFast));

    [Benchmark(OperationsPerInvoke = SearchWorkload.TimedQueries)]
    public void IvfPqSpecialized() => _workload.Run(nameof(IvfPqSpecialized));

    [Benchmark(OperationsPerInvoke = SearchWorkload.TimedQueries, Baseline = true)]
    public void IvfPqGeneric() => _workload.Run(nameof(IvfPqGeneric));

    [Benchmark(OperationsPerInvoke = SearchWorkload.TimedQueries)]
    public void IvfPqReranked() => _workload.Run(nameof(IvfPqReranked));
}
