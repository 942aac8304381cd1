using PqGen.Generator.Spec;

namespace PqGen.Generator.Emit;

/// <summary>Writes the kernels NearestSubcentroids, DistanceTables, InnerProductTables.</summary>
internal static class CodebookEmitter
{
    public static void Write(KernelSpec spec, CodeWriter writer)
    {
    }
}
