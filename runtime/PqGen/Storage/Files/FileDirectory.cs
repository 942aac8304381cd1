using System.Buffers.Binary;
using System.Security.Cryptography;
using PqGen.Common;

namespace PqGen.Storage.Files;

/// <summary>The beginning of an index file of version 2: a preamble of 64 bytes and an entry of 64 bytes for each section, in their order.</summary>
/// <param name="Entries">The sections, in the order in which they lie.</param>
/// <param name="FileLength">Bytes of the file.</param>
internal sealed record FileDirectory(IReadOnlyList<SectionEntry> Entries, long FileLength)
{
    public const int Version = 2;

    /// <summary>Bytes of the preamble.</summary>
    public const int PreambleSize = 64;

    private const int MaxEntries = 1024;
    private const int ChecksumAt = 32;

    /// <summary>Bytes of preamble and entries of so many sections.</summary>
    public static int Size(int sections) => PreambleSize + (sections * SectionEntry.Size);

    /// <summary>A directory of sections whose lengths and checksums are known: the file ends with the last one, at a multiple of 64.</summary>
    public static FileDirectory Of(IReadOnlyList<SectionEntry> entries) =>
        new(entries, SectionEntry.Aligned(entries[^1].End, SectionEntry.LeastAlignment));

    /// <summary>Reads the entries and checks every field of theirs, so that no section reaches beyond another or the file.</summary>
    /// <param name="stream">The file behind its preamble.</param>
    /// <param name="preamble">The preamble, which names this version.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="available">Bytes of the file that there are; -1 where a stream does not say.</param>
    /// <param name="isWhole">Whether nothing may follow the file.</param>
    public static FileDirectory Read(Stream stream, ReadOnlySpan<byte> preamble, string file, long available, bool isWhole)
    {
        var count = BinaryPrimitives.ReadUInt32LittleEndian(preamble[12..]);
        var length = BinaryPrimitives.ReadInt64LittleEndian(preamble[16..]);
        if (count is 0 or > MaxEntries)
        {
            throw new IndexFileException(file, Guard.Text($"the file has {count} sections"), Guard.Text($"1 to {MaxEntries}"));
        }

        if (length < Size((int)count) || BinaryPrimitives.ReadInt64LittleEndian(preamble[24..]) != 0)
        {
            throw new IndexFileException(
                file, Guard.Text($"the file's length is stated to be {length} bytes"), Guard.Text($"{Size((int)count)} or more"));
        }

        if (available >= 0 && (length > available || (isWhole && length != available)))
        {
            throw new IndexFileException(
                file,
                Guard.Text($"the file has {available} bytes and its header describes {(length > available ? "more" : "fewer")}"),
                "a whole file; this one was cut off or is damaged");
        }

        var bytes = new byte[Size((int)count)];
        preamble[..ChecksumAt].CopyTo(bytes);
        if (stream.ReadAtLeast(bytes.AsSpan(PreambleSize), (int)count * SectionEntry.Size, throwOnEndOfStream: false) is var read
            && read < (int)count * SectionEntry.Size)
        {
            throw new IndexFileException(
                file, Guard.Text($"the file has {PreambleSize + read} bytes"), "a whole file; this one was cut off or is damaged");
        }

        if (!Checksum(bytes).AsSpan().SequenceEqual(preamble[ChecksumAt..PreambleSize]))
        {
            throw new IndexFileException(
                file, "the directory's checksum is not the one stored with it", "an undamaged file; restore it or build the index again");
        }

        var entries = new List<SectionEntry>((int)count);
        long end = bytes.Length;
        for (var i = 0; i < (int)count; i++)
        {
            var entry = SectionEntry.Read(file, bytes.AsSpan(Size(i), SectionEntry.Size), end, length);
            if (entries.Exists(other => other.Name == entry.Name))
            {
                throw new IndexFileException(file, $"section {entry.Name} is there twice", "every section is there once");
            }

            entries.Add(entry);
            end = entry.End;
        }

        return SectionEntry.Aligned(end, SectionEntry.LeastAlignment) == length
            ? new FileDirectory(entries, length)
            : throw new IndexFileException(
                file, Guard.Text($"the last section ends at byte {end} of {length}"), "a file ends with its last section");
    }

    /// <summary>The preamble and the entries.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Size(Entries.Count)];
        IndexFileReader.Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), Entries.Count);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), FileLength);
        for (var i = 0; i < Entries.Count; i++)
        {
            Entries[i].Write(bytes.AsSpan(Size(i), SectionEntry.Size));
        }

        Checksum(bytes).CopyTo(bytes.AsSpan(ChecksumAt));
        return bytes;
    }

    /// <summary>The SHA-256 of the preamble as far as its checksum, and the entries.</summary>
    private static byte[] Checksum(ReadOnlySpan<byte> bytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(bytes[..ChecksumAt]);
        hash.AppendData(bytes[PreambleSize..]);
        return hash.GetHashAndReset();
    }
}
