namespace PqGen.Generator.Emit;

/// <summary>
/// What kernels name without a qualifier, of <see cref="FileFrame.KernelUsings"/>. A declaration where one of them means something
/// else is refused; a test holds this list to what the emitters write.
/// </summary>
internal static class ImportedNames
{
    public static readonly string[] All =
    [
        "Avx2",
        "Avx512BW",
        "Avx512F",
        "Avx512Vbmi",
        "CacheLine",
        "Fma",
        "ICentroidKernels",
        "IIvfPqKernels",
        "IPqKernels",
        "IVectorKernels",
        "KernelPath",
        "LaneReduction",
        "Math",
        "MathF",
        "MemoryMarshal",
        "MethodImpl",
        "MethodImplAttribute",
        "MethodImplOptions",
        "Span",
        "Sse",
        "Sse2",
        "Sse41",
        "TableScale",
        "Unsafe",
        "Vector128",
        "Vector256",
        "Vector512",
    ];
}
