using System.Collections.Generic;
using System.Linq;
using PqGen.Generator.Spec;
using static System.FormattableString;

namespace PqGen.Generator.Emit;

/// <summary>Writes the user's class: its base type, its constructor, its factories and its checked kernels.</summary>
internal static class IndexEmitter
{
    private const string Floats = "global::System.ReadOnlySpan<float>";
    private const string Collections = "global::System.Collections.Generic.";
    private const string Memory = "global::System.ReadOnlyMemory<float>";
    private const string Engine = "global::PqGen.Indexes.IndexEngine";

    public static void Write(IndexSpec spec, CodeWriter writer)
    {
        using (FileFrame.OpenClass(spec, writer, $"partial class {spec.Name} : global::PqGen.VectorIndex", []))
        {
            WriteConstructors(spec, writer);
            if (Models(spec.Kernels).Any())
            {
                WriteTrain(spec, writer);
                WriteFromModel(spec, writer);
            }

            WriteOpen(spec, writer);
            MemoryEmitter.Write(spec.Kernels, Builder(spec), writer);
            if (spec.Kernels.InputDimension == spec.Kernels.Dimension)
            {
                WriteDistances(spec, writer);
            }
        }
    }

    /// <summary>What makes the engines of this class.</summary>
    private static string Builder(IndexSpec spec)
    {
        var input = spec.Kernels.InputDimension == spec.Kernels.Dimension ? "" : Invariant($", inputDimension: {spec.Kernels.InputDimension}");
        return $"global::PqGen.Indexes.IndexBuilder.{spec.Kernels.Kind}(default(Kernels){input})";
    }

    /// <summary>The parts of a model that the kind is trained to, each with its parameter's documentation.</summary>
    private static IEnumerable<(string Name, string Trained, string Parameter)> Models(KernelSpec kernels)
    {
        if (kernels.HasCentroids)
        {
            yield return (
                "centroids",
                "the centroids of its lists",
                Invariant($"The centroids of the lists, float <c>[NList][{kernels.Dimension}]</c>, row-major."));
        }

        if (kernels.HasCodes)
        {
            yield return (
                "codebooks",
                kernels.HasCentroids ? "on the residuals, the codebooks of its sub-quantizers" : "the codebooks of its sub-quantizers",
                Invariant($"The centroids of the sub-quantizers, float <c>[{kernels.M}][{kernels.Ksub}][{kernels.Dsub}]</c>, row-major."));
        }
    }

    private static void WriteConstructors(IndexSpec spec, CodeWriter writer)
    {
        if (!Models(spec.Kernels).Any())
        {
            writer.Line($$"""
                /// <summary>An empty index; it needs no training.</summary>
                {{FileFrame.GeneratedCode}}
                public {{spec.Name}}()
                    : this({{Builder(spec)}}.Create())
                {
                }

                """);
        }

        writer.Line($$"""
            /// <summary>An index over its engine: what every factory below ends in.</summary>
            {{FileFrame.GeneratedCode}}
            private {{spec.Name}}({{Engine}} engine)
                : base(engine)
            {
            }

            """);
    }

