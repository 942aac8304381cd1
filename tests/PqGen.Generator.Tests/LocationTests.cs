using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PqGen.Generator.Tests.Helpers;

namespace PqGen.Generator.Tests;

/// <summary>Diagnostics stand in the user's own syntax trees, where pragmas, suppressions, mapped lines and editors look for them.</summary>
public class LocationTests
{
    private const string Wrong = "[PqGen.PqIndex(Dimension = 100, M = 24)] public class Words;";

    [Fact]
    public void A_diagnostic_stands_in_the_users_tree()
    {
        var compilation = Source.Compile(Wrong);
        Assert.All(GeneratorRun.Over(compilation).Diagnostics, diagnostic =>
        {
            Assert.Equal(LocationKind.SourceFile, diagnostic.Location.Kind);
            Assert.Same(compilation.SyntaxTrees[0], diagnostic.Location.SourceTree);
        });
    }

    [Fact]
    public void A_member_in_another_file_is_shown_there()
    {
        var other = Source.Parse("partial class Words { struct Kernels; }", "Other.cs");
        var compilation = Source.Compile("[PqGen.FlatIndex(Dimension = 1)] partial class Words;").AddSyntaxTrees(other);
        Assert.Same(other, Assert.Single(GeneratorRun.Over(compilation).Diagnostics).Location.SourceTree);
    }

    [Fact]
    public void A_mapped_line_is_shown_by_its_map()
    {
        var source = $"#line 41 \"Words.tt\"\n{Wrong}\n#line default\n";
        var places = GeneratorRun.Over(source).Diagnostics.Select(static diagnostic => diagnostic.Location.GetMappedLineSpan());
        Assert.All(places, static place => Assert.Equal(("Words.tt", 40), (place.Path, place.StartLinePosition.Line)));
        Assert.All(
            GeneratorRun.Over(source).Diagnostics,
            static diagnostic => Assert.StartsWith("Words.tt(41,", diagnostic.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void A_pragma_hides_its_id_and_no_other()
    {
        Assert.Equal(["PQG001", "PQG003"], Effective($"{Wrong}"));
        Assert.Equal(["PQG001"], Effective($"#pragma warning disable PQG003\n{Wrong}\n#pragma warning restore PQG003\n"));
        Assert.Equal(["PQG001", "PQG003"], Effective($"#pragma warning disable PQG003\n#pragma warning restore PQG003\n{Wrong}"));
        Assert.Empty(Effective($"#pragma warning disable PQG003, PQG001\n{Wrong}"));
    }

    [Fact]
    public void A_suppression_attribute_hides_its_id() => Assert.Equal(
        ["PQG003"],
        Effective($"[System.Diagnostics.CodeAnalysis.SuppressMessage(\"PqGen\", \"PQG001\")] {Wrong}"));

    [Fact]
    public void A_hidden_diagnostic_still_keeps_its_class_from_being_generated()
    {
        var run = GeneratorRun.Over($"#pragma warning disable PQG001\n[PqGen.FlatIndex(Dimension = 1)] class Words;");
        Assert.Empty(run.Result.GeneratedSources);
        Assert.Empty(run.Output.GetDiagnostics());
    }

    [Fact]
    public void After_an_edit_diagnostics_stand_in_the_new_tree()
    {
        var compilation = Source.Compile($"{Wrong}").AddSyntaxTrees(Source.Parse("class Other;", "Other.cs"));
        var driver = GeneratorRun.Over(compilation).Driver;
        foreach (var (path, text) in new[] { ("User.cs", $"\n\n{Wrong}"), ("Other.cs", "class Another;"), ("User.cs", $"// {Wrong}\n{Wrong}") })
        {
            var old = compilation.SyntaxTrees.Single(tree => tree.FilePath == path);
            compilation = compilation.ReplaceSyntaxTree(old, Source.Parse(text, path));
            driver = driver.RunGenerators(compilation);
            var diagnostics = driver.GetRunResult().Diagnostics;
            Assert.Equal(["PQG001", "PQG003"], diagnostics.Select(static diagnostic => diagnostic.Id).Order(StringComparer.Ordinal));
            Assert.All(diagnostics, diagnostic =>
            {
                Assert.True(compilation.ContainsSyntaxTree(diagnostic.Location.SourceTree));
                Assert.Contains(TextAt(diagnostic), new[] { "Words", "M = 24" });
            });
        }
    }

    private static string TextAt(Diagnostic diagnostic) =>
        diagnostic.Location.SourceTree!.GetText().ToString(diagnostic.Location.SourceSpan);

    /// <summary>The ids that a build shows.</summary>
    private static IEnumerable<string> Effective(string source)
    {
        CSharpGeneratorDriver.Create(new PqIndexGenerator())
            .WithUpdatedParseOptions(Source.ParseOptions())
            .RunGeneratorsAndUpdateCompilation(Source.Compile(source), out _, out var diagnostics);
        return diagnostics.Where(
            static diagnostic => !diagnostic.IsSuppressed).Select(static diagnostic => diagnostic.Id).Order(StringComparer.Ordinal);
    }
}
