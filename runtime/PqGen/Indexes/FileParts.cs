using PqGen.Common;
using PqGen.Quantization;
using PqGen.Storage;
using PqGen.Storage.Files;

namespace PqGen.Indexes;

/// <summary>Puts files of indexes together, and takes them apart: list by list, in memory that does not grow with them.</summary>
internal static class FileParts
{
    /// <summary>Ids that are compared with each other at a time.</summary>
    private const int IdsAtOnce = 1 << 22;

    /// <summary>Ids that a message names at most.</summary>
    private const int NamedIds = 5;

    /// <summary>Writes the vectors of some files, in their order, as one.</summary>
    public static void Merge(string path, IReadOnlyList<string> sources, CancellationToken cancellation)
    {
        var files = new List<LoadedIndex>();
        try
        {
            foreach (var source in sources)
            {
                files.Add(Open(source, files.Count == 0 ? null : files[0], sources, cancellation));
            }

            var count = files.Sum(file => file.Header.Count);
            if (count > VectorIndex.MaxCount)
            {
                throw new ArgumentException(
                    Guard.Text($"sources hold {count} vectors together; {VectorIndex.MaxCount} are the most of one index."), nameof(sources));
            }

            // Parts of one index all know how many were added to it.
            var added = Math.Max(count, files.Max(file => file.Header.Added));
            var own = files.Exists(file => file.Header.OwnIds);
            if (own)
            {
                CheckIds(files, (uint)((count / IdsAtOnce) + 1), cancellation);
                own = added > count || !AreNumbers(files);
            }

            var (parts, first) = (new List<SavedVectors>(), 0);
            foreach (var file in files)
            {
                parts.Add(Vectors(file, null) with { First = first });
                first += (int)file.Header.Count;
            }

            var header = files[0].Header with { Count = count, OwnIds = own, Added = added };
            header = header with { Exponent = files.Find(file => file.Exponent is not null)?.Exponent };
            Save(path, files[0], header, parts, Calibration(files), cancellation);
        }
        finally
        {
            files.ForEach(file => file.Mapping?.File.LetGo());
        }
    }

    /// <summary>Writes those vectors of a file whose ids lie in a range, for each of some ranges to a file of its own.</summary>
    public static void Split(string source, IReadOnlyList<(string Path, IdRange Ids)> parts, CancellationToken cancellation)
    {
        var file = Open(source, null, [source], cancellation);
        try
        {
            foreach (var (path, ids) in parts)
            {
                var view = file.Ids.View;
                var chosen = new LivePositions((int)file.Header.Count, position => ids.Allows(view[position]));
                Save(path, file, file.Header with { Count = chosen.Count, OwnIds = true }, [Vectors(file, chosen)], file.Calibration, cancellation);
            }
        }
        finally
        {
            file.Mapping?.File.LetGo();
        }
    }

    /// <summary>Opens a file, checks all of it, and that its model is that of the first of the sources.</summary>
    private static LoadedIndex Open(string path, LoadedIndex? like, IReadOnlyList<string> sources, CancellationToken cancellation)
    {
        using var reader = IndexFileReader.Open(path);
        var index = reader.Map(cancellation);
        try
        {
            index.Mapping?.CheckWhole(cancellation);
            if (like is not null && Difference(like, index) is { } difference)
            {
                throw new ArgumentException($"sources: {path} has {difference} than {sources[0]}; indexes of one model are needed.", nameof(sources));
            }

            return index;
        }
        catch
        {
            index.Mapping?.File.LetGo();
            throw;
        }
    }

    /// <summary>What differs between the models of two files; null where nothing does.</summary>
    private static string? Difference(LoadedIndex one, LoadedIndex other)
    {
        var (header, otherHeader) = (one.Header, other.Header);
        return header.Shape != otherHeader.Shape ? $"another shape, {otherHeader.Shape}"
            : header.NList != otherHeader.NList ? "another number of lists"
            : !one.Centroids.AsSpan().SequenceEqual(other.Centroids) ? "other centroids"
            : !one.Codebooks.AsSpan().SequenceEqual(other.Codebooks) ? "other codebooks"
            : !Same(one.Transform, other.Transform) ? "another transform"
            : one.AnisotropicThreshold != other.AnisotropicThreshold ? "another threshold of score-aware codes"
            : !one.TermOrigin.AsSpan().SequenceEqual(other.TermOrigin) ? "terms taken from another origin"
            : !one.RowOrigin.AsSpan().SequenceEqual(other.RowOrigin) ? "kept rows taken from another origin"
            : one.Exponent is { } scale && other.Exponent is { } otherScale && scale != otherScale ? "vectors of another scale"
            : header.KeepsVectors != otherHeader.KeepsVectors || header.RowFormat != otherHeader.RowFormat ? "vectors that are kept otherwise"
            : null;
    }

