using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Ivf;
using PqGen.Kernels;
using PqGen.Quantization;
using PqGen.Storage;
using PqGen.TopK;

namespace PqGen.Scan;

/// <summary>Vectors kept as rows of floats.</summary>
internal readonly struct RowCode<TKernels>(TKernels kernels, bool inverted) : ICode
    where TKernels : struct, IVectorKernels
{
    /// <summary>Rows compared between two looks at the threshold.</summary>
    private const int Chunk = 256;

    public ListLayout Layout { get; } = ListLayout.OfRows(kernels.Dimension, inverted);

    public ProductQuantizer? Quantizer => null;

    public ReadOnlySpan<float> Codebooks => default;

    public long SizeInBytes => 0;

    public EncodedRows Encode(ReadOnlySpan<float> vectors, int[] lists, ListGroups groups, int threads, CancellationToken cancellation) =>
        new(vectors, [], []);

    public void Write(in EncodedRows rows, int i, in Segment segment, int place) =>
        rows.Vectors.Slice(i * kernels.Dimension, kernels.Dimension)
            .CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref segment.Rows, (nint)place * kernels.Dimension), kernels.Dimension));

    public void Prepare(ReadOnlySpan<float> queries, int count, ScanKind kind, ScanScratch scratch)
    {
        // Rows are compared as they are.
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Scan<TNames>(
        in ScanQuery query, ReadOnlySpan<Probe> probes, ListTable lists, ref TopKCollector<TNames> collector, ScanScratch scratch)
        where TNames : struct, INames
    {
        var distances = WorkingMemory.Ensure(ref scratch.Distances, Chunk).Span(0, Chunk);
        for (var probe = 0; probe < probes.Length && (probe < query.NProbe || collector.Count < query.K); probe++)
        {
            ref readonly var list = ref lists[probes[probe].List];
            var first = 0;
            foreach (ref readonly var segment in list.Used)
            {
                var count = Math.Min(segment.Blocks, list.Count - first);
                ScanSegment(query.Vector, segment, first, count, distances, ref collector);
                first += segment.Blocks;
            }
        }
    }

    public bool TryScanTogether<TNames>(
        Span<CollectorState> states, int wanted, Span<Neighbor> heaps, TNames names, ListTable lists, ScanScratch scratch)
        where TNames : struct, INames => false;

    public float Score(ref float query, ref float row) => kernels.Score(ref query, ref row);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ScanSegment<TCollector>(
        ReadOnlySpan<float> query, in Segment segment, int first, int count, Span<float> distances, ref TCollector collector)
        where TCollector : struct, ICollector, allows ref struct
    {
        for (var from = 0; from < count; from += Chunk)
        {
            var part = distances[..Math.Min(Chunk, count - from)];
            kernels.Scores(
                ref MemoryMarshal.GetReference(query), ref Unsafe.Add(ref segment.Rows, (nint)from * kernels.Dimension), part.Length, ref part[0]);
            if (Layout.HasPositions)
            {
                Collecting.Offer(part, ref Unsafe.Add(ref segment.Positions(Layout), from), ref collector);
            }
            else
            {
                Collecting.Offer(part, first + from, ref collector);
            }
        }
    }
}
