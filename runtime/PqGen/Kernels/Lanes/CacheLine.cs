using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace PqGen.Kernels;

/// <summary>What kernels tell the processor about memory they are going to read.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CacheLine
{
    private const int Size = 64;

    /// <summary>
    /// Asks for the cache line that holds a byte. A hint: any address will do, and where there is no such instruction nothing happens.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch(ref byte address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref address));
    }

    /// <summary>Asks for all cache lines of so many bytes, 1 or more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Prefetch(ref byte first, nint bytes)
    {
        for (nint at = 0; at < bytes; at += Size)
        {
            Prefetch(ref Unsafe.Add(ref first, at));
        }

        // They may begin inside a line.
        Prefetch(ref Unsafe.Add(ref first, bytes - 1));
    }
}
