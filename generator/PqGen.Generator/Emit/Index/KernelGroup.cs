using System;
using System.Collections.Generic;
using System.Linq;
using PqGen.Generator.Spec;

namespace PqGen.Generator.Emit;

/// <summary>Kernels that stand in one file, in one static class.</summary>
/// <param name="Part">What the file's name says of them.</param>
/// <param name="Class">The class's name.</param>
/// <param name="Summary">What the class says of them.</param>
/// <param name="Applies">Whether an index has them.</param>
/// <param name="Methods">The members of the contract that they implement.</param>
/// <param name="Write">Writes the class's members.</param>
internal sealed record KernelGroup(
    string Part,
    string Class,
    string Summary,
    Func<KernelSpec, bool> Applies,
    IReadOnlyList<KernelMethod> Methods,
    Action<KernelSpec, CodeWriter> Write)
{
    private static readonly KernelGroup[] s_all =
    [
        new(
            "Distance", "DistanceKernels", "Distances of whole vectors",
            static _ => true, DistanceEmitter.Methods, DistanceEmitter.Write),
        new(
            "Centroids", "CentroidKernels", "Points against the centroids of lists",
            static spec => spec.HasCentroids, CentroidEmitter.Methods, CentroidEmitter.Write),
        new(
            "Codebooks", "CodebookKernels", "Sub-vectors against codebooks",
            static spec => spec.HasCodes, CodebookEmitter.Methods, CodebookEmitter.Write),
        new(
            "Adc", "AdcKernels", "Distances of codes from float tables",
            static spec => spec.HasCodes, AdcEmitter.Methods, AdcEmitter.Write),
        new(
            "Scan", "ScanKernels", "The fast scan of codes by byte tables",
            static spec => spec.HasCodes, ScanEmitter.Methods, ScanEmitter.Write),
    ];

    /// <summary>Those of an index, in the order of their files.</summary>
    public static IEnumerable<KernelGroup> Of(KernelSpec spec) => s_all.Where(group => group.Applies(spec));
}
