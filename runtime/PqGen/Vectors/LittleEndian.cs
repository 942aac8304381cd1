using System.Buffers.Binary;

namespace PqGen.Vectors;

/// <summary>Turns what was read from a little-endian file into the processor's own byte order: nothing to do on most.</summary>
internal static class LittleEndian
{
    public static void ToHost(Span<short> values)
    {
        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(values, values);
    }

    public static void ToHost(Span<int> values)
    {
        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(values, values);
    }

    public static void ToHost(Span<long> values)
    {
        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(values, values);
    }
}
