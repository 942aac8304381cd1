using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Kernels;
using PqGen.Quantization;

namespace PqGen.Storage.Files.Sections;

/// <summary>
/// The lists, one after the other, each in segments as a search reads them in memory: payload, terms and positions (<see cref="ListLayout"/>). What
/// lies behind the last vector is 0.
/// </summary>
internal sealed class ListSection() : SectionKind("LIST"u8)
{
    protected override long Length(LoadedIndex index)
    {
        var layout = index.Header.Layout;
        return index.Counts.Sum(layout.FileBytes);
    }

    public override void Read(SectionReader reader, LoadedIndex index)
    {
        var layout = index.Header.Layout;
        var reservation = new ListReservation(layout, index.Counts);
        foreach (var part in reservation.Reserve())
        {
            reader.Read(MemoryMarshal.CreateSpan(ref part.Segment.Payload, (int)layout.SegmentBytes(part.Segment.Blocks)));
        }

        reader.CheckChecksum();
        index.Lists = reservation.Table;
        new ListChecks(index.Header, reader.Damaged).Run(index.Lists);
    }

    public override bool IsModel => false;

    public override bool IsMapped => true;

    /// <inheritdoc/>
    /// <remarks>Segment by segment, in memory for the largest.</remarks>
    public override void Check(SectionReader reader, LoadedIndex index)
    {
        var (layout, checks) = (index.Header.Layout, new ListChecks(index.Header, reader.Damaged));
        var memory = new AlignedBuffer<byte>(LargestSegment(layout, index.Counts));
        ExceptionDispatchInfo? damage = null;
        for (var list = 0; list < index.Counts.Length; list++)
        {
            var (count, before) = (index.Counts[list], -1);
            for (var s = 0; s < layout.FileSegments(count); s++)
            {
                var (first, blocks) = layout.FileSegment(count, s);
                reader.Read(memory.Span(0, (int)layout.SegmentBytes(blocks)));
                try
                {
                    checks.Run(list, new Segment(memory, 0, blocks), Math.Min(count - first, blocks * layout.BlockSize), ref before);
                }
                catch (IndexFileException e)
                {
                    // Where the checksum is wrong too, it says more.
                    damage ??= ExceptionDispatchInfo.Capture(e);
                }
            }
        }

        reader.CheckChecksum();
        damage?.Throw();
    }

    public override void Map(MappedSection section, LoadedIndex index)
    {
        var lists = ListReservation.Mapped(index.Header.Layout, index.Counts, section.File, section.Entry.Offset);
        var checks = new ListChecks(index.Header, section.Damaged);
        index.Lists = lists.CheckedOn(new FirstUse(lists.NList, list =>
        {
            section.Index.CheckLength();
            ref readonly var state = ref lists.Peek(list);
            foreach (ref readonly var segment in state.Used)
            {
                segment.WillNeed(lists.Layout);
            }

            checks.Run(list, state);
        }));
    }

    public override void Write(SectionWriter writer, SavedIndex index)
    {
        if (!index.IsOnePiece)
        {
            WriteCopied(writer, index);
            return;
        }

        var (lists, layout) = (index.Parts[0].Lists, index.Header.Layout);
        for (var list = 0; list < lists.NList; list++)
        {
            var state = lists[list];
            for (var s = 0; s < layout.FileSegments(state.Count); s++)
            {
                var (first, blocks) = layout.FileSegment(state.Count, s);
                var count = Math.Min(state.Count - first, blocks * layout.BlockSize);
                if (layout.IsBlocked)
                {
                    WriteCodes(writer, lists[list], layout, first, count);
                }
                else
                {
                    WriteRows(writer, lists[list], layout, first, count);
                }

                if (layout.HasTerms)
                {
                    WriteTerms(writer, lists[list], layout, first, count);
                }

                if (layout.HasPositions)
                {
                    WritePositions(writer, lists[list], layout, first, count);
                    writer.Write<int>(new int[(blocks * layout.BlockSize) - count]);
                }

                // What is left of its last line.
                writer.Write<byte>(new byte[layout.SegmentBytes(blocks) - layout.PositionsOffset(blocks) - layout.PositionBytes(blocks)]);
            }
        }
    }

