using System.Linq;
using Microsoft.CodeAnalysis;
using PqGen.Generator.Spec;

namespace PqGen.Generator.Parsing;

/// <summary>An attribute that declares an index.</summary>
/// <param name="Kind">What it declares.</param>
/// <param name="ClassName">Its class in the namespace PqGen.</param>
internal sealed record IndexAttribute(IndexKind Kind, string ClassName)
{
    private const string Namespace = "PqGen";

    public static readonly IndexAttribute[] All =
    [
        new(IndexKind.Flat, "FlatIndexAttribute"),
        new(IndexKind.IvfFlat, "IvfFlatIndexAttribute"),
        new(IndexKind.Pq, "PqIndexAttribute"),
        new(IndexKind.IvfPq, "IvfPqIndexAttribute"),
    ];

    public string MetadataName => $"{Namespace}.{ClassName}";

    /// <summary>Its name between brackets.</summary>
    public string ShortName => ClassName.Substring(0, ClassName.Length - "Attribute".Length);

    /// <summary>The index attribute that an attribute is, or null.</summary>
    public static IndexAttribute? Find(AttributeData attribute) =>
        attribute.AttributeClass is { ContainingNamespace: { Name: Namespace, ContainingNamespace.IsGlobalNamespace: true } } type
            ? All.FirstOrDefault(known => known.ClassName == type.Name)
            : null;
}
