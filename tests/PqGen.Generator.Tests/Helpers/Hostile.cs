using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PqGen.Generator.Parsing;
using PqGen.Generator.Spec;

namespace PqGen.Generator.Tests.Helpers;

/// <summary>Every name that stands in a generated file, for declarations of the user's that mean something else by it.</summary>
internal static class Hostile
{
    /// <summary>One class of each kind, of packed codes, and of each metric: all that is ever emitted for a small size.</summary>
    public const string Classes = """
        [global::PqGen.FlatIndex(Dimension = 8, Metric = global::PqGen.Metric.Cosine)] internal partial class Words1 { /*members*/ }
        [global::PqGen.IvfFlatIndex(Dimension = 8)] internal partial class Words2 { /*members*/ }
        [global::PqGen.PqIndex(Dimension = 8, M = 2, Ksub = 16, Metric = global::PqGen.Metric.InnerProduct)]
        internal partial class Words3 { /*members*/ }
        [global::PqGen.IvfPqIndex(Dimension = 8, M = 4, Ksub = 17)] internal partial class Words4 { /*members*/ }
        """;

    /// <summary>What no declaration can be called, or what only the language means.</summary>
    private static readonly string[] s_reserved = ["var", "_", "nameof", "value"];

    /// <summary>Words of the language that a type may be called nevertheless, and that then mean the type.</summary>
    private static readonly string[] s_words = ["nint", "nuint"];

    /// <summary>All names: of types, namespaces, members, parameters and locals, each once.</summary>
    public static IReadOnlyList<string> Names { get; } = FindNames();

    /// <summary>Those that a class may give its own members.</summary>
    public static IEnumerable<string> MemberNames { get; } = Names.Except(
        Enum.GetValues<IndexKind>().SelectMany(GeneratedMember.Of).Select(static member => member.Name));

    /// <summary>A declaration for each name, where <c>{0}</c> stands for it.</summary>
    public static string Declare(string declaration) => Declare(declaration, Names);

    /// <inheritdoc cref="Declare(string)"/>
    public static string Declare(string declaration, IEnumerable<string> names) =>
        string.Join('\n', names.Select(name => declaration.Replace("{0}", $"@{name}", StringComparison.Ordinal)));

    private static string[] FindNames()
    {
        var roots = GeneratorRun.Over(Classes).GeneratedTrees.Select(static tree => tree.GetRoot()).ToArray();
        var aliases = roots
            .SelectMany(static root => root.DescendantNodes().OfType<UsingDirectiveSyntax>())
            .Select(static directive => directive.Alias?.Name.Identifier.ValueText);
        return
        [
            .. roots
                .SelectMany(static root => root.DescendantTokens(descendIntoTrivia: true))
                .Where(static token => token.IsKind(SyntaxKind.IdentifierToken))
                .Select(static token => token.ValueText)
                .Distinct()
                .Except(aliases.Except(s_words))
                .Except(s_reserved)
                .Where(static name => name is not null && !name.StartsWith("Words", StringComparison.Ordinal))
                .Select(static name => name!)
                .Order(StringComparer.Ordinal),
        ];
    }
}
