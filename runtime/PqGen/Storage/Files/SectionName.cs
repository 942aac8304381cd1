using System.Buffers.Binary;
using System.Text;

namespace PqGen.Storage.Files;

/// <summary>The name of a section: four printable ASCII characters, as a little-endian number.</summary>
/// <param name="Value">The number.</param>
internal readonly record struct SectionName(uint Value)
{
    /// <summary>The name of four characters.</summary>
    public SectionName(ReadOnlySpan<byte> name)
        : this(BinaryPrimitives.ReadUInt32LittleEndian(name))
    {
    }

    /// <summary>Whether all four characters can be printed.</summary>
    public bool IsPrintable => ToString().All(character => character is >= ' ' and <= '~');

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Value);
        return Encoding.Latin1.GetString(bytes);
    }
}
