using PqGen.Generator.Spec;

namespace PqGen.Generator.Emit;

/// <summary>Writes the kernels AdcDistances, AdcDistance, DecodedDistance.</summary>
internal static class AdcEmitter
{
    public static void Write(KernelSpec spec, CodeWriter writer)
    {
    }
}
