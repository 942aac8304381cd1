using PqGen.Common;

namespace PqGen.Storage.Files;

/// <summary>A section of a mapped file.</summary>
/// <param name="Index">The file.</param>
/// <param name="Entry">The section.</param>
/// <param name="Damaged">Makes an exception of what was found and what is needed.</param>
internal sealed record MappedSection(MappedIndex Index, SectionEntry Entry, Func<string, string, IndexFileException> Damaged)
{
    public MappedFile File => Index.File;
}

/// <summary>The mapped file of an index, and what is checked of it before it is used as a whole. Whoever calls holds the file.</summary>
/// <param name="file">The file.</param>
/// <param name="reader">Reads it, where it is checked.</param>
internal sealed class MappedIndex(MappedFile file, Version2Reader reader)
{
    private readonly Lock _checking = new();
    private bool _isChecked;

    public MappedFile File => file;

    /// <summary>
    /// Checks every checksum and all contents, once: before they go somewhere else, and become what nobody would doubt.
    /// </summary>
    /// <exception cref="IndexFileException">The file is damaged.</exception>
    public void CheckWhole(CancellationToken cancellation)
    {
        lock (_checking)
        {
            CheckLength();
            if (!_isChecked)
            {
                reader.Check(cancellation);
                _isChecked = true;
            }
        }
    }

    /// <summary>Checks the checksum of one section.</summary>
    /// <exception cref="IndexFileException">The file is damaged.</exception>
    public void CheckChecksum(SectionEntry entry)
    {
        lock (_checking)
        {
            CheckLength();
            if (!_isChecked)
            {
                reader.CheckChecksum(entry);
            }
        }
    }

    /// <summary>Refuses a file that became shorter: what is left of it in memory cannot be read.</summary>
    /// <exception cref="IndexFileException">The file is shorter than it was.</exception>
    /// <param name="byTick">Whether it is enough to look once in a tick of the system's clock.</param>
    public void CheckLength(bool byTick = false)
    {
        if (!(byTick ? file.IsWholeByTick : file.IsWhole))
        {
            throw reader.Damaged(
                "the file became shorter while it was mapped", "a file that is replaced, not written to, while an index has it open");
        }
    }
}
