using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PqGen.Kernels;

/// <summary>
/// The instruction sets that kernels are written for, and the only place that asks the processor for them. Each property is a constant of the JIT: of
/// a choice between kernels one call remains.
/// </summary>
/// <remarks>
/// What the processor has counts, not <see cref="Vector512.IsHardwareAccelerated"/>: that is false on Intel's servers from Skylake to Cooper Lake,
/// which lower their clock for 512 bits, and scans are about twice as fast there all the same. <c>DOTNET_EnableAVX512=0</c> turns both sets of 512
/// bits off. Of two sets the wider one includes the narrower.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class InstructionSets
{
    /// <summary>512-bit vectors, byte permutations over whole registers among them.</summary>
    public static bool Avx512Vbmi
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Avx512 && System.Runtime.Intrinsics.X86.Avx512Vbmi.IsSupported;
    }

    /// <summary>512-bit vectors: AVX-512 F, BW, CD, DQ, VL.</summary>
    public static bool Avx512
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Avx512BW.IsSupported && Avx512DQ.IsSupported;
    }

    /// <summary>256-bit vectors with fused multiply-add.</summary>
    public static bool Avx2
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.IsHardwareAccelerated && System.Runtime.Intrinsics.X86.Avx2.IsSupported && Fma.IsSupported;
    }

    /// <summary>Arm64's vectors of 128 bits, byte look-ups in tables of four registers among them.</summary>
    public static bool AdvSimd
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => System.Runtime.Intrinsics.Arm.AdvSimd.Arm64.IsSupported;
    }

    /// <summary>
    /// Whether scans look codes of a whole byte up, and do not only bound them by their nibbles: then the bounds that they write are sums of bytes.
    /// </summary>
    internal static bool ByteLookups
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Avx2 || AdvSimd;
    }

    /// <summary>The best of them, as an index reports it.</summary>
    public static KernelPath Best
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Avx512Vbmi ? KernelPath.Avx512Vbmi
            : Avx512 ? KernelPath.Avx512
            : Avx2 ? KernelPath.Avx2
            : AdvSimd ? KernelPath.AdvSimd
            : KernelPath.Vector128;
    }
}
