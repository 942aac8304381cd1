using System.Runtime.CompilerServices;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Storage;

/// <summary>A part of a list: blocks that lie together in memory. Never moved and never freed while a search holds it.</summary>
/// <param name="memory">The memory, which segments of several lists may share.</param>
/// <param name="line">Where the segment begins in it, in lines of 64 bytes.</param>
/// <param name="blocks">The blocks there is room for.</param>
/// <param name="capacity">The blocks that lie there, which decides where things are and which blocks are tiled.</param>
internal readonly struct Segment(AlignedBuffer<byte> memory, int line, int blocks, int capacity)
{
    public const int LineSize = 64;

    public Segment(AlignedBuffer<byte> memory, int line, int blocks)
        : this(memory, line, blocks, blocks)
    {
    }

    /// <summary>The blocks there is room for.</summary>
    public int Blocks => blocks;

    /// <summary>
    /// The blocks that lie there: one more than there is room for where the last, of a mapped file, has moved to where it can grow.
    /// </summary>
    public int Capacity => capacity;

    /// <summary>Whether it is part of a file, and not to be written.</summary>
    public bool IsMapped => memory.IsMapped;

    /// <summary>The first byte of the payload.</summary>
    public ref byte Payload
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref memory.At((long)line * LineSize);
    }

    /// <summary>Rows of floats.</summary>
    public ref float Rows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.As<byte, float>(ref Payload);
    }

    /// <summary>The terms, UInt16 <c>[block][64]</c>; behind the payload, so to read only where there are some.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref ushort Terms(scoped in ListLayout layout) =>
        ref Unsafe.As<byte, ushort>(ref Unsafe.Add(ref Payload, (nint)layout.TermsOffset(capacity)));

    /// <summary>The positions, Int32 <c>[vector]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref int Positions(scoped in ListLayout layout) =>
        ref Unsafe.As<byte, int>(ref Unsafe.Add(ref Payload, (nint)layout.PositionsOffset(capacity)));

    /// <summary>The first run of a code block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref byte Block(int block, int codeSize) => ref Unsafe.Add(ref Payload, (nint)KernelLayout.BlockOffset(block, capacity, codeSize));

    /// <summary>Bytes from one run of a code block to its next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int RunStride(int block) => KernelLayout.RunStride(block, capacity);

    /// <summary>The same with room for fewer blocks.</summary>
    public Segment Truncated(int fewer) => new(memory, line, fewer, capacity);

    /// <summary>Tells the system that all of a mapped file's segment will be read soon.</summary>
    public void WillNeed(scoped in ListLayout layout) => memory.WillNeed((long)line * LineSize, layout.SegmentBytes(capacity));

    /// <summary>Asks for what a scan reads first.</summary>
    public void Prefetch(scoped in ListLayout layout)
    {
        if (capacity > 0)
        {
            CacheLine.Prefetch(ref Payload);
            CacheLine.Prefetch(ref Unsafe.As<ushort, byte>(ref Terms(layout)));
        }
    }
}
