using PqGen.Common;

namespace PqGen.Storage.Files.Sections;

/// <summary>
/// A kind of section: in which indexes it is, how it is written and how it is read. A new kind is one class and a row of the table.
/// </summary>
/// <param name="name">Its name, four ASCII characters.</param>
internal abstract class SectionKind(ReadOnlySpan<byte> name)
{
    public static readonly SectionKind Ids = new IdSection(), Rows = new RowSection();

    /// <summary>All kinds, in the order in which a file holds them; the shape comes before them (<see cref="ShapeSection"/>).</summary>
    public static readonly SectionKind[] All =
    [
        new TransformSection(), new CentroidSection(), new CodebookSection(), new GraphSection(), new ListCountSection(), new ListSection(), Ids,
        Rows, new CalibrationSection(),
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
    public abstract long Length(LoadedIndex index);

    /// <summary>Reads a section of the right length; those before it were read.</summary>
    public abstract void Read(SectionReader reader, LoadedIndex index);

    /// <summary>Reads the section, after its length was checked.</summary>
    public virtual void ReadChecked(SectionReader reader, LoadedIndex index)
    {
        if (Length(index) is var needed && needed != reader.Length)
        {
            throw reader.Damaged(
                Guard.Text($"it has {reader.Length} bytes"),
                Guard.Text($"{needed} bytes for {index.Header.Count} vectors of {index.Header.Shape}"));
        }

        Read(reader, index);
    }
}
