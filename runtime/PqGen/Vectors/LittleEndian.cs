using System.Buffers.Binary;

namespace PqGen.Vectors;

/// <summary>Turns values from the processor's byte order to little-endian, for a file: nothing to do on most.</summary>
internal static class LittleEndian
{
    public static void FromHost(Span<short> values)
    {
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(values, values);
        }
    }

    public static void FromHost(Span<int> values)
    {
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(values, values);
        }
    }
}
