using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PqGen.Testing;

namespace PqGen.Generator.Tests.House;

/// <summary>The runtime is a house with floors: a folder uses those above it in the list, never one below.</summary>
public class FloorTests
{
    /// <summary>From what uses nothing to what uses all; files of one floor may use each other.</summary>
    private static readonly string[] s_floors =
    [
        "Common", "Abstractions", "Declaration", "Kernels", "TopK", "Clustering", "Quantization", "Ivf", "Storage", "Scan", "Vectors", "Indexes",
    ];

    [Fact]
    public void No_folder_uses_one_that_stands_on_it()
    {
        var sources = Sources();
        var edges = Edges(sources);
        Assert.True(edges.Length > 30, "the sources were not read");
        Assert.Empty(
            edges.Where(edge => IsUpward(edge.From, edge.To)).Select(
                edge => $"{edge.File}: {edge.From} uses {edge.Symbol} of {edge.To}").Distinct().Order());
    }

    [Fact]
    public void An_edge_the_other_way_is_seen()
    {
        var sources = Sources();
        sources["Common/Wrong.cs"] =
            "namespace PqGen.Common; internal static class Wrong { public static object Of() => new PqGen.TopK.CollectorState(); }";
        Assert.Contains(Edges(sources), edge => edge is { From: "Common", To: "TopK" } && IsUpward(edge.From, edge.To));
    }

    [Fact]
    public void Every_source_stands_on_a_floor() => Assert.All(Sources().Keys, file => Assert.Contains(FloorOf(file), s_floors));

    [Fact]
    public void Sources_are_readable()
    {
        foreach (var folder in new[] { "runtime", "generator", "tests", "benchmarks", "samples" })
        {
            foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories).Where(IsWritten))
            {
                var lines = File.ReadAllLines(file);
                Assert.True(lines.Length <= 310, $"{file} has {lines.Length} lines");
                Assert.All(lines, line => Assert.True(line.Length <= 150, $"{file}: {line}"));
            }
        }
    }

    private static bool IsUpward(string from, string to) => Array.IndexOf(s_floors, to) > Array.IndexOf(s_floors, from);

    private static bool IsWritten(string file) =>
        !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal) && !file.EndsWith(
            ".verified.cs", StringComparison.Ordinal);

    private static string FloorOf(string file) => file.Split('/')[0];

    private static Dictionary<string, string> Sources()
    {
        var root = Path.Combine(Repository.Root, "runtime/PqGen");
        return Directory.GetFiles(root, "*.cs", SearchOption.AllDirectories).Where(IsWritten)
            .ToDictionary(file => Path.GetRelativePath(root, file).Replace('\\', '/'), File.ReadAllText);
    }

    /// <summary>Every name in code (not in comments) that means a symbol of another floor.</summary>
    private static (string File, string From, string Symbol, string To)[] Edges(Dictionary<string, string> sources)
    {
        const string Usings =
            "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using "
                + "System.Threading; global using System.Threading.Tasks;";
        var options = new CSharpParseOptions(
            LanguageVersion.Latest, DocumentationMode.None, preprocessorSymbols: ["PQGEN_RUNTIME", "NET10_0_OR_GREATER"]);
        var trees = sources.Select(source => CSharpSyntaxTree.ParseText(source.Value, options, source.Key)).ToArray();
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(
                path => Path.GetFileName(path).StartsWith(
                    "System.", StringComparison.Ordinal) || Path.GetFileName(path) is "netstandard.dll" or "mscorlib.dll");
        var compilation = CSharpCompilation.Create(
            "House",
            [.. trees, CSharpSyntaxTree.ParseText(Usings, options)],
            platform.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
        return [.. trees.SelectMany(tree => EdgesOf(tree, compilation))];
    }

    private static IEnumerable<(string File, string From, string Symbol, string To)> EdgesOf(SyntaxTree tree, CSharpCompilation compilation)
    {
        var model = compilation.GetSemanticModel(tree);
        foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
        {
            var symbol = model.GetSymbolInfo(name).Symbol?.OriginalDefinition;
            foreach (var place in symbol is null or INamespaceSymbol ? [] : symbol.DeclaringSyntaxReferences)
            {
                var (from, to) = (FloorOf(tree.FilePath), FloorOf(place.SyntaxTree.FilePath));
                if (from != to)
                {
                    yield return (tree.FilePath, from, symbol!.Name, to);
                }
            }
        }
    }
}
