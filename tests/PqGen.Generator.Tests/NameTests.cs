using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PqGen.Generator.Emit;
using PqGen.Generator.Tests.Helpers;

namespace PqGen.Generator.Tests;

/// <summary>The names of generated files, and the names that generated code relies on.</summary>
public class NameTests
{
    [Theory]
    [InlineData("PqIndex(Dimension = 512, M = 256, Ksub = 16)")]
    [InlineData("PqIndex(Dimension = 96, M = 8, Ksub = 64)")]
    [InlineData("IvfPqIndex(Dimension = 100, M = 20)")]
    public void Every_imported_name_is_listed(string attribute)
    {
        var run = GeneratorRun.Over($"[PqGen.{attribute}] public partial class Words;");
        var imported = run.Output.SyntaxTrees.Skip(1).SelectMany(tree => UnqualifiedTypes(tree, run.Output.GetSemanticModel(tree)));
        Assert.Empty(imported.Distinct().Except(ImportedNames.All));
    }

    [Theory]
    [InlineData("namespace My { [FlatIndex(Dimension = 8)] partial class Words; }", "My.Words")]
    [InlineData("namespace My.@new { partial class @class { [FlatIndex(Dimension = 8)] partial struct A; [FlatIndex(Dimension = 8)] partial class @int; } }", "My.new.class.int")]
    [InlineData("[FlatIndex(Dimension = 8)] partial class Words; [FlatIndex(Dimension = 8)] partial class WORDS;", "Words-0274af2a WORDS-07f5e02a")]
    [InlineData("namespace A { [FlatIndex(Dimension = 8)] partial class Words; } namespace a { [FlatIndex(Dimension = 8)] partial class Words; }", "A.Words-8ea02933 a.Words-d21615d3")]
    [InlineData("[FlatIndex(Dimension = 8)] partial class Wo\u0308rter;", "Wo_rter-5a52df44")]
    public void Hint_names_are_full_names_unless_these_collide(string source, string expected)
    {
        var names = GeneratorRun.Over($"using PqGen; {source}").Result.GeneratedSources
            .Where(static file => file.HintName.EndsWith(".Index.g.cs", StringComparison.Ordinal))
            .Select(static file => file.HintName[..^".Index.g.cs".Length]);
        Assert.Equal(expected, string.Join(' ', names));
    }

    /// <summary>The names of types from elsewhere that stand in a file without a qualifier.</summary>
    private static IEnumerable<string> UnqualifiedTypes(SyntaxTree tree, SemanticModel model) => tree.GetRoot()
        .DescendantNodes(static node => node is not UsingDirectiveSyntax, descendIntoTrivia: true)
        .OfType<SimpleNameSyntax>()
        .Where(static name => name.Parent switch
        {
            AliasQualifiedNameSyntax => false,
            QualifiedNameSyntax qualified => name == qualified.Left,
            MemberAccessExpressionSyntax access => name == access.Expression,
            NameMemberCrefSyntax => name.Parent.Parent is not QualifiedCrefSyntax,
            _ => true,
        })
        .Where(name => name.Parent is AttributeSyntax || IsTypeFromElsewhere(name, model.GetSymbolInfo(name).Symbol))
        .Select(static name => name.Identifier.ValueText);

    /// <summary>Neither the class, nor a keyword in disguise such as <c>var</c>, nor a member.</summary>
    private static bool IsTypeFromElsewhere(SimpleNameSyntax name, ISymbol? symbol) =>
        symbol is INamedTypeSymbol { ContainingType: null, Name: not "Words" } && symbol.Name == name.Identifier.ValueText;
}
