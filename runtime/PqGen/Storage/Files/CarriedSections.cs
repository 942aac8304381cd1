namespace PqGen.Storage.Files;

/// <summary>A section that this library does not know, as it was read.</summary>
/// <param name="Entry">Its name, flags and alignment.</param>
/// <param name="Parts">Its bytes.</param>
internal sealed record CarriedSection(SectionEntry Entry, byte[][] Parts)
{
    private const int PartSize = 1 << 20;

    /// <summary>Reads a section whatever it holds, reserving memory as its bytes come in.</summary>
    public static CarriedSection Read(SectionReader reader, SectionEntry entry)
    {
        var parts = new List<byte[]>();
        for (var left = entry.Length; left > 0; left -= parts[^1].Length)
        {
            parts.Add(new byte[Math.Min(PartSize, left)]);
            reader.Read<byte>(parts[^1]);
        }

        reader.CheckChecksum();
        return new CarriedSection(entry, [.. parts]);
    }

    public void Write(SectionWriter writer)
    {
        foreach (var part in Parts)
        {
            writer.Write<byte>(part);
        }
    }
}

/// <summary>Optional sections that an opened file held and this library does not know: saved again as they were. Immutable.</summary>
internal sealed class CarriedSections(IReadOnlyList<CarriedSection> sections)
{
    public static readonly CarriedSections None = new([]);

    public IReadOnlyList<CarriedSection> Sections => sections;

    public long SizeInBytes { get; } = sections.Sum(section => section.Entry.Length);

    /// <summary>Those that are still true once the index holds other vectors.</summary>
    public CarriedSections AfterChange() => sections.Any(section => section.Entry.Flags.HasFlag(SectionFlags.TellsOfVectors))
        ? new CarriedSections([.. sections.Where(section => !section.Entry.Flags.HasFlag(SectionFlags.TellsOfVectors))])
        : this;
}
