using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Storage.Files;

/// <summary>What an index file says of its index, whatever the file's version.</summary>
/// <param name="Shape">Kind, sizes and metric.</param>
/// <param name="NList">Lists; 0 without lists.</param>
/// <param name="Count">Vectors.</param>
/// <param name="OwnIds">Whether ids are the caller's own; else they are the positions.</param>
/// <param name="KeepsVectors">Whether float32 vectors are kept.</param>
internal sealed record IndexHeader(IndexShape Shape, int NList, long Count, bool OwnIds, bool KeepsVectors)
{
    /// <summary>The exponent of the smallest float, as far as 2^-40.</summary>
    public const int MaxExponent = 109;

    /// <summary>The most vectors that were ever added: automatic ids go on from there and do not come to an end.</summary>
    public const long MaxAdded = 1L << 62;

    /// <summary>The most vectors an index can hold.</summary>
    private static readonly long s_maxCount = Array.MaxLength - KernelLayout.BlockSize;

    /// <summary>Vectors ever added, which is the next automatic id.</summary>
    public long Added { get; init; } = Count;

    /// <summary>Lists that a search probes by default; 0 for the usual number.</summary>
    public int DefaultNProbe { get; init; }

    /// <summary>All floats are the caller's times two to this; null where the first vectors to come decide.</summary>
    public int? Exponent { get; init; }

    /// <summary>How searches find the lists to probe.</summary>
    public CoarseSearch CoarseSearch { get; init; }

    /// <summary>How rows are kept beside codes, if they are.</summary>
    public RowFormat RowFormat { get; init; }

    /// <summary>How the vectors of a list lie in memory, and in a file of version 2.</summary>
    public ListLayout Layout => Shape.HasCodes
        ? ListLayout.OfCodes(Shape.M, Shape.Ksub, Shape.HasLists, Shape.HasTerms)
        : ListLayout.OfRows(Shape.Dimension, Shape.HasLists);

    /// <summary>A header of numbers from a file, each of which is checked.</summary>
    public static IndexHeader Of(string file, in HeaderNumbers numbers, bool ownIds, bool keepsVectors)
    {
        var kind = (IndexKind)Checked(file, numbers.Kind, "kind", (int)IndexKind.Flat, (int)IndexKind.IvfPq);
        var metric = (Metric)Checked(file, numbers.Metric, "metric", 0, (int)Metric.Cosine);
        var (hasCodes, hasLists) = (kind is IndexKind.Pq or IndexKind.IvfPq, kind is IndexKind.IvfFlat or IndexKind.IvfPq);
        var dimension = Checked(file, numbers.Dimension, "Dimension", 1, IndexLimits.MaxDimension);
        var m = Checked(file, numbers.M, "M", hasCodes ? 1 : 0, hasCodes ? IndexLimits.MaxM : 0);
        var ksub = Checked(file, numbers.Ksub, "Ksub", hasCodes ? IndexLimits.MinKsub : 0, hasCodes ? IndexLimits.MaxKsub : 0);
        var nlist = Checked(file, numbers.NList, "NList", hasLists ? 1 : 0, hasLists ? Array.MaxLength / dimension : 0);
        if (hasCodes && dimension % m != 0)
        {
            throw new IndexFileException(file, Guard.Text($"M is {m}"), Guard.Text($"it has to divide the Dimension {dimension}"));
        }

        var (count, added) = (numbers.Count, numbers.Added);
        if (count > (ulong)s_maxCount)
        {
            throw new IndexFileException(file, Guard.Text($"Count is {count}"), Guard.Text($"0 to {s_maxCount} vectors"));
        }

        if (added < count || added > (ulong)MaxAdded || (added > count && !ownIds))
        {
            throw new IndexFileException(
                file, Guard.Text($"{added} vectors were ever added"), Guard.Text($"{count} to {MaxAdded}, and own ids where it is more"));
        }

        var shape = new IndexShape(kind, dimension, m, ksub)
        {
            Metric = metric, CodesWholeVectors = numbers.CodesWholeVectors, CosineByInnerProduct = numbers.CosineByInnerProduct,
            RowsBehindTransform = numbers.RowsBehindTransform,
        };
        return new IndexHeader(shape, nlist, (long)count, ownIds, keepsVectors)
        {
            Added = (long)added,
            DefaultNProbe = Checked(file, numbers.DefaultNProbe, "default NProbe", 0, nlist),
            Exponent = numbers.Exponent is { } exponent ? Checked(file, exponent, "exponent", 0, MaxExponent) : null,
            CoarseSearch = CheckedSearch(file, numbers.CoarseSearch, hasLists, hasCodes && nlist >= ksub, nlist),
            RowFormat = (RowFormat)Checked(file, numbers.RowFormat, "row format", 0, (int)(hasCodes ? RowFormat.Int8Float16 : RowFormat.Float32)),
        };
    }

    private static CoarseSearch CheckedSearch(string file, uint found, bool hasLists, bool hasCodes, int nlist)
    {
        var last = !hasLists ? CoarseSearch.Automatic : nlist <= Ivf.HnswGraph.MaxCount ? CoarseSearch.Hnsw : CoarseSearch.Codes;
        var search = (CoarseSearch)Checked(file, found, "coarse search", 0, (int)last);
        return search != CoarseSearch.Codes || hasCodes ? search : throw new IndexFileException(
            file, Guard.Text($"coarse search is {found}"), "it needs codes, and as many lists as Ksub or more");
    }

    private static int Checked(string file, uint found, string name, int min, int max) =>
        found >= min && found <= max ? (int)found : throw new IndexFileException(
            file, Guard.Text($"{name} is {found}"), Guard.Text($"{min} to {max}"));
}

/// <summary>The numbers of a header as a file holds them.</summary>
internal readonly record struct HeaderNumbers(
    uint Kind, uint Metric, uint Dimension, uint M, uint Ksub, uint NList, ulong Count, ulong Added, uint DefaultNProbe, uint? Exponent)
{
    /// <summary>Whether the codes in lists are of vectors.</summary>
    public bool CodesWholeVectors { get; init; }

    /// <summary>Whether codes and centroids are compared by inner products under cosine.</summary>
    public bool CosineByInnerProduct { get; init; }

    /// <summary>Whether rows are what a transform has made.</summary>
    public bool RowsBehindTransform { get; init; }

    /// <summary>How searches find the lists to probe.</summary>
    public uint CoarseSearch { get; init; }

    /// <summary>How rows are kept.</summary>
    public uint RowFormat { get; init; }
}
