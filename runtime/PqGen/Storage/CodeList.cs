using PqGen.Kernels;

namespace PqGen.Storage;

/// <summary>
/// Codes in blocks of 64 (<see cref="KernelLayout"/>) with, in an inverted file, each vector's position and term. One writer
/// appends while any number of readers scan: a reader takes the count first and the buffers second, and the buffers hold at least that many.
/// </summary>
/// <param name="m">Sub-quantizers.</param>
/// <param name="ksub">Centroids of each.</param>
/// <param name="inverted">Whether positions and terms are kept.</param>
internal sealed class CodeList(int m, int ksub, bool inverted)
{
    private readonly int _codeSize = KernelLayout.CodeSize(m, ksub);
    private readonly bool _packed = ksub <= KernelLayout.MaxPackedKsub;
    private Buffers _buffers = new(new(0), 0, new(0), []);
    private int _count;

    /// <summary>Vectors that a search sees.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The buffers at this moment; take <see cref="Count"/> first.</summary>
    public Buffers Contents => Volatile.Read(ref _buffers);

    public long CodeBytes => Contents.Codes.SizeInBytes + Contents.Terms.SizeInBytes;

    public long PositionBytes => (long)Contents.Positions.Length * sizeof(int);

    /// <summary>Makes room for <paramref name="count"/> vectors in all.</summary>
    public void Reserve(int count)
    {
        var blocks = KernelLayout.BlockCount(count);
        var old = _buffers;
        if (blocks <= old.Capacity)
        {
            return;
        }

        var capacity = checked((int)Growth.Capacity(old.Capacity, blocks, 1));
        var vectors = checked(capacity * KernelLayout.BlockSize);
        var used = KernelLayout.BlockCount(_count);
        var positions = old.Positions;
        if (inverted)
        {
            Array.Resize(ref positions, vectors);
        }

        Volatile.Write(ref _buffers, new Buffers(
            Grow(old, capacity, used),
            capacity,
            inverted ? old.Terms.Grow(vectors, (long)used * KernelLayout.BlockSize) : old.Terms,
            positions));
    }

    /// <summary>A larger buffer: tiles are copied as they are, single blocks may become part of a tile.</summary>
    private AlignedBuffer<byte> Grow(Buffers old, int capacity, int used)
    {
        var tiled = Math.Min(KernelLayout.TiledBlocks(old.Capacity), (used + KernelLayout.TileBlocks - 1) / KernelLayout.TileBlocks * KernelLayout.TileBlocks);
        var blockBytes = (long)KernelLayout.BlockSize * _codeSize;
        var grown = old.Codes.Grow(capacity * blockBytes, tiled * blockBytes);
        for (var block = tiled; block < used; block++)
        {
            BlockCodes.CopyRuns(
                ref old.Codes.At(KernelLayout.BlockOffset(block, old.Capacity, _codeSize)),
                KernelLayout.RunStride(block, old.Capacity),
                ref grown.At(KernelLayout.BlockOffset(block, capacity, _codeSize)),
                KernelLayout.RunStride(block, capacity),
                _codeSize);
        }

        return grown;
    }

    /// <summary>Writes one code, one byte a sub-quantizer, behind those in use. It counts after <see cref="Publish"/>.</summary>
    public void Write(int at, ReadOnlySpan<byte> code)
    {
        var (buffers, block) = (_buffers, at / KernelLayout.BlockSize);
        ref var first = ref buffers.Codes.At(KernelLayout.BlockOffset(block, buffers.Capacity, _codeSize));
        BlockCodes.Write(ref first, KernelLayout.RunStride(block, buffers.Capacity), at % KernelLayout.BlockSize, code, _packed);
    }

    /// <summary>Writes one code with its position and term.</summary>
    public void Write(int at, ReadOnlySpan<byte> code, int position, ushort term)
    {
        Write(at, code);
        var buffers = _buffers;
        buffers.Positions[at] = position;
        buffers.Terms.At(at / KernelLayout.BlockSize * KernelLayout.BlockSize + KernelLayout.TermPosition(at % KernelLayout.BlockSize)) = term;
    }

    /// <summary>Takes contents read from a file into an empty list.</summary>
    public void Load(Buffers contents, int count) => (_buffers, _count) = (contents, count);

    /// <summary>Lets searches see the first <paramref name="count"/> vectors.</summary>
    public void Publish(int count) => Volatile.Write(ref _count, count);

    /// <param name="Codes">Code blocks: tiles, then single blocks (<see cref="KernelLayout"/>).</param>
    /// <param name="Capacity">The blocks there is room for, which decides which are tiled.</param>
    /// <param name="Terms">UInt16 <c>[block][64]</c>; empty outside an inverted file.</param>
    /// <param name="Positions">int <c>[block * 64]</c>; empty outside an inverted file.</param>
    internal sealed record Buffers(AlignedBuffer<byte> Codes, int Capacity, AlignedBuffer<ushort> Terms, int[] Positions);
}
