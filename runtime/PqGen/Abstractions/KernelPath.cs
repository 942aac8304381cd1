namespace PqGen.Kernels;

/// <summary>The instruction set a kernel struct runs on, best last. What the processor lacks is never chosen.</summary>
public enum KernelPath
{
    /// <summary>Cross-platform 128-bit vectors: every processor.</summary>
    Vector128 = 0,

    /// <summary>Arm64: floats as on Vector128, byte tables looked up in registers.</summary>
    AdvSimd = 1,

    /// <summary>AVX2 with FMA.</summary>
    Avx2 = 2,

    /// <summary>AVX-512 F, BW, DQ, VL without VBMI: 512-bit floats; byte tables as on AVX2.</summary>
    Avx512 = 3,

    /// <summary>AVX-512 with VBMI: 512-bit floats, byte tables looked up in registers.</summary>
    Avx512Vbmi = 4,
}
