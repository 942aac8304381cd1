using BenchmarkDotNet.Attributes;

namespace PqGen.Benchmarks;

/// <summary>Scans of code blocks that fill a level of the memory hierarchy. The time is per vector.</summary>
public abstract class ScanSuite<TShape> : Suite<TShape>
{
    private readonly Action _lookUpOnly;

    private protected ScanSuite(Type work)
        : base(work) => _lookUpOnly = Call(nameof(LookUpOnly));

    /// <summary>The level that the codes fill.</summary>
    [Params("L1", "L2", "L3", "DRAM")]
    public string Level { get; set; } = "L2";

    [GlobalSetup]
    public void Setup() => ((IScanWork)Work).Fill(Level);

    /// <summary>Look-ups of 8-bit codes in the query's table by permutations, added to nothing. As long as a read where there are none.</summary>
    [Benchmark(OperationsPerInvoke = PerCall.Scanned)]
    public void LookUpOnly() => _lookUpOnly();
}

/// <summary>The scans of a PQ index: the exact fast scan's byte bounds, the plain float ADC scan, and a plain read of the same bytes.</summary>
[GenericTypeArguments(typeof(Pq96))]
[GenericTypeArguments(typeof(Pq100))]
[GenericTypeArguments(typeof(Pq128))]
[GenericTypeArguments(typeof(Pq128x4Bit))]
[GenericTypeArguments(typeof(Pq384))]
[GenericTypeArguments(typeof(Pq768))]
[GenericTypeArguments(typeof(Pq1536))]
public class Scan<TShape> : ScanSuite<TShape>
{
    private readonly Action _fastSpecialized;
    private readonly Action _fastGeneric;
    private readonly Action _adcSpecialized;
    private readonly Action _adcGeneric;
    private readonly Action _readOnly;

    public Scan()
        : base(typeof(ScanWork<>))
    {
        _fastSpecialized = Call(nameof(FastSpecialized));
        _fastGeneric = Call(nameof(FastGeneric));
        _adcSpecialized = Call(nameof(AdcSpecialized));
        _adcGeneric = Call(nameof(AdcGeneric));
        _readOnly = Call(nameof(ReadOnly));
    }

    [Benchmark(OperationsPerInvoke = PerCall.Scanned)]
    public void FastSpecialized() => _fastSpecialized();

    [Benchmark(OperationsPerInvoke = PerCall.Scanned)]
    public void FastGeneric() => _fastGeneric();

    [Benchmark(OperationsPerInvoke = PerCall.Scanned, Baseline = true)]
    public void AdcSpecialized() => _adcSpecialized();

    [Benchmark(OperationsPerInvoke = PerCall.Scanned)]
    public void AdcGeneric() => _adcGeneric();

    [Benchmark(OperationsPerInvoke = PerCall.Scanned)]
    public void ReadOnly() => _readOnly();
}

/// <summary>The byte bounds of an IVFPQ index's exact fast scan, with terms.</summary>
[GenericTypeArguments(typeof(Shape96))]
[GenericTypeArguments(typeof(Shape100))]
[GenericTypeArguments(typeof(Shape128))]
[GenericTypeArguments(typeof(Shape128x4Bit))]
[GenericTypeArguments(typeof(Shape384))]
[GenericTypeArguments(typeof(Shape768))]
[GenericTypeArguments(typeof(Shape1536))]
public class TermScan<TShape> : ScanSuite<TShape>
{
    private readonly Action _specialized;
    private readonly Action _generic;
    private readonly Action _readOnly;

    public TermScan()
        : base(typeof(TermScanWork<>))
    {
        _specialized = Call(nameof(Specialized));
        _generic = Call(nameof(Generic));
        _readOnly = Call(nameof(ReadOnly));
    }

    [Benchmark(OperationsPerInvoke = PerCall.Scanned)]
    public void Specialized() => _specialized();

    [Benchmark(OperationsPerInvoke = PerCall.Scanned, Baseline = true)]
    public void Generic() => _generic();

    [Benchmark(OperationsPerInvoke = PerCall.Scanned)]
    public void ReadOnly() => _readOnly();
}

/// <summary>The distance of one vector, as survivors of a scan are scored: from a float table, and by decoding it.</summary>
[GenericTypeArguments(typeof(Shape96))]
[GenericTypeArguments(typeof(Shape100))]
[GenericTypeArguments(typeof(Shape128))]
[GenericTypeArguments(typeof(Shape128x4Bit))]
[GenericTypeArguments(typeof(Shape384))]
[GenericTypeArguments(typeof(Shape768))]
[GenericTypeArguments(typeof(Shape1536))]
public class Survivor<TShape> : Suite<TShape>
{
    private readonly Action _adcSpecialized;
    private readonly Action _adcGeneric;
    private readonly Action _decodedSpecialized;
    private readonly Action _decodedGeneric;

    public Survivor()
        : base(typeof(SurvivorWork<>))
    {
        _adcSpecialized = Call(nameof(AdcSpecialized));
        _adcGeneric = Call(nameof(AdcGeneric));
        _decodedSpecialized = Call(nameof(DecodedSpecialized));
        _decodedGeneric = Call(nameof(DecodedGeneric));
    }

    [Benchmark(OperationsPerInvoke = PerCall.Survivors)]
    public void AdcSpecialized() => _adcSpecialized();

    [Benchmark(OperationsPerInvoke = PerCall.Survivors, Baseline = true)]
    public void AdcGeneric() => _adcGeneric();

    [Benchmark(OperationsPerInvoke = PerCall.Survivors)]
    public void DecodedSpecialized() => _decodedSpecialized();

    [Benchmark(OperationsPerInvoke = PerCall.Survivors)]
    public void DecodedGeneric() => _decodedGeneric();
}
