using System.Reflection;
using Microsoft.CodeAnalysis;
using PqGen.Generator.Diagnostics;

namespace PqGen.Generator.Tests.Helpers;

/// <summary>Walks all that an object holds.</summary>
internal static class ObjectGraph
{
    /// <summary>Fails where an output of a step leads to anything that keeps a compilation alive or never compares equal.</summary>
    public static void AssertHoldsValuesOnly(object? root, string step, bool mayHoldDiagnostics) =>
        Visit(root, step, mayHoldDiagnostics, new HashSet<object>(ReferenceEqualityComparer.Instance));

    private static void Visit(object? node, string path, bool mayHoldDiagnostics, HashSet<object> visited)
    {
        if (node is null || (node is DiagnosticInfo && mayHoldDiagnostics) || !visited.Add(node))
        {
            return;
        }

        var type = node.GetType();
        Assert.False(
            node is Compilation or ISymbol or SyntaxNode or SyntaxTree or SemanticModel or Location or AttributeData,
            $"{path} holds a {type.Name}.");
        if (type.IsPrimitive || type.IsEnum || node is string or Type or Delegate)
        {
            return;
        }

        if (node is Array items)
        {
            foreach (var item in items)
            {
                Visit(item, $"{path}[]", mayHoldDiagnostics, visited);
            }
        }

        for (var holder = type; holder is not null && holder != typeof(object); holder = holder.BaseType)
        {
            foreach (var field in holder.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                Visit(field.GetValue(node), $"{path}.{field.Name}", mayHoldDiagnostics, visited);
            }
        }
    }
}
