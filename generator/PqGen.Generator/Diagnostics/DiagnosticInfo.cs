using System.Linq;
using Microsoft.CodeAnalysis;
using PqGen.Diagnostics;
using PqGen.Generator.Helpers;

namespace PqGen.Generator.Diagnostics;

/// <summary>
/// A diagnostic to report, equal to another one of equal arguments at the same place; <see cref="Diagnostic"/> itself compares its
/// arguments by reference.
/// </summary>
/// <param name="Descriptor">Which one, from <see cref="Descriptors"/>.</param>
/// <param name="Location">
/// Where, in the user's syntax tree: <c>#pragma</c>, suppressions and editors know no other places. It keeps that tree alive, so no
/// specification holds one of these.
/// </param>
/// <param name="Arguments">What fills the placeholders of the message, in order.</param>
internal sealed record DiagnosticInfo(DiagnosticDescriptor Descriptor, Location Location, EquatableArray<string> Arguments)
{
    /// <summary>The valid values nearest to the wrong one, for the code fix.</summary>
    public EquatableArray<int> Nearest { get; init; }

    public static DiagnosticInfo Create(DiagnosticDescriptor descriptor, Location location, params string[] arguments) =>
        new(descriptor, location, arguments.ToEquatableArray());

    public Diagnostic ToDiagnostic() =>
        Diagnostic.Create(Descriptor, Location, NearestValues.Write(Nearest), Arguments.Cast<object>().ToArray());
}
