using System.Runtime.InteropServices;
using PqGen.Quantization;
using PqGen.Scan;
using PqGen.Vectors;

namespace PqGen;

/// <content>Searching.</content>
public abstract partial class IvfPqIndex<TKernels>
{
    /// <summary>Lists that a search looks at together.</summary>
    private const int ProbesAhead = 32;

    private protected sealed override void CheckRerank() => _reranker.Check();

    private protected sealed override void Prepare(ReadOnlySpan<float> queries, int count, SearchOptions options, Scratch scratch)
    {
        _coarse.Prepare(queries, count, scratch);
        if (options.Scan == ScanKind.Fast)
        {
            var tables = Scratch.Ensure(ref scratch.Tables, (long)count * Quantizer.TableSize);
            _kernels.InnerProductTables(ref MemoryMarshal.GetReference(queries), count, ref Quantizer.CodebookPanels.Reference, ref tables.Reference);
        }
    }

    private protected sealed override int SearchPrepared(ReadOnlySpan<float> query, int q, Span<Neighbor> results, SearchOptions options, Scratch scratch)
    {
        if (options.Rerank == 0)
        {
            return Scan(query, q, results.Length, results, options, asPositions: false, scratch);
        }

        var candidates = Reranker<TKernels>.Candidates(results.Length, options, Count, scratch);
        var found = Scan(query, q, results.Length, candidates, options, asPositions: true, scratch);
        return _reranker.Rerank(query, candidates[..found], Ids.Snapshot, results);
    }

    /// <summary>Fills <paramref name="results"/> by code, which are more than the <paramref name="k"/> asked for when they are to be re-ranked.</summary>
    private int Scan(ReadOnlySpan<float> query, int q, int k, Span<Neighbor> results, SearchOptions options, bool asPositions, Scratch scratch)
    {
        var probes = _coarse.Probes(q, options, scratch);
        var lists = Scratch.Ensure(ref scratch.Lists, probes.Length);
        var found = options.Scan == ScanKind.Plain
            ? ScanPlain(query, probes, lists, options.NProbe, k, results, asPositions, scratch)
            : ScanFast(query, ref scratch.Tables.At((long)q * Quantizer.TableSize), probes, lists, options.NProbe, k, results, asPositions, scratch);
        lists.Clear();
        return found;
    }

    private int ScanFast(
        ReadOnlySpan<float> query, ref float table, ReadOnlySpan<Neighbor> probes, Span<ProbedList> lists, int nprobe, int k, Span<Neighbor> results, bool asPositions, Scratch scratch)
    {
        var scan = new IvfPqScan<TKernels>(_kernels, _coarse, Quantizer, _terms.LargestNorm, query, ref table, lists, Ids, asPositions, results, scratch);
        for (var probe = 0; probe < probes.Length && (probe < Math.Max(1, nprobe) || scan.Count < k); probe++)
        {
            LookAt(probe, probes, lists);
            scan.Enter(probe);
            FastScan.Run(ref scan, lists[probe].Count);
        }

        return scan.Finish();
    }

    private int ScanPlain(
        ReadOnlySpan<float> query, ReadOnlySpan<Neighbor> probes, Span<ProbedList> lists, int nprobe, int k, Span<Neighbor> results, bool asPositions, Scratch scratch)
    {
        var residual = Scratch.Ensure(ref scratch.Residual, Dimension).Span(0, Dimension);
        ref var table = ref Scratch.Ensure(ref scratch.ResidualTable, Quantizer.TableSize).Reference;
        var nearest = new TopK.TopK(results);
        for (var probe = 0; probe < probes.Length && (probe < Math.Max(1, nprobe) || nearest.Count < k); probe++)
        {
            LookAt(probe, probes, lists);
            var (list, contents) = (lists[probe], lists[probe].Contents);
            VectorMath.Subtract(query, _coarse.Centroid(list.List), residual);
            _kernels.DistanceTables(ref residual[0], 1, ref Quantizer.CodebookPanels.Reference, ref table);
            PlainScan.Run(_kernels, ref table, contents, list.Count, contents.Positions, asPositions ? null : Ids.Snapshot, ref nearest, scratch);
        }

        return nearest.Sort();
    }

    /// <summary>
    /// Sees what the lists hold that are probed from here on, many at a time: waiting for one list's place in memory, the processor finds
    /// the others'.
    /// </summary>
    private void LookAt(int probe, ReadOnlySpan<Neighbor> probes, Span<ProbedList> lists)
    {
        if (probe % ProbesAhead != 0)
        {
            return;
        }

        for (var p = probe; p < Math.Min(probe + ProbesAhead, probes.Length); p++)
        {
            var list = (int)probes[p].Id;
            var (count, contents) = (_lists[list].Count, _lists[list].Contents);
            lists[p] = new ProbedList(list, probes[p].Distance, _terms.RangeOf(list), count, contents);
            contents.Codes.Prefetch(0, 1);
            contents.Terms.Prefetch(0, 1);
        }
    }
}
