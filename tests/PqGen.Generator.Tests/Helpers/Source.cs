extern alias runtime;

using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace PqGen.Generator.Tests.Helpers;

/// <summary>Makes compilations of a user's source as strict as a compiler can be.</summary>
internal static class Source
{
    /// <summary>The framework and the runtime.</summary>
    public static ImmutableArray<MetadataReference> References { get; } = FindReferences();

    /// <summary>Parses with all documentation warnings on, and by the language's letter where compilers are lenient.</summary>
    public static CSharpParseOptions ParseOptions(LanguageVersion version = LanguageVersion.Latest) =>
        new CSharpParseOptions(version, DocumentationMode.Diagnose).WithFeatures([new("strict", "true")]);

    /// <summary>A file of the user's.</summary>
    public static SyntaxTree Parse(string source, string path = "User.cs", LanguageVersion version = LanguageVersion.Latest) =>
        CSharpSyntaxTree.ParseText(source, ParseOptions(version), path, System.Text.Encoding.UTF8);

    /// <summary>A library at the highest warning level, nullable, without unsafe code.</summary>
    public static CSharpCompilation Compile(string source, LanguageVersion version = LanguageVersion.Latest, bool checkOverflow = false) =>
        CSharpCompilation.Create(
            "User",
            [Parse(source, version: version)],
            References,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable,
                warningLevel: 9999,
                checkOverflow: checkOverflow,
                optimizationLevel: OptimizationLevel.Release,
                allowUnsafe: false));

    private static ImmutableArray<MetadataReference> FindReferences()
    {
        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var trusted = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        return
        [
            .. trusted.Where(path => Path.GetDirectoryName(path) == framework).Select(static path => MetadataReference.CreateFromFile(path)),
            MetadataReference.CreateFromFile(typeof(runtime::PqGen.Neighbor).Assembly.Location),
        ];
    }
}
