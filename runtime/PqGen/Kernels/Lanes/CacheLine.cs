using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace PqGen.Kernels;

/// <summary>What kernels tell the processor about memory they are going to read.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CacheLine
{
    /// <summary>
    /// Asks for the cache line that holds a byte. A hint: any address will do, and where there is no such instruction nothing happens.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch(ref byte address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref address));
    }

    /// <summary>Asks for all cache lines of so many floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Prefetch(ref float first, int count)
    {
        for (nint at = 0; at < count; at += 64 / sizeof(float))
        {
            Prefetch(ref Unsafe.As<float, byte>(ref Unsafe.Add(ref first, at)));
        }
    }
}
