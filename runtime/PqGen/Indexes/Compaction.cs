using System.Runtime.CompilerServices;
using PqGen.Common;
using PqGen.Kernels;
using PqGen.Quantization;
using PqGen.Storage;

namespace PqGen.Indexes;

/// <summary>Makes a snapshot without what was removed: as if the vectors that are left had been added, in their order, with their ids.</summary>
internal static class Compaction
{
    /// <summary>The snapshot, which shares nothing with the old one, and the table of its ids.</summary>
    public static (Snapshot Snapshot, IdTable Ids) Run(Snapshot old, CancellationToken cancellation)
    {
        var moved = NewPositions(old);
        var lists = Lists(old, moved, cancellation);
        var rows = old.Rows is null ? null : Rows(old, moved, cancellation);
        var ids = Ids(old, moved);
        return (old with { Positions = old.Count, Removed = default, Lists = lists, Ids = ids.View, Rows = rows }, ids);
    }

    /// <summary>The new position of each old one; -1 for those removed.</summary>
    private static int[] NewPositions(Snapshot old)
    {
        var moved = new int[old.Positions];
        var next = 0;
        for (var position = 0; position < moved.Length; position++)
        {
            moved[position] = old.Removed.Contains(position) ? -1 : next++;
        }

        return moved;
    }

    private static ListTable Lists(Snapshot old, int[] moved, CancellationToken cancellation)
    {
        var counts = new int[old.Lists.NList];
        for (var list = 0; list < counts.Length; list++)
        {
            foreach (var (_, _, position) in ListPlaces.Of(old.Lists, list))
            {
                counts[list] += moved[position] >= 0 ? 1 : 0;
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
                if (moved[position] >= 0)
                {
                    var (to, toPlace) = appender.Locate(group, next++);
                    Copy(segment, place, to, toPlace, layout);
                    if (layout.HasPositions)
                    {
                        Unsafe.Add(ref to.Positions(layout), toPlace) = moved[position];
                    }
                }
            }
        }

        return appender.Table;
    }

    private static void Copy(in Segment from, int place, in Segment to, int toPlace, in ListLayout layout)
    {
        if (!layout.IsBlocked)
        {
            Unsafe.CopyBlockUnaligned(
                ref Unsafe.Add(ref to.Payload, (nint)toPlace * layout.VectorBytes),
                ref Unsafe.Add(ref from.Payload, (nint)place * layout.VectorBytes),
                (uint)layout.VectorBytes);
            return;
        }

        var (block, lane) = (place / KernelLayout.BlockSize, place % KernelLayout.BlockSize);
        var (toBlock, toLane) = (toPlace / KernelLayout.BlockSize, toPlace % KernelLayout.BlockSize);
        BlockCodes.CopyLane(
            ref from.Block(block, layout.VectorBytes),
            from.RunStride(block),
            lane,
            ref to.Block(toBlock, layout.VectorBytes),
            to.RunStride(toBlock),
            toLane,
            layout.VectorBytes);
        if (layout.HasTerms)
        {
            Unsafe.Add(ref to.Terms(layout), ((nint)toBlock * KernelLayout.BlockSize) + KernelLayout.TermPosition(toLane)) =
                Unsafe.Add(ref from.Terms(layout), ((nint)block * KernelLayout.BlockSize) + KernelLayout.TermPosition(lane));
        }
    }

    private static KeptRows Rows(Snapshot old, int[] moved, CancellationToken cancellation)
    {
        var rows = new KeptRows(old.Rows!.Format, old.Rows.Dimension);
        var (from, to) = (old.Rows.Bytes.View, rows.Bytes);
        rows.Reserve(old.Count, 0);
        for (var position = 0; position < moved.Length; position++)
        {
            if (position % 4096 == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            if (moved[position] >= 0)
            {
                to.Write(from.Run(position, 1), moved[position]);
            }
        }

        return rows;
    }

    private static IdTable Ids(Snapshot old, int[] moved)
    {
        var ids = new long[old.Count];
        for (var position = 0; position < moved.Length; position++)
        {
            if (moved[position] >= 0)
            {
                ids[moved[position]] = old.Ids[position];
            }
        }

        return IdTable.Of(ids, out _);
    }
}
