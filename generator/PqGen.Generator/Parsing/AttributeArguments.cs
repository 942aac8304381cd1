using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PqGen.Generator.Parsing;

/// <summary>A size that an attribute states.</summary>
/// <param name="Value">Its value; the attribute's default where it is not stated.</param>
/// <param name="IsStated">Whether the attribute states it.</param>
/// <param name="Location">The argument, or the attribute where it is not stated.</param>
internal readonly record struct Argument(int Value, bool IsStated, Location Location);

/// <summary>Reads the named arguments of one attribute, with their places.</summary>
internal sealed class AttributeArguments
{
    private readonly Dictionary<string, TypedConstant> _values;
    private readonly AttributeSyntax _syntax;

    public AttributeArguments(AttributeData attribute, CancellationToken token)
    {
        _syntax = (AttributeSyntax)attribute.ApplicationSyntaxReference!.GetSyntax(token);
        _values = new Dictionary<string, TypedConstant>();
        foreach (var argument in attribute.NamedArguments)
        {
            _values[argument.Key] = argument.Value;
        }
    }

    /// <summary>Whether every argument is a constant that the compiler accepts; if not, it has said so itself.</summary>
    public bool AreConstant =>
        _values.Values.All(static value => value.Kind != TypedConstantKind.Error)
        && (_syntax.ArgumentList?.Arguments.Count ?? 0) == _values.Count;

    /// <summary>Where the attribute stands.</summary>
    public Location Location => _syntax.GetLocation();

    /// <summary>A size, or an enum's value as a number, or its default.</summary>
    public Argument Size(string name, int defaultValue) =>
        _values.TryGetValue(name, out var value) && value.Value is int size
            ? new Argument(size, true, LocationOf(name))
            : new Argument(defaultValue, false, Location);

    private Location LocationOf(string name)
    {
        foreach (var argument in _syntax.ArgumentList!.Arguments)
        {
            if (argument.NameEquals?.Name.Identifier.ValueText == name)
            {
                return argument.GetLocation();
            }
        }

        return Location;
    }
}
