using System.Collections.Generic;
using PqGen.Generator.Spec;
using static System.FormattableString;

namespace PqGen.Generator.Emit;

/// <summary>Writes EstimateMemory, with the parameters that the kind of index has.</summary>
internal static class MemoryEmitter
{
    public static void Write(KernelSpec kernels, string builder, CodeWriter writer)
    {
        writer.Line("/// <summary>The memory that an index would take, without building one.</summary>");
        writer.Line("/// <param name=\"count\">Vectors, 0 or more.</param>");
        var (parameters, arguments) = (new List<string> { "long count" }, new List<string> { "count" });
        if (kernels.HasCentroids)
        {
            parameters.Add("int nlist");
            writer.Line("/// <param name=\"nlist\">Lists, 1 or more.</param>");
        }

        if (kernels.HasCodes)
        {
            parameters.Add("bool keepVectors = true");
            WriteKeepVectorsParameter(kernels, writer);
        }

        parameters.Add("bool ownIds = false");
        writer.Line("/// <param name=\"ownIds\">Whether ids are your own.</param>");
        arguments.AddRange([kernels.HasCentroids ? "nlist" : "1", KeepVectors(kernels), "ownIds"]);
        if (kernels.HasCodes)
        {
            AddOption("RowFormat", "Float32", "rowFormat", "How vectors are kept, if they are.");
        }

        if (kernels.HasCentroids)
        {
            AddOption("CoarseSearch", "Automatic", "coarseSearch", "How searches find the lists to probe.");
        }

        if (kernels.HasCodes)
        {
            AddOption("TransformKind", "None", "transform", "What vectors go through before they are encoded.");
        }

        writer.Line($$"""
            /// <returns>The bytes, part by part.</returns>
            /// <exception cref="global::System.ArgumentOutOfRangeException">A number is out of range.</exception>
            {{FileFrame.GeneratedCode}}
            public static global::PqGen.IndexMemory EstimateMemory(
                {{string.Join(",\n    ", parameters)}}) =>
                {{builder}}.EstimateMemory(
                    {{string.Join(", ", arguments)}});

            """);

        void AddOption(string type, string standard, string name, string what)
        {
            parameters.Add($"global::PqGen.{type} {name} = global::PqGen.{type}.{standard}");
            arguments.Add($"{name}: {name}");
            writer.Line($"/// <param name=\"{name}\">{what}</param>");
        }
    }

    /// <summary>The argument that says whether rows are kept: an index of rows keeps them anyway.</summary>
    public static string KeepVectors(KernelSpec kernels) => kernels.HasCodes ? "keepVectors" : "true";

    public static void WriteKeepVectorsParameter(KernelSpec kernels, CodeWriter writer)
    {
        var bytes = Invariant($"{kernels.InputDimension * sizeof(float):N0} bytes each");
        writer.Line($"/// <param name=\"keepVectors\">Whether vectors are kept for re-ranking, {bytes} as float32.</param>");
    }
}
