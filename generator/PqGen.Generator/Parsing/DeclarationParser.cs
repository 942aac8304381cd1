using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PqGen.Generator.Diagnostics;
using PqGen.Generator.Helpers;
using PqGen.Generator.Spec;

namespace PqGen.Generator.Parsing;

/// <summary>From a class with an index attribute, symbols and syntax, to values.</summary>
internal static class DeclarationParser
{
    private static readonly SymbolDisplayFormat s_namespaceFormat = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers);

    /// <summary>A class or a record class; on anything else the compiler rejects the attribute.</summary>
    public static bool CanDeclareIndex(SyntaxNode node) =>
        node.IsKind(SyntaxKind.ClassDeclaration) || node.IsKind(SyntaxKind.RecordDeclaration);

    public static IndexDeclaration Parse(GeneratorAttributeSyntaxContext context, IndexKind kind, CancellationToken token)
    {
        var type = (INamedTypeSymbol)context.TargetSymbol;
        var syntax = (TypeDeclarationSyntax)context.TargetNode;
        var attributes = type.GetAttributes().Where(static attribute => IndexAttribute.Find(attribute) is not null).ToArray();
        var diagnostics = new List<DiagnosticInfo>();
        var sizes = default(KernelSpec);

        // Several attributes are parsed one by one: what is wrong with the class is said once, by the first of them.
        foreach (var attribute in context.Attributes)
        {
            var arguments = new AttributeArguments(attribute, token);
            if (IsSame(attribute, attributes[0]))
            {
                ClassRules.Check(type, syntax, kind, diagnostics, token);
            }
            else
            {
                var first = IndexAttribute.Find(attributes[0])!.ShortName;
                diagnostics.Add(DiagnosticInfo.Create(Descriptors.SecondIndexAttribute, arguments.Location, type.Name, first));
            }

            token.ThrowIfCancellationRequested();
            sizes = SizeRules.Check(kind, arguments, diagnostics);
        }

        IndexSpec[] specs = sizes is not null && attributes.Length == 1 && diagnostics.Count == 0 ? [CreateSpec(type, syntax, sizes)] : [];
        return new IndexDeclaration(
            specs.ToEquatableArray(),
            diagnostics.OrderBy(static diagnostic => diagnostic.Descriptor.Id, StringComparer.Ordinal).ToEquatableArray());
    }

    private static IndexSpec CreateSpec(INamedTypeSymbol type, TypeDeclarationSyntax syntax, KernelSpec kernels)
    {
        var space = type.ContainingNamespace;
        var containers = syntax.Ancestors().OfType<TypeDeclarationSyntax>().Reverse().ToArray();

        return new IndexSpec(
            space.IsGlobalNamespace ? string.Empty : space.ToDisplayString(s_namespaceFormat),
            containers.Select(static container => new ContainingType(KeywordOf(container), container.Identifier.Text)).ToEquatableArray(),
            syntax.Identifier.Text,
            HintNames.Of(type),
            kernels);
    }

    private static string KeywordOf(TypeDeclarationSyntax container) =>
        container is RecordDeclarationSyntax { ClassOrStructKeyword: var second } && second.IsKind(SyntaxKind.StructKeyword)
            ? "record struct"
            : container.Keyword.Text;

    private static bool IsSame(AttributeData left, AttributeData right) =>
        left.ApplicationSyntaxReference is { } one
        && right.ApplicationSyntaxReference is { } other
        && one.SyntaxTree == other.SyntaxTree
        && one.Span == other.Span;
}
