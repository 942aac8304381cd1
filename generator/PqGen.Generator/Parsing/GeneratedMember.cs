using System.Linq;
using Microsoft.CodeAnalysis;
using PqGen.Generator.Spec;

namespace PqGen.Generator.Parsing;

/// <summary>A member that the generator writes into the user's class, for the check that its name is free.</summary>
/// <param name="Name">Its name; <c>.ctor</c> for a constructor.</param>
/// <param name="Parameters">The types of its parameters; null for a type, which shares its name with nothing.</param>
internal sealed record GeneratedMember(string Name, string[]? Parameters)
{
    private const string Vectors = "System.ReadOnlySpan<float>";

    private static readonly SymbolDisplayFormat s_typeFormat = SymbolDisplayFormat.FullyQualifiedFormat
        .WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted);

    private static readonly GeneratedMember[] s_train =
    [
        new("Train", [Vectors, "PqGen.TrainingOptions"]),
        new("Train", ["System.Collections.Generic.IEnumerable<float[]>", "PqGen.TrainingOptions"]),
        new("Train", ["System.Collections.Generic.IEnumerable<System.ReadOnlyMemory<float>>", "PqGen.TrainingOptions"]),
        new("TrainAsync", ["System.Collections.Generic.IAsyncEnumerable<System.ReadOnlyMemory<float>>", "PqGen.TrainingOptions"]),
    ];

    /// <summary>What every class gets.</summary>
    private static readonly GeneratedMember[] s_always =
    [
        new(WellKnownMemberNames.InstanceConstructorName, ["PqGen.Indexes.IndexEngine"]),
        new("Open", ["string"]),
        new("Open", ["string", "System.Threading.CancellationToken"]),
        new("Load", ["System.IO.Stream", "System.Threading.CancellationToken"]),
        new("ImportFaiss", ["string", "System.Threading.CancellationToken"]),
        new("Distance", [Vectors, Vectors]),
        new("Distances", [Vectors, Vectors, "System.Span<float>"]),
        new("Kernels", null),
    ];

    /// <summary>All members that the class of an index kind gets.</summary>
    public static GeneratedMember[] Of(IndexKind kind) => kind switch
    {
        IndexKind.Flat => [.. s_always, new(WellKnownMemberNames.InstanceConstructorName, []), new("EstimateMemory", ["long", "bool"])],
        IndexKind.IvfFlat =>
        [
            .. s_always, .. s_train, new("FromCentroids", [Vectors]), new("EstimateMemory", ["long", "int", "bool", "PqGen.CoarseSearch"]),
        ],
        IndexKind.Pq =>
        [
            .. s_always, .. s_train, new("FromCodebooks", [Vectors, "bool"]), new("EstimateMemory", ["long", "bool", "bool", "PqGen.RowFormat"]),
        ],
        _ =>
        [
            .. s_always, .. s_train, new("FromCodebooks", [Vectors, Vectors, "bool"]),
            new("EstimateMemory", ["long", "int", "bool", "bool", "PqGen.RowFormat", "PqGen.CoarseSearch"]),
        ],
    };

    /// <summary>Whether a member of the user's, of the same name, cannot stand beside this one: all but overloads.</summary>
    public bool CollidesWith(ISymbol member) =>
        !member.IsImplicitlyDeclared
        && (Parameters is null
            || member is not IMethodSymbol method
            || (method.Arity == 0 && method.Parameters.Select(TypeOf).SequenceEqual(Parameters)));

    /// <summary>The member as a person writes it.</summary>
    public string DisplayName(INamedTypeSymbol type)
    {
        var name = Name == WellKnownMemberNames.InstanceConstructorName ? type.Name : Name;
        return Parameters is null ? name : $"{name}({string.Join(", ", Parameters)})";
    }

    private static string TypeOf(IParameterSymbol parameter) => parameter.Type.ToDisplayString(s_typeFormat);
}