    private static void WriteTrain(IndexSpec spec, CodeWriter writer)
    {
        var trained = string.Join(" and, ", Models(spec.Kernels).Select(static model => model.Trained));
        var tooFew = spec.Kernels.HasCodes ? Invariant($"There are fewer than {spec.Kernels.Ksub}") : "There are no";
        writer.Line(Invariant($$"""
            /// <summary>
            /// Trains an index by k-means: {{trained}}.
            /// It is empty: add the vectors afterwards.
            /// </summary>
            /// <param name="vectors">The training vectors, float <c>[n][{{spec.Kernels.InputDimension}}]</c>, row-major.</param>
            /// <param name="options">Lists, seed, threads and progress; null stands for the defaults.</param>
            /// <returns>A trained index without vectors.</returns>
            /// <exception cref="global::System.ArgumentException">
            /// {{tooFew}} vectors, their length is not a multiple of {{spec.Kernels.InputDimension}}, a component is NaN or infinite, or an option is
            /// out of range.
            /// </exception>
            /// <exception cref="global::System.OperationCanceledException">The options' cancellation was requested.</exception>
            /// <remarks>
            /// The same vectors, options and seed train the same index on any number of threads. Of rows, which come one by one, it keeps a uniform
            /// sample where they are more than training takes.
            /// </remarks>
            {{FileFrame.GeneratedCode}}
            public static {{spec.Name}} Train({{Floats}} vectors, global::PqGen.TrainingOptions? options = null) =>
                new({{Builder(spec)}}.Train(vectors, options));

            """));
        WriteTrain(spec, writer, "static", "Train", $"{Collections}IEnumerable<float[]>", $"{spec.Kernels.InputDimension} floats each");
        WriteTrain(spec, writer, "static", "Train", $"{Collections}IEnumerable<{Memory}>", "one or more of them in each memory");
        WriteTrain(spec, writer, "static async", "TrainAsync", $"{Collections}IAsyncEnumerable<{Memory}>", "one or more of them in each memory");
    }

    /// <summary>Writes one of the factories that train on rows.</summary>
    private static void WriteTrain(IndexSpec spec, CodeWriter writer, string modifiers, string name, string vectors, string what)
    {
        var isAsync = name != "Train";
        var type = isAsync ? $"global::System.Threading.Tasks.Task<{spec.Name}>" : spec.Name;
        var call = $"{Builder(spec)}.{name}(vectors, options)";
        writer.Line($$"""
            /// <inheritdoc cref="Train(global::System.ReadOnlySpan{float}, global::PqGen.TrainingOptions)"/>
            /// <param name="vectors">The training vectors, {{what}}.</param>
            {{FileFrame.GeneratedCode}}
            public {{modifiers}} {{type}} {{name}}(
                {{vectors}} vectors,
                global::PqGen.TrainingOptions? options = null) =>
                new({{(isAsync ? $"await {call}.ConfigureAwait(false)" : call)}});

            """);
    }

    private static void WriteFromModel(IndexSpec spec, CodeWriter writer)
    {
        var models = Models(spec.Kernels).ToArray();
        var names = models.Select(static model => model.Name).ToArray();
        var method = spec.Kernels.HasCodes ? "FromCodebooks" : "FromCentroids";
        var parameters = names.Select(static name => $"{Floats} {name}").Concat(
            spec.Kernels.HasCodes ? ["bool keepVectors = true", "global::PqGen.Quantization.LinearTransform? transform = null"] : []);
        var kept = MemoryEmitter.KeepVectors(spec.Kernels) + (spec.Kernels.HasCodes ? ", transform" : "");
        string Given(string name) => names.Contains(name) ? name : "default";

        writer.Line(
            $"/// <summary>An index with given {string.Join(" and ", names)}, trained elsewhere. It is empty: add the vectors afterwards.</summary>");
        foreach (var (name, _, parameter) in models)
        {
            writer.Line($"/// <param name=\"{name}\">{parameter}</param>");
        }

        if (spec.Kernels.HasCodes)
        {
            MemoryEmitter.WriteKeepVectorsParameter(spec.Kernels, writer);
            writer.Line("/// <param name=\"transform\">What vectors go through before they are encoded; null for nothing.</param>");
        }

        writer.Line($$"""
            /// <returns>A trained index without vectors.</returns>
            /// <exception cref="global::System.ArgumentException">A length does not fit these shapes, or a component is NaN or infinite.</exception>
            /// <remarks>Copies what it is given; allocates the copy.</remarks>
            {{FileFrame.GeneratedCode}}
            public static {{spec.Name}} {{method}}(
                {{string.Join(",\n    ", parameters)}}) =>
                new({{Builder(spec)}}.FromModel({{Given("centroids")}}, {{Given("codebooks")}}, {{kept}}));

            """);
    }

