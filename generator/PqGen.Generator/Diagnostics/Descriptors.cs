using Microsoft.CodeAnalysis;

namespace PqGen.Generator.Diagnostics;

/// <summary>
/// Every diagnostic of the generator. All are errors: where one is reported, nothing is generated for the class. Each has a section
/// in DIAGNOSTICS.md and a line in AnalyzerReleases; an id is never reused. PQG012 is retired. None has a link for help: the sources have no public
/// address, so the package carries DIAGNOSTICS.md, and the description, which editors show below the message, says where.
/// </summary>
internal static class Descriptors
{
    private const string Category = "PqGen";

    public static readonly DiagnosticDescriptor NotPartial = Error(
        "PQG001",
        "An index class and every type around it must be partial",
        "'{0}' must be declared partial, so that the generator can write its other part");

    public static readonly DiagnosticDescriptor HasBaseClass = Error(
        "PQG002",
        "An index class must not have a base class",
        "'{0}' derives from '{1}', but the generator gives an index class its base class; interfaces are fine");

    public static readonly DiagnosticDescriptor DimensionNotDivisible = Error(
        "PQG003",
        "Dimension must be divisible by M",
        "Dimension = {0} is not divisible by M = {1}; for this Dimension the nearest M: {2}; for this M the nearest Dimension: {3}{4}");

    public static readonly DiagnosticDescriptor KsubOutOfRange = Error(
        "PQG004",
        "Ksub is out of range",
        "Ksub = {0} is outside 2 to 256; the nearest value is {1}");

    public static readonly DiagnosticDescriptor DimensionOutOfRange = Error(
        "PQG005",
        "Dimension is missing or out of range",
        "{0}; a vector has 1 to 4096 components{1}");

    public static readonly DiagnosticDescriptor MOutOfRange = Error(
        "PQG006",
        "M is missing or out of range",
        "{0}; M is 1 to 256 and at most Dimension{1}");

    public static readonly DiagnosticDescriptor SecondIndexAttribute = Error(
        "PQG007",
        "A class declares one index",
        "'{0}' already declares an index by [{1}]; remove one of the two attributes");

    public static readonly DiagnosticDescriptor UnknownMetric = Error(
        "PQG008",
        "There is no such metric",
        "Metric = {0} is no metric; there are Metric.SquaredL2, Metric.InnerProduct and Metric.Cosine");

    public static readonly DiagnosticDescriptor Generic = Error(
        "PQG009",
        "An index class must not be generic",
        "'{0}' has type parameters; neither an index class nor a type around it can be generic");

    public static readonly DiagnosticDescriptor ImpossibleClass = Error(
        "PQG010",
        "This kind of class cannot be an index",
        "'{0}' cannot be an index: {1}");

    public static readonly DiagnosticDescriptor NameTaken = Error(
        "PQG011",
        "A name that the generator writes is taken",
        "The generator writes '{0}' into '{1}', where that name is taken; rename yours");

    public static readonly DiagnosticDescriptor OldLanguageVersion = Error(
        "PQG013",
        "The language version is too low",
        "'{0}' needs C# {1}, which its generated part is written in, but is compiled as C# {2}; raise LangVersion, or remove it");

    public static readonly DiagnosticDescriptor InputDimensionOutOfRange = Error(
        "PQG014",
        "InputDimension is out of range",
        "InputDimension = {0} is outside 1 to 4096; the nearest value is {1}");

    private static DiagnosticDescriptor Error(string id, string title, string message) => new(
        id,
        title,
        message,
        Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        description: "An example and what to do: " + id + " in docs/DIAGNOSTICS.md of the package PqGen.");
}
