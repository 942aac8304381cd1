using PqGen.Generator.Spec;
using PqGen.Kernels;
using static System.FormattableString;

namespace PqGen.Generator.Emit;

/// <summary>Writes the head of the kernel struct: its data sheet, its contract, its sizes and its instruction set.</summary>
internal static class KernelsEmitter
{
    private static readonly string[] s_usings = ["System.Runtime.Intrinsics", "System.Runtime.Intrinsics.X86", "PqGen.Kernels"];

    public static void Write(IndexSpec spec, CodeWriter writer)
    {
        using (FileFrame.Open(spec, writer, s_usings, WriteDataSheet))
        using (writer.Braces($"partial class {spec.Name}"))
        {
            writer.Line($"/// <summary>The kernels of <c>{spec.Name}</c>: every size is a literal, every instruction set is chosen by the JIT.</summary>");
            writer.Line("/// <remarks>An empty struct: the index is compiled for it, without a virtual call.</remarks>");
            writer.Line(FileFrame.GeneratedCode);
            using (writer.Braces($"internal readonly partial struct Kernels : {ContractOf(spec.Kernels.Kind)}"))
            {
                WriteSizes(spec.Kernels, writer);
                WritePath(writer);
            }
        }
    }

    private static string ContractOf(IndexKind kind) => kind switch
    {
        IndexKind.Flat => "IVectorKernels",
        IndexKind.IvfFlat => "ICentroidKernels",
        IndexKind.Pq => "IPqKernels",
        _ => "IIvfPqKernels",
    };

    private static void WriteDataSheet(IndexSpec spec, CodeWriter writer)
    {
        var kernels = spec.Kernels;
        writer.Line("//");
        writer.Line($"// Kernels of {spec.Name}, {DescriptionOf(kernels.Kind)} under squared L2.");
        writer.Line("//");
        WriteSize(writer, "Dimension", kernels.Dimension, Invariant($"components of a vector, {kernels.Dimension * sizeof(float):N0} bytes as float32"));
        if (kernels.HasCodes)
        {
            var bits = BitsOf(kernels.Ksub);
            var packing = kernels.IsPacked ? "two to a byte" : "one to a byte";
            var ratio = (double)kernels.Dimension * sizeof(float) / kernels.CodeSize;
            WriteSize(writer, "M", kernels.M, "sub-quantizers");
            WriteSize(writer, "Dsub", kernels.Dsub, "components of a sub-vector");
            WriteSize(writer, "Ksub", kernels.Ksub, Invariant($"centroids of a sub-quantizer: codes of {bits} bits, {packing}"));
            WriteSize(writer, "CodeSize", kernels.CodeSize, Invariant($"bytes of a vector's code, {ratio:0.#} times smaller than its floats"));
        }

        writer.Line("//");
        if (kernels.HasCentroids)
        {
            WriteLayout(writer, "Centroid panels", Invariant($"float  [panel][{kernels.Dimension}][16]"), kernels.Dimension * 16 * sizeof(float), "a panel of 16 centroids");
        }

        if (kernels.HasCodes)
        {
            var table = kernels.M * kernels.PaddedKsub * sizeof(float);
            WriteLayout(writer, "Codebooks", Invariant($"float  [{kernels.M}][{kernels.PanelCount}][{kernels.Dsub}][16]"), table * kernels.Dsub, "in all");
            WriteLayout(writer, "Distance table", Invariant($"float  [{kernels.M}][{kernels.PaddedKsub}]"), table, "a query");
            WriteLayout(writer, "Code blocks", Invariant($"byte   [tile][{kernels.CodeSize}][4][64]"), kernels.CodeSize * KernelLayout.TileStride, "a tile of 256 vectors; the blocks of 64 left over lie one by one");
        }

        if (kernels.Kind == IndexKind.IvfPq)
        {
            WriteLayout(writer, "Term blocks", "UInt16 [block][64]", sizeof(ushort) * KernelLayout.BlockSize, "a block of 64 vectors");
        }

        if (!kernels.HasCodes)
        {
            WriteLayout(writer, "Vectors", Invariant($"float  [vector][{kernels.Dimension}]"), kernels.Dimension * sizeof(float), "a vector");
        }

        writer.Line("//");
        writer.Line("//   Paths, best first: Avx512Vbmi, Avx512, Avx2, Vector128. All give the same bits.");
        writer.Line();
    }

    private static void WriteSize(CodeWriter writer, string name, int value, string meaning) =>
        writer.Line(Invariant($"//   {name,-9} {value,5}   {meaning}"));

    private static void WriteLayout(CodeWriter writer, string name, string shape, int bytes, string unit) =>
        writer.Line(Invariant($"//   {name,-15}   {shape,-28} {bytes,9:N0} bytes {unit}"));

    private static string DescriptionOf(IndexKind kind) => kind switch
    {
        IndexKind.Flat => "an exact index",
        IndexKind.IvfFlat => "an inverted file of float32 vectors",
        IndexKind.Pq => "a product-quantized index",
        _ => "an inverted file of product-quantized residuals (IVFPQ)",
    };

    /// <summary>The bits that tell Ksub centroids apart.</summary>
    private static int BitsOf(int ksub)
    {
        var bits = 1;
        while (1 << bits < ksub)
        {
            bits++;
        }

        return bits;
    }

    private static void WriteSizes(KernelSpec spec, CodeWriter writer)
    {
        WriteProperty(writer, "IVectorKernels", "Dimension", spec.Dimension);
        if (spec.HasCodes)
        {
            WriteProperty(writer, "IPqKernels", "M", spec.M);
            WriteProperty(writer, "IPqKernels", "Ksub", spec.Ksub);
            WriteProperty(writer, "IPqKernels", "Dsub", spec.Dsub);
        }
    }

    private static void WriteProperty(CodeWriter writer, string contract, string name, int value)
    {
        writer.Line($"/// <inheritdoc cref=\"{contract}.{name}\"/>");
        writer.Line(Invariant($"public int {name} => {value};"));
        writer.Line();
    }

    private static void WritePath(CodeWriter writer) => writer.Line("""
        /// <inheritdoc cref="IVectorKernels.Path"/>
        public KernelPath Path =>
            Avx512Vbmi.IsSupported ? KernelPath.Avx512Vbmi
            : Vector512.IsHardwareAccelerated ? KernelPath.Avx512
            : Avx2.IsSupported && Fma.IsSupported ? KernelPath.Avx2
            : KernelPath.Vector128;
        """);
}
