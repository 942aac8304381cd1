using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using PqGen.Clustering;
using PqGen.Kernels;
using PqGen.Storage;

namespace PqGen.Benchmarks;

/// <summary>One query against 256 row-major vectors.</summary>
internal sealed class DistanceWork<TKernels> : KernelWork<TKernels>
    where TKernels : struct, IIvfPqKernels
{
    private const int Rows = PerCall.Distances;

    protected override long VectorCount => Rows;

    public void Specialized() => Kernels.Scores(ref Query.Reference, ref Vectors.Reference, Rows, ref Output.Reference);

    public void Generic() => Twin.Scores(ref Query.Reference, ref Vectors.Reference, Rows, ref Output.Reference);

    /// <summary>A plain read of the vectors.</summary>
    public ulong ReadOnly() => Workload.Read(ref Unsafe.As<float, byte>(ref Vectors.Reference), (long)Rows * Twin.Dimension * sizeof(float));

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
internal sealed class TableWork<TKernels> : KernelWork<TKernels>
    where TKernels : struct, IIvfPqKernels
{
    public void Specialized() => Kernels.DistanceTables(ref Query.Reference, 1, ref Codebooks.Reference, ref Output.Reference);

    public void Generic() => Twin.DistanceTables(ref Query.Reference, 1, ref Codebooks.Reference, ref Output.Reference);

    /// <summary>A plain read of the codebooks.</summary>
    public ulong ReadOnly() => Workload.Read(ref Unsafe.As<float, byte>(ref Codebooks.Reference), Codebooks.Length * sizeof(float));
}

/// <summary>The distance table of one query, rounded down to bytes.</summary>
internal sealed class QuantizeTableWork<TKernels> : KernelWork<TKernels>
    where TKernels : struct, IIvfPqKernels
{
    public void Specialized() => Kernels.QuantizeTable(ref FloatTable.Reference, float.PositiveInfinity, saturates: true, ref ByteTable.Reference);

    public void Generic() => Twin.QuantizeTable(ref FloatTable.Reference, float.PositiveInfinity, saturates: true, ref TwinByteTable.Reference);

    /// <summary>A plain read of the table.</summary>
    public ulong ReadOnly() => Workload.Read(ref Unsafe.As<float, byte>(ref FloatTable.Reference), FloatTable.Length * sizeof(float));
}

/// <summary>One sub-quantizer's codes of 1,024 vectors.</summary>
internal sealed class EncodeWork<TKernels> : KernelWork<TKernels>
    where TKernels : struct, IIvfPqKernels
{
    private const int Rows = PerCall.Encodings;
    private readonly int[] _nearest = new int[Rows];

    protected override long VectorCount => Rows;

    public void Specialized() =>
        Kernels.NearestSubcentroids(ref Vectors.Reference, Twin.Dsub, Rows, ref Codebooks.Reference, ref _nearest[0], ref Output.Reference);

    public void Generic() =>
        Twin.NearestSubcentroids(ref Vectors.Reference, Twin.Dsub, Rows, ref Codebooks.Reference, ref _nearest[0], ref Output.Reference);
}

/// <summary>The nearest of 512 centroids for 256 vectors.</summary>
internal sealed class AssignmentWork<TKernels> : KernelWork<TKernels>
    where TKernels : struct, IIvfPqKernels
{
    private const int Rows = PerCall.Assignments;
    private const int Centroids = 512, PanelCount = Centroids / KernelLayout.PanelWidth;
    private readonly int[] _nearest = new int[Rows];
    private readonly AlignedBuffer<float> _panels;

    protected override long VectorCount => Rows;

    public AssignmentWork() =>
        _panels = Panels.Create(Workload.Floats((long)Centroids * Twin.Dimension, 7).Span(0, Centroids * Twin.Dimension), Twin.Dimension);

    public void Specialized() =>
        Kernels.NearestCentroids(ref Vectors.Reference, Rows, ref _panels.Reference, PanelCount, ref _nearest[0], ref Output.Reference);

    public void Generic() =>
        Twin.NearestCentroids(ref Vectors.Reference, Rows, ref _panels.Reference, PanelCount, ref _nearest[0], ref Output.Reference);
}

/// <summary>The distances of one query to 512 centroids: the coarse search.</summary>
internal sealed class CoarseWork<TKernels> : KernelWork<TKernels>
    where TKernels : struct, IIvfPqKernels
{
    private const int Centroids = 512, PanelCount = Centroids / KernelLayout.PanelWidth;
    private readonly AlignedBuffer<float> _distances = new(Centroids);
    private readonly AlignedBuffer<float> _panels;

    public CoarseWork() =>
        _panels = Panels.Create(Workload.Floats((long)Centroids * Twin.Dimension, 7).Span(0, Centroids * Twin.Dimension), Twin.Dimension);

    public void Specialized() =>
        Kernels.CentroidScores(ref Query.Reference, 1, ref _panels.Reference, PanelCount, ref _distances.Reference);

    public void Generic() =>
        Twin.CentroidScores(ref Query.Reference, 1, ref _panels.Reference, PanelCount, ref _distances.Reference);

    /// <summary>A plain read of the centroids.</summary>
    public ulong ReadOnly() => Workload.Read(ref Unsafe.As<float, byte>(ref _panels.Reference), _panels.Length * sizeof(float));
}
