using PqGen.Common;

namespace PqGen.Scan;

/// <summary>What searches have done since it was set to zero.</summary>
internal struct ScanCounts
{
    public int Lists;
    public long Codes;
    public long Scored;
    public long Reranked;

    /// <summary>Counts one list.</summary>
    public void Probed(int vectors)
    {
        Lists++;
        Codes += vectors;
    }
}

/// <summary>The working memory of a scan; grows to what is asked of it and is used again.</summary>
internal sealed class ScanScratch
{
    private GroupScratch? _group;

    /// <summary>float <c>[queries][M][PaddedKsub]</c>, distance tables.</summary>
    public AlignedBuffer<float> Tables = new(0);

    /// <summary>float <c>[queries][Dimension]</c>, queries less the origin of terms.</summary>
    public AlignedBuffer<float> Centered = new(0);

    /// <summary>float <c>[M][PaddedKsub]</c>, the table of a list's residual.</summary>
    public AlignedBuffer<float> ResidualTable = new(0);

    /// <summary>The byte tables of the queries at work.</summary>
    public AlignedBuffer<byte> ByteTable = new(0);

    /// <summary>float <c>[Dimension]</c>, the residual of the query from a list's centroid.</summary>
    public AlignedBuffer<float> Residual = new(0);

    /// <summary>float, distances of vectors of a list.</summary>
    public AlignedBuffer<float> Distances = new(0);

    /// <summary>What the lists to probe hold; cleared after a search, so that replaced segments are not kept alive.</summary>
    public ProbedList[] Lists = [];

    /// <summary>The segments scanned, in their order; cleared likewise.</summary>
    public ScannedSegment[] Segments = [];

    /// <summary>UInt16 <c>[blocks][64]</c>, the bounds of the vectors that a scan begins with.</summary>
    public AlignedBuffer<ushort> Bounds = new(0);

    /// <summary>UInt16 <c>[8][64]</c>, the bounds of the blocks that were scanned last.</summary>
    public AlignedBuffer<ushort> LastBounds = new(0);

    /// <summary>byte <c>[M][PaddedKsub]</c>, a query's byte table as it is, where kernels keep another.</summary>
    public AlignedBuffer<byte> PlainBytes = new(0);

    /// <summary>float <c>[M][PaddedKsub]</c>, the same bytes.</summary>
    public AlignedBuffer<float> PlainByteTable = new(0);

    /// <summary>The parts of segments whose bounds these are.</summary>
    public OpenedPart[] Opened = [];

    /// <summary>The minima of groups of bounds.</summary>
    public int[] Minima = [];

    /// <summary>The vectors that may be among the nearest.</summary>
    public Candidate[] Shortlist = [];

    /// <summary>The keys of the smallest upper bounds of distances.</summary>
    public int[] Uppers = [];

    /// <summary>What scans for a group of queries need beside.</summary>
    public GroupScratch Group => _group ??= new GroupScratch();

    /// <summary>What the search at work has done.</summary>
    public ScanCounts Counts;

    /// <summary>Keeps a segment that a scan enters.</summary>
    /// <param name="number">Its number, one more than the last's.</param>
    /// <param name="segment">The segment.</param>
    public void Hold(int number, ScannedSegment segment)
    {
        if (number == Segments.Length)
        {
            Array.Resize(ref Segments, Math.Max(64, 2 * number));
        }

        Segments[number] = segment;
    }

    public long SizeInBytes =>
        Tables.SizeInBytes + Centered.SizeInBytes + ResidualTable.SizeInBytes + ByteTable.SizeInBytes + Residual.SizeInBytes + Distances.SizeInBytes
        + (56L * Lists.Length) + (40L * Segments.Length) + (12L * Shortlist.Length) + (4L * Uppers.Length)
        + Bounds.SizeInBytes + LastBounds.SizeInBytes + PlainBytes.SizeInBytes + PlainByteTable.SizeInBytes
        + (24L * Opened.Length) + (4L * Minima.Length) + (_group?.SizeInBytes ?? 0);
}
