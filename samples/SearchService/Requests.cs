using PqGen;

namespace SearchService;

/// <param name="Vector">The query, one number a component.</param>
/// <param name="K">Neighbours wanted, 1 to 1,000; 10 where it is not given.</param>
/// <param name="Tag">Only vectors with this tag.</param>
/// <param name="FirstId">Only ids from here on.</param>
/// <param name="LastId">Only ids up to here.</param>
/// <param name="Recall">The share of the true nearest that is wanted, above 0 and at most 1; .95 where it is not given.</param>
internal sealed record SearchRequest(float[]? Vector, int? K, string? Tag, long? FirstId, long? LastId, float? Recall)
{
    public const int MaxK = 1000;

    public Dictionary<string, string[]> Errors(VectorIndex index)
    {
        var errors = new Dictionary<string, string[]>();
        if (Vectors.Error(Vector, index.Dimension) is { } error)
        {
            errors["vector"] = [error];
        }

        if (K is < 1 or > MaxK)
        {
            errors["k"] = [$"k is {K}; it needs 1 to {MaxK}."];
        }

        if (FirstId > LastId)
        {
            errors["firstId"] = [$"firstId is {FirstId}, above lastId, {LastId}."];
        }

        if (Recall is { } recall && !(recall is > 0 and <= 1))
        {
            errors["recall"] = [FormattableString.Invariant($"recall is {recall}; it needs a number above 0 and at most 1.")];
        }

        return errors;
    }
}

/// <param name="Ids">One for each vector, none twice.</param>
/// <param name="Rows">The vectors.</param>
/// <param name="Tags">A tag for each, or null for no tags.</param>
internal sealed record UpsertRequest(long[]? Ids, float[][]? Rows, string?[]? Tags)
{
    public const int MaxRows = 10_000;

    public Dictionary<string, string[]> Errors(VectorIndex index)
    {
        var errors = new Dictionary<string, string[]>();
        if (Ids is null || Ids.Length is 0 or > MaxRows || Ids.Distinct().Count() < Ids.Length)
        {
            errors["ids"] = [$"ids needs 1 to {MaxRows} numbers, none twice."];
        }

        if (Rows?.Length != Ids?.Length)
        {
            errors["rows"] = [$"rows has {Rows?.Length ?? 0} vectors; it needs one for each of {Ids?.Length ?? 0} ids."];
        }
        else if (Rows is not null && Array.FindIndex(Rows, row => Vectors.Error(row, index.Dimension) is not null) is >= 0 and var bad)
        {
            errors["rows"] = [$"Of the vector at {bad}: {Vectors.Error(Rows[bad], index.Dimension)}"];
        }

        if (Tags is not null && Tags.Length != Ids?.Length)
        {
            errors["tags"] = [$"tags has {Tags.Length} entries; it needs one for each of {Ids?.Length ?? 0} ids."];
        }

        return errors;
    }
}

/// <param name="File">A file's name in the server's folder.</param>
internal sealed record FileRequest(string? File)
{
    public Dictionary<string, string[]> Errors() => string.IsNullOrEmpty(File) || Path.GetFileName(File) != File || File is "." or ".."
        ? new() { ["file"] = ["file needs the name of a file in the server's folder, without a path."] }
        : [];
}

internal sealed record Found(long Id, float Distance);

internal sealed record SearchResponse(Found[] Neighbors, int Generation);

internal sealed record State(string Status, string File, int Generation, long Count, int Dimension, string Metric, string Kernels, long Bytes);

internal static class Vectors
{
    /// <summary>What is wrong with a vector; null where nothing is.</summary>
    public static string? Error(float[]? vector, int dimension) =>
        vector?.Length != dimension ? $"a vector of {vector?.Length ?? 0} components; it needs {dimension}."
        : vector.Any(component => !(MathF.Abs(component) <= 1e15f)) ? "a component is not a number of at most 1e15."
        : null;
}
