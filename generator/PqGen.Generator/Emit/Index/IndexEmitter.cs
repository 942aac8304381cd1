using PqGen.Generator.Spec;
using static System.FormattableString;

namespace PqGen.Generator.Emit;

/// <summary>Writes the user's class: its base type, its constructor and its factories.</summary>
internal static class IndexEmitter
{
    private const string Floats = "global::System.ReadOnlySpan<float>";

    public static void Write(IndexSpec spec, CodeWriter writer)
    {
        var header = $"partial class {spec.Name} : global::PqGen.{BaseOf(spec.Kernels.Kind)}<{spec.Name}.Kernels>";
        using (FileFrame.OpenClass(spec, writer, header, []))
        {
            if (spec.Kernels.Kind == IndexKind.Flat)
            {
                WritePublicConstructor(spec, writer);
            }
            else
            {
                WritePrivateConstructor(spec, writer);
                WriteTrain(spec, writer);
                WriteFromGiven(spec, writer);
            }

            WriteOpen(spec, writer);
            WriteEstimateMemory(spec, writer);
        }
    }

    private static string BaseOf(IndexKind kind) => kind switch
    {
        IndexKind.Flat => "FlatIndex",
        IndexKind.IvfFlat => "IvfFlatIndex",
        IndexKind.Pq => "PqIndex",
        _ => "IvfPqIndex",
    };

    private static void WritePublicConstructor(IndexSpec spec, CodeWriter writer) => writer.Line($$"""
        /// <summary>An empty index; it needs no training.</summary>
        {{FileFrame.GeneratedCode}}
        public {{spec.Name}}()
            : base(default)
        {
        }

        """);

    private static void WritePrivateConstructor(IndexSpec spec, CodeWriter writer) => writer.Line($$"""
        /// <summary>An index over a trained model: what every factory below ends in.</summary>
        {{FileFrame.GeneratedCode}}
        private {{spec.Name}}(global::PqGen.TrainedModel model)
            : base(default, model)
        {
        }

        """);

    private static void WriteTrain(IndexSpec spec, CodeWriter writer)
    {
        var trained = spec.Kernels.Kind switch
        {
            IndexKind.IvfFlat => "the centroids of its lists",
            IndexKind.Pq => "the codebooks of its sub-quantizers",
            _ => "the centroids of its lists and, on the residuals, the codebooks of its sub-quantizers",
        };
        var tooFew = spec.Kernels.HasCodes ? Invariant($"there are fewer than {spec.Kernels.Ksub}, ") : string.Empty;
        writer.Line(Invariant($$"""
            /// <summary>Trains an index by k-means: {{trained}}. It is empty: add the vectors afterwards.</summary>
            /// <param name="vectors">The training vectors, float <c>[n][{{spec.Kernels.Dimension}}]</c>, row-major.</param>
            /// <param name="options">Lists, seed, threads and progress; null stands for the defaults.</param>
            /// <returns>A trained index without vectors.</returns>
            /// <exception cref="global::System.ArgumentException">There are no vectors, their length is not a multiple of {{spec.Kernels.Dimension}}, {{tooFew}}a component is NaN or infinite, or an option is out of range.</exception>
            /// <exception cref="global::System.OperationCanceledException">The options' cancellation was requested.</exception>
            /// <remarks>The same vectors, options and seed train the same index on any number of threads. Allocates its working memory; keeps no reference to the vectors.</remarks>
            {{FileFrame.GeneratedCode}}
            public static {{spec.Name}} Train({{Floats}} vectors, global::PqGen.TrainingOptions? options = null) =>
                new(TrainModel(default, vectors, options));

            """));
    }

