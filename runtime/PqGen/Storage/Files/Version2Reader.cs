using PqGen.Storage.Files.Sections;

namespace PqGen.Storage.Files;

/// <summary>Reads a file of version 2 from its beginning to its end: a preamble, a directory and the sections that it names.</summary>
internal sealed class Version2Reader : IndexFileReader
{
    private readonly FileDirectory _directory;

    private Version2Reader(in FileSource source, IndexHeader header, FileDirectory directory)
        : base(source, header) => _directory = directory;

    private protected override int Version => FileDirectory.Version;

    private protected override long FileLength => _directory.FileLength;

    private protected override IEnumerable<SectionEntry> Entries => _directory.Entries;

    /// <summary>Reads what is behind the preamble: the directory and the shape.</summary>
    public static Version2Reader Open(in FileSource source, ReadOnlySpan<byte> preamble)
    {
        var directory = FileDirectory.Read(source.Stream, preamble, source.Name, source.Available, source.IsWhole);
        var first = directory.Entries[0];
        if (first.Name != ShapeSection.Name)
        {
            throw new IndexFileException(source.Name, $"the first section is {first.Name}", $"{ShapeSection.Name}, the shape of the index");
        }

        FileBytes.SkipPadding(source.Stream, first.Offset - FileDirectory.Size(directory.Entries.Count), source.Name);
        using var reader = new SectionReader(source.Stream, source.Name, first, source.Available >= 0, CancellationToken.None);
        bool Has(SectionKind kind) => directory.Entries.Any(entry => entry.Name == kind.Name);
        var header = ShapeSection.Read(reader, source.Name, Has(SectionKind.Ids), Has(SectionKind.Rows));
        return new Version2Reader(source, header, directory);
    }

    public override LoadedIndex Read(CancellationToken cancellation)
    {
        CheckSections();
        var index = new LoadedIndex(Header);
        var carried = new List<CarriedSection>();
        var position = _directory.Entries[0].End;
        foreach (var entry in _directory.Entries.Skip(1))
        {
            FileBytes.SkipPadding(Source.Stream, entry.Offset - position, Source.Name);
            using var reader = new SectionReader(Source.Stream, Source.Name, entry, Source.Available >= 0, cancellation);
            if (Kind(entry) is { } kind)
            {
                kind.ReadChecked(reader, index);
            }
            else
            {
                carried.Add(CarriedSection.Read(reader, entry));
            }

            position = entry.End;
        }

        FileBytes.SkipPadding(Source.Stream, _directory.FileLength - position, Source.Name);
        index.Carried = carried.Count == 0 ? CarriedSections.None : new CarriedSections(carried);
        return index;
    }

    private static SectionKind? Kind(SectionEntry entry) => Array.Find(SectionKind.All, kind => kind.Name == entry.Name);

    /// <summary>Refuses sections that are unknown and required, out of place or missing.</summary>
    private void CheckSections()
    {
        var last = -1;
        foreach (var entry in _directory.Entries.Skip(1))
        {
            var number = Array.FindIndex(SectionKind.All, kind => kind.Name == entry.Name);
            if (number < 0 && entry.IsRequired)
            {
                throw Refused($"section {entry.Name} is required and this library does not know it", "a newer version of the library");
            }

            if (number >= 0 && !SectionKind.All[number].Allows(Header))
            {
                throw Refused($"section {entry.Name} is in a file of {Header.Shape}{Found}", "a file without it");
            }

            if (number >= 0 && number <= last)
            {
                throw Refused(
                    $"section {entry.Name} lies behind {SectionKind.All[last].Name}",
                    $"the sections in their order, {string.Join(", ", SectionKind.All.Select(kind => kind.Name))}");
            }

            last = Math.Max(last, number);
        }

        foreach (var kind in SectionKind.All)
        {
            if (kind.IsNeededIn(Header) && !_directory.Entries.Any(entry => entry.Name == kind.Name))
            {
                throw Refused($"section {kind.Name} is missing", $"a file of {Header.Shape}{Found} has it");
            }
        }
    }

    /// <summary>How lists are found, where that is told.</summary>
    private string Found => Header.CoarseSearch == CoarseSearch.Automatic ? "" : $" whose lists are found by {Header.CoarseSearch}";

    private IndexFileException Refused(string found, string needed) => new(Source.Name, found, needed);
}
