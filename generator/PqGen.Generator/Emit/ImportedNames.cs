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
        "BlockRuns",
        "CacheLine",
        "Fma",
        "Greatest",
        "ICentroidKernels",
        "ICodeRuns",
        "IIvfPqKernels",
        "ILaneSum",
        "IPqKernels",
        "IVectorKernels",
        "InstructionSets",
        "KernelPath",
        "LaneReduction",
        "Least",
        "Math",
        "MathF",
        "MemoryMarshal",
        "MethodImpl",
        "MethodImplAttribute",
        "MethodImplOptions",
        "MinusTwiceProduct",
        "RowFolds",
        "ScanLanes128",
        "ScanLanes256",
        "ScanLanes512",
        "Span",
        "SquaredDifference",
        "Sse",
        "Sse2",
        "Sse41",
        "TableBytes",
        "TableScale",
        "TileRuns",
        "Total",
        "TransposedSquares",
        "Unsafe",
        "Vector128",
        "Vector256",
        "Vector512",
    ];
}