    private static void WriteFromGiven(IndexSpec spec, CodeWriter writer)
    {
        var kernels = spec.Kernels;
        var given = kernels.Kind switch
        {
            IndexKind.IvfFlat => "centroids",
            IndexKind.Pq => "codebooks",
            _ => "centroids and codebooks",
        };
        var method = kernels.HasCodes ? "FromCodebooks" : "FromCentroids";
        var parameters = kernels.Kind switch
        {
            IndexKind.IvfFlat => $"{Floats} centroids",
            IndexKind.Pq => $"{Floats} codebooks, bool keepVectors = true",
            _ => $"{Floats} centroids, {Floats} codebooks, bool keepVectors = true",
        };
        var arguments = kernels.Kind switch
        {
            IndexKind.IvfFlat => "centroids",
            IndexKind.Pq => "codebooks, keepVectors",
            _ => "centroids, codebooks, keepVectors",
        };

        writer.Line($"/// <summary>An index with given {given}, trained elsewhere. It is empty: add the vectors afterwards.</summary>");
        if (kernels.HasCentroids)
        {
            writer.Line(Invariant($"/// <param name=\"centroids\">The centroids of the lists, float <c>[NList][{kernels.Dimension}]</c>, row-major.</param>"));
        }

        if (kernels.HasCodes)
        {
            writer.Line(Invariant($"/// <param name=\"codebooks\">The centroids of the sub-quantizers, float <c>[{kernels.M}][{kernels.Ksub}][{kernels.Dsub}]</c>, row-major.</param>"));
            WriteKeepVectorsParameter(kernels, writer);
        }

        writer.Line($$"""
            /// <returns>A trained index without vectors.</returns>
            /// <exception cref="global::System.ArgumentException">A length does not fit these shapes, or a component is NaN or infinite.</exception>
            /// <remarks>Copies what it is given; allocates the copy.</remarks>
            {{FileFrame.GeneratedCode}}
            public static {{spec.Name}} {{method}}({{parameters}}) =>
                new(Model{{method}}(default, {{arguments}}));

            """);
    }

    private static void WriteOpen(IndexSpec spec, CodeWriter writer)
    {
        var create = spec.Kernels.Kind == IndexKind.Flat ? $"static () => new {spec.Name}()" : $"static model => new {spec.Name}(model)";
        writer.Line($$"""
            /// <summary>Opens an index that was saved: every length, the checksum and every code are checked.</summary>
            /// <param name="path">The file.</param>
            /// <returns>The index, with its vectors, in memory; more vectors may be added.</returns>
            /// <exception cref="global::System.IO.FileNotFoundException">There is no such file.</exception>
            /// <exception cref="global::PqGen.IndexFileException">The file is damaged or no index, or it holds one of another kind or of other sizes.</exception>
            {{FileFrame.GeneratedCode}}
            public static {{spec.Name}} Open(string path) =>
                OpenFile(default, path, {{create}});

            """);
    }

    private static void WriteEstimateMemory(IndexSpec spec, CodeWriter writer)
    {
        var kernels = spec.Kernels;
        var parameters = kernels.Kind switch
        {
            IndexKind.Flat => "long count",
            IndexKind.IvfFlat => "long count, int nlist",
            IndexKind.Pq => "long count, bool keepVectors = true",
            _ => "long count, int nlist, bool keepVectors = true",
        };
        var arguments = kernels.Kind switch
        {
            IndexKind.Flat => "count",
            IndexKind.IvfFlat => "count, nlist",
            IndexKind.Pq => "count, keepVectors",
            _ => "count, nlist, keepVectors",
        };

        writer.Line("/// <summary>The memory that an index would take, without building one.</summary>");
        writer.Line("/// <param name=\"count\">Vectors, 0 or more.</param>");
        if (kernels.HasCentroids)
        {
            writer.Line("/// <param name=\"nlist\">Lists, 1 or more.</param>");
        }

        if (kernels.HasCodes)
        {
            WriteKeepVectorsParameter(kernels, writer);
        }

        writer.Line($$"""
            /// <returns>The bytes, part by part.</returns>
            /// <exception cref="global::System.ArgumentOutOfRangeException">A number is out of range.</exception>
            {{FileFrame.GeneratedCode}}
            public static global::PqGen.IndexMemory EstimateMemory({{parameters}}) =>
                EstimateMemory(default, {{arguments}});
            """);
    }

    private static void WriteKeepVectorsParameter(KernelSpec kernels, CodeWriter writer) =>
        writer.Line(Invariant($"/// <param name=\"keepVectors\">Whether the float32 vectors are kept for re-ranking, {kernels.Dimension * sizeof(float):N0} bytes each.</param>"));
}
