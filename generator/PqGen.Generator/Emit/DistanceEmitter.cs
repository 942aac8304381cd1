using PqGen.Generator.Spec;

namespace PqGen.Generator.Emit;

/// <summary>Writes the kernels SquaredDistance, SquaredDistances.</summary>
internal static class DistanceEmitter
{
    public static void Write(KernelSpec spec, CodeWriter writer)
    {
    }
}
