using System.Buffers.Binary;
using PqGen.Common;

namespace PqGen.Storage.Files;

/// <summary>What a reader that does not know a section does with it.</summary>
[Flags]
internal enum SectionFlags
{
    /// <summary>It leaves the section out of account and carries it over when it saves the index again.</summary>
    None = 0,

    /// <summary>It refuses the file.</summary>
    Required = 1,

    /// <summary>The section tells of the vectors in the file: it is not carried over once some were added, replaced or removed.</summary>
    TellsOfVectors = 2,
}

/// <summary>A section as the directory describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Flags">What a reader does that does not know it.</param>
/// <param name="Offset">Where it begins, in bytes from the file's beginning; a multiple of its alignment.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Alignment">A power of two, 64 to 65,536.</param>
/// <param name="Checksum">The SHA-256 of its bytes; empty in a file of version 1, which has one for the whole.</param>
internal sealed record SectionEntry(SectionName Name, SectionFlags Flags, long Offset, long Length, int Alignment, byte[] Checksum)
{
    /// <summary>Bytes of an entry.</summary>
    public const int Size = 64;

    /// <summary>The smallest alignment: a cache line, and what kernels ask of memory.</summary>
    public const int LeastAlignment = 64;

    private const int MostAlignment = 1 << 16;
    private const int ChecksumAt = 32;

    public bool IsRequired => Flags.HasFlag(SectionFlags.Required);

    /// <summary>Where it ends.</summary>
    public long End => Offset + Length;

    /// <summary>The first multiple of an alignment that is not before <paramref name="offset"/>.</summary>
    public static long Aligned(long offset, int alignment) => (offset + alignment - 1) / alignment * alignment;

    /// <summary>Reads an entry and checks it against the end of the section before it and the file's length.</summary>
    public static SectionEntry Read(string file, ReadOnlySpan<byte> bytes, long before, long fileLength)
    {
        var name = new SectionName(BinaryPrimitives.ReadUInt32LittleEndian(bytes));
        if (!name.IsPrintable)
        {
            throw new IndexFileException(file, Guard.Text($"a section's name is 0x{name.Value:x8}"), "four printable ASCII characters");
        }

        var (flags, alignment) = (BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]));
        if (flags > (uint)(SectionFlags.Required | SectionFlags.TellsOfVectors) || BinaryPrimitives.ReadUInt32LittleEndian(bytes[28..]) != 0)
        {
            throw new IndexFileException(file, $"section {name} has flags that version {FileDirectory.Version} does not know", "flags of 0 to 3");
        }

        if (alignment is < LeastAlignment or > MostAlignment || (alignment & (alignment - 1)) != 0)
        {
            throw new IndexFileException(
                file, $"section {name} has an alignment of {alignment}", $"a power of two, {LeastAlignment} to {MostAlignment}");
        }

        // Compared before they are added up: no sum can overflow.
        var (offset, length) = (BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]));
        var begin = Aligned(before, (int)alignment);
        if (offset != (ulong)begin)
        {
            throw new IndexFileException(
                file, Guard.Text($"section {name} begins at byte {offset}"), Guard.Text($"{begin}, where the section before it ends"));
        }

        if (begin > fileLength || length > (ulong)(fileLength - begin))
        {
            throw new IndexFileException(
                file,
                Guard.Text($"section {name} has {length} bytes from byte {offset} on"),
                Guard.Text($"no more than the file, {fileLength} bytes"));
        }

        return new SectionEntry(name, (SectionFlags)flags, begin, (long)length, (int)alignment, bytes.Slice(ChecksumAt).ToArray());
    }

    public void Write(Span<byte> bytes)
    {
        bytes.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Name.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], (uint)Flags);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], Offset);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[24..], Alignment);
        Checksum.CopyTo(bytes[ChecksumAt..]);
    }
}
