using PqGen.Common;

namespace PqGen.Storage;

/// <summary>A segment of a list of known length.</summary>
/// <param name="List">The list.</param>
/// <param name="Segment">Where its vectors lie.</param>
/// <param name="First">The first of them, among those of the list.</param>
/// <param name="Count">How many there are.</param>
internal readonly record struct ListPart(int List, Segment Segment, int First, int Count);

/// <summary>
/// Lists of known lengths, reserved one after the other in the segments in which a file of version 2 holds them, so that memory is taken as a file is
/// read and no faster. Small segments, which larger ones may replace, lie on their own.
/// </summary>
/// <param name="layout">The layout.</param>
/// <param name="counts">The vectors of each list.</param>
internal sealed class ListReservation(ListLayout layout, int[] counts)
{
    /// <summary>Lines of memory that segments share, at most, but for one that is larger.</summary>
    private const long SlabLines = ListLayout.MaxFileSegmentBytes / Segment.LineSize;

    private readonly int[] _lists = [.. Enumerable.Range(0, counts.Length).Where(list => counts[list] > 0)];
    private ListTable? _table;

    /// <summary>The table of all lists, once all of them were reserved.</summary>
    public ListTable Table => _table ?? throw new InvalidOperationException("Not all lists were reserved; this is a fault of the library.");

    /// <summary>Lists that lie one after the other in part of a mapped file.</summary>
    public static ListTable Mapped(ListLayout layout, int[] counts, MappedFile file, long offset)
    {
        // A segment says in an Int32 where it begins, in lines of its buffer.
        const long BufferBytes = 1L << 36;
        var lists = Enumerable.Range(0, counts.Length).Where(list => counts[list] > 0).ToArray();
        var states = new ListState[lists.Length];
        var (buffer, begin, at) = (file.Buffer<byte>(offset, BufferBytes), offset, offset);
        for (var i = 0; i < lists.Length; i++)
        {
            var count = counts[lists[i]];
            var segments = new Segment[layout.FileSegments(count)];
            for (var s = 0; s < segments.Length; s++)
            {
                if (at - begin > BufferBytes - ListLayout.MaxFileSegmentBytes)
                {
                    (buffer, begin) = (file.Buffer<byte>(at, BufferBytes), at);
                }

                var (_, blocks) = layout.FileSegment(count, s);
                segments[s] = new Segment(buffer, (int)((at - begin) / Segment.LineSize), blocks);
                at += layout.SegmentBytes(blocks);
            }

            states[i] = new ListState(count, segments.Length, segments);
        }

        return new ListTable(layout, counts.Length).With(lists, states);
    }

    /// <summary>Reserves the segments of all lists in turn, each when it is asked for.</summary>
    public IEnumerable<ListPart> Reserve()
    {
        var states = new ListState[_lists.Length];
        var left = _lists.Sum(list => layout.FileBytes(counts[list])) / Segment.LineSize;
        var (slab, line, room) = (new AlignedBuffer<byte>(0), 0L, 0L);
        for (var i = 0; i < _lists.Length; i++)
        {
            var count = counts[_lists[i]];
            var segments = new Segment[layout.FileSegments(count)];
            states[i] = new ListState(count, segments.Length, segments);
            for (var s = 0; s < segments.Length; s++)
            {
                var (first, blocks) = layout.FileSegment(count, s);
                var lines = layout.SegmentBytes(blocks) / Segment.LineSize;
                if ((long)blocks * layout.BlockSize < ListLayout.SmallSegment)
                {
                    segments[s] = new Segment(new AlignedBuffer<byte>(lines * Segment.LineSize), 0, blocks);
                }
                else
                {
                    if (lines > room)
                    {
                        (line, room) = (0, Math.Max(lines, Math.Min(left, SlabLines)));
                        slab = new AlignedBuffer<byte>(room * Segment.LineSize);
                    }

                    segments[s] = new Segment(slab, (int)line, blocks);
                    (line, room) = (line + lines, room - lines);
                }

                left -= lines;
                yield return new ListPart(_lists[i], segments[s], first, Math.Min(count - first, blocks * layout.BlockSize));
            }
        }

        _table = new ListTable(layout, counts.Length).With(_lists, states);
    }
}
