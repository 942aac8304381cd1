using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PqGen.Tests.Kernels;

/// <summary>An array whose first element lies on a 64-byte boundary, with guard bytes behind the end that must stay as they are.</summary>
internal sealed class AlignedBuffer<T>
    where T : unmanaged
{
    private const int Alignment = 64;
    private const byte Guard = 0xA5;
    private readonly byte[] _bytes;
    private readonly int _start;

    public AlignedBuffer(int length)
    {
        Length = length;
        _bytes = GC.AllocateUninitializedArray<byte>((length * Unsafe.SizeOf<T>()) + (2 * Alignment), pinned: true);
        _bytes.AsSpan().Fill(Guard);
        var address = Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, 0);
        _start = (int)((Alignment - (address & (Alignment - 1))) & (Alignment - 1));
    }

    public AlignedBuffer(ReadOnlySpan<T> values)
        : this(values.Length)
        => values.CopyTo(Span);

    public int Length { get; }

    public Span<T> Span => MemoryMarshal.Cast<byte, T>(_bytes.AsSpan(_start, Length * Unsafe.SizeOf<T>()));

    /// <summary>The first element; a valid place to point at even when there is none.</summary>
    public ref T Reference => ref Unsafe.As<byte, T>(ref _bytes[_start]);

    /// <summary>Fails when a kernel has written before the start or behind the end.</summary>
    public void AssertGuards()
    {
        Assert.Equal(-1, _bytes.AsSpan(0, _start).IndexOfAnyExcept(Guard));
        Assert.Equal(-1, _bytes.AsSpan(_start + (Length * Unsafe.SizeOf<T>())).IndexOfAnyExcept(Guard));
    }
}
