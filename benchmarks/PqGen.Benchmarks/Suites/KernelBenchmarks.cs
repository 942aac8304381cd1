using BenchmarkDotNet.Attributes;

namespace PqGen.Benchmarks;

/// <summary>One query against 256 row-major vectors.</summary>
[GenericTypeArguments(typeof(Shape96))]
[GenericTypeArguments(typeof(Shape100))]
[GenericTypeArguments(typeof(Shape128))]
[GenericTypeArguments(typeof(Shape384))]
[GenericTypeArguments(typeof(Shape768))]
[GenericTypeArguments(typeof(Shape1536))]
public class Distance<TShape> : Suite<TShape>
{
    private readonly Action _specialized;
    private readonly Action _generic;
    private readonly Action _readOnly;
    private readonly Action _tensorPrimitivesDistance;

    public Distance()
        : base(typeof(DistanceWork<>))
    {
        _specialized = Call(nameof(Specialized));
        _generic = Call(nameof(Generic));
        _readOnly = Call(nameof(ReadOnly));
        _tensorPrimitivesDistance = Call(nameof(TensorPrimitivesDistance));
    }

    [Benchmark(OperationsPerInvoke = PerCall.Distances)]
    public void Specialized() => _specialized();

    [Benchmark(OperationsPerInvoke = PerCall.Distances, Baseline = true)]
    public void Generic() => _generic();

    /// <summary>A plain read of the vectors.</summary>
    [Benchmark(OperationsPerInvoke = PerCall.Distances)]
    public void ReadOnly() => _readOnly();

    [Benchmark(OperationsPerInvoke = PerCall.Distances)]
    public void TensorPrimitivesDistance() => _tensorPrimitivesDistance();
}

/// <summary>The distance table of one query.</summary>
[GenericTypeArguments(typeof(Shape96))]
[GenericTypeArguments(typeof(Shape100))]
[GenericTypeArguments(typeof(Shape128))]
[GenericTypeArguments(typeof(Shape384))]
[GenericTypeArguments(typeof(Shape768))]
[GenericTypeArguments(typeof(Shape1536))]
public class Table<TShape> : Suite<TShape>
{
    private readonly Action _specialized;
    private readonly Action _generic;
    private readonly Action _readOnly;

    public Table()
        : base(typeof(TableWork<>))
    {
        _specialized = Call(nameof(Specialized));
        _generic = Call(nameof(Generic));
        _readOnly = Call(nameof(ReadOnly));
    }

    [Benchmark]
    public void Specialized() => _specialized();

    [Benchmark(Baseline = true)]
    public void Generic() => _generic();

    /// <summary>A plain read of the codebooks.</summary>
    [Benchmark]
    public void ReadOnly() => _readOnly();
}

/// <summary>The distance table of one query, rounded down to bytes.</summary>
[GenericTypeArguments(typeof(Shape96))]
[GenericTypeArguments(typeof(Shape100))]
[GenericTypeArguments(typeof(Shape128))]
[GenericTypeArguments(typeof(Shape384))]
[GenericTypeArguments(typeof(Shape768))]
[GenericTypeArguments(typeof(Shape1536))]
public class QuantizeTable<TShape> : Suite<TShape>
{
    private readonly Action _specialized;
    private readonly Action _generic;
    private readonly Action _readOnly;

    public QuantizeTable()
        : base(typeof(QuantizeTableWork<>))
    {
        _specialized = Call(nameof(Specialized));
        _generic = Call(nameof(Generic));
        _readOnly = Call(nameof(ReadOnly));
    }

    [Benchmark]
    public void Specialized() => _specialized();

    [Benchmark(Baseline = true)]
    public void Generic() => _generic();

    /// <summary>A plain read of the table.</summary>
    [Benchmark]
    public void ReadOnly() => _readOnly();
}

/// <summary>One sub-quantizer's codes of 1,024 vectors.</summary>
[GenericTypeArguments(typeof(Shape96))]
[GenericTypeArguments(typeof(Shape100))]
[GenericTypeArguments(typeof(Shape128))]
[GenericTypeArguments(typeof(Shape384))]
[GenericTypeArguments(typeof(Shape768))]
[GenericTypeArguments(typeof(Shape1536))]
public class Encode<TShape> : Suite<TShape>
{
    private readonly Action _specialized;
    private readonly Action _generic;

    public Encode()
        : base(typeof(EncodeWork<>))
    {
        _specialized = Call(nameof(Specialized));
        _generic = Call(nameof(Generic));
    }

    [Benchmark(OperationsPerInvoke = PerCall.Encodings)]
    public void Specialized() => _specialized();

    [Benchmark(OperationsPerInvoke = PerCall.Encodings, Baseline = true)]
    public void Generic() => _generic();
}

/// <summary>The nearest of 512 centroids for 256 vectors.</summary>
[GenericTypeArguments(typeof(Shape96))]
[GenericTypeArguments(typeof(Shape100))]
[GenericTypeArguments(typeof(Shape128))]
[GenericTypeArguments(typeof(Shape384))]
[GenericTypeArguments(typeof(Shape768))]
[GenericTypeArguments(typeof(Shape1536))]
public class Assignment<TShape> : Suite<TShape>
{
    private readonly Action _specialized;
    private readonly Action _generic;

    public Assignment()
        : base(typeof(AssignmentWork<>))
    {
        _specialized = Call(nameof(Specialized));
        _generic = Call(nameof(Generic));
    }

    [Benchmark(OperationsPerInvoke = PerCall.Assignments)]
    public void Specialized() => _specialized();

    [Benchmark(OperationsPerInvoke = PerCall.Assignments, Baseline = true)]
    public void Generic() => _generic();
}

/// <summary>The distances of one query to 512 centroids: the coarse search.</summary>
[GenericTypeArguments(typeof(Shape96))]
[GenericTypeArguments(typeof(Shape100))]
[GenericTypeArguments(typeof(Shape128))]
[GenericTypeArguments(typeof(Shape384))]
[GenericTypeArguments(typeof(Shape768))]
[GenericTypeArguments(typeof(Shape1536))]
public class Coarse<TShape> : Suite<TShape>
{
    private readonly Action _specialized;
    private readonly Action _generic;

    public Coarse()
        : base(typeof(CoarseWork<>))
    {
        _specialized = Call(nameof(Specialized));
        _generic = Call(nameof(Generic));
    }

    [Benchmark]
    public void Specialized() => _specialized();

    [Benchmark(Baseline = true)]
    public void Generic() => _generic();
}
