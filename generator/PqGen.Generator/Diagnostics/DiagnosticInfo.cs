using System.Linq;
using Microsoft.CodeAnalysis;
using PqGen.Diagnostics;
using PqGen.Generator.Helpers;

namespace PqGen.Generator.Diagnostics;

/// <summary>A diagnostic to report, by value, so that the incremental pipeline can compare it.</summary>
/// <param name="Descriptor">Which one, from <see cref="Descriptors"/>.</param>
/// <param name="Location">Where.</param>
/// <param name="Arguments">What fills the placeholders of the message, in order.</param>
internal sealed record DiagnosticInfo(DiagnosticDescriptor Descriptor, LocationInfo Location, EquatableArray<string> Arguments)
{
    /// <summary>The valid values nearest to the wrong one, for the code fix.</summary>
    public EquatableArray<int> Nearest { get; init; }

    public static DiagnosticInfo Create(DiagnosticDescriptor descriptor, LocationInfo location, params string[] arguments) =>
        new(descriptor, location, arguments.ToEquatableArray());

    public Diagnostic ToDiagnostic() =>
        Diagnostic.Create(Descriptor, Location.ToLocation(), NearestValues.Write(Nearest), Arguments.Cast<object>().ToArray());
}
