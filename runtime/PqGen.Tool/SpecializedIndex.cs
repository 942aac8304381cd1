using System.Globalization;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PqGen.Generator;

namespace PqGen.Tool;

/// <summary>
/// Compiles a declaration with the source generator and the C# compiler in process, as the user's own build would, and loads it. What is
/// measured is what the user will get.
/// </summary>
internal static class SpecializedIndex
{
    private const string TypeName = "ToolIndex";
    private const BindingFlags Statics = BindingFlags.Public | BindingFlags.Static;

    /// <summary>Compiles the declaration of a shape and returns its <c>Train</c>, or its constructor where nothing is trained.</summary>
    public static Trainer CompileTrain(IndexShape shape)
    {
        var type = Compile(shape);
        var train = type.GetMethod("Train", Statics, [typeof(ReadOnlySpan<float>), typeof(TrainingOptions)]);
        return train is null ? (_, _) => (VectorIndex)Activator.CreateInstance(type)! : train.CreateDelegate<Trainer>();
    }

    /// <summary>Compiles the declaration of a shape and returns its <c>Open</c>.</summary>
    public static Opener CompileOpen(IndexShape shape) => Compile(shape).GetMethod("Open", Statics, [typeof(string)])!.CreateDelegate<Opener>();

    private static Type Compile(IndexShape shape)
    {
        var parseOptions = new CSharpParseOptions(LanguageVersion.Latest);
        var declaration = $"using PqGen;\n\n{shape}\npublic partial class {TypeName};\n";
        var compilation = CSharpCompilation.Create(
            "PqGen.Tool.Specialized",
            [CSharpSyntaxTree.ParseText(declaration, parseOptions)],
            References(),
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                optimizationLevel: OptimizationLevel.Release,
                nullableContextOptions: NullableContextOptions.Enable));

        CSharpGeneratorDriver
            .Create([new PqIndexGenerator().AsSourceGenerator()], parseOptions: parseOptions)
            .RunGeneratorsAndUpdateCompilation(compilation, out var generated, out var diagnostics);
        Check(shape, diagnostics);

        using var image = new MemoryStream();
        Check(shape, generated.Emit(image).Diagnostics);
        image.Position = 0;
        return new AssemblyLoadContext(shape.ToString()).LoadFromStream(image).GetType(TypeName, throwOnError: true)!;
    }

    /// <summary>The assemblies this program runs on: the framework's and PqGen itself.</summary>
    private static List<MetadataReference> References()
    {
        var trusted = AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? "";
        var paths = trusted.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var runtime = typeof(VectorIndex).Assembly.Location;
        if (paths.Length == 0 || runtime.Length == 0)
        {
            throw new ToolException(
                "specialized kernels are compiled against the framework's files, which are not beside this program; use --kernels generic");
        }

        return [.. paths.Append(runtime).DistinctBy(Path.GetFileName).Select(path => (MetadataReference)MetadataReference.CreateFromFile(path))];
    }

    private static void Check(IndexShape shape, IEnumerable<Diagnostic> diagnostics)
    {
        var first = diagnostics.FirstOrDefault(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        if (first is not null)
        {
            throw new ToolException($"{shape} does not compile: {first.Id}: {first.GetMessage(CultureInfo.InvariantCulture)}");
        }
    }
}
