using PqGen.Common;

namespace PqGen.Storage.Files.Sections;

/// <summary>
/// A kind of section: in which indexes it is, how it is written and how it is read. A new kind is one class and a row of the table.
/// </summary>
/// <param name="name">Its name, four ASCII characters.</param>
internal abstract class SectionKind(ReadOnlySpan<byte> name)
{
    public static readonly SectionKind Ids = new IdSection(), Rows = new RowSection(isSecond: false);

    /// <summary>All kinds, in the order in which a file holds them; the shape comes before them (<see cref="ShapeSection"/>).</summary>
    public static readonly SectionKind[] All =
    [
        new TransformSection(), new CentroidSection(), new CodebookSection(), new AnisotropicSection(), new OriginSection(), new RowOriginSection(),
        new DerivedSection(), new GraphSection(), new ListCountSection(), new ListSection(), Ids, Rows, new RowSection(isSecond: true),
        new CalibrationSection(), new BudgetSection(),
    ];

    public SectionName Name { get; } = new(name);

    /// <summary>Whether an index of some shape may have the section.</summary>
    public virtual bool Allows(IndexShape shape) => true;

    /// <summary>Whether an index of which a file says so much may have the section.</summary>
    public virtual bool Allows(IndexHeader header) => Allows(header.Shape);

    /// <summary>Whether every index of which a file says so much has the section.</summary>
    public virtual bool IsNeededIn(IndexHeader header) => Allows(header);

    /// <summary>Whether an index that is being saved has the section.</summary>
    public virtual bool IsIn(SavedIndex index) => Allows(index.Header);

    public abstract void Write(SectionWriter writer, SavedIndex index);

    /// <summary>Bytes that the section must have, from what was read before it.</summary>
    protected abstract long Length(LoadedIndex index);

    /// <summary>Whether it is part of the model: the same in all indexes that are made of one.</summary>
    public virtual bool IsModel => true;

    /// <summary>Whether it stays in the file where that is mapped, instead of being read.</summary>
    public virtual bool IsMapped => false;

    /// <summary>Refuses a length that the section cannot have. Those before it were read.</summary>
    public virtual void CheckLength(SectionEntry entry, LoadedIndex index, Func<string, string, IndexFileException> damaged)
    {
        if (Length(index) is var needed && needed != entry.Length)
        {
            throw damaged(
                Guard.Text($"it has {entry.Length} bytes"),
                Guard.Text($"{needed} bytes for {index.Header.Count} vectors of {index.Header.Shape}"));
        }
    }

    /// <summary>Reads a section of the right length; those before it were read.</summary>
    public abstract void Read(SectionReader reader, LoadedIndex index);

    /// <summary>Checks a section of the right length as reading it does, in memory that does not grow with it.</summary>
    public virtual void Check(SectionReader reader, LoadedIndex index) => Read(reader, index);

    /// <summary>Takes a section of the right length as it lies in a mapped file. What memory safety needs is checked before it is used.</summary>
    public virtual void Map(MappedSection section, LoadedIndex index) => throw new NotSupportedException($"Section {Name} is read.");
}
