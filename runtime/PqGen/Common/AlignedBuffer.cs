using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PqGen.Common;

/// <summary>
/// A zeroed array whose first element is aligned to 64 bytes and does not move: what kernels read. The garbage collector owns it, so a
/// reference into it keeps it alive, also when a writer has replaced it meanwhile. Holds up to 137 GB.
/// </summary>
internal sealed class AlignedBuffer<T>
    where T : unmanaged
{
    private const int LineSize = 64;
    private readonly Line[] _lines;
    private readonly nint _offset;

    public AlignedBuffer(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        var lines = ((length * Unsafe.SizeOf<T>()) + LineSize - 1) / LineSize;
        if (lines >= Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(
                nameof(length),
                length,
                Guard.Text(
                    $"A buffer of {length} elements of {Unsafe.SizeOf<T>()} bytes exceeds the most, {(long)Array.MaxLength * LineSize} bytes."));
        }

        // One line more than needed, so that an aligned start fits.
        _lines = GC.AllocateArray<Line>((int)lines + 1, pinned: true);
        _offset = -Marshal.UnsafeAddrOfPinnedArrayElement(_lines, 0) & (LineSize - 1);
    }

    /// <summary>A copy of <paramref name="source"/>.</summary>
    public AlignedBuffer(ReadOnlySpan<T> source)
        : this(source.Length) => source.CopyTo(Span(0, source.Length));

    public long Length { get; }

    public long SizeInBytes => (long)_lines.Length * LineSize;

    /// <summary>The first element.</summary>
    public ref T Reference
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.As<byte, T>(ref Unsafe.AddByteOffset(ref Unsafe.As<Line, byte>(ref MemoryMarshal.GetArrayDataReference(_lines)), _offset));
    }

    /// <summary>The element at <paramref name="index"/>, unchecked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T At(long index) => ref Unsafe.Add(ref Reference, (nint)index);

    /// <summary>A checked view of part of the buffer.</summary>
    public Span<T> Span(long start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Length - length);
        return MemoryMarshal.CreateSpan(ref At(start), length);
    }

    /// <summary>A larger buffer with the first <paramref name="used"/> elements copied.</summary>
    public AlignedBuffer<T> Grow(long length, long used)
    {
        var grown = new AlignedBuffer<T>(length);
        const int Chunk = 1 << 28;
        for (long at = 0; at < used; at += Chunk)
        {
            var part = (int)Math.Min(Chunk, used - at);
            Span(at, part).CopyTo(grown.Span(at, part));
        }

        return grown;
    }

    [StructLayout(LayoutKind.Sequential, Size = LineSize)]
    private struct Line;
}
