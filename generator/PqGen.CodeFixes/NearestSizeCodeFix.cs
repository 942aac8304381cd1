using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using PqGen.Diagnostics;
using static System.FormattableString;

namespace PqGen.CodeFixes;

/// <summary>PQG003 to PQG006 and PQG014: sets a size to a nearest valid value, one action for each. The diagnostic carries them.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(NearestSizeCodeFix)), Shared]
public sealed class NearestSizeCodeFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ["PQG003", "PQG004", "PQG005", "PQG006", "PQG014"];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var argument = root?.FindToken(context.Span.Start).Parent?.FirstAncestorOrSelf<AttributeArgumentSyntax>();
        if (root is null || argument?.NameEquals is not { } name)
        {
            return;
        }

        foreach (var diagnostic in context.Diagnostics)
        {
            foreach (var value in NearestValues.Read(diagnostic.Properties))
            {
                var title = Invariant($"Set {name.Name.Identifier.ValueText} to {value}");
                context.RegisterCodeFix(
                    CodeAction.Create(
                        title,
                        _ =>
                            Task.FromResult(
                                context.Document.WithSyntaxRoot(root.ReplaceNode(argument.Expression, Literal(value, argument.Expression)))),
                        equivalenceKey: title),
                    diagnostic);
            }
        }
    }

    private static LiteralExpressionSyntax Literal(int value, ExpressionSyntax replaced) =>
        SyntaxFactory.LiteralExpression(SyntaxKind.NumericLiteralExpression, SyntaxFactory.Literal(value)).WithTriviaFrom(replaced);
}
