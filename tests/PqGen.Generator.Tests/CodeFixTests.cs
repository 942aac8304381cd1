using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using PqGen.CodeFixes;
using PqGen.Generator.Tests.Helpers;

namespace PqGen.Generator.Tests;

/// <summary>What each fix offers and what it writes; the generator has nothing left to say about it.</summary>
public class CodeFixTests
{
    [Theory]
    [InlineData("[A]\npublic class Words;", "[A]\npublic partial class Words;")]
    [InlineData("// a comment\n[A] class Words;", "// a comment\n[A] partial class Words;")]
    [InlineData("// a comment\nclass Outer { [A] partial class Words; }", "// a comment\npartial class Outer { [A] partial class Words; }")]
    [InlineData("readonly record struct Outer { [A] internal partial class Words; }", "readonly partial record struct Outer { [A] internal partial class Words; }")]
    public async Task Makes_a_class_partial(string source, string expected)
    {
        const string attribute = "FlatIndex(Dimension = 3)";
        var fixes = await Fix(new MakePartialCodeFix(), source.Replace("A]", $"{attribute}]", StringComparison.Ordinal));
        Assert.Equal([("Make partial", expected.Replace("A]", $"{attribute}]", StringComparison.Ordinal))], fixes);
    }

    [Theory]
    [InlineData("Dimension = 100, M = 24", "Set M to 20", "Dimension = 100, M = 20", "Set M to 25", "Dimension = 100, M = 25")]
    [InlineData("Dimension = 100, M = 101", "Set M to 100", "Dimension = 100, M = 100")]
    [InlineData("Dimension = 100, M = /* all */ 5 * 0", "Set M to 1", "Dimension = 100, M = /* all */ 1")]
    [InlineData("Dimension = 100, M = 20, Ksub = 512", "Set Ksub to 256", "Dimension = 100, M = 20, Ksub = 256")]
    [InlineData("Dimension = 5000, M = 16", "Set Dimension to 4096", "Dimension = 4096, M = 16")]
    public async Task Sets_the_nearest_size(string sizes, params string[] expected)
    {
        var fixes = await Fix(new NearestSizeCodeFix(), $"[PqIndex({sizes})] partial class Words;");
        Assert.Equal(expected.Chunk(2).Select(static fix => (fix[0], $"[PqIndex({fix[1]})] partial class Words;")), fixes);
        Assert.All(fixes, static fix => Assert.Empty(GeneratorRun.Over($"using PqGen;\n{fix.Result}").Diagnostics));
    }

    [Theory]
    [InlineData("[PqIndex(Dimension = 100)] partial class Words;")]
    [InlineData("[FlatIndex] partial class Words;")]
    public async Task Invents_no_size_that_is_missing(string source) => Assert.Empty(await Fix(new NearestSizeCodeFix(), source));

    /// <summary>The title of each fix that is offered, and the source after it.</summary>
    private static async Task<List<(string Title, string Result)>> Fix(CodeFixProvider provider, string source)
    {
        const string directive = "using PqGen;\n";
        var diagnostics = GeneratorRun.Over(directive + source).Diagnostics.Where(diagnostic => provider.FixableDiagnosticIds.Contains(diagnostic.Id));
        using var workspace = new AdhocWorkspace();
        var document = workspace.AddProject("User", LanguageNames.CSharp)
            .WithParseOptions(Source.ParseOptions())
            .AddDocument("User.cs", directive + source);

        var actions = new List<CodeAction>();
        await provider.RegisterCodeFixesAsync(new CodeFixContext(document, Assert.Single(diagnostics), (action, _) => actions.Add(action), default));
        var fixes = new List<(string, string)>();
        foreach (var action in actions)
        {
            var operation = Assert.IsType<ApplyChangesOperation>(Assert.Single(await action.GetOperationsAsync(default)));
            var text = await operation.ChangedSolution.GetDocument(document.Id)!.GetTextAsync();
            fixes.Add((action.Title, text.ToString()[directive.Length..]));
        }

        return fixes;
    }
}
