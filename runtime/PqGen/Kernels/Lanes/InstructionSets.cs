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
/// A set counts only where vectors of its width are wanted: with <c>DOTNET_PreferredVectorBitWidth=256</c> neither set of 512 bits does. Of two sets
/// the wider one includes the narrower.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class InstructionSets
{
    /// <summary>512-bit vectors, byte permutations over whole registers among them.</summary>
    public static bool Avx512Vbmi
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.IsHardwareAccelerated && System.Runtime.Intrinsics.X86.Avx512Vbmi.IsSupported;
    }

    /// <summary>512-bit vectors: AVX-512 F, BW, CD, DQ, VL.</summary>
    public static bool Avx512
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.IsHardwareAccelerated;
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
