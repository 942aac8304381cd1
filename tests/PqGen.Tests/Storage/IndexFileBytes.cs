using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using PqGen.Storage;

namespace PqGen.Tests.Storage;

/// <summary>A section of an index file, to be damaged.</summary>
internal sealed record FileSection(string Name, uint Flags, int Offset, int Length, int Alignment);

/// <summary>The bytes of an index file of version 2, to be damaged: read and written by the document, not by the library.</summary>
internal static class IndexFileBytes
{
    public const int PreambleSize = 64;
    public const int EntrySize = 64;
    private const int ChecksumAt = 32;

    /// <summary>Bytes of preamble and entries.</summary>
    public static int HeaderSize(byte[] file) => PreambleSize + (EntrySize * BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(12)));

    public static FileSection[] Sections(byte[] file) =>
        [.. Enumerable.Range(0, BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(12))).Select(i => Section(file, i))];

    public static FileSection Section(byte[] file, string name) => Sections(file).Single(section => section.Name == name);

    /// <summary>Stores the right checksums again, so that only what is behind them can object.</summary>
    public static byte[] Sealed(byte[] file)
    {
        // Of a directory that may be damaged itself.
        var count = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(12));
        var entries = (int)Math.Min(count, (uint)(file.Length - PreambleSize) / EntrySize);
        for (var i = 0; i < entries; i++)
        {
            var entry = file.AsSpan(PreambleSize + (EntrySize * i), EntrySize);
            var (offset, length) = (BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]), BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]));
            if (offset <= (ulong)file.Length && length <= (ulong)file.Length - offset)
            {
                SHA256.HashData(file.AsSpan((int)offset, (int)length), entry[ChecksumAt..]);
            }
        }

        SHA256.HashData(
            [.. file.AsSpan(0, ChecksumAt), .. file.AsSpan(PreambleSize, entries * EntrySize)], file.AsSpan(ChecksumAt, PreambleSize - ChecksumAt));
        return file;
    }

    /// <summary>A copy in which an Int32 is another, sealed.</summary>
    public static byte[] With(byte[] file, int at, int value)
    {
        var copy = file.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(copy.AsSpan(at), value);
        return Sealed(copy);
    }

    /// <summary>A copy in which an Int64 is another, sealed.</summary>
    public static byte[] With(byte[] file, int at, long value)
    {
        var copy = file.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(copy.AsSpan(at), value);
        return Sealed(copy);
    }

    /// <summary>A copy in which one byte is another, sealed.</summary>
    public static byte[] With(byte[] file, int at, byte value)
    {
        var copy = file.ToArray();
        copy[at] = value;
        return Sealed(copy);
    }

    /// <summary>A file of some sections, each with its contents.</summary>
    public static byte[] File(params (FileSection Section, byte[] Contents)[] sections)
    {
        var header = PreambleSize + (EntrySize * sections.Length);
        var file = new List<byte>(new byte[header]);
        var entries = new List<byte>();
        foreach (var (section, contents) in sections)
        {
            while (file.Count % section.Alignment != 0)
            {
                file.Add(0);
            }

            entries.AddRange(Encoding.ASCII.GetBytes(section.Name));
            entries.AddRange(BitConverter.GetBytes(section.Flags));
            entries.AddRange(BitConverter.GetBytes((long)file.Count));
            entries.AddRange(BitConverter.GetBytes((long)contents.Length));
            entries.AddRange(BitConverter.GetBytes((long)section.Alignment));
            entries.AddRange(new byte[32]);
            file.AddRange(contents);
        }

        while (file.Count % 64 != 0)
        {
            file.Add(0);
        }

        var bytes = file.ToArray();
        "PqGenIx\u001A"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), 2);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), sections.Length);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), bytes.Length);
        entries.CopyTo(bytes, PreambleSize);
        return Sealed(bytes);
    }

    /// <summary>The sections of a file with their contents.</summary>
    public static (FileSection Section, byte[] Contents)[] Contents(byte[] file) =>
        [.. Sections(file).Select(section => (section, file.AsSpan(section.Offset, section.Length).ToArray()))];

    /// <summary>Where the lists of a file with lists begin, and of how many blocks and vectors each is.</summary>
    public static (int Offset, int Blocks, int Count)[] Lists(byte[] file, ListLayout layout)
    {
        var at = Section(file, "LIST").Offset;
        var counts = Sections(file).SingleOrDefault(section => section.Name == "CNTS") is { } section
            ? Enumerable.Range(0, section.Length / 4).Select(list => BitConverter.ToInt32(file, section.Offset + (4 * list)))
            : [(int)BitConverter.ToInt64(file, Section(file, "SHAP").Offset + 24)];
        return [.. counts.Select(count =>
        {
            var list = (at, layout.Blocks(count), count);
            at += count == 0 ? 0 : (int)layout.SegmentBytes(layout.Blocks(count));
            return list;
        })];
    }

    private static FileSection Section(byte[] file, int number)
    {
        var entry = file.AsSpan(PreambleSize + (EntrySize * number), EntrySize);
        return new FileSection(
            Encoding.Latin1.GetString(entry[..4]),
            BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]),
            (int)BinaryPrimitives.ReadInt64LittleEndian(entry[8..]),
            (int)BinaryPrimitives.ReadInt64LittleEndian(entry[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(entry[24..]));
    }
}
