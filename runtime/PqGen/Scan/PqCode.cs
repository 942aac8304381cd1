using System.Runtime.CompilerServices;
using PqGen.Common;
using PqGen.Ivf;
using PqGen.Kernels;
using PqGen.Quantization;
using PqGen.Storage;
using PqGen.TopK;

namespace PqGen.Scan;

/// <summary>
/// Vectors kept as product-quantized codes whose scores are sums of table entries: the codes of vectors in one list or, where scores are linear, of
/// residuals from a list's centroid. Then &lt;x, y&gt; = &lt;x, c&gt; + &lt;x, p&gt;, and the first is the query's score against the centroid.
/// </summary>
/// <param name="kernels">The kernels.</param>
/// <param name="quantizer">The product quantizer.</param>
/// <param name="inverted">Whether there are lists.</param>
/// <param name="centroids">float <c>[NList][Dimension]</c>, what residuals are from; empty where codes are of vectors.</param>
/// <param name="rowKernels">Compare rows that have not as many components as the kernels take; the default where they have.</param>
internal readonly struct PqCode<TKernels>(
    TKernels kernels, ProductQuantizer<TKernels> quantizer, bool inverted, float[] centroids, GenericKernels rowKernels) : ICode
    where TKernels : struct, IPqKernels
{
    /// <summary>
    /// Bytes of codes that are scanned for one query of a group after the other: they and the group's tables fit a second-level cache.
    /// </summary>
    private const int PartBytes = 256 << 10;

    public ListLayout Layout { get; } = ListLayout.OfCodes(kernels.M, kernels.Ksub, inverted, hasTerms: false);

    public ProductQuantizer? Quantizer => quantizer;

    public ReadOnlySpan<float> Codebooks => quantizer.KernelCodebooks;

    public long SizeInBytes => quantizer.SizeInBytes;

    public EncodedRows Encode(ReadOnlySpan<float> vectors, int[] lists, ListGroups groups, int threads, CancellationToken cancellation) =>
        new(vectors, CodeLanes.Encode(quantizer, vectors, centroids, lists, threads, cancellation), []);

    public EncodedRows Encoded(int list, ReadOnlySpan<float> rows, byte[] codes, ScanScratch scratch) => new(rows, codes, []);

    public void Write(in EncodedRows rows, int i, in Segment segment, int place) => CodeLanes.Write(kernels, rows, i, segment, place, Layout);

    public void Decode(int list, in Segment segment, int place, Span<float> vector) =>
        CodeLanes.Decode(quantizer, centroids, list, segment, place, vector);

    public void Prepare(ReadOnlySpan<float> queries, int count, ScanScratch scratch)
    {
        var tables = WorkingMemory.Ensure(ref scratch.Tables, (long)count * quantizer.TableSize);
        quantizer.ScoreTables(queries, count, ref tables.Reference);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Scan<TCollector>(
        in ScanQuery query, ReadOnlySpan<Probe> probes, ListTable lists, ref TCollector collector, ScanScratch scratch)
        where TCollector : struct, ICollector, allows ref struct
    {
        ref var table = ref scratch.Tables.At((long)query.Number * quantizer.TableSize);
        if (query.IsPlain)
        {
            ScanPlain(query, probes, lists, ref table, ref collector, scratch);
            return;
        }

        ref var byteTable = ref WorkingMemory.Ensure(ref scratch.ByteTable, kernels.ByteTableSize).Reference;
        var scale = kernels.QuantizeTable(ref table, float.PositiveInfinity, saturates: true, ref byteTable);
        var tables = new QueryTables(ref table, ref byteTable, scale);
        var scan = new PqScan<TKernels, TCollector>(kernels, tables, Layout, collector, scratch);
        var walk = new ProbeWalk(query, probes, lists);
        var opening = new Opening(collector.Capacity, all: !Layout.HasPositions, scoresAreBounds: false, scratch);
        while (true)
        {
            if (opening.IsOpen && !walk.IsWithin)
            {
                opening.Close(ref scan);
            }

            if (!walk.MoveNext(scan.Count, ref scratch.Counts))
            {
                break;
            }

            ref readonly var list = ref lists[walk.Probe.List];
            var first = 0;
            foreach (ref readonly var segment in list.Used)
            {
                scan.Enter(segment, first, OfList(walk.Probe));
                FastScan.Run(ref scan, ref opening, Math.Min(segment.Blocks * KernelLayout.BlockSize, list.Count - first));
                first += segment.Blocks * KernelLayout.BlockSize;
            }
        }

        opening.Close(ref scan);
        scratch.Counts.Scored += scan.Scored;
        collector.Resume(scan.Finish());
    }

    private void ScanPlain<TCollector>(
        in ScanQuery query, ReadOnlySpan<Probe> probes, ListTable lists, ref float table, ref TCollector collector, ScanScratch scratch)
        where TCollector : struct, ICollector, allows ref struct
    {
        var walk = new ProbeWalk(query, probes, lists);
        while (walk.MoveNext(collector.Count, ref scratch.Counts))
        {
            PlainScan.Run(kernels, ref table, lists[walk.Probe.List], Layout, OfList(walk.Probe), ref collector, scratch);
        }
    }

    /// <summary>
    /// Scans part by part, each part for all queries: codes come from memory once for the group, and for the others of it from the second-level
    /// cache.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryScanTogether<TNames>(
        Span<CollectorState> states, int wanted, Span<Neighbor> heaps, TNames names, ListTable lists, ScanScratch scratch)
        where TNames : struct, INames
    {
        if (Layout.HasPositions)
        {
            return false;
        }

        ref readonly var list = ref lists[0];
        var stride = (kernels.ByteTableSize + Segment.LineSize - 1) / Segment.LineSize * Segment.LineSize;
        WorkingMemory.Ensure(ref scratch.ByteTable, (long)states.Length * stride);
        var scales = WorkingMemory.Ensure(ref scratch.Scales, states.Length);
        for (var q = 0; q < scales.Length; q++)
        {
            scales[q] = kernels.QuantizeTable(
                ref scratch.Tables.At((long)q * quantizer.TableSize),
                float.PositiveInfinity,
                saturates: true,
                ref scratch.ByteTable.At((long)q * stride));
        }

        var part = Math.Max(1, PartBytes / (Layout.VectorBytes * KernelLayout.BlockSize * FastScan.Stride)) * FastScan.Stride;
        var first = 0;
        foreach (ref readonly var segment in list.Used)
        {
            var count = Math.Min(segment.Blocks * KernelLayout.BlockSize, list.Count - first);
            for (var block = 0; block < KernelLayout.BlockCount(count); block += part)
            {
                for (var q = 0; q < scales.Length; q++)
                {
                    var tables = new QueryTables(
                        ref scratch.Tables.At((long)q * quantizer.TableSize), ref scratch.ByteTable.At((long)q * stride), scales[q]);
                    var collector = new TopKCollector<TNames>(heaps.Slice(q * wanted, wanted), names, states[q]);
                    var scan = new PqScan<TKernels, TopKCollector<TNames>>(kernels, tables, Layout, collector, scratch);
                    scan.Enter(segment, first, 0);
                    if (first + block == 0)
                    {
                        var opening = new Opening(wanted, all: true, scoresAreBounds: false, scratch);
                        FastScan.Run(ref scan, ref opening, count, part);
                        opening.Close(ref scan);
                    }
                    else
                    {
                        FastScan.Run(ref scan, count, block, block + part);
                    }

                    (scales[q], states[q]) = (scan.Scale, scan.Finish());
                    scratch.Counts.Scored += scan.Scored;
                }
            }

            first += segment.Blocks * KernelLayout.BlockSize;
        }

        scratch.Counts.Lists += states.Length;
        scratch.Counts.Codes += (long)states.Length * list.Count;
        return true;
    }

    /// <summary>What a list adds to the scores of its codes: that of its centroid, where they are of residuals.</summary>
    private float OfList(in Probe probe) => centroids.Length > 0 ? probe.Score : 0;

    public float Score(ref float query, ref float row) =>
        rowKernels.Dimension == 0 ? kernels.Score(ref query, ref row) : rowKernels.Score(ref query, ref row);

    public void Scores(ref float query, ref float rows, int count, ref float scores)
    {
        if (rowKernels.Dimension == 0)
        {
            kernels.Scores(ref query, ref rows, count, ref scores);
        }
        else
        {
            rowKernels.Scores(ref query, ref rows, count, ref scores);
        }
    }
}
