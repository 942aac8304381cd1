using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace PqGen.Generator.Parsing;

/// <summary>
/// What the names of a class's generated files start with: its full name. The compiler takes only some characters in them and does
/// not tell upper from lower case; where that could give two classes the same name, a hash of the exact one is appended.
/// </summary>
internal static class HintNames
{
    public static string Of(INamedTypeSymbol type)
    {
        var scopes = Scopes(type).Reverse().ToArray();
        var name = string.Join(".", scopes.Select(static scope => scope.Name));
        var legal = new string(name.Select(static c => char.IsLetterOrDigit(c) || c is '_' or '.' ? c : '_').ToArray());
        return legal != name || scopes.Any(HasTwin) ? $"{legal}-{Hash(name):x8}" : name;
    }

    /// <summary>The class and all around it but the global namespace, innermost first.</summary>
    private static IEnumerable<INamespaceOrTypeSymbol> Scopes(INamedTypeSymbol type)
    {
        for (INamespaceOrTypeSymbol scope = type; scope is not INamespaceSymbol { IsGlobalNamespace: true }; scope = Container(scope))
        {
            yield return scope;
        }
    }

    private static INamespaceOrTypeSymbol Container(INamespaceOrTypeSymbol scope) =>
        (INamespaceOrTypeSymbol?)scope.ContainingType ?? scope.ContainingNamespace;

    /// <summary>Whether a neighbour's name differs in its case alone.</summary>
    private static bool HasTwin(INamespaceOrTypeSymbol scope)
    {
        var neighbours = scope is INamespaceSymbol
            ? scope.ContainingNamespace.GetNamespaceMembers()
            : Container(scope).GetTypeMembers().Cast<INamespaceOrTypeSymbol>();
        return neighbours.Any(neighbour =>
            neighbour.Name != scope.Name && string.Equals(neighbour.Name, scope.Name, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>FNV-1a, the same on every machine and in every process.</summary>
    private static uint Hash(string text) =>
        text.Aggregate(2166136261u, static (hash, c) => unchecked((hash ^ c) * 16777619u));
}
