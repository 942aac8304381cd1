using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PqGen.Testing;

namespace PqGen.Extensions.Tests.Documents;

/// <summary>The example of the package's README compiles without a warning as it stands there, and does what it says.</summary>
public class ReadmeTests
{
    [Fact]
    public async Task The_example_runs()
    {
        var example = Assert.Single(Repository.Examples("runtime/PqGen.Extensions.VectorData/README.md"));
        using var folder = new TemporaryFolder();
        var placed = example.Replace("SaveAsync(\"store\")", $"SaveAsync({SymbolDisplay.FormatLiteral(folder.Path, quote: true)})", StringComparison.Ordinal);
        Assert.NotEqual(example, placed);
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            "Example",
            [CSharpSyntaxTree.ParseText(placed)],
            references,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable, warningLevel: 9999));
        using var image = new MemoryStream();
        Assert.Empty(compilation.Emit(image).Diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning));

        image.Position = 0;
        var context = new AssemblyLoadContext("Example", isCollectible: true);
        var before = Console.Out;
        using var output = new StringWriter();
        try
        {
            Console.SetOut(output);
            var main = context.LoadFromStream(image).GetTypes().Single(type => type.Name == "Program")
                .GetMethod("<Main>$", BindingFlags.Static | BindingFlags.NonPublic)!;
            await (Task)main.Invoke(null, [Array.Empty<string>()])!;
        }
        finally
        {
            Console.SetOut(before);
            context.Unload();
        }

        Assert.StartsWith("cat 0.995", output.ToString(), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder.Path, "store.json")));
    }
}
