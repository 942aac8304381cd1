using PqGen.Vectors;

namespace PqGen.Tool;

/// <summary>True neighbours that a user gives, and how results are held against them.</summary>
internal static class Truth
{
    /// <summary>Reads a row of true neighbours for each query.</summary>
    public static IntMatrix Read(string path, int queries, int k)
    {
        var truth = Inputs.Ints(path, DataRole.Truth);
        if (truth.Count != queries)
        {
            throw new VectorFileException(path, $"{truth.Count} rows", $"one for each of the {queries} queries is needed");
        }

        return truth.Columns >= k ? truth : throw new VectorFileException(
            path, $"{truth.Columns} neighbours of each query", $"-k {k} needs as many; the largest -k for this file is {truth.Columns}");
    }

    /// <summary>Refuses ids that are no rows of the vectors.</summary>
    public static void CheckRows(string path, IntMatrix truth, int rows)
    {
        if (truth.Values.IndexOfAnyExceptInRange(0, rows - 1L) is >= 0 and var bad)
        {
            throw new VectorFileException(
                path,
                $"row {bad / truth.Columns}, column {bad % truth.Columns} is {truth.Values[bad]}",
                $"row numbers of --base are needed, 0 to {rows - 1}");
        }
    }

    /// <summary>Refuses ids that an index does not have.</summary>
    public static void CheckIds(string path, IntMatrix truth, VectorIndex index)
    {
        for (var at = 0; at < truth.Values.Length; at++)
        {
            if (!index.Contains(truth.Values[at]))
            {
                throw new VectorFileException(
                    path, $"row {at / truth.Columns}, column {at % truth.Columns} is {truth.Values[at]}", "ids that the index has are needed");
            }
        }
    }

    /// <summary>Recall by the vectors that an index keeps; null where it keeps none, and only ids can be compared.</summary>
    public static Recall? ByKept(VectorIndex index, VectorMatrix queries, IntMatrix truth, int k)
    {
        var vector = new float[index.Dimension];
        if (truth.Count == 0 || index.TryGetVector(truth.Values[0], vector) != VectorSource.Kept)
        {
            return null;
        }

        return new Recall(
            id =>
            {
                index.TryGetVector(id, vector);
                return vector;
            },
            queries,
            truth,
            index.Metric,
            k);
    }
}
