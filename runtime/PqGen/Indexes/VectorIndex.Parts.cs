using PqGen.Indexes;

namespace PqGen;

/// <content>Files put together and taken apart.</content>
public abstract partial class VectorIndex
{
    /// <summary>
    /// Writes the vectors of some index files as one file, list by list: what one index would be to which those of the first were added, then those
    /// of the second, and so on.
    /// </summary>
    /// <param name="path">The file to write; one that is there is replaced once the new one is whole. It may be one of the sources.</param>
    /// <param name="sources">Files of indexes of one model: made by one that was trained, saved before anything was added, and opened by
    /// each.</param>
    /// <param name="cancellation">Ends it early; nothing is then written.</param>
    /// <remarks>
    /// <para>Takes memory for the models, for some millions of ids and for a segment of a list, 64 megabytes at most, however large the files are.
    /// All of every file is checked first.</para>
    /// <para>Where all files have automatic ids, so does the new one: vectors are numbered anew, in the order of the files. Where one has ids of your
    /// own, all keep the ids that they have; where these are the numbers from 0 on, in order, they are automatic ids again.</para>
    /// <para>What was calibrated is kept where all files that have vectors say the same, as parts that were split do. What was measured on one part
    /// is not: among more vectors the same settings find less. Calibrate the whole.</para>
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// There is no source, models differ, an id is in more than one file, or there are more vectors than an index holds; the message names it.
    /// </exception>
    /// <exception cref="IndexFileException">A file is damaged, or no index.</exception>
    /// <exception cref="IOException">A file cannot be read, or the new one not be written.</exception>
    public static void Merge(string path, IReadOnlyList<string> sources, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(sources);
        if (sources.Count == 0)
        {
            throw new ArgumentException("sources is empty; one file or more is needed.", nameof(sources));
        }

        FileParts.Merge(path, sources, cancellation);
    }

    /// <summary>Writes the vectors of an index file to some files, each those whose ids lie in a range.</summary>
    /// <param name="source">The file.</param>
    /// <param name="parts">The files to write, and the ids of each, which become its own. What lies in no range is in none of them.</param>
    /// <param name="cancellation">Ends it early; files that were written stay.</param>
    /// <inheritdoc cref="Merge" path="/remarks/para[1]"/>
    /// <remarks>What was calibrated goes with each part: among fewer vectors the same settings find as much or more.</remarks>
    /// <exception cref="IndexFileException">The file is damaged, or no index.</exception>
    /// <exception cref="IOException">The file cannot be read, or another not be written.</exception>
    public static void Split(string source, IReadOnlyList<(string Path, IdRange Ids)> parts, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentNullException.ThrowIfNull(parts);
        FileParts.Split(source, parts, cancellation);
    }
}
