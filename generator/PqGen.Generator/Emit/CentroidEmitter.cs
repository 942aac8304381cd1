using PqGen.Generator.Spec;

namespace PqGen.Generator.Emit;

/// <summary>Writes the kernels CentroidDistances, NearestCentroids.</summary>
internal static class CentroidEmitter
{
    public static void Write(KernelSpec spec, CodeWriter writer)
    {
    }
}