    /// <summary>Writes vectors that come from several places, or between which some are missing: a segment is put together and written.</summary>
    private static void WriteCopied(SectionWriter writer, SavedIndex index)
    {
        var layout = index.Header.Layout;
        var memory = new AlignedBuffer<byte>(LargestSegment(layout, index.Counts));
        for (var list = 0; list < index.Counts.Length; list++)
        {
            using var places = index.Parts.SelectMany(part => part.Places(list)).GetEnumerator();
            for (var s = 0; s < layout.FileSegments(index.Counts[list]); s++)
            {
                var (first, blocks) = layout.FileSegment(index.Counts[list], s);
                var segment = new Segment(memory, 0, blocks);
                var bytes = memory.Span(0, (int)layout.SegmentBytes(blocks));
                bytes.Clear();
                for (var to = 0; to < Math.Min(index.Counts[list] - first, blocks * layout.BlockSize); to++)
                {
                    places.MoveNext();
                    VectorCopy.Run(places.Current.Segment, places.Current.Place, segment, to, places.Current.Position, layout);
                }

                writer.Write<byte>(bytes);
            }
        }
    }

    private static long LargestSegment(in ListLayout layout, int[] counts) =>
        counts.Max() is > 0 and var most ? layout.SegmentBytes(layout.FileSegment(most, 0).Blocks) : 0;

    private static void WriteCodes(SectionWriter writer, in ListState state, in ListLayout layout, int first, int count)
    {
        var (runs, blocks) = (layout.VectorBytes, layout.Blocks(count));
        var tile = new byte[KernelLayout.TileStride * runs];
        for (int block = 0, together; block < blocks; block += together)
        {
            // A whole tile, or one of the blocks that are left over.
            var stride = KernelLayout.RunStride(block, blocks);
            together = stride / KernelLayout.BlockSize;
            for (var t = 0; t < together; t++)
            {
                var (segment, from) = state.Locate((first / KernelLayout.BlockSize) + block + t);
                BlockCodes.CopyRuns(
                    ref segment.Block(from, runs), segment.RunStride(from), ref tile[t * KernelLayout.BlockSize], stride, runs);
                var lanes = Lanes(count, block + t);
                for (var run = 0; run < runs; run++)
                {
                    tile.AsSpan((run * stride) + (t * KernelLayout.BlockSize), KernelLayout.BlockSize)[lanes..].Clear();
                }
            }

            writer.Write<byte>(tile.AsSpan(0, stride * runs));
        }
    }

    private static void WriteTerms(SectionWriter writer, in ListState state, in ListLayout layout, int first, int count)
    {
        Span<ushort> terms = stackalloc ushort[KernelLayout.BlockSize];
        for (var block = 0; block < layout.Blocks(count); block++)
        {
            var (segment, from) = state.Locate((first / KernelLayout.BlockSize) + block);
            ref var source = ref Unsafe.Add(ref segment.Terms(layout), (nint)from * KernelLayout.BlockSize);
            MemoryMarshal.CreateReadOnlySpan(ref source, terms.Length).CopyTo(terms);
            for (var lane = Lanes(count, block); lane < KernelLayout.BlockSize; lane++)
            {
                terms[KernelLayout.TermPosition(lane)] = 0;
            }

            writer.Write<ushort>(terms);
        }
    }

    private static void WriteRows(SectionWriter writer, in ListState state, in ListLayout layout, int first, int count)
    {
        var dimension = layout.VectorBytes / sizeof(float);
        for (int row = first, rows; row < first + count; row += rows)
        {
            var (segment, from) = state.Locate(row);
            rows = Math.Min(segment.Blocks - from, first + count - row);
            writer.Write<float>(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref segment.Rows, (nint)from * dimension), rows * dimension));
        }
    }

    private static void WritePositions(SectionWriter writer, in ListState state, in ListLayout layout, int first, int count)
    {
        for (int place = first, places; place < first + count; place += places)
        {
            var (segment, block) = state.Locate(place / layout.BlockSize);
            places = Math.Min((segment.Blocks - block) * layout.BlockSize, first + count - place);
            writer.Write<int>(
                MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref segment.Positions(layout), (nint)block * layout.BlockSize), places));
        }
    }

    /// <summary>How many lanes of a block hold vectors.</summary>
    private static int Lanes(int count, int block) => Math.Min(KernelLayout.BlockSize, count - (block * KernelLayout.BlockSize));
}
