using System.Buffers.Binary;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Storage.Files.Version1;

/// <summary>The sections of a file of version 1, in their order; those an index does not have are empty.</summary>
internal enum Version1Section
{
    /// <summary>float <c>[NList][Dimension]</c>.</summary>
    Centroids,

    /// <summary>float <c>[M][Ksub][Dsub]</c>.</summary>
    Codebooks,

    /// <summary>Int32 <c>[NList]</c>, vectors of each list.</summary>
    ListCounts,

    /// <summary>Int32 <c>[Count]</c>, list after list: each vector's position in the order of adding.</summary>
    Positions,

    /// <summary>Code blocks (<see cref="KernelLayout"/>), byte <c>[block][CodeSize][64]</c>, list after list; unused lanes are 0.</summary>
    Codes,

    /// <summary>Term blocks, UInt16 <c>[block][64]</c>, list after list; unused lanes are 0.</summary>
    Terms,

    /// <summary>Int64 <c>[Count]</c>, by position; empty where ids are the positions.</summary>
    Ids,

    /// <summary>float <c>[Count][Dimension]</c>: list after list in an inverted file of vectors, else by position.</summary>
    Vectors,
}

/// <summary>The header of a file of version 1, from which the length of every section follows. FORMAT.md has it field by field.</summary>
/// <param name="Header">What it says of the index.</param>
/// <param name="Blocks">Blocks of codes over all lists.</param>
internal sealed record Version1Header(IndexHeader Header, long Blocks)
{
    public const int Version = 1;
    public const int Size = 128;
    public const int HashSize = 32;
    public const int SectionCount = 8;

    private const int LengthsAt = 48;
    private const int FlagOwnIds = 1, FlagKeepsVectors = 2;

    /// <summary>Bytes of a section, without padding.</summary>
    public long Length(Version1Section section)
    {
        var (shape, nlist, count) = (Header.Shape, Header.NList, Header.Count);
        return section switch
        {
            Version1Section.Centroids => (long)nlist * shape.Dimension * sizeof(float),
            Version1Section.Codebooks => (long)shape.Ksub * shape.Dimension * sizeof(float),
            Version1Section.ListCounts => (long)nlist * sizeof(int),
            Version1Section.Positions => shape.HasLists ? count * sizeof(int) : 0,
            Version1Section.Codes => shape.HasCodes ? Blocks * KernelLayout.CodeSize(shape.M, shape.Ksub) * KernelLayout.BlockSize : 0,
            Version1Section.Terms => shape.HasTerms ? Blocks * KernelLayout.BlockSize * sizeof(ushort) : 0,
            Version1Section.Ids => Header.OwnIds ? count * sizeof(long) : 0,
            _ => Header.KeepsVectors ? count * shape.Dimension * sizeof(float) : 0,
        };
    }

    /// <summary>Where a section begins.</summary>
    public long Offset(Version1Section section)
    {
        long offset = Size;
        for (var before = Version1Section.Centroids; before < section; before++)
        {
            offset += SectionEntry.Aligned(Length(before), SectionEntry.LeastAlignment);
        }

        return offset;
    }

    /// <summary>Bytes of the file.</summary>
    public long FileLength => Offset((Version1Section)SectionCount) + HashSize;

    /// <summary>Reads and checks every field, and the lengths against that of the file.</summary>
    public static Version1Header Read(in FileSource source, ReadOnlySpan<byte> header)
    {
        CheckLength(source, header);
        var file = source.Name;
        var (flags, count, added) = (Field(header, 36), Long(header, 40), Long(header, 116));
        if (flags > (FlagOwnIds | FlagKeepsVectors))
        {
            throw new IndexFileException(file, Guard.Text($"flags is {flags}"), "0 to 3");
        }

        var numbers = new HeaderNumbers(
            Field(header, 12),
            Field(header, 16),
            Field(header, 20),
            Field(header, 24),
            Field(header, 28),
            Field(header, 32),
            count,
            added == 0 ? count : added,
            Field(header, 124),
            Field(header, 112));
        var read = IndexHeader.Of(file, numbers, (flags & FlagOwnIds) != 0, (flags & FlagKeepsVectors) != 0);
        if (!read.Shape.HasCodes && !read.KeepsVectors)
        {
            throw new IndexFileException(file, "flags say that no vectors are kept", $"{read.Shape} keeps them");
        }

        var blockBytes = read.Shape.HasCodes ? KernelLayout.CodeSize(read.Shape.M, read.Shape.Ksub) * KernelLayout.BlockSize : 1;
        var version1 = new Version1Header(read, (long)(Length(header, Version1Section.Codes) / (ulong)blockBytes));
        for (var section = Version1Section.Centroids; section < (Version1Section)SectionCount; section++)
        {
            if (Length(header, section) is var length && length != (ulong)version1.Length(section))
            {
                throw new IndexFileException(
                    file,
                    Guard.Text($"section {section} has {length} bytes"),
                    Guard.Text($"{version1.Length(section)} bytes for {count} vectors of {read.Shape}"));
            }
        }

        return version1;
    }

    /// <summary>Checks that a file is as long as its header says.</summary>
    private static void CheckLength(in FileSource source, ReadOnlySpan<byte> header)
    {
        var available = (ulong)source.Available;
        // Compared before they are added up: no sum can overflow.
        ulong total = Size + HashSize;
        for (var section = Version1Section.Centroids; section < (Version1Section)SectionCount; section++)
        {
            total += (Math.Min(Length(header, section), available + 1) + 63) & ~63UL;
        }

        if (total > available || (source.IsWhole && total < available))
        {
            throw new IndexFileException(
                source.Name,
                Guard.Text($"the file has {available} bytes and its header describes {(total > available ? "more" : "fewer")}"),
                "a whole file; this one was cut off or is damaged");
        }
    }

    private static ulong Length(ReadOnlySpan<byte> header, Version1Section section) => Long(header, LengthsAt + (8 * (int)section));

    private static uint Field(ReadOnlySpan<byte> header, int at) => BinaryPrimitives.ReadUInt32LittleEndian(header[at..]);

    private static ulong Long(ReadOnlySpan<byte> header, int at) => BinaryPrimitives.ReadUInt64LittleEndian(header[at..]);
}
