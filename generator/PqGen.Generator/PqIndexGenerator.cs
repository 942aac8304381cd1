using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using PqGen.Generator.Emit;
using PqGen.Generator.Helpers;
using PqGen.Generator.Parsing;
using PqGen.Generator.Spec;

namespace PqGen.Generator;

/// <summary>
/// Writes the other part of every class that declares an index: its base type, its factories, and the kernels specialized for its
/// sizes. Find the attribute, parse to values, then report what is wrong or emit.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class PqIndexGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var declarations = IndexAttribute.All.Select(attribute => Find(context, attribute)).ToArray();
        var specs = declarations.Select(static found => found.SelectMany(static (declaration, _) => declaration.Specs)).ToArray();
        var twins = Twins(specs);
        foreach (var found in declarations)
        {
            ReportDiagnostics(context, found);
        }

        foreach (var valid in specs)
        {
            AddSources(context, valid, twins);
        }
    }

    /// <summary>All classes with one of the attributes. Symbols end here: what leaves this step is compared by value.</summary>
    private static IncrementalValuesProvider<IndexDeclaration> Find(
        IncrementalGeneratorInitializationContext context, IndexAttribute attribute) => context.SyntaxProvider
        .ForAttributeWithMetadataName(
            attribute.MetadataName,
            static (node, _) => DeclarationParser.CanDeclareIndex(node),
            (syntax, token) => DeclarationParser.Parse(syntax, attribute.Kind, token))
        .WithTrackingName(TrackingNames.Parse);

    /// <summary>The names of files that differ in case alone, of all kinds of index: as good as always none.</summary>
    private static IncrementalValueProvider<EquatableArray<string>> Twins(IncrementalValuesProvider<IndexSpec>[] specs) => specs
        .Select(static kind => kind.Select(static (spec, _) => spec.HintName).Collect())
        .Aggregate(static (left, right) => left.Combine(right).Select(static (both, _) => both.Left.AddRange(both.Right)))
        .Select(static (names, _) => HintNames.Twins(names))
        .WithTrackingName(TrackingNames.Twins);

    /// <summary>Apart from what is emitted: their places move with every line that is typed above them.</summary>
    private static void ReportDiagnostics(
        IncrementalGeneratorInitializationContext context, IncrementalValuesProvider<IndexDeclaration> declarations)
    {
        var diagnostics = declarations
            .SelectMany(static (declaration, _) => declaration.Diagnostics)
            .WithTrackingName(TrackingNames.Diagnostics);

        context.RegisterSourceOutput(diagnostics, static (output, diagnostic) => output.ReportDiagnostic(diagnostic.ToDiagnostic()));
    }

    private static void AddSources(
        IncrementalGeneratorInitializationContext context,
        IncrementalValuesProvider<IndexSpec> specs,
        IncrementalValueProvider<EquatableArray<string>> twins)
    {
        var named = specs
            .Combine(twins)
            .Select(static (pair, _) => HintNames.TellApart(pair.Left, pair.Right))
            .WithTrackingName(TrackingNames.Output);

        context.RegisterSourceOutput(
            named,
            static (output, spec) =>
            {
                foreach (var file in IndexFiles.Write(spec))
                {
                    output.AddSource(file.HintName, file.ToSourceText());
                }
            });
    }
}
