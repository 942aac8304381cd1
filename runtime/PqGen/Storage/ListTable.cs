using System.Runtime.CompilerServices;

namespace PqGen.Storage;

/// <summary>What a list holds at one moment. Its segments are full but for the last.</summary>
/// <param name="Count">Vectors.</param>
/// <param name="SegmentCount">Segments in use.</param>
/// <param name="Segments">Segment <c>[SegmentCount]</c> or more; those behind belong to later moments.</param>
internal readonly record struct ListState(int Count, int SegmentCount, Segment[] Segments)
{
    public static ListState Empty => new(0, 0, []);

    public ReadOnlySpan<Segment> Used => Segments.AsSpan(0, SegmentCount);

    /// <summary>The segment in which a block of the list lies, and the block's number there.</summary>
    public (Segment Segment, int Block) Locate(int block)
    {
        var segment = 0;
        for (; block >= Segments[segment].Blocks; segment++)
        {
            block -= Segments[segment].Blocks;
        }

        return (Segments[segment], block);
    }

    /// <summary>Blocks there is room for in all segments.</summary>
    public int Blocks
    {
        get
        {
            var blocks = 0;
            foreach (ref readonly var segment in Used)
            {
                blocks += segment.Blocks;
            }

            return blocks;
        }
    }
}

/// <summary>
/// All lists of an index at one moment. Immutable: a change makes a new table that shares what it leaves, the lists of some dozens of
/// neighbours together, so that changing one list costs in proportion to the square root of their number at most.
/// </summary>
internal sealed class ListTable
{
    private const int ChunkBits = 5;
    private const int ChunkMask = (1 << ChunkBits) - 1;
    private readonly ListState[][] _chunks;
    private readonly FirstUse? _firstUse;

    /// <summary>Empty lists.</summary>
    public ListTable(ListLayout layout, int nlist)
    {
        (Layout, NList) = (layout, nlist);
        _chunks = new ListState[(nlist + ChunkMask) >> ChunkBits][];
        for (var chunk = 0; chunk < _chunks.Length; chunk++)
        {
            _chunks[chunk] = new ListState[Math.Min(ChunkMask + 1, nlist - (chunk << ChunkBits))];
            Array.Fill(_chunks[chunk], ListState.Empty);
        }
    }

    private ListTable(ListTable old, ListState[][] chunks, FirstUse? firstUse)
    {
        (Layout, NList, _chunks, _firstUse) = (old.Layout, old.NList, chunks, firstUse);
    }

    public ListLayout Layout { get; }

    public int NList { get; }

    /// <summary>A list. One of a mapped file is checked when it is first asked for here.</summary>
    /// <exception cref="IndexFileException">The file is damaged.</exception>
    public ref readonly ListState this[int list]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            _firstUse?.Of(list);
            return ref Peek(list);
        }
    }

    /// <summary>A list whose contents nobody looks at, or as nobody should: they may not have been checked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly ListState Peek(int list) => ref _chunks[list >> ChunkBits][list & ChunkMask];

    /// <summary>The same lists, each checked when it is first used.</summary>
    public ListTable CheckedOn(FirstUse firstUse) => new(this, _chunks, firstUse);

    /// <summary>A table in which some lists hold something else.</summary>
    /// <param name="lists">Their numbers, ascending.</param>
    /// <param name="states">What they hold.</param>
    public ListTable With(ReadOnlySpan<int> lists, ReadOnlySpan<ListState> states)
    {
        var chunks = (ListState[][])_chunks.Clone();
        for (var i = 0; i < lists.Length; i++)
        {
            ref var chunk = ref chunks[lists[i] >> ChunkBits];
            if (chunk == _chunks[lists[i] >> ChunkBits])
            {
                chunk = (ListState[])chunk.Clone();
            }

            chunk[lists[i] & ChunkMask] = states[i];
        }

        return new ListTable(this, chunks, _firstUse);
    }

    /// <summary>Bytes of payload with terms, and of positions with what finds the segments; and those of them that lie in a file.</summary>
    public (long Payload, long Positions, long Mapped) SizeInBytes
    {
        get
        {
            var (payload, positions, mapped) = (0L, 0L, 0L);
            for (var list = 0; list < NList; list++)
            {
                ref readonly var state = ref Peek(list);
                positions += (long)state.Segments.Length * Unsafe.SizeOf<Segment>();
                foreach (ref readonly var segment in state.Used)
                {
                    var (ofPayload, ofPositions) = (Layout.PayloadBytes(segment.Capacity), Layout.PositionBytes(segment.Capacity));
                    (payload, positions) = (payload + ofPayload, positions + ofPositions);
                    mapped += segment.IsMapped ? ofPayload + ofPositions : 0;
                }
            }

            return (payload, positions + ((long)NList * Unsafe.SizeOf<ListState>()), mapped);
        }
    }
}
