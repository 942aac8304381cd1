using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using BenchmarkDotNet.Attributes;
using PqGen.Clustering;
using PqGen.Kernels;
using PqGen.Storage;

namespace PqGen.Benchmarks;

/// <summary>One query against 256 row-major vectors.</summary>
[GenericTypeArguments(typeof(Shape96.Kernels))]
[GenericTypeArguments(typeof(Shape100.Kernels))]
[GenericTypeArguments(typeof(Shape128.Kernels))]
[GenericTypeArguments(typeof(Shape384.Kernels))]
[GenericTypeArguments(typeof(Shape768.Kernels))]
[GenericTypeArguments(typeof(Shape1536.Kernels))]
public class Distance<TKernels> : KernelSuite<TKernels>
    where TKernels : struct, IIvfPqKernels
{
    private const int Rows = 256;

    protected override long VectorCount => Rows;

    [Benchmark(OperationsPerInvoke = Rows)]
    public void Specialized() => Kernels.SquaredDistances(ref Query.Reference, ref Vectors.Reference, Rows, ref Output.Reference);

    [Benchmark(OperationsPerInvoke = Rows, Baseline = true)]
    public void Generic() => Twin.SquaredDistances(ref Query.Reference, ref Vectors.Reference, Rows, ref Output.Reference);

    /// <summary>A plain read of the vectors.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public ulong ReadOnly() => Workload.Read(ref Unsafe.As<float, byte>(ref Vectors.Reference), (long)Rows * Twin.Dimension * sizeof(float));

    [Benchmark(OperationsPerInvoke = Rows)]
    public void TensorPrimitivesDistance()
    {
        var query = Query.Span(0, Twin.Dimension);
        for (var i = 0; i < Rows; i++)
        {
            Output.At(i) = TensorPrimitives.Distance<float>(query, Vectors.Span((long)i * Twin.Dimension, Twin.Dimension));
        }
    }
}

/// <summary>The distance table of one query.</summary>
[GenericTypeArguments(typeof(Shape96.Kernels))]
[GenericTypeArguments(typeof(Shape100.Kernels))]
[GenericTypeArguments(typeof(Shape128.Kernels))]
[GenericTypeArguments(typeof(Shape384.Kernels))]
[GenericTypeArguments(typeof(Shape768.Kernels))]
[GenericTypeArguments(typeof(Shape1536.Kernels))]
public class Table<TKernels> : KernelSuite<TKernels>
    where TKernels : struct, IIvfPqKernels
{
    [Benchmark]
    public void Specialized() => Kernels.DistanceTables(ref Query.Reference, 1, ref Codebooks.Reference, ref Output.Reference);

    [Benchmark(Baseline = true)]
    public void Generic() => Twin.DistanceTables(ref Query.Reference, 1, ref Codebooks.Reference, ref Output.Reference);

    /// <summary>A plain read of the codebooks.</summary>
    [Benchmark]
    public ulong ReadOnly() => Workload.Read(ref Unsafe.As<float, byte>(ref Codebooks.Reference), Codebooks.Length * sizeof(float));
}

/// <summary>The distance table of one query, rounded down to bytes.</summary>
[GenericTypeArguments(typeof(Shape96.Kernels))]
[GenericTypeArguments(typeof(Shape100.Kernels))]
[GenericTypeArguments(typeof(Shape128.Kernels))]
[GenericTypeArguments(typeof(Shape384.Kernels))]
[GenericTypeArguments(typeof(Shape768.Kernels))]
[GenericTypeArguments(typeof(Shape1536.Kernels))]
public class QuantizeTable<TKernels> : KernelSuite<TKernels>
    where TKernels : struct, IIvfPqKernels
{
    [Benchmark]
    public void Specialized() => Kernels.QuantizeTable(ref FloatTable.Reference, float.PositiveInfinity, ref ByteTable.Reference);

    [Benchmark(Baseline = true)]
    public void Generic() => Twin.QuantizeTable(ref FloatTable.Reference, float.PositiveInfinity, ref TwinByteTable.Reference);

    /// <summary>A plain read of the table.</summary>
    [Benchmark]
    public ulong ReadOnly() => Workload.Read(ref Unsafe.As<float, byte>(ref FloatTable.Reference), FloatTable.Length * sizeof(float));
}

