using PqGen.Clustering;
using PqGen.Ivf;
using PqGen.Scan;
using PqGen.Storage;
using PqGen.TopK;

namespace PqGen.Indexes;

/// <content>What is known of vectors by their rows.</content>
internal sealed partial class Engine<TRoute, TCode>
{
    internal override int CodeBytes => _code.Layout.VectorBytes;

    internal override int NearestByRows(Snapshot snapshot, ReadOnlySpan<float> query, Span<Neighbor> results)
    {
        if (snapshot.Count == 0 || results.IsEmpty)
        {
            return 0;
        }

        var scratch = _scratch.Rent();
        try
        {
            query = Scaled(query, snapshot, scratch);
            query = Shape.HasCodes ? query : Transformed(query, scratch);
            results = results[..Math.Min(results.Length, snapshot.Count)];
            var names = new Admitted<AllIds>(snapshot.Ids, snapshot.Removed, default);
            var collector = new TopKCollector<Admitted<AllIds>>(results, names);
            var all = new SearchOptions { NProbe = _route.NList };
            var probes = AllLists(scratch);
            var scan = new ScanQuery(query, 0, _route.NList, results.Length, all);
            if (IsZero(query))
            {
                CollectAll(snapshot.Lists, scan, probes, ref collector, scratch.Scan);
            }
            else if (Shape.HasCodes)
            {
                ScanRows(snapshot, scan, probes, ref collector, scratch);
            }
            else
            {
                _code.Scan(scan, probes, snapshot.Lists, ref collector, scratch.Scan);
            }

            var found = collector.SortById();
            ToDistances(results[..found], snapshot, ofRows: true);
            return found;
        }
        finally
        {
            _scratch.Return(scratch);
        }
    }

    internal override (float[] Rows, long[] Ids) SampleRows(Snapshot snapshot, int count, int seed)
    {
        var live = new int[snapshot.Count];
        var found = 0;
        for (var position = 0; position < snapshot.Positions; position++)
        {
            if (snapshot.Removed.Count == 0 || !snapshot.Removed.Contains(position))
            {
                live[found++] = position;
            }
        }

        var rows = new float[count * Shape.InputDimension];
        var ids = new long[count];
        var chosen = Sampling.Choose(found, count, new Random(seed), default);
        for (var i = 0; i < count; i++)
        {
            ids[i] = snapshot.Ids[live[chosen[i]]];
            var row = rows.AsSpan(i * Shape.InputDimension, Shape.InputDimension);
            if (snapshot.Attached is { } attached)
            {
                attached.Read(ids[i], row);
            }
            else
            {
                Vector(snapshot, live[chosen[i]], row);
            }
        }

        return (rows, ids);
    }

    /// <summary>Every list, in the order of their numbers.</summary>
    private ReadOnlySpan<Probe> AllLists(Scratch scratch)
    {
        var probes = Common.WorkingMemory.Ensure(ref scratch.Route.Probes, _route.NList);
        for (var list = 0; list < probes.Length; list++)
        {
            probes[list] = new Probe(list, 0);
        }

        return probes;
    }
}
