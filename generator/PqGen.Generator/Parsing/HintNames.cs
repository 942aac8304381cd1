using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using Microsoft.CodeAnalysis;
using PqGen.Generator.Helpers;
using PqGen.Generator.Spec;

namespace PqGen.Generator.Parsing;

/// <summary>
/// What the names of a class's generated files start with: its full name, where that is short and ASCII. Any other name is cut and
/// replaced until a file can have it, and ends in a hash of the exact one, so that no two classes share a file.
/// </summary>
internal static class HintNames
{
    /// <summary>The longest name in bytes of UTF-8. A file name has 255, of which the part of the class takes some.</summary>
    public const int MaxLength = 100;

    private const int HashBytes = 8;
    private const int HashLength = 1 + (2 * HashBytes);

    /// <summary>Names that Windows keeps for devices, whatever stands after the first dot.</summary>
    private static readonly string[] s_deviceNames = ["CON", "PRN", "AUX", "NUL", "COM", "LPT"];

    /// <summary>The name by which a class alone is told from all others, but for upper and lower case.</summary>
    public static string Of(INamedTypeSymbol type)
    {
        var name = string.Join(".", Scopes(type).Reverse().Select(static scope => scope.Name));
        return name.Length <= MaxLength && name.All(IsPlain) && !IsDevice(name) ? name : WithHash(name);
    }

    /// <summary>The names that differ from another one in case alone: to a compiler, and to many file systems, they are the same.</summary>
    public static EquatableArray<string> Twins(ImmutableArray<string> names) => names
        .GroupBy(static name => name, StringComparer.OrdinalIgnoreCase)
        .Where(static group => group.Count() > 1)
        .SelectMany(static group => group)
        .OrderBy(static name => name, StringComparer.Ordinal)
        .ToEquatableArray();

    /// <summary>Gives a class that has a twin a name of its own.</summary>
    public static IndexSpec TellApart(IndexSpec spec, EquatableArray<string> twins) =>
        twins.Contains(spec.HintName) ? spec with { HintName = WithHash(spec.HintName) } : spec;

    /// <summary>The end of a name, which holds the class, and the hash of all of it.</summary>
    private static string WithHash(string name)
    {
        var legal = new string(name.Select(static c => char.IsLetterOrDigit(c) || IsPlain(c) ? c : '_').ToArray());
        var start = 0;
        while (Encoding.UTF8.GetByteCount(legal.Substring(start)) > MaxLength - HashLength)
        {
            start++;
        }

        var end = legal.Substring(start).TrimStart('.');
        if (IsDevice(end))
        {
            // What stands before the first dot is then more than the device.
            end = end.Replace('.', '_');
        }

        return $"{end}-{Hash(name)}";
    }

    /// <summary>The class and all around it but the global namespace, innermost first.</summary>
    private static IEnumerable<INamespaceOrTypeSymbol> Scopes(INamedTypeSymbol type)
    {
        for (INamespaceOrTypeSymbol scope = type;
            scope is not INamespaceSymbol { IsGlobalNamespace: true };
            scope = (INamespaceOrTypeSymbol?)scope.ContainingType ?? scope.ContainingNamespace)
        {
            yield return scope;
        }
    }

    /// <summary>
    /// Letters beyond ASCII stay readable but not plain: file systems that compose characters, or fold case by other rules than the
    /// compiler, take some of them for one another.
    /// </summary>
    private static bool IsPlain(char c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_' or '.';

    private static bool IsDevice(string name)
    {
        var first = name.Split('.')[0];
        return s_deviceNames.Contains(first.TrimEnd("0123456789".ToCharArray()), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The first bytes of the name's SHA-256, the same on every machine.</summary>
    private static string Hash(string name)
    {
        using var sha = SHA256.Create();
        var hash = sha.ComputeHash(Encoding.UTF8.GetBytes(name)).Take(HashBytes);
        return string.Concat(hash.Select(static part => part.ToString("x2", CultureInfo.InvariantCulture)));
    }
}
