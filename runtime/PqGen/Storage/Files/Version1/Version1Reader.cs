using System.Security.Cryptography;
using PqGen.Common;
using PqGen.Storage.Files.Sections;

namespace PqGen.Storage.Files.Version1;

/// <summary>Reads a file of version 1: a header, eight sections and a checksum of all of it, which is verified first.</summary>
internal sealed class Version1Reader : IndexFileReader
{
    private static readonly Dictionary<Version1Section, SectionName> s_names = new()
    {
        [Version1Section.Centroids] = new("CENT"u8),
        [Version1Section.Codebooks] = new("CODB"u8),
        [Version1Section.ListCounts] = new("CNTS"u8),
        [Version1Section.Positions] = new("POSN"u8),
        [Version1Section.Codes] = new("CODE"u8),
        [Version1Section.Terms] = new("TERM"u8),
        [Version1Section.Ids] = new("IDS "u8),
        [Version1Section.Vectors] = new("ROWS"u8),
    };

    private readonly Version1Header _header;
    private readonly long _begin;

    private Version1Reader(in FileSource source, Version1Header header, long begin)
        : base(source, header.Header) => (_header, _begin) = (header, begin);

    private protected override int Version => Version1Header.Version;

    private protected override long FileLength => _header.FileLength;

    private protected override IEnumerable<SectionEntry> Entries => Sections.Where(section => _header.Length(section) > 0).Select(Entry);

    private static IEnumerable<Version1Section> Sections => s_names.Keys.Order();

    /// <summary>Reads the rest of the header.</summary>
    public static Version1Reader Open(in FileSource source, ReadOnlySpan<byte> preamble)
    {
        if (source.Available < 0)
        {
            throw new IndexFileException(
                source.Name,
                "a file of version 1, in a stream that cannot seek",
                "its path, or a stream that can, such as a MemoryStream with a copy: the checksum of such a file is at its end");
        }

        if (source.Available < Version1Header.Size + Version1Header.HashSize)
        {
            throw new IndexFileException(
                source.Name,
                Guard.Text($"the file has {source.Available} bytes"),
                Guard.Text($"an index file of version 1 has {Version1Header.Size + Version1Header.HashSize} or more"));
        }

        var begin = source.Stream.Position - preamble.Length;
        var header = new byte[Version1Header.Size];
        preamble.CopyTo(header);
        FileBytes.ReadExactly(source.Stream, header.AsSpan(preamble.Length), source.Name);
        return new Version1Reader(source, Version1Header.Read(source, header), begin);
    }

    public override LoadedIndex Read(CancellationToken cancellation)
    {
        CheckHash(cancellation);
        var index = new LoadedIndex(Header);
        foreach (var section in Sections)
        {
            var name = s_names[section];
            var allowed = section is Version1Section.Ids ? Header.OwnIds : section is not Version1Section.Vectors || Header.KeepsVectors;
            if (allowed && Array.Find(SectionKind.All, kind => kind.Name == name && kind.Allows(Header.Shape)) is { } kind)
            {
                using var reader = Reader(section, cancellation);
                kind.CheckLength(Entry(section), index, reader.Damaged);
                kind.Read(reader, index);
            }
        }

        new Version1Lists(index, _header.Blocks, section => Reader(section, cancellation)).Read();
        Source.Stream.Position = _begin + _header.FileLength;
        return index;
    }

    private SectionEntry Entry(Version1Section section) => new(
        s_names[section], SectionFlags.Required, _header.Offset(section), _header.Length(section), SectionEntry.LeastAlignment, []);

    private SectionReader Reader(Version1Section section, CancellationToken cancellation)
    {
        var entry = Entry(section);
        Source.Stream.Position = _begin + entry.Offset;
        return new SectionReader(Source.Stream, Source.Name, entry, isThere: true, cancellation);
    }

    private void CheckHash(CancellationToken cancellation)
    {
        Source.Stream.Position = _begin;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 18];
        for (var left = _header.FileLength - Version1Header.HashSize; left > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, left));
            FileBytes.ReadExactly(Source.Stream, part, Source.Name);
            hash.AppendData(part);
            left -= part.Length;
        }

        var stored = new byte[Version1Header.HashSize];
        FileBytes.ReadExactly(Source.Stream, stored, Source.Name);
        if (!stored.AsSpan().SequenceEqual(hash.GetHashAndReset()))
        {
            throw new IndexFileException(
                Source.Name,
                "the checksum of the contents is not the one stored with them",
                "an undamaged file; restore it or build the index again");
        }
    }
}
