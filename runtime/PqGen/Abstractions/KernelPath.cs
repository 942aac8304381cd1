namespace PqGen.Kernels;

/// <summary>The instruction set a kernel struct runs on, best last. What the processor lacks is never chosen.</summary>
public enum KernelPath
{
    /// <summary>
    /// Cross-platform 128-bit vectors: every processor. Codes of 4 bits are looked up exactly, codes of 8 bits bounded by their nibbles, so that a
    /// fast scan scores many vectors one by one.
    /// </summary>
    Vector128 = 0,

    /// <summary>Arm64: floats as on Vector128; codes of up to 8 bits looked up exactly, in tables of four registers.</summary>
    AdvSimd = 1,

    /// <summary>AVX2 with FMA: codes of up to 8 bits looked up exactly, by a shuffle for each 16 centroids: the fewer, the faster.</summary>
    Avx2 = 2,

    /// <summary>AVX-512 F, BW, DQ, VL without VBMI: 512-bit floats; codes of up to 8 bits looked up exactly, by permutations of words.</summary>
    Avx512 = 3,

    /// <summary>AVX-512 with VBMI: 512-bit floats; codes of up to 8 bits looked up exactly, by permutations of bytes.</summary>
    Avx512Vbmi = 4,
}