    /// <summary>
    /// What was measured of searches, where all files with vectors say the same: they were one index once. Otherwise it was measured on the vectors
    /// of one part, and among those of all more candidates come before the true neighbours.
    /// </summary>
    private static Calibration? Calibration(List<LoadedIndex> files)
    {
        var measured = files.Where(file => file.Header.Count > 0).Select(file => file.Calibration).ToArray();
        return measured is [{ } first, ..] && Array.TrueForAll(measured, other => other is not null
            && (first.K, first.Queries) == (other.K, other.Queries) && first.Points.SequenceEqual(other.Points)) ? first : null;
    }

    private static bool Same(LinearTransform? one, LinearTransform? other) => one is null || other is null
        ? one == other
        : one.Matrix.SequenceEqual(other.Matrix) && one.Bias.SequenceEqual(other.Bias);

    /// <summary>
    /// Refuses ids that are in more than one of the files, going through them as often as it takes to compare some millions at a time.
    /// </summary>
    private static void CheckIds(List<LoadedIndex> sources, uint passes, CancellationToken cancellation)
    {
        var (compared, twice) = (new List<long>(), new List<long>());
        for (var pass = 0U; pass < passes; pass++)
        {
            compared.Clear();
            foreach (var file in sources)
            {
                cancellation.ThrowIfCancellationRequested();
                var ids = file.Ids.View;
                for (var position = 0; position < file.Header.Count; position++)
                {
                    if (IdTable.Share(ids[position], passes) == pass)
                    {
                        compared.Add(ids[position]);
                    }
                }
            }

            compared.Sort();
            twice.AddRange(Enumerable.Range(1, Math.Max(0, compared.Count - 1)).Where(i => compared[i] == compared[i - 1]).Select(i => compared[i]));
        }

        if (twice.Count > 0)
        {
            var (named, more) = (twice.Distinct().Order().Take(NamedIds).ToArray(), twice.Distinct().Count() - NamedIds);
            throw new ArgumentException(
                Guard.Text($"sources: id {string.Join(", ", named)}{(more > 0 ? Guard.Text($" and {more} more") : "")} ")
                + "is in more than one of the files; every id needs to be in one.",
                nameof(sources));
        }
    }

    /// <summary>Whether the ids are the numbers from 0 on, in order, as automatic ones are.</summary>
    private static bool AreNumbers(List<LoadedIndex> sources)
    {
        long next = 0;
        foreach (var file in sources)
        {
            var ids = file.Ids.View;
            for (var position = 0; position < file.Header.Count; position++, next++)
            {
                if (ids[position] != next)
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static SavedVectors Vectors(LoadedIndex file, LivePositions? live) =>
        new(file.Lists!, file.Ids.View, file.Rows, (int)file.Header.Count, live);

    private static void Save(
        string path,
        LoadedIndex model,
        IndexHeader header,
        IReadOnlyList<SavedVectors> parts,
        Calibration? calibration,
        CancellationToken cancellation)
    {
        var index = new SavedIndex
        {
            Header = header,
            Transform = model.Transform,
            AnisotropicThreshold = model.AnisotropicThreshold,
            TermOrigin = model.TermOrigin,
            RowOrigin = model.RowOrigin,
            Centroids = () => model.Centroids,
            Codebooks = () => model.Codebooks,
            Derived = model.Derived,
            Graph = model.Graph,
            Parts = parts,
            Calibration = calibration,
            Carried = model.Carried.AfterChange(),
        };
        ReplacedFile.Write(path, stream => IndexFileWriter.Write(stream, index, cancellation));
    }
}
