using Microsoft.CodeAnalysis;
using PqGen.Generator.Diagnostics;
using PqGen.Generator.Emit;
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
        foreach (var attribute in IndexAttribute.All)
        {
            Initialize(context, attribute);
        }
    }

    private static void Initialize(IncrementalGeneratorInitializationContext context, IndexAttribute attribute)
    {
        // Symbols end here: what leaves this step is compared by value.
        var declarations = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                attribute.MetadataName,
                static (node, _) => DeclarationParser.CanDeclareIndex(node),
                (syntax, token) => DeclarationParser.Parse(syntax, attribute.Kind, token))
            .WithTrackingName(TrackingNames.Parse);

        var diagnostics = declarations
            .SelectMany(static (declaration, _) => declaration.Diagnostics)
            .WithTrackingName(TrackingNames.Diagnostics);

        // Apart from the diagnostics, whose locations move with every line that is typed above them.
        var specs = declarations
            .SelectMany(static (declaration, _) => declaration.Specs)
            .WithTrackingName(TrackingNames.Output);

        context.RegisterSourceOutput(
            diagnostics,
            static (output, diagnostic) => output.ReportDiagnostic(diagnostic.ToDiagnostic()));

        context.RegisterSourceOutput(
            specs,
            static (output, spec) =>
            {
                foreach (var file in IndexFiles.Write(spec))
                {
                    output.AddSource(file.HintName, file.ToSourceText());
                }
            });
    }
}
