using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PqGen.Generator.Diagnostics;
using PqGen.Generator.Spec;

namespace PqGen.Generator.Parsing;

/// <summary>What a class must be to get a generated part: PQG001, PQG002, PQG009 to PQG011 and PQG013.</summary>
internal static class ClassRules
{
    /// <summary>The oldest C# that compiles what is emitted; tests compile every kind with it.</summary>
    public const LanguageVersion OldestLanguageVersion = LanguageVersion.CSharp11;

    public static void Check(
        INamedTypeSymbol type, TypeDeclarationSyntax syntax, IndexKind kind, List<DiagnosticInfo> diagnostics, CancellationToken token)
    {
        foreach (var declaration in syntax.AncestorsAndSelf().OfType<TypeDeclarationSyntax>())
        {
            CheckPartial(declaration, diagnostics);
            CheckNotGeneric(declaration, diagnostics);
        }

        CheckNoBaseClass(type, syntax, diagnostics);
        CheckPossible(type, syntax, diagnostics, token);
        CheckNames(type, syntax, kind, diagnostics, token);
        CheckLanguageVersion(syntax, diagnostics);
    }

    private static void CheckPartial(TypeDeclarationSyntax declaration, List<DiagnosticInfo> diagnostics)
    {
        if (!declaration.Modifiers.Any(SyntaxKind.PartialKeyword))
        {
            Add(Descriptors.NotPartial, declaration, diagnostics, declaration.Identifier.ValueText);
        }
    }

    private static void CheckNotGeneric(TypeDeclarationSyntax declaration, List<DiagnosticInfo> diagnostics)
    {
        if (declaration.TypeParameterList is not null)
        {
            Add(Descriptors.Generic, declaration, diagnostics, declaration.Identifier.ValueText);
        }
    }

    private static void CheckNoBaseClass(INamedTypeSymbol type, TypeDeclarationSyntax syntax, List<DiagnosticInfo> diagnostics)
    {
        // An unknown base type may be an interface that another generator writes; if it is not, the compiler says so.
        if (type.BaseType is { SpecialType: not SpecialType.System_Object, TypeKind: not TypeKind.Error } baseType)
        {
            Add(Descriptors.HasBaseClass, syntax, diagnostics, type.Name, baseType.ToDisplayString());
        }
    }

    private static void CheckPossible(
        INamedTypeSymbol type, TypeDeclarationSyntax syntax, List<DiagnosticInfo> diagnostics, CancellationToken token)
    {
        foreach (var reason in Obstacles(type, token))
        {
            Add(Descriptors.ImpossibleClass, syntax, diagnostics, type.Name, reason);
        }
    }

    private static IEnumerable<string> Obstacles(INamedTypeSymbol type, CancellationToken token)
    {
        if (type.IsStatic)
        {
            yield return "a static class has no instances";
        }
        else if (type.IsAbstract)
        {
            yield return "the generated factories cannot construct an abstract class";
        }

        if (type.IsRecord)
        {
            yield return "a record cannot derive from the base class of an index, which is no record";
        }

        if (SelfAndContainers(type).Any(static container => container.IsFileLocal))
        {
            yield return "its generated part stands in another file, which cannot name a file-local type";
        }

        if (type.DeclaringSyntaxReferences.Any(part => part.GetSyntax(token) is TypeDeclarationSyntax { ParameterList: not null }))
        {
            yield return "its generated constructor cannot call a primary constructor";
        }

        if (type.GetMembers().Any(static member => member is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true }))
        {
            yield return "the generated factories cannot set a required member";
        }
    }

    private static IEnumerable<INamedTypeSymbol> SelfAndContainers(INamedTypeSymbol type)
    {
        for (var container = type; container is not null; container = container.ContainingType)
        {
            yield return container;
        }
    }

    private static void CheckNames(
        INamedTypeSymbol type, TypeDeclarationSyntax syntax, IndexKind kind, List<DiagnosticInfo> diagnostics, CancellationToken token)
    {
        var members = GeneratedMember.Of(kind);
        if (members.Any(generated => generated.Name == type.Name))
        {
            Add(Descriptors.NameTaken, syntax, diagnostics, type.Name, type.Name);
        }

        // A field stands in the way of all overloads, and is told so once.
        var told = new HashSet<Location>();
        foreach (var generated in members.Where(generated => generated.Name != type.Name))
        {
            var taken = type.GetMembers(generated.Name).FirstOrDefault(generated.CollidesWith);
            if (taken?.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(token).GetLocation() is { } location && told.Add(location))
            {
                diagnostics.Add(DiagnosticInfo.Create(Descriptors.NameTaken, location, generated.DisplayName(type), type.Name));
            }
        }
    }

    private static void CheckLanguageVersion(TypeDeclarationSyntax syntax, List<DiagnosticInfo> diagnostics)
    {
        if (syntax.SyntaxTree.Options is CSharpParseOptions { LanguageVersion: var version and < OldestLanguageVersion })
        {
            Add(
                Descriptors.OldLanguageVersion,
                syntax,
                diagnostics,
                syntax.Identifier.ValueText,
                OldestLanguageVersion.ToDisplayString(),
                version.ToDisplayString());
        }
    }

    private static void Add(
        DiagnosticDescriptor descriptor, TypeDeclarationSyntax declaration, List<DiagnosticInfo> diagnostics, params string[] arguments) =>
        diagnostics.Add(DiagnosticInfo.Create(descriptor, declaration.Identifier.GetLocation(), arguments));
}
