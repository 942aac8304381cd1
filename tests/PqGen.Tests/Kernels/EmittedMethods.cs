using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using PqGen.Kernels;

namespace PqGen.Tests.Kernels;

/// <summary>The static methods that a generated kernel struct forwards to, in the namespace that the generator gives its index.</summary>
internal static class EmittedMethods
{
    /// <summary>The namespace of an index's kernels.</summary>
    public static string Namespace(Type kernels)
    {
        var letters = kernels.DeclaringType!.FullName!.Select(c => c is '.' or '+' ? "_" : c == '_' ? "_5F" : c.ToString());
        return $"PqGen.Generated.{string.Concat(letters)}Kernels";
    }

    /// <summary>All of them; a generic one once for each type that it is for.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Tests are not trimmed.")]
    [UnconditionalSuppressMessage("Trimming", "IL2060", Justification = "Tests are not trimmed.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Tests are not trimmed.")]
    public static IEnumerable<MethodInfo> Of(Type kernels) => kernels.Assembly.GetTypes()
        .Where(type => type.Namespace == Namespace(kernels))
        .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .SelectMany(method => method.IsGenericMethodDefinition ? Arguments(method).Select(type => method.MakeGenericMethod(type)) : [method]);

    private static Type[] Arguments(MethodInfo method) =>
        method.GetGenericArguments().Single().GetGenericParameterConstraints().Contains(typeof(ICodeRuns))
            ? [typeof(TileRuns), typeof(BlockRuns)]
            : [typeof(SquaredDifference), typeof(MinusTwiceProduct)];
}