    private static void WriteOpen(IndexSpec spec, CodeWriter writer) => writer.Line($$"""
        /// <summary>Opens an index that was saved.</summary>
        /// <param name="path">The file.</param>
        /// <param name="mapped">Whether all but the model stays in the file, mapped into memory and checked as it is searched; else all is read and
        /// checked.</param>
        /// <param name="cancellation">Ends it early.</param>
        /// <exception cref="global::PqGen.IndexFileException">The file is damaged, or holds an index of another declaration.</exception>
        {{FileFrame.GeneratedCode}}
        public static new {{spec.Name}} Open(string path, bool mapped, global::System.Threading.CancellationToken cancellation = default) =>
            new({{Builder(spec)}}.Open(path, nameof({{spec.Name}}), mapped, cancellation));

        /// <summary>Opens an index that was saved, mapped into memory.</summary>
        /// <inheritdoc cref="Open(string, bool, global::System.Threading.CancellationToken)"/>
        {{FileFrame.GeneratedCode}}
        public static new {{spec.Name}} Open(string path, global::System.Threading.CancellationToken cancellation) => Open(path, true, cancellation);

        /// <inheritdoc cref="Open(string, global::System.Threading.CancellationToken)"/>
        {{FileFrame.GeneratedCode}}
        public static new {{spec.Name}} Open(string path) => Open(path, true);

        /// <summary>Loads an index from a stream: all is read and checked.</summary>
        {{FileFrame.GeneratedCode}}
        public static new {{spec.Name}} Load(global::System.IO.Stream stream, global::System.Threading.CancellationToken cancellation = default) =>
            new({{Builder(spec)}}.Load(stream, nameof({{spec.Name}}), cancellation));

        /// <summary>Makes an index of a file that FAISS wrote: all is read and checked.</summary>
        {{FileFrame.GeneratedCode}}
        public static new {{spec.Name}} ImportFaiss(string path, global::System.Threading.CancellationToken cancellation = default) =>
            new({{Builder(spec)}}.ImportFaiss(path, nameof({{spec.Name}}), cancellation));

        """);

    private static void WriteDistances(IndexSpec spec, CodeWriter writer) => writer.Line(Invariant($$"""
        /// <summary>The {{OneValue(spec.Kernels.Metric)}}, on the specialized kernel.</summary>
        /// <param name="x">float <c>[{{spec.Kernels.Dimension}}]</c>.</param>
        /// <param name="y">float <c>[{{spec.Kernels.Dimension}}]</c>.</param>
        /// <exception cref="global::System.ArgumentException">A length is not {{spec.Kernels.Dimension}}.</exception>
        {{FileFrame.GeneratedCode}}
        public static float Distance({{Floats}} x, {{Floats}} y) =>
            global::PqGen.Indexes.KernelCalls.Distance(default(Kernels), x, y);

        /// <summary>The {{ManyValues(spec.Kernels.Metric)}}, on the specialized kernel.</summary>
        /// <param name="query">float <c>[{{spec.Kernels.Dimension}}]</c>.</param>
        /// <param name="rows">float <c>[n][{{spec.Kernels.Dimension}}]</c>, row-major.</param>
        /// <param name="distances">float <c>[n]</c>, written.</param>
        /// <exception cref="global::System.ArgumentException">A length is out of range; nothing is written.</exception>
        {{FileFrame.GeneratedCode}}
        public static void Distances(
            {{Floats}} query,
            {{Floats}} rows,
            global::System.Span<float> distances) =>
            global::PqGen.Indexes.KernelCalls.Distances(default(Kernels), query, rows, distances);
        """));

    /// <summary>What the metric says of two vectors.</summary>
    private static string OneValue(Metric metric) => metric switch
    {
        Metric.SquaredL2 => "squared Euclidean distance of two vectors",
        Metric.InnerProduct => "inner product of two vectors",
        _ => "cosine similarity of two vectors, 0 where one is zero",
    };

    /// <summary>What the metric says of a query and rows.</summary>
    private static string ManyValues(Metric metric) => metric switch
    {
        Metric.SquaredL2 => "squared Euclidean distances of a query to rows",
        Metric.InnerProduct => "inner products of a query and rows",
        _ => "cosine similarities of a query and rows, 0 where one is zero",
    };
}
