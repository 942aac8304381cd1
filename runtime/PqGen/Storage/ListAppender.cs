using System.Runtime.CompilerServices;
using PqGen.Common;
using PqGen.Kernels;
using PqGen.Quantization;

namespace PqGen.Storage;

/// <summary>
/// Appends vectors to some lists of a table: reserves room for all of them, takes what they are, and gives the table that holds them. Who reads
/// the old table sees nothing of it: what is written lies behind its counts.
/// </summary>
/// <remarks>
/// Segments stay where they are, but for a small last one, which a larger one replaces. What one call reserves lies in one piece of
/// memory; small segments, which will be replaced, lie on their own. A segment of a mapped file is never written: vectors of its last block, where
/// that is not full, move to the segment that follows.
/// </remarks>
internal sealed class ListAppender
{
    /// <summary>A list of so many vectors or more gets room for a sixteenth more: added one by one they would lie in a great many segments.</summary>
    private const int ManyVectors = 16_384;

    /// <summary>Lines of memory that segments share, at most: a gigabyte.</summary>
    private const long MaxSlabLines = 1L << 24;

    private readonly ListTable _old;
    private readonly int[] _lists;
    private readonly ListState[] _states;

    /// <summary>Reserves room.</summary>
    /// <param name="table">The table as it is.</param>
    /// <param name="lists">The lists to append to, ascending.</param>
    /// <param name="counts">How many vectors each of them gets, 1 or more.</param>
    public ListAppender(ListTable table, int[] lists, ReadOnlySpan<int> counts)
    {
        (_old, _lists, _states) = (table, lists, new ListState[lists.Length]);
        var blocks = new int[lists.Length];
        var lines = 0L;
        for (var i = 0; i < lists.Length; i++)
        {
            _states[i] = WithoutMappedRoom(table[lists[i]]);
            blocks[i] = Needed(_states[i], counts[i]);
            lines += SharedLines(blocks[i]);
        }

        var (slab, line, room) = (new AlignedBuffer<byte>(0), 0L, 0L);
        for (var i = 0; i < lists.Length; i++)
        {
            for (var left = blocks[i]; left > 0;)
            {
                var part = Math.Min(left, MaxSegmentBlocks);
                var shared = SharedLines(part);
                if (shared > room)
                {
                    (line, room) = (0, Math.Max(shared, Math.Min(lines, MaxSlabLines)));
                    slab = new AlignedBuffer<byte>(room * Segment.LineSize);
                }

                var segment = shared == 0 ? new Segment(
                    new AlignedBuffer<byte>(Layout.SegmentBytes(part)), 0, part) : new Segment(slab, (int)line, part);
                Grow(ref _states[i], segment);
                (left, line, room, lines) = (left - part, line + shared, room - shared, lines - shared);
            }

            _states[i] = _states[i] with { Count = _states[i].Count + counts[i] };
        }
    }

    private ListLayout Layout => _old.Layout;

    /// <summary>The table with what was appended.</summary>
    public ListTable Table => _old.With(_lists, _states);

    /// <summary>Where the <paramref name="j"/>-th vector appended to the i-th list goes: its segment and its place there.</summary>
    public (Segment Segment, int Place) Locate(int i, int j)
    {
        ref readonly var state = ref _states[i];
        var place = _old.Peek(_lists[i]).Count + j;
        var first = 0;
        for (var s = 0; s < state.SegmentCount - 1; s++)
        {
            var room = state.Segments[s].Blocks * Layout.BlockSize;
            if (place < first + room)
            {
                return (state.Segments[s], place - first);
            }

            first += room;
        }

        return (state.Segments[state.SegmentCount - 1], place - first);
    }

    /// <summary>The list, whose last segment has no room left where it is part of a file: at most one block less than its vectors need.</summary>
    private ListState WithoutMappedRoom(in ListState state)
    {
        if (state.SegmentCount == 0 || !state.Segments[state.SegmentCount - 1].IsMapped || state.Count == state.Blocks * Layout.BlockSize)
        {
            return state;
        }

        var segments = (Segment[])state.Segments.Clone();
        ref var last = ref segments[state.SegmentCount - 1];
        last = last.Truncated(last.Blocks - 1);
        return state with { Segments = segments };
    }

