using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PqGen.Generator.Diagnostics;
using PqGen.Generator.Parsing;
using PqGen.Generator.Tests.Helpers;
using PqGen.Testing;

namespace PqGen.Generator.Tests.Documents;

/// <summary>The examples of DIAGNOSTICS.md are reported as they say, and those of a fix compile.</summary>
public partial class DiagnosticsExampleTests
{
    private const string File = "DIAGNOSTICS.md";
    private const int LinesAbove = 2;

    /// <summary>Every id that the generator reports.</summary>
    public static TheoryData<string> Ids => [.. typeof(Descriptors).GetFields()
        .Select(static constant => constant.GetValue(null)).OfType<DiagnosticDescriptor>().Select(static descriptor => descriptor.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void An_example_triggers_its_id_where_it_says_so(string id)
    {
        Assert.Contains($"\n## {id}: ", Repository.ReadText(File), StringComparison.Ordinal);
        var example = Assert.Single(Repository.Examples(File), block => block.Contains($"// {id}", StringComparison.Ordinal));
        var comment = Assert.Single(Comment().Matches(example));

        var diagnostic = Assert.Single(GeneratorRun.Over(WithSurroundings(example), VersionOf(example)).Diagnostics);
        Assert.Equal(id, diagnostic.Id);
        Assert.Equal(LineOf(example, comment.Index), diagnostic.Location.GetLineSpan().StartLinePosition.Line - LinesAbove);

        var message = diagnostic.GetMessage(CultureInfo.InvariantCulture);
        Assert.All(Number().Matches(comment.Groups["nearest"].Value), number => Assert.Matches($@"\b{number.Value}\b", message));
    }

    [Fact]
    public void The_oldest_language_version_is_named() => Assert.Contains(
        $"is written in C# {ClassRules.OldestLanguageVersion.ToDisplayString().Replace(".0", string.Empty, StringComparison.Ordinal)}.",
        Repository.ReadText(File),
        StringComparison.Ordinal);

    [Fact]
    public void Every_other_example_compiles()
    {
        var fixedOnes = Repository.Examples(File).Where(static block => !Comment().IsMatch(block)).ToArray();
        Assert.NotEmpty(fixedOnes);
        Assert.All(fixedOnes, static block => CompiledUser.AssertCompiles(WithSurroundings(block)));
    }

    private static string WithSurroundings(string example) => $$"""
        #pragma warning disable CS1591 // Examples are not documented.
        using PqGen;
        {{example}}
        public class Repository { } // The user's class that an example names.
        """;

    /// <summary>The version that an example says its project has.</summary>
    private static LanguageVersion VersionOf(string example) =>
        LanguageVersionFacts.TryParse(Version().Match(example).Groups["version"].Value, out var version) ? version : LanguageVersion.Latest;

    private static int LineOf(string text, int index) => text.AsSpan(0, index).Count('\n');

    [GeneratedRegex("// PQG[0-9]{3}(?:: (?<nearest>.*))?$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex("<LangVersion>(?<version>.*?)</LangVersion>")]
    private static partial Regex Version();

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Number();
}
