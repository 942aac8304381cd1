using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PqGen.Generator.Diagnostics;
using PqGen.Generator.Emit;

namespace PqGen.Generator.Parsing;

/// <summary>
/// PQG012. Generated kernels import their names inside the user's namespace, so only what stands nearer can hide them: members
/// of the class, of the types around it, and of the namespace itself.
/// </summary>
internal static class HiddenNames
{
    public static void Check(INamedTypeSymbol type, TypeDeclarationSyntax syntax, Compilation compilation, List<DiagnosticInfo> diagnostics)
    {
        foreach (var name in ImportedNames.All)
        {
            if (Scopes(type).SelectMany(scope => scope.GetMembers(name)).FirstOrDefault(hides) is { } hiding)
            {
                var location = LocationInfo.From(syntax.Identifier);
                diagnostics.Add(DiagnosticInfo.Create(Descriptors.NameHidden, location, hiding.ToDisplayString(), name, type.Name));
            }
        }

        bool hides(ISymbol member) => compilation.IsSymbolAccessibleWithin(member, type);
    }

    private static IEnumerable<INamespaceOrTypeSymbol> Scopes(INamedTypeSymbol type)
    {
        for (var container = type; container is not null; container = container.ContainingType)
        {
            yield return container;
        }

        // The namespace may itself be one of those that are imported.
        if (!FileFrame.KernelUsings.Contains(type.ContainingNamespace.ToDisplayString(), StringComparer.Ordinal))
        {
            yield return type.ContainingNamespace;
        }
    }
}