    /// <summary>The blocks of the segment that a list needs more; 0 where the vectors fit the last one.</summary>
    private int Needed(in ListState state, int count)
    {
        var (room, last) = (state.Blocks * Layout.BlockSize, LastRoom(state));
        if (state.Count + count <= room)
        {
            return 0;
        }

        var replaces = last < ListLayout.SmallSegment;
        var needed = state.Count + count - (replaces ? room - last : room);
        if (state.Count - Mapped(state) is var held and >= ManyVectors)
        {
            needed = Math.Max(needed, held / 16);
        }
        else if (!Layout.IsBlocked && state.Count > 0 && needed < ListLayout.SmallSegment)
        {
            needed = Growth.Capacity(last, needed, ListLayout.SmallSegment);
        }

        return Layout.Blocks(needed);
    }

    /// <summary>Vectors that lie in a file.</summary>
    private int Mapped(in ListState state)
    {
        var blocks = 0;
        foreach (ref readonly var segment in state.Used)
        {
            blocks += segment.IsMapped ? segment.Blocks : 0;
        }

        return blocks * Layout.BlockSize;
    }

    /// <summary>Whole tiles of 64 GB at most.</summary>
    private int MaxSegmentBlocks => Layout.BlocksWithin(1L << 36);

    private int LastRoom(in ListState state) => state.SegmentCount == 0 ? 0 : state.Segments[state.SegmentCount - 1].Blocks * Layout.BlockSize;

    /// <summary>Lines of the shared memory that a segment takes; 0 for a small one.</summary>
    private long SharedLines(int blocks) =>
        (long)blocks * Layout.BlockSize < ListLayout.SmallSegment ? 0 : Layout.SegmentBytes(blocks) / Segment.LineSize;

    /// <summary>Adds a segment to a list, or puts it in the place of a small last one, whose vectors it takes over.</summary>
    private void Grow(ref ListState state, in Segment segment)
    {
        var segments = state.Segments;
        var count = state.SegmentCount;
        if (count > 0 && LastRoom(state) < ListLayout.SmallSegment)
        {
            var before = (state.Blocks - segments[count - 1].Blocks) * Layout.BlockSize;
            Copy(segments[count - 1], 0, segment, state.Count - before);
            // Whoever reads the old table may still want the old segment.
            segments = (Segment[])segments.Clone();
            segments[count - 1] = segment;
        }
        else
        {
            if (count == segments.Length)
            {
                Array.Resize(ref segments, count + 1 + (count / 4));
            }

            if (count > 0 && state.Count - (state.Blocks * Layout.BlockSize) is var moved and > 0 && segments[count - 1] is { IsMapped: true } last)
            {
                Copy(last, last.Blocks, segment, moved);
            }

            segments[count++] = segment;
        }

        state = state with { Segments = segments, SegmentCount = count };
    }

    /// <summary>Copies vectors from a block of a segment on to the beginning of another.</summary>
    private void Copy(in Segment from, int fromBlock, in Segment to, int count)
    {
        var blocks = Layout.Blocks(count);
        if (Layout.IsBlocked)
        {
            for (var block = 0; block < blocks; block++)
            {
                BlockCodes.CopyRuns(
                    ref from.Block(fromBlock + block, Layout.VectorBytes),
                    from.RunStride(fromBlock + block),
                    ref to.Block(block, Layout.VectorBytes),
                    to.RunStride(block),
                    Layout.VectorBytes);
            }
        }
        else
        {
            Unsafe.CopyBlockUnaligned(ref to.Payload, ref from.Payload, (uint)(count * Layout.VectorBytes));
        }

        var (first, bytes) = ((nint)fromBlock * Layout.BlockSize, (uint)(blocks * KernelLayout.BlockSize * sizeof(ushort)));
        if (Layout.HasTerms)
        {
            Unsafe.CopyBlockUnaligned(
                ref Unsafe.As<ushort, byte>(ref to.Terms(Layout)),
                ref Unsafe.As<ushort, byte>(ref Unsafe.Add(ref from.Terms(Layout), first)),
                bytes);
        }

        if (Layout.HasPositions)
        {
            Unsafe.CopyBlockUnaligned(
                ref Unsafe.As<int, byte>(ref to.Positions(Layout)),
                ref Unsafe.As<int, byte>(ref Unsafe.Add(ref from.Positions(Layout), first)),
                (uint)(count * sizeof(int)));
        }
    }
}
