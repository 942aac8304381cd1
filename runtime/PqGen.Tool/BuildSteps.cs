using PqGen.Vectors;

namespace PqGen.Tool;

/// <summary>What building an index consists of.</summary>
internal static class BuildSteps
{
    /// <summary>
    /// The ids of the rows that are added; null where they are automatic. Those of a part never are: merging tells by them what is there twice.
    /// </summary>
    public static long[]? Ids(string? path, string basePath, long count, long first, long rows, bool isPart)
    {
        if (path is null)
        {
            return isPart ? [.. Enumerable.Range(0, (int)rows).Select(row => first + row)] : null;
        }

        var ids = Inputs.Ints(path, DataRole.Truth);
        return ids.Values.Length == count
            ? ids.Values.Slice((int)first, (int)rows).ToArray()
            : throw new VectorFileException(path, $"{ids.Values.Length} ids", $"one for each of the {count} vectors of {basePath} is needed");
    }

    /// <summary>An empty index, trained on the rows of a file or on a random sample of them.</summary>
    public static GenericIndex Train(IndexShape shape, string path, long count, int train, TrainingOptions options) =>
        train > 0 && train < count
            ? GenericIndex.Train(shape, Rows.Sample(path, count, shape.InputDimension, train, options.Seed).Values, options)
            : GenericIndex.Train(shape, Rows.Chunks(path, shape.InputDimension), options);

    /// <summary>Adds rows chunk by chunk.</summary>
    public static bool Add(
        VectorIndex index, IEnumerable<ReadOnlyMemory<float>> chunks, long count, long[]? ids, int threads, Action<int, int> report)
    {
        var added = 0;
        foreach (var chunk in chunks)
        {
            var rows = chunk.Length / index.Dimension;
            if (ids is null)
            {
                index.Add(chunk.Span, threads);
            }
            else
            {
                index.Add(ids.AsSpan(added, rows), chunk.Span, threads);
            }

            added += rows;
            report(added, (int)Math.Min(int.MaxValue, count));
        }

        return true;
    }
}
