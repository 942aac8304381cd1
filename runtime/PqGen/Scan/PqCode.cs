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
    private readonly RowScores<TKernels> _rows = new(kernels, rowKernels);

    /// <summary>Whether a list adds to the scores of its codes that of its centroid.</summary>
    private bool AreOfResiduals => centroids.Length > 0;

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

        WorkingMemory.Ensure(ref scratch.Lists, probes.Length);
        var scan = NewScan(query.Number, collector, scratch, scratch);
        collector.Resume(ListScan.Run(ref scan, NewOpening(collector.Capacity, scratch), query, probes, [], lists, scratch));
    }

    public bool Shares(double vectors) => ScanGroup.Pays(Layout, vectors, quantizer.TableSize);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ScanTogether<TCollectors, TCollector>(
        scoped in ScanGroup group, TCollectors collectors, ListTable lists, Span<CollectorState> states, ScanScratch scratch)
        where TCollectors : struct, ICollectors<TCollector>, allows ref struct
        where TCollector : struct, ICollector, allows ref struct
    {
        var scans = default(GroupScan<PqScan<TKernels, TCollector>>);
        for (var q = 0; q < group.Count; q++)
        {
            WorkingMemory.Ensure(ref scratch.Group[q].Lists, group.Probes(q).Length);
            var scan = NewScan(q, collectors[q], scratch, scratch.Group[q]);
            scans.Begin(q, scan, NewOpening(collectors[q].Capacity, scratch.Group[q]));
        }

        scans.Run(group, [], lists, states, scratch);
    }

    /// <summary>The scan of a prepared query.</summary>
    private PqScan<TKernels, TCollector> NewScan<TCollector>(int query, TCollector collector, ScanScratch prepared, ScanScratch scratch)
        where TCollector : struct, ICollector, allows ref struct
    {
        ref var table = ref prepared.Tables.At((long)query * quantizer.TableSize);
        ref var byteTable = ref WorkingMemory.Ensure(ref scratch.ByteTable, kernels.ByteTableSize).Reference;
        var scale = kernels.QuantizeTable(ref table, float.PositiveInfinity, saturates: true, ref byteTable);
        var tables = new QueryTables(ref table, ref byteTable, scale);
        return new PqScan<TKernels, TCollector>(kernels, tables, AreOfResiduals, Layout, collector, scratch);
    }

    private Opening NewOpening(int k, ScanScratch scratch) => new(k, all: !Layout.HasPositions, scoresAreBounds: false, scratch);

    private void ScanPlain<TCollector>(
        in ScanQuery query, ReadOnlySpan<Probe> probes, ListTable lists, ref float table, ref TCollector collector, ScanScratch scratch)
        where TCollector : struct, ICollector, allows ref struct
    {
        var walk = new ProbeWalk(query, probes, lists);
        while (walk.MoveNext(collector.Count, ref scratch.Counts))
        {
            PlainScan.Run(kernels, ref table, lists[walk.Probe.List], Layout, AreOfResiduals ? walk.Probe.Score : 0, ref collector, scratch);
        }
    }

    public float Score(ref float query, ref float row) => _rows.Score(ref query, ref row);

    public void Scores(ref float query, ref float rows, int count, ref float scores) => _rows.Scores(ref query, ref rows, count, ref scores);
}
