using PqGen.Generator.Spec;

namespace PqGen.Generator.Emit;

/// <summary>Writes the kernels QuantizeTable, ScanBlocks, ByteTableSize.</summary>
internal static class ScanEmitter
{
    public static void Write(KernelSpec spec, CodeWriter writer)
    {
    }
}
