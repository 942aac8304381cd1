using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace PqGen.Extensions.Tests;

/// <summary>Compiles a program against what these tests reference, without a warning, and runs it in this process.</summary>
internal static class ProgramRun
{
    /// <summary>What it prints.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="sources">Its files, one of them with top-level statements that await something.</param>
    public static async Task<string> OfAsync(string[] arguments, params string[] sources)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            "Example",
            sources.Select(source => CSharpSyntaxTree.ParseText(source)),
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
            await (Task)main.Invoke(null, [arguments])!;
        }
        finally
        {
            Console.SetOut(before);
            context.Unload();
        }

        return output.ToString();
    }
}

/// <summary>Tests that take what a program prints, which the whole process shares: beside no others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class ConsoleCollection
{
    public const string Name = "Console";
}
