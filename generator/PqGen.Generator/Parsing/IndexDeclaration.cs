using PqGen.Generator.Diagnostics;
using PqGen.Generator.Helpers;
using PqGen.Generator.Spec;

namespace PqGen.Generator.Parsing;

/// <summary>What was read from one class: its specification, or else all that is wrong with it.</summary>
/// <param name="Specs">One specification; none if there are diagnostics, or if the compiler itself rejects the attribute.</param>
/// <param name="Diagnostics">What is wrong, in the order of their ids.</param>
internal sealed record IndexDeclaration(EquatableArray<IndexSpec> Specs, EquatableArray<DiagnosticInfo> Diagnostics);
