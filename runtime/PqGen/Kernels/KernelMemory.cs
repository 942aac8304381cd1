using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace PqGen.Kernels;

/// <summary>What generated kernels ask of memory that C# grants only to unsafe code.</summary>
public static class KernelMemory
{
    /// <summary>Asks for a cache line before it is needed. A hint: any address will do, and nothing is read where there is none.</summary>
    /// <remarks>
    /// The scan takes four blocks at once, 64 bytes of each in turn. The hardware's prefetchers do not follow four short streams, but they follow
    /// hints given in the order of memory: with them, codes in DRAM are scanned about twice as fast.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch(ref byte address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref address));
    }
}
