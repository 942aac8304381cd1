using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Ivf;
using PqGen.Kernels;
using PqGen.Quantization;
using PqGen.Storage;
using PqGen.TopK;

namespace PqGen.Scan;

/// <summary>Vectors kept as product-quantized codes, in one list.</summary>
internal readonly struct PqCode<TKernels>(TKernels kernels, ProductQuantizer<TKernels> quantizer) : ICode
    where TKernels : struct, IPqKernels
{
    /// <summary>Vectors encoded by a thread at a time.</summary>
    private const int EncodeChunk = 1024;

    /// <summary>
    /// Bytes of codes that are scanned for one query of a group after the other: they and the group's tables fit a second-level cache.
    /// </summary>
    private const int PartBytes = 256 << 10;

    public ListLayout Layout { get; } = ListLayout.OfCodes(kernels.M, kernels.Ksub, inverted: false);

    public ProductQuantizer? Quantizer => quantizer;

    public ReadOnlySpan<float> Codebooks => quantizer.KernelCodebooks;

    public long SizeInBytes => quantizer.SizeInBytes;

    public EncodedRows Encode(ReadOnlySpan<float> vectors, int[] lists, ListGroups groups, int threads, CancellationToken cancellation)
    {
        var (codes, encoder, m) = (new byte[checked(lists.Length * kernels.M)], quantizer, kernels.M);
        Parallelism.ForRows(
            vectors,
            kernels.Dimension,
            EncodeChunk,
            threads,
            (first, rows) => encoder.EncodeChecked(rows, codes.AsSpan(first * m, rows.Length / encoder.Dimension * m)),
            cancellation);
        return new EncodedRows(vectors, codes, []);
    }

    public void Write(in EncodedRows rows, int i, in Segment segment, int place) => CodeWriting.Write(kernels, rows, i, segment, place, Layout);

    public void Prepare(ReadOnlySpan<float> queries, int count, ScanKind kind, ScanScratch scratch)
    {
        var tables = WorkingMemory.Ensure(ref scratch.Tables, (long)count * quantizer.TableSize);
        kernels.DistanceTables(ref MemoryMarshal.GetReference(queries), count, ref quantizer.CodebookPanels.Reference, ref tables.Reference);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Scan<TNames>(
        in ScanQuery query, ReadOnlySpan<Probe> probes, ListTable lists, ref TopKCollector<TNames> collector, ScanScratch scratch)
        where TNames : struct, INames
    {
        ref readonly var list = ref lists[probes[0].List];
        ref var table = ref scratch.Tables.At((long)query.Number * quantizer.TableSize);
        if (query.Kind == ScanKind.Plain)
        {
            PlainScan.Run(kernels, ref table, list, Layout, ref collector, scratch);
            return;
        }

        ref var byteTable = ref WorkingMemory.Ensure(ref scratch.ByteTable, kernels.ByteTableSize).Reference;
        var tables = new QueryTables(ref table, ref byteTable, kernels.QuantizeTable(ref table, float.PositiveInfinity, ref byteTable));
        var scan = new PqScan<TKernels, TopKCollector<TNames>>(kernels, tables, collector, scratch);
        var first = 0;
        foreach (ref readonly var segment in list.Used)
        {
            scan.Enter(segment, first);
            FastScan.Run(ref scan, Math.Min(segment.Blocks * KernelLayout.BlockSize, list.Count - first));
            first += segment.Blocks * KernelLayout.BlockSize;
        }

        collector.Resume(scan.Collected);
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
        ref readonly var list = ref lists[0];
        var stride = (kernels.ByteTableSize + Segment.LineSize - 1) / Segment.LineSize * Segment.LineSize;
        WorkingMemory.Ensure(ref scratch.ByteTable, (long)states.Length * stride);
        var scales = WorkingMemory.Ensure(ref scratch.Scales, states.Length);
        for (var q = 0; q < scales.Length; q++)
        {
            scales[q] = kernels.QuantizeTable(
                ref scratch.Tables.At((long)q * quantizer.TableSize), float.PositiveInfinity, ref scratch.ByteTable.At((long)q * stride));
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
                    var scan = new PqScan<TKernels, TopKCollector<TNames>>(kernels, tables, collector, scratch);
                    scan.Enter(segment, first);
                    FastScan.Run(ref scan, count, block, block + part);
                    (scales[q], states[q]) = (scan.Scale, scan.Collected);
                }
            }

            first += segment.Blocks * KernelLayout.BlockSize;
        }

        return true;
    }

    public float Score(ref float query, ref float row) => kernels.Score(ref query, ref row);
}
