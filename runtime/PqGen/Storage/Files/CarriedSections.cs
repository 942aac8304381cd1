using PqGen.Common;

namespace PqGen.Storage.Files;

/// <summary>A section that this library does not know, as it was read.</summary>
/// <param name="Entry">Its name, flags and alignment.</param>
/// <param name="Parts">Its bytes.</param>
internal sealed record CarriedSection(SectionEntry Entry, AlignedBuffer<byte>[] Parts)
{
    private const int PartSize = 1 << 20;

    /// <summary>Reads a section whatever it holds, reserving memory as its bytes come in.</summary>
    public static CarriedSection Read(SectionReader reader, SectionEntry entry)
    {
        var parts = new List<AlignedBuffer<byte>>();
        for (var left = entry.Length; left > 0; left -= parts[^1].Length)
        {
            parts.Add(new AlignedBuffer<byte>(Math.Min(PartSize, left)));
            reader.Read(parts[^1].Span(0, (int)parts[^1].Length));
        }

        reader.CheckChecksum();
        return new CarriedSection(entry, [.. parts]);
    }

    /// <summary>The same where nothing of it lies in a mapped file.</summary>
    public CarriedSection InMemory() => this with
    {
        Parts = [.. Parts.SelectMany(Pieces).Select(piece => new AlignedBuffer<byte>(piece.Buffer.Span(piece.First, piece.Count)))],
    };

    public void Write(SectionWriter writer)
    {
        foreach (var (buffer, first, count) in Parts.SelectMany(Pieces))
        {
            writer.Write<byte>(buffer.Span(first, count));
        }
    }

    private static IEnumerable<(AlignedBuffer<byte> Buffer, long First, int Count)> Pieces(AlignedBuffer<byte> part)
    {
        for (long first = 0; first < part.Length; first += PartSize)
        {
            yield return (part, first, (int)Math.Min(PartSize, part.Length - first));
        }
    }
}

/// <summary>Optional sections that an opened file held and this library does not know: saved again as they were. Immutable.</summary>
internal sealed class CarriedSections(IReadOnlyList<CarriedSection> sections)
{
    public static readonly CarriedSections None = new([]);

    public IReadOnlyList<CarriedSection> Sections => sections;

    public long SizeInBytes { get; } = sections.Sum(section => section.Entry.Length);

    /// <summary>Those of the bytes that lie in a mapped file.</summary>
    public long MappedBytes { get; } = sections.Sum(section => section.Parts.Sum(part => part.IsMapped ? part.SizeInBytes : 0));

    /// <summary>The same where nothing lies in a mapped file.</summary>
    public CarriedSections InMemory() => sections.Count == 0 ? this : new CarriedSections([.. sections.Select(section => section.InMemory())]);

    /// <summary>Those that are still true once the index holds other vectors.</summary>
    public CarriedSections AfterChange() => sections.Any(section => section.Entry.Flags.HasFlag(SectionFlags.TellsOfVectors))
        ? new CarriedSections([.. sections.Where(section => !section.Entry.Flags.HasFlag(SectionFlags.TellsOfVectors))])
        : this;
}
