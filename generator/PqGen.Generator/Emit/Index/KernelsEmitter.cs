using PqGen.Generator.Spec;
using PqGen.Kernels;
using static PqGen.Generator.Emit.Expressions;
using static System.FormattableString;

namespace PqGen.Generator.Emit;

/// <summary>Writes the kernel struct: its data sheet, its sizes, and for each member of the contract the kernel that implements it.</summary>
internal static class KernelsEmitter
{
    // Members and types of the user's class cannot hide an alias that stands before "::". No type's name begins with two underscores: such names are
    // the compiler's.
    private const string Kernels = "__Kernels", Compiler = "__Compiler", Runtime = "__PqGen";

    public static void Write(IndexSpec spec, CodeWriter writer)
    {
        string[] aliases =
        [
            $"{Kernels} = global::{FileFrame.KernelNamespace(spec)}",
            $"{Compiler} = global::System.Runtime.CompilerServices",
            $"{Runtime} = global::PqGen.Kernels",
        ];
        using (FileFrame.OpenClass(spec, writer, $"partial class {spec.Name}", aliases, WriteDataSheet))
        {
            writer.Line(
                $"""
                /// <summary>The kernels of <c>{spec.Name}</c>: every size is a literal, every instruction set is chosen by the JIT.</summary>
                /// <remarks>An empty struct: the index is compiled for it, without a virtual call.</remarks>
                {FileFrame.GeneratedCode}
                {FileFrame.Hidden}
                """);
            using (writer.Braces($"internal readonly partial struct Kernels : {Runtime}::{ContractOf(spec.Kernels.Kind)}"))
            {
                WriteProperties(spec.Kernels, writer);
                WriteMethods(spec.Kernels, writer);
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
        writer.Line($"// Kernels of {spec.Name}, {DescriptionOf(kernels.Kind)} under {NameOf(kernels.Metric)}.");
        writer.Line("//");
        var floats = Invariant($"{kernels.Dimension * sizeof(float):N0} bytes as float32");
        WriteSize(writer, "Dimension", kernels.Dimension, "components of a vector, " + floats);
        if (kernels.InputDimension != kernels.Dimension)
        {
            WriteSize(writer, "InputDimension", kernels.InputDimension, "components of a vector as the caller gives it");
        }

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
            var panel = kernels.Dimension * KernelLayout.PanelWidth * sizeof(float);
            WriteLayout(writer, "Centroid panels", Invariant($"float  [panel][{kernels.Dimension}][16]"), panel, "a panel of 16 centroids");
        }

        if (kernels.HasCodes)
        {
            var table = kernels.M * kernels.PaddedKsub * sizeof(float);
            var codebooks = Invariant($"float  [{kernels.M}][{kernels.PanelCount}][{kernels.Dsub}][16]");
            WriteLayout(writer, "Codebooks", codebooks, table * kernels.Dsub, "in all");
            WriteLayout(writer, "Distance table", Invariant($"float  [{kernels.M}][{kernels.PaddedKsub}]"), table, "a query");
            var tile = kernels.CodeSize * KernelLayout.TileStride;
            const string Unit = "a tile of 256 vectors; the blocks of 64 left over lie one by one";
            WriteLayout(writer, "Code blocks", Invariant($"byte   [tile][{kernels.CodeSize}][4][64]"), tile, Unit);
        }

        if (kernels.HasTerms)
        {
            WriteLayout(writer, "Term blocks", "UInt16 [block][64]", sizeof(ushort) * KernelLayout.BlockSize, "a block of 64 vectors");
        }

        if (!kernels.HasCodes)
        {
            WriteLayout(writer, "Vectors", Invariant($"float  [vector][{kernels.Dimension}]"), kernels.Dimension * sizeof(float), "a vector");
        }

        writer.Line("//");
        writer.Line("//   Paths, best first: Avx512Vbmi, Avx512, Avx2, AdvSimd, Vector128. All give the same bits.");
        if (kernels.HasCodes)
        {
            writer.Line("//");
            writer.Line("//   The fast scan looks up a run of codes");
            foreach (var isa in Isa.OfScans(kernels))
            {
                var first = isa.BoundOf(kernels) is null ? ""
                    : Invariant($"by the least of {KernelLayout.BoundGroup} neighbours; where this leaves many, ");
                writer.Line($"//     {isa.Name,-10}   {first}{isa.LookupOf(kernels).Manner}");
            }
        }

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

    private static string NameOf(Metric metric) => metric switch
    {
        Metric.SquaredL2 => "squared L2",
        Metric.InnerProduct => "inner product",
        _ => "cosine similarity",
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

    private static void WriteProperties(KernelSpec spec, CodeWriter writer)
    {
        WriteProperty(writer, "static int", "ContractVersion", Text(KernelLayout.ContractVersion));
        WriteProperty(writer, "int", "Dimension", Text(spec.Dimension));
        WriteProperty(writer, "global::PqGen.Metric", "Metric", $"global::PqGen.Metric.{spec.Metric}");
        if (spec.HasCodes)
        {
            WriteProperty(writer, "int", "M", Text(spec.M));
            WriteProperty(writer, "int", "Ksub", Text(spec.Ksub));
            WriteProperty(writer, "int", "Dsub", Text(spec.Dsub));
            WriteProperty(writer, "int", "RunsPerByteSum", Text(spec.RunsPerByteSum));
            WriteProperty(writer, "int", "ByteTableSize", $"{Kernels}::ScanKernels.ByteTableSize");
        }

        WriteProperty(writer, $"{Runtime}::KernelPath", "Path", $"{Runtime}::InstructionSets.Best");
    }

    private static void WriteProperty(CodeWriter writer, string type, string name, string value)
    {
        writer.Line("/// <inheritdoc/>");
        writer.Line($"public {type} {name} => {value};");
        writer.Line();
    }

    private static void WriteMethods(KernelSpec spec, CodeWriter writer)
    {
        var separates = false;
        foreach (var group in KernelGroup.Of(spec))
        {
            foreach (var method in group.Methods)
            {
                if (separates)
                {
                    writer.Line();
                }

                separates = true;
                writer.Line(
                    $"""
                    /// <inheritdoc/>
                    [{Compiler}::MethodImpl({Compiler}::MethodImplOptions.AggressiveInlining)]
                    {Qualified(method).Header("public")} =>
                        {method.Call($"{Kernels}::{group.Class}.{method.Name}").Replace("\n", "\n    ")}
                    """);
            }
        }
    }

    /// <summary>The method with a return type that is no keyword by its full name.</summary>
    private static KernelMethod Qualified(KernelMethod method) =>
        char.IsUpper(method.Returns[0]) ? method with { Returns = $"{Runtime}::{method.Returns}" } : method;
}
