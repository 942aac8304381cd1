using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Ivf;
using PqGen.Kernels;
using PqGen.Quantization;
using PqGen.Storage;
using PqGen.TopK;

namespace PqGen.Scan;

/// <summary>
/// Vectors kept as product-quantized codes of their residuals from their list's centroid, each with its term: what squared L2 needs. Scores that are
/// linear need none (<see cref="PqCode{TKernels}"/>).
/// </summary>
/// <param name="kernels">The kernels.</param>
/// <param name="coarse">The centroids.</param>
/// <param name="quantizer">The product quantizer.</param>
/// <param name="terms">The terms.</param>
/// <param name="rowKernels">Compare rows that have not as many components as the kernels take; the default where they have.</param>
internal readonly struct ResidualCode<TKernels>(
    TKernels kernels,
    CoarseQuantizer<TKernels> coarse,
    ProductQuantizer<TKernels> quantizer,
    ResidualTerms<TKernels> terms,
    GenericKernels rowKernels) : ICode
    where TKernels : struct, IIvfPqKernels
{
    private readonly RowScores<TKernels> _rows = new(kernels, rowKernels);

    public ListLayout Layout { get; } = ListLayout.OfCodes(kernels.M, kernels.Ksub, inverted: true, hasTerms: true);

    public ProductQuantizer? Quantizer => quantizer;

    public ReadOnlySpan<float> Codebooks => quantizer.KernelCodebooks;

    public long SizeInBytes => quantizer.SizeInBytes + terms.SizeInBytes;

    public EncodedRows Encode(ReadOnlySpan<float> vectors, int[] lists, ListGroups groups, int threads, CancellationToken cancellation)
    {
        var values = new ushort[lists.Length];
        var codes = CodeLanes.Encode(quantizer, vectors, coarse.CentroidMemory, lists, threads, cancellation);
        var quantized = terms;
        Parallelism.ForChunks(
            groups.Lists.Length,
            16,
            threads,
            (first, count) =>
            {
                var table = new AlignedBuffer<float>(0);
                for (var group = first; group < first + count; group++)
                {
                    quantized.Quantize(groups.Lists[group], groups.Rows(group), codes, values, ref table);
                }
            },
            cancellation);
        return new EncodedRows(vectors, codes, values);
    }

    public EncodedRows Encoded(int list, ReadOnlySpan<float> rows, byte[] codes, ScanScratch scratch)
    {
        var values = new ushort[codes.Length / kernels.M];
        terms.Quantize(list, Enumerable.Range(0, values.Length).ToArray(), codes, values, ref scratch.ResidualTable);
        return new EncodedRows(rows, codes, values);
    }

    public void Write(in EncodedRows rows, int i, in Segment segment, int place) => CodeLanes.Write(kernels, rows, i, segment, place, Layout);

    public void Decode(int list, in Segment segment, int place, Span<float> vector) =>
        CodeLanes.Decode(quantizer, coarse.Centroids, list, segment, place, vector);

    public void Prepare(ReadOnlySpan<float> queries, int count, ScanScratch scratch)
    {
        var centered = WorkingMemory.Ensure(ref scratch.Centered, queries.Length).Span(0, queries.Length);
        for (var at = 0; at < queries.Length; at += kernels.Dimension)
        {
            VectorMath.Subtract(queries.Slice(at, kernels.Dimension), terms.Origin, centered[at..]);
        }

        var tables = WorkingMemory.Ensure(ref scratch.Tables, (long)count * quantizer.TableSize);
        kernels.InnerProductTables(ref centered[0], count, ref quantizer.CodebookPanels.Reference, ref tables.Reference);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Scan<TCollector>(
        in ScanQuery query, ReadOnlySpan<Probe> probes, ListTable lists, ref TCollector collector, ScanScratch scratch)
        where TCollector : struct, ICollector, allows ref struct
    {
        if (query.IsPlain && !TCollector.IsForReranking)
        {
            ScanPlain(query, probes, lists, ref collector, scratch);
            return;
        }

        var scan = NewScan(query, probes.Length, collector, scratch, scratch);
        var opening = new Opening(query.IsPlain ? 0 : collector.Capacity, all: false, scan.ScoresAreBounds, scratch);
        collector.Resume(ListScan.Run(ref scan, opening, query, probes, terms.Ranges, lists, scratch));
    }

    public bool Shares(double vectors) => ScanGroup.Pays(Layout, vectors, quantizer.TableSize);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ScanTogether<TCollectors, TCollector>(
        scoped in ScanGroup group, TCollectors collectors, ListTable lists, Span<CollectorState> states, ScanScratch scratch)
        where TCollectors : struct, ICollectors<TCollector>, allows ref struct
        where TCollector : struct, ICollector, allows ref struct
    {
        var scans = default(GroupScan<ResidualScan<TKernels, TCollector>>);
        for (var q = 0; q < group.Count; q++)
        {
            var scan = NewScan(group.Query(q), group.Probes(q).Length, collectors[q], scratch, scratch.Group[q]);
            scans.Begin(q, scan, new Opening(collectors[q].Capacity, all: false, scan.ScoresAreBounds, scratch.Group[q]));
        }

        scans.Run(group, terms.Ranges, lists, states, scratch);
    }

    public float Score(ref float query, ref float row) => _rows.Score(ref query, ref row);

    public void Scores(ref float query, ref float rows, int count, ref float scores) => _rows.Scores(ref query, ref rows, count, ref scores);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ScanPlain<TCollector>(
        in ScanQuery query, ReadOnlySpan<Probe> probes, ListTable lists, ref TCollector collector, ScanScratch scratch)
        where TCollector : struct, ICollector, allows ref struct
    {
        var residual = WorkingMemory.Ensure(ref scratch.Residual, kernels.Dimension).Span(0, kernels.Dimension);
        ref var table = ref WorkingMemory.Ensure(ref scratch.ResidualTable, quantizer.TableSize).Reference;
        var walk = new ProbeWalk(query, probes, lists);
        while (walk.MoveNext(collector.Count, ref scratch.Counts))
        {
            VectorMath.Subtract(query.Vector, coarse.Centroid(walk.Probe.List), residual);
            kernels.DistanceTables(ref residual[0], 1, ref quantizer.CodebookPanels.Reference, ref table);
            PlainScan.Run(kernels, ref table, lists[walk.Probe.List], Layout, 0, ref collector, scratch);
        }
    }

    /// <summary>The scan of a query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="probes">Lists to probe.</param>
    /// <param name="collector">What collects.</param>
    /// <param name="prepared">What was prepared.</param>
    /// <param name="scratch">Working memory of this scan.</param>
    private ResidualScan<TKernels, TCollector> NewScan<TCollector>(
        scoped in ScanQuery query, int probes, TCollector collector, ScanScratch prepared, ScanScratch scratch)
        where TCollector : struct, ICollector, allows ref struct
    {
        ref var table = ref prepared.Tables.At((long)query.Number * quantizer.TableSize);
        var centered = prepared.Centered.Span((long)query.Number * kernels.Dimension, kernels.Dimension);
        var probed = WorkingMemory.Ensure(ref scratch.Lists, probes);
        return new ResidualScan<TKernels, TCollector>(
            kernels, coarse, quantizer, terms, Layout, query, centered, ref table, probed, collector, scratch);
    }
}
