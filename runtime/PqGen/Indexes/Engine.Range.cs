using System.Buffers;
using PqGen.Kernels;
using PqGen.Scan;
using PqGen.Storage;
using PqGen.TopK;

namespace PqGen.Indexes;

/// <content>Searching for all within a radius.</content>
internal sealed partial class Engine<TRoute, TCode>
{
    /// <summary>From 1 to the next float.</summary>
    private const float OneUlp = 1f / (1 << 23);

    private protected override SearchStatistics SearchRangeAll(
        Snapshot snapshot, ReadOnlySpan<float> query, float radius, IBufferWriter<Neighbor> matches, SearchOptions options) =>
        FindWithin(snapshot, query, radius, matches, options, default(AllIds));

    private protected override SearchStatistics SearchRangeFiltered<TFilter>(
        Snapshot snapshot, ReadOnlySpan<float> query, float radius, IBufferWriter<Neighbor> matches, SearchOptions options, TFilter filter) =>
        FindWithin(snapshot, query, radius, matches, options, filter);

    private SearchStatistics FindWithin<TFilter>(
        Snapshot snapshot, ReadOnlySpan<float> query, float radius, IBufferWriter<Neighbor> matches, SearchOptions options, TFilter filter)
        where TFilter : struct, IIdFilter
    {
        var scratch = _scratch.Rent();
        scratch.Scan.Counts = default;
        try
        {
            var names = new Admitted<TFilter>(snapshot.Ids, snapshot.Removed, filter);
            var ofRows = !Shape.HasCodes || (options.Rerank > 0 && snapshot.HasRows) || IsZero(query);
            var found = snapshot.Count == 0 ? default : FindRange(snapshot, names, query, ScoreOf(radius, snapshot, ofRows), options, scratch);
            ToDistances(found, snapshot, ofRows);
            Write(found, radius, matches);
            var counts = scratch.Scan.Counts;
            return new SearchStatistics(counts.Lists, counts.Codes, counts.Scored, counts.Reranked);
        }
        finally
        {
            _scratch.Return(scratch);
        }
    }

    private Span<Neighbor> FindRange<TNames>(
        Snapshot snapshot, TNames names, ReadOnlySpan<float> query, float radius, SearchOptions options, Scratch scratch)
        where TNames : struct, INames
    {
        query = Scaled(query, snapshot, scratch);
        var transformed = Transformed(query, scratch);
        var isZero = IsZero(query);
        scratch.Range.Clear();
        var collector = new RangeCollector<TNames>(scratch.Range, radius, names);
        _route.Prepare(transformed, 1, scratch.Route);
        options = options with { EnsureK = false };
        if (options.Rerank > 0 && snapshot.HasRows && !isZero)
        {
            // No bound leads from a code's distance to that of its row, so every row of the probed lists is compared.
            var probes = _route.Probes(0, transformed, NProbe(options), options.CoarseFactor, scratch.Route);
            ScanRows(snapshot, new ScanQuery(query, 0, Within(probes, snapshot, 0, options), 0, options), probes, ref collector, scratch);
        }
        else
        {
            _code.Prepare(transformed, 1, scratch.Scan);
            var probes = Probes(0, transformed, options, scratch);
            var scan = new ScanQuery(transformed, 0, Within(probes, snapshot, 0, options), 0, options);
            Collect(snapshot, scan, probes, isZero, ref collector, scratch);
        }

        var found = scratch.Range.Found;
        var order = new TopKCollector<IdView>(found, snapshot.Ids, new CollectorState(found.Length, IsHeap: false, float.PositiveInfinity));
        order.SortById();
        return found;
    }

    /// <summary>
    /// The score that stands for a radius, a little farther where roundings may lie between them: what is found is compared with the radius itself.
    /// </summary>
    private float ScoreOf(float radius, Snapshot snapshot, bool ofRows)
    {
        var exponent = 2 * (snapshot.Exponent ?? 0);
        return MathF.BitIncrement(Shape.Metric switch
        {
            Metric.SquaredL2 => MathF.ScaleB(radius, exponent),
            Metric.Cosine when !ofRows && Shape.ComparesCodesByL2 => (2 - (2 * radius)) + (4 * OneUlp),
            _ => MathF.ScaleB(-radius, exponent + 1),
        });
    }

    /// <summary>Hands over what lies within the radius, nearest first.</summary>
    private void Write(ReadOnlySpan<Neighbor> found, float radius, IBufferWriter<Neighbor> matches)
    {
        // Those beyond it, by a rounding, come last.
        while (!found.IsEmpty && (Shape.Metric == Metric.SquaredL2 ? !(found[^1].Distance <= radius) : !(found[^1].Distance >= radius)))
        {
            found = found[..^1];
        }

        while (!found.IsEmpty)
        {
            var part = found[..Math.Min(found.Length, KernelLayout.BlockSize * KernelLayout.BlockSize)];
            part.CopyTo(matches.GetSpan(part.Length));
            matches.Advance(part.Length);
            found = found[part.Length..];
        }
    }
}
