using PqGen.Storage;

namespace PqGen.Indexes;

/// <summary>Makes a snapshot without what was removed: as if the vectors that are left had been added, in their order, with their ids.</summary>
internal static class Compaction
{
    /// <summary>The snapshot, which shares nothing with the old one, and the table of its ids.</summary>
    public static (Snapshot Snapshot, IdTable Ids) Run(Snapshot old, CancellationToken cancellation)
    {
        var live = new LivePositions(old.Positions, old.Removed);
        var lists = Lists(old, live, cancellation);
        var rows = old.Rows is null ? null : Rows(old, live, cancellation);
        var ids = Ids(old, live);
        return (
            old with
            {
                Positions = old.Count,
                Removed = default,
                Lists = lists,
                Ids = ids.View,
                Rows = rows,
                Carried = old.Carried.InMemory(),
                Mapping = null,
            },
            ids);
    }

    private static ListTable Lists(Snapshot old, LivePositions live, CancellationToken cancellation)
    {
        var counts = new int[old.Lists.NList];
        for (var list = 0; list < counts.Length; list++)
        {
            foreach (var (_, _, position) in ListPlaces.Of(old.Lists, list))
            {
                counts[list] += live.Contains(position) ? 1 : 0;
            }
        }

        var used = Enumerable.Range(0, counts.Length).Where(list => counts[list] > 0).ToArray();
        var layout = old.Lists.Layout;
        var appender = new ListAppender(new ListTable(layout, counts.Length), used, Array.ConvertAll(used, list => counts[list]));
        for (var group = 0; group < used.Length; group++)
        {
            cancellation.ThrowIfCancellationRequested();
            var next = 0;
            foreach (var (segment, place, position) in ListPlaces.Of(old.Lists, used[group]))
            {
                if (live.Contains(position))
                {
                    var (to, toPlace) = appender.Locate(group, next++);
                    VectorCopy.Run(segment, place, to, toPlace, live.Rank(position), layout);
                }
            }
        }

        return appender.Table;
    }

    private static KeptRows Rows(Snapshot old, LivePositions live, CancellationToken cancellation)
    {
        var rows = new KeptRows(old.Rows!.Scheme);
        rows.Reserve(old.Count, 0);
        for (var (from, to) = (old.Rows, rows); from is not null; (from, to) = (from.Second, to.Second!))
        {
            Copy(old, live, from.Bytes.View, to.Bytes, cancellation);
        }

        return rows;
    }

    private static void Copy(Snapshot old, LivePositions live, ColumnView<byte> from, Column<byte> to, CancellationToken cancellation)
    {
        for (var position = 0; position < old.Positions; position++)
        {
            if (position % 4096 == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            if (live.Contains(position))
            {
                to.Write(from.Run(position, 1), live.Rank(position));
            }
        }
    }

    private static IdTable Ids(Snapshot old, LivePositions live)
    {
        var ids = new long[old.Count];
        for (var position = 0; position < old.Positions; position++)
        {
            if (live.Contains(position))
            {
                ids[live.Rank(position)] = old.Ids[position];
            }
        }

        return IdTable.Of(ids, out _);
    }
}
