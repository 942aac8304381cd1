using PqGen.Kernels;

namespace PqGen.Storage;

/// <summary>
/// How the vectors of a list lie in memory. A segment holds whole blocks: first their payload, codes (<see cref="KernelLayout"/>) or rows
/// of floats, then their terms, then their positions.
/// </summary>
/// <param name="BlockSize">Vectors of a block: 64 of codes, 1 of rows.</param>
/// <param name="VectorBytes">Bytes of a vector's payload.</param>
/// <param name="HasTerms">Whether a vector has a 16-bit term.</param>
/// <param name="HasPositions">Whether a vector's position, Int32, is kept: in an inverted file. Else place and position are the same.</param>
internal readonly record struct ListLayout(int BlockSize, int VectorBytes, bool HasTerms, bool HasPositions)
{
    /// <summary>Vectors of a tile of codes; a segment with less room is replaced by a larger one rather than followed by another.</summary>
    public const int SmallSegment = KernelLayout.TileBlocks * KernelLayout.BlockSize;

    /// <summary>Bytes of a segment in a file, at most: what is read and checked in one piece, and reserved before its bytes have come in.</summary>
    public const int MaxFileSegmentBytes = 1 << 26;

    /// <summary>Codes of vectors, or of residuals, which have terms where scores need them.</summary>
    public static ListLayout OfCodes(int m, int ksub, bool inverted, bool hasTerms) =>
        new(KernelLayout.BlockSize, KernelLayout.CodeSize(m, ksub), hasTerms, inverted);

    /// <summary>Rows of floats.</summary>
    public static ListLayout OfRows(int dimension, bool inverted) => new(1, dimension * sizeof(float), false, inverted);

    /// <summary>Whether the payload is code blocks.</summary>
    public bool IsBlocked => BlockSize == KernelLayout.BlockSize;

    /// <summary>Blocks that hold so many vectors.</summary>
    public int Blocks(int vectors) => (int)(((long)vectors + BlockSize - 1) / BlockSize);

    public long TermsOffset(int blocks) => (long)blocks * BlockSize * VectorBytes;

    public long PositionsOffset(int blocks) => TermsOffset(blocks) + (HasTerms ? (long)blocks * BlockSize * sizeof(ushort) : 0);

    /// <summary>Bytes of payload and terms of so many blocks.</summary>
    public long PayloadBytes(int blocks) => PositionsOffset(blocks);

    /// <summary>Bytes of the positions of so many blocks.</summary>
    public long PositionBytes(int blocks) => HasPositions ? (long)blocks * BlockSize * sizeof(int) : 0;

    /// <summary>Bytes of a segment, whole lines of 64.</summary>
    public long SegmentBytes(int blocks) =>
        (PositionsOffset(blocks) + PositionBytes(blocks) + Segment.LineSize - 1) / Segment.LineSize * Segment.LineSize;

    /// <summary>The blocks, whole tiles, of the largest segment of at most so many bytes.</summary>
    public int BlocksWithin(long bytes) => (int)Math.Min(1 << 30, bytes / SegmentBytes(KernelLayout.TileBlocks) * KernelLayout.TileBlocks);

    /// <summary>The segments of a list of so many vectors in a file.</summary>
    public int FileSegments(int count) => (int)(((long)Blocks(count) + FileSegmentBlocks - 1) / FileSegmentBlocks);

    /// <summary>
    /// A segment of a list of so many vectors in a file: the first vector and how many blocks. All but the last are as large as may be.
    /// </summary>
    public (int First, int Blocks) FileSegment(int count, int segment)
    {
        var first = segment * FileSegmentBlocks;
        return (first * BlockSize, Math.Min(FileSegmentBlocks, Blocks(count) - first));
    }

    /// <summary>Bytes of a list of so many vectors in a file.</summary>
    public long FileBytes(int count)
    {
        var (whole, rest) = Math.DivRem(Blocks(count), FileSegmentBlocks);
        return (whole * SegmentBytes(FileSegmentBlocks)) + (rest == 0 ? 0 : SegmentBytes(rest));
    }

    private int FileSegmentBlocks => BlocksWithin(MaxFileSegmentBytes);
}
