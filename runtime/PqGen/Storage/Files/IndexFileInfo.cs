namespace PqGen;

/// <summary>What an index file says of itself: its header and its directory, without its contents.</summary>
public sealed record IndexFileInfo
{
    internal IndexFileInfo()
    {
    }

    /// <summary>The version of the format.</summary>
    public int Version { get; internal init; }

    /// <summary>Kind, sizes and metric.</summary>
    public IndexShape Shape { get; internal init; }

    /// <summary>The kind of index.</summary>
    public IndexKind Kind => Shape.Kind;

    /// <summary>What a distance means.</summary>
    public Metric Metric => Shape.Metric;

    /// <summary>Lists of the inverted file; 0 in an index without lists.</summary>
    public int NList { get; internal init; }

    /// <summary>Vectors.</summary>
    public long Count { get; internal init; }

    /// <summary>Whether ids are the caller's own; else they are the numbers in which vectors were added.</summary>
    public bool OwnIds { get; internal init; }

    /// <summary>Whether vectors are kept, beside codes or instead of them.</summary>
    public bool KeepsVectors { get; internal init; }

    /// <summary>How they are kept beside codes.</summary>
    public RowFormat RowFormat { get; internal init; }

    /// <summary>How searches find the lists to probe.</summary>
    public CoarseSearch CoarseSearch { get; internal init; }

    /// <summary>Lists that a search probes which names no number of them; 0 for sqrt(2 NList), rounded up.</summary>
    public int DefaultNProbe { get; internal init; }

    /// <summary>
    /// The fingerprint of the model: SHA-256, hexadecimal, of kind, sizes, metric and all that training left. Indexes of one model, which
    /// <see cref="VectorIndex.Merge"/> puts together, have the same; an index that was saved before vectors were added is its model. Empty for a
    /// file of version 1.
    /// </summary>
    public string Model { get; internal init; } = "";

    /// <summary>Bytes of the file.</summary>
    public long FileLength { get; internal init; }

    /// <summary>The sections, in the order in which they lie.</summary>
    public IReadOnlyList<IndexFileSection> Sections { get; internal init; } = [];
}

/// <summary>A section of an index file.</summary>
/// <param name="Name">Its name, four characters.</param>
/// <param name="IsRequired">Whether a library that does not know it refuses the file.</param>
/// <param name="Offset">Where it begins, in bytes from the file's beginning.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Checksum">The SHA-256 of its bytes, hexadecimal; empty in a file of version 1, which has one for the whole.</param>
public readonly record struct IndexFileSection(string Name, bool IsRequired, long Offset, long Length, string Checksum);
