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

    public EncodedRows Encoded(int list, ReadOnlySpan<float> rows, byte[] codes, ScanScratch scratch) => new(rows, [], []);

    public void Write(in EncodedRows rows, int i, in Segment segment, int place) =>
        rows.Vectors.Slice(i * kernels.Dimension, kernels.Dimension)
            .CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref segment.Rows, (nint)place * kernels.Dimension), kernels.Dimension));

    public void Prepare(ReadOnlySpan<float> queries, int count, ScanScratch scratch)
    {
        // Rows are compared as they are.
    }

    public void Decode(int list, in Segment segment, int place, Span<float> vector) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref segment.Rows, (nint)place * kernels.Dimension), kernels.Dimension).CopyTo(vector);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Scan<TCollector>(
        in ScanQuery query, ReadOnlySpan<Probe> probes, ListTable lists, ref TCollector collector, ScanScratch scratch)
        where TCollector : struct, ICollector, allows ref struct
    {
        var scores = WorkingMemory.Ensure(ref scratch.Distances, Chunk).Span(0, Chunk);
        var walk = new ProbeWalk(query, probes, lists);
        while (walk.MoveNext(collector.Count, ref scratch.Counts))
        {
            ref readonly var list = ref lists[walk.Probe.List];
            var first = 0;
            foreach (ref readonly var segment in list.Used)
            {
                var count = Math.Min(segment.Blocks, list.Count - first);
                ScanSegment(query.Vector, segment, first, count, scores, ref collector);
                first += segment.Blocks;
            }
        }
    }

    public bool Shares(double vectors) => false;

    public void ScanTogether<TCollectors, TCollector>(
        scoped in ScanGroup group, TCollectors collectors, ListTable lists, Span<CollectorState> states, ScanScratch scratch)
        where TCollectors : struct, ICollectors<TCollector>, allows ref struct
        where TCollector : struct, ICollector, allows ref struct => throw new NotSupportedException("Rows are compared query by query.");

    public float Score(ref float query, ref float row) => kernels.Score(ref query, ref row);

    public void Scores(ref float query, ref float rows, int count, ref float scores) => kernels.Scores(ref query, ref rows, count, ref scores);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ScanSegment<TCollector>(
        ReadOnlySpan<float> query, in Segment segment, int first, int count, Span<float> scores, ref TCollector collector)
        where TCollector : struct, ICollector, allows ref struct
    {
        for (var from = 0; from < count; from += Chunk)
        {
            var part = scores[..Math.Min(Chunk, count - from)];
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
