using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Storage.Files;

/// <summary>The sections that hold the lists: their counts, positions, codes, terms and, in an inverted file of rows, the rows.</summary>
internal static class ListSections
{
    /// <summary>Writes counts and positions.</summary>
    public static void WritePositions(IndexFileWriter writer, ListTable lists)
    {
        if (!lists.Layout.HasPositions)
        {
            return;
        }

        writer.Begin(IndexSection.ListCounts);
        for (var list = 0; list < lists.NList; list++)
        {
            writer.Write<int>([lists[list].Count]);
        }

        writer.Begin(IndexSection.Positions);
        for (var list = 0; list < lists.NList; list++)
        {
            foreach (var (segment, count) in Parts(lists, list))
            {
                writer.Write<int>(Positions(segment, count, lists.Layout));
            }
        }
    }

    /// <summary>Reads counts, reserves the lists, and reads their positions: over all lists every position once.</summary>
    public static ListTable ReadLists(IndexFileReader reader, in ListLayout layout)
    {
        var counts = layout.HasPositions ? ReadCounts(reader) : [(int)reader.Header.Count];
        var lists = Enumerable.Range(0, counts.Length).Where(list => counts[list] > 0).ToArray();
        var table = new ListAppender(new ListTable(layout, counts.Length), lists, Array.ConvertAll(lists, list => counts[list])).Table;
        if (layout.HasPositions)
        {
            ReadPositions(reader, table);
        }

        return table;
    }

    /// <summary>Writes rows of floats, list after list.</summary>
    public static void WriteRows(IndexFileWriter writer, ListTable lists, int dimension)
    {
        writer.Begin(IndexSection.Vectors);
        ForAllRows(lists, dimension, rows => writer.Write<float>(rows));
    }

    /// <summary>Reads rows of floats, list after list.</summary>
    /// <returns>Whether any component is not 0.</returns>
    public static bool ReadRows(IndexFileReader reader, ListTable lists, int dimension)
    {
        reader.Begin(IndexSection.Vectors);
        var (first, any) = (0L, false);
        ForAllRows(lists, dimension, rows =>
        {
            reader.ReadVectors(rows, first);
            any = any || rows.ContainsAnyExcept(0f);
            first += rows.Length;
        });
        return any;
    }

    /// <summary>The segments of a list, each with how many vectors it holds.</summary>
    public static IEnumerable<(Segment Segment, int Count)> Parts(ListTable lists, int list)
    {
        var state = lists[list];
        var first = 0;
        for (var s = 0; s < state.SegmentCount; s++)
        {
            var room = state.Segments[s].Blocks * lists.Layout.BlockSize;
            yield return (state.Segments[s], Math.Min(room, state.Count - first));
            first += room;
        }
    }

    private delegate void RowsAction(Span<float> rows);

    /// <summary>All rows, in spans of a moderate length: one of a whole segment may not exist.</summary>
    private static void ForAllRows(ListTable lists, int dimension, RowsAction action)
    {
        var chunk = Math.Max(1, (1 << 22) / dimension);
        for (var list = 0; list < lists.NList; list++)
        {
            foreach (var (segment, count) in Parts(lists, list))
            {
                for (var row = 0; row < count; row += chunk)
                {
                    action(
                        MemoryMarshal.CreateSpan(ref Unsafe.Add(ref segment.Rows, (nint)row * dimension), Math.Min(chunk, count - row) * dimension));
                }
            }
        }
    }

    private static Span<int> Positions(in Segment segment, int count, in ListLayout layout) =>
        MemoryMarshal.CreateSpan(ref segment.Positions(layout), count);

    private static int[] ReadCounts(IndexFileReader reader)
    {
        var counts = reader.ReadArray<int>(IndexSection.ListCounts);
        long sum = 0;
        foreach (var count in counts)
        {
            sum += count;
            if (count < 0 || sum > reader.Header.Count)
            {
                break;
            }
        }

        if (sum != reader.Header.Count || counts.ContainsAnyExceptInRange(0, int.MaxValue))
        {
            throw reader.Damaged(
                IndexSection.ListCounts, "the lists' counts do not add up", Guard.Text($"counts of 0 or more with a sum of {reader.Header.Count}"));
        }

        return counts;
    }

    private static void ReadPositions(IndexFileReader reader, ListTable lists)
    {
        reader.Begin(IndexSection.Positions);
        var count = (int)reader.Header.Count;
        var seen = new ulong[((long)count + 63) / 64];
        for (var list = 0; list < lists.NList; list++)
        {
            var before = -1;
            foreach (var (segment, used) in Parts(lists, list))
            {
                var positions = Positions(segment, used, lists.Layout);
                reader.Read(positions);
                foreach (var position in positions)
                {
                    if ((uint)position >= (uint)count || (seen[position / 64] & (1UL << position)) != 0)
                    {
                        throw reader.Damaged(
                            IndexSection.Positions, Guard.Text($"list {list} holds position {position}"), Guard.Text(
                                $"each position of 0 to {count - 1} is there once"));
                    }

                    if (position <= before)
                    {
                        throw reader.Damaged(
                            IndexSection.Positions,
                            Guard.Text($"list {list} holds position {position} after {before}"),
                            "positions ascend in a list");
                    }

                    before = position;
                    seen[position / 64] |= 1UL << position;
                }
            }
        }
    }
}
