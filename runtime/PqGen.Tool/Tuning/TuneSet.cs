using PqGen.Vectors;

namespace PqGen.Tool.Tuning;

/// <summary>The vectors and queries that tune works on.</summary>
/// <param name="Heading">What they are.</param>
/// <param name="Vectors">Vectors to index, all or a sample.</param>
/// <param name="Probes">Queries that settings are compared with.</param>
/// <param name="Finals">Other queries, that the choice is measured with.</param>
/// <param name="All">How many vectors there are to index in the end.</param>
internal sealed record TuneSet(string Heading, VectorMatrix Vectors, VectorMatrix Probes, VectorMatrix Finals, long All)
{
    /// <summary>Reads files, holds queries out where none are given, and takes a sample where there is too much for the budget.</summary>
    public static TuneSet Load(string path, string? queryPath, int probes, int finals, int k, int seed, double mostComponents)
    {
        var all = Rows.Read(path);
        var name = Path.GetFileName(path);
        VectorMatrix queries, vectors;
        string origin;
        if (queryPath is not null)
        {
            (vectors, queries) = (all, Rows.ReadQueries(queryPath, all.Dimension, path));
            origin = $"queries of {Path.GetFileName(queryPath)}";
        }
        else
        {
            var held = Math.Min(probes + finals, all.Count / 4);
            (queries, vectors) = Rows.Split(all, held, seed);
            origin = "queries held out";
        }

        if (queries.Count < 2 || vectors.Count < Math.Max(2, k))
        {
            throw new ToolException(
                $"{path} has {all.Count} rows, and there are {queries.Count} queries; "
                + $"tuning for -k {k} needs {Math.Max(8, 2 * k)} rows and 2 queries at least");
        }

        var first = Math.Max(1, Math.Min(probes, queries.Count / 2));
        var (chosen, others) = Rows.Split(Rows.Sample(queries, Math.Min(queries.Count, probes + finals), seed), first, seed);
        var count = (int)Math.Min(vectors.Count, Math.Max(1000, mostComponents / vectors.Dimension));
        var sample = Rows.Sample(vectors, count, seed);
        var sampled = sample.Count == vectors.Count ? "" : $" (a sample of {vectors.Count})";
        return new TuneSet($"{name}: {sample.Count} vectors{sampled} x {all.Dimension} dims, {origin}", sample, chosen, others, vectors.Count);
    }
}