/// <summary>One sub-quantizer's codes of 1,024 vectors.</summary>
[GenericTypeArguments(typeof(Shape96.Kernels))]
[GenericTypeArguments(typeof(Shape100.Kernels))]
[GenericTypeArguments(typeof(Shape128.Kernels))]
[GenericTypeArguments(typeof(Shape384.Kernels))]
[GenericTypeArguments(typeof(Shape768.Kernels))]
[GenericTypeArguments(typeof(Shape1536.Kernels))]
public class Encode<TKernels> : KernelSuite<TKernels>
    where TKernels : struct, IIvfPqKernels
{
    private const int Rows = 1024;
    private readonly int[] _nearest = new int[Rows];

    protected override long VectorCount => Rows;

    [Benchmark(OperationsPerInvoke = Rows)]
    public void Specialized() =>
        Kernels.NearestSubcentroids(ref Vectors.Reference, Twin.Dsub, Rows, ref Codebooks.Reference, ref _nearest[0], ref Output.Reference);

    [Benchmark(OperationsPerInvoke = Rows, Baseline = true)]
    public void Generic() =>
        Twin.NearestSubcentroids(ref Vectors.Reference, Twin.Dsub, Rows, ref Codebooks.Reference, ref _nearest[0], ref Output.Reference);
}

/// <summary>The nearest of 512 centroids for 256 vectors.</summary>
[GenericTypeArguments(typeof(Shape96.Kernels))]
[GenericTypeArguments(typeof(Shape100.Kernels))]
[GenericTypeArguments(typeof(Shape128.Kernels))]
[GenericTypeArguments(typeof(Shape384.Kernels))]
[GenericTypeArguments(typeof(Shape768.Kernels))]
[GenericTypeArguments(typeof(Shape1536.Kernels))]
public class Assignment<TKernels> : KernelSuite<TKernels>
    where TKernels : struct, IIvfPqKernels
{
    private const int Rows = 256, Centroids = 512, PanelCount = Centroids / KernelLayout.PanelWidth;
    private readonly int[] _nearest = new int[Rows];
    private AlignedBuffer<float> _panels = new(0);

    protected override long VectorCount => Rows;

    [GlobalSetup]
    public void Panel() =>
        _panels = Panels.Create(Workload.Floats((long)Centroids * Twin.Dimension, 7).Span(0, Centroids * Twin.Dimension), Twin.Dimension);

    [Benchmark(OperationsPerInvoke = Rows)]
    public void Specialized() =>
        Kernels.NearestCentroids(ref Vectors.Reference, Rows, ref _panels.Reference, PanelCount, ref _nearest[0], ref Output.Reference);

    [Benchmark(OperationsPerInvoke = Rows, Baseline = true)]
    public void Generic() =>
        Twin.NearestCentroids(ref Vectors.Reference, Rows, ref _panels.Reference, PanelCount, ref _nearest[0], ref Output.Reference);
}

/// <summary>The distances of one query to 512 centroids: the coarse search.</summary>
[GenericTypeArguments(typeof(Shape96.Kernels))]
[GenericTypeArguments(typeof(Shape100.Kernels))]
[GenericTypeArguments(typeof(Shape128.Kernels))]
[GenericTypeArguments(typeof(Shape384.Kernels))]
[GenericTypeArguments(typeof(Shape768.Kernels))]
[GenericTypeArguments(typeof(Shape1536.Kernels))]
public class Coarse<TKernels> : KernelSuite<TKernels>
    where TKernels : struct, IIvfPqKernels
{
    private const int Centroids = 512, PanelCount = Centroids / KernelLayout.PanelWidth;
    private readonly AlignedBuffer<float> _distances = new(Centroids);
    private readonly AlignedBuffer<float> _panels;

    public Coarse() =>
        _panels = Panels.Create(Workload.Floats((long)Centroids * Twin.Dimension, 7).Span(0, Centroids * Twin.Dimension), Twin.Dimension);

    [Benchmark]
    public void Specialized() =>
        Kernels.CentroidDistances(ref Query.Reference, 1, ref _panels.Reference, PanelCount, ref _distances.Reference);

    [Benchmark(Baseline = true)]
    public void Generic() =>
        Twin.CentroidDistances(ref Query.Reference, 1, ref _panels.Reference, PanelCount, ref _distances.Reference);

    /// <summary>A plain read of the centroids.</summary>
    [Benchmark]
    public ulong ReadOnly() => Workload.Read(ref Unsafe.As<float, byte>(ref _panels.Reference), _panels.Length * sizeof(float));
}
