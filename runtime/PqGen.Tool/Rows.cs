using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using PqGen.Vectors;

namespace PqGen.Tool;

/// <summary>Reads vectors for a command, and takes random rows of them.</summary>
internal static class Rows
{
    /// <summary>The largest magnitude of a component that an index takes.</summary>
    public const float MaxMagnitude = 1e15f;

    /// <summary>
    /// Reads a file of vectors that an index takes. What it does not take is named by its row in the file: later, rows have other numbers.
    /// </summary>
    public static VectorMatrix Read(string path, DataRole role = DataRole.Base)
    {
        var vectors = Inputs.Floats(path, role);
        CheckDimension(path, vectors.Dimension);
        Check(path, 0, vectors.Dimension, vectors.Values);
        return vectors;
    }

    /// <summary>How many vectors a file has, and of how many components, if an index takes such.</summary>
    public static (long Count, int Dimension) Shape(string path, DataRole role = DataRole.Base)
    {
        var shape = Inputs.Shape(path, role);
        CheckDimension(path, shape.Dimension);
        return shape;
    }

    /// <summary>The same vectors chunk by chunk, for files larger than memory. A chunk holds until the next is asked for.</summary>
    public static IEnumerable<ReadOnlyMemory<float>> Chunks(string path, int dimension, DataRole role = DataRole.Base) =>
        Checked(path, 0, dimension, Inputs.Chunks(path, role));

    /// <summary>Some of them.</summary>
    public static IEnumerable<ReadOnlyMemory<float>> Chunks(string path, int dimension, long first, long count) =>
        Checked(path, first, dimension, Inputs.Chunks(path, DataRole.Base, first, count));

    private static IEnumerable<ReadOnlyMemory<float>> Checked(
        string path, long row, int dimension, IEnumerable<ReadOnlyMemory<float>> chunks)
    {
        foreach (var chunk in chunks)
        {
            Check(path, row, dimension, chunk.Span);
            row += chunk.Length / dimension;
            yield return chunk;
        }
    }

    /// <summary>Maps a file, whose vectors an index compares candidates with from then on; null for none.</summary>
    public static MappedVectors? Attach(VectorIndex index, string? path)
    {
        if (path is null)
        {
            return null;
        }

        var rows = VectorFile.Map(path);
        try
        {
            index.AttachRows(rows);
            return rows;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            rows.Dispose();
            throw new ToolException($"{path}: {e.Message}");
        }
    }

    /// <summary>A random sample of a file's vectors, in their order.</summary>
    public static VectorMatrix Sample(string path, long rows, int dimension, int count, int seed)
    {
        var chosen = Choose(rows, count, seed);
        var (values, taken, row) = (new float[(long)count * dimension], 0, 0L);
        foreach (var chunk in Chunks(path, dimension))
        {
            for (var at = 0; at < chunk.Length; at += dimension, row++)
            {
                if (chosen.Contains(row))
                {
                    chunk.Span.Slice(at, dimension).CopyTo(values.AsSpan(taken++ * dimension));
                }
            }
        }

        return new VectorMatrix(dimension, values);
    }

    /// <summary>Reads queries, of the same dimension as what they are for.</summary>
    public static VectorMatrix ReadQueries(string path, int dimension, string othersPath)
    {
        var vectors = Read(path, DataRole.Queries);
        return vectors.Dimension == dimension
            ? vectors
            : throw new VectorFileException(path, $"vectors of {vectors.Dimension} components", $"{othersPath} has {dimension}");
    }

    /// <summary>The first rows; the vectors themselves when all are asked for.</summary>
    public static VectorMatrix First(VectorMatrix vectors, int count) =>
        count == vectors.Count ? vectors : new VectorMatrix(vectors.Dimension, vectors.Values[..(count * vectors.Dimension)].ToArray());

    /// <summary>Parts the vectors at random into <paramref name="taken"/> rows and the rest, both in their order.</summary>
    public static (VectorMatrix Taken, VectorMatrix Others) Split(VectorMatrix vectors, int taken, int seed)
    {
        var isTaken = new bool[vectors.Count];
        foreach (int row in Choose(vectors.Count, taken, seed))
        {
            isTaken[row] = true;
        }

        return (Where(vectors, isTaken, true, taken), Where(vectors, isTaken, false, vectors.Count - taken));
    }

    /// <summary>A random sample of the vectors, in their order; the vectors themselves when all are asked for.</summary>
    public static VectorMatrix Sample(VectorMatrix vectors, int count, int seed) =>
        count == vectors.Count ? vectors : Split(vectors, count, seed).Taken;

    /// <summary><paramref name="count"/> different numbers below <paramref name="n"/> (Floyd's algorithm).</summary>
    private static HashSet<long> Choose(long n, int count, int seed)
    {
        var random = new Random(seed);
        var chosen = new HashSet<long>(count);
        for (var i = n - count; i < n; i++)
        {
            if (!chosen.Add(i < int.MaxValue ? random.Next((int)i + 1) : random.NextInt64(i + 1)))
            {
                chosen.Add(i);
            }
        }

        return chosen;
    }

    private static VectorMatrix Where(VectorMatrix vectors, bool[] isTaken, bool wanted, int count)
    {
        var values = new float[count * vectors.Dimension];
        Span<float> rest = values;
        for (var i = 0; i < isTaken.Length; i++)
        {
            if (isTaken[i] != wanted)
            {
                continue;
            }

            vectors.Row(i).CopyTo(rest);
            rest = rest[vectors.Dimension..];
        }

        return new VectorMatrix(vectors.Dimension, values);
    }

    private static void CheckDimension(string path, int dimension)
    {
        if (dimension > IndexLimits.MaxDimension)
        {
            throw new VectorFileException(path, $"vectors of {dimension} components", $"an index takes 1 to {IndexLimits.MaxDimension}");
        }
    }

    /// <summary>Refuses what no index takes; <paramref name="first"/> is the number of the first row.</summary>
    private static void Check(string path, long first, int dimension, ReadOnlySpan<float> values)
    {
        if (values.IndexOfAnyExceptInRange(-MaxMagnitude, MaxMagnitude) is >= 0 and var bad)
        {
            Refuse(path, first + (bad / dimension), bad % dimension, values[bad]);
        }
    }

    [DoesNotReturn]
    private static void Refuse(string path, long row, int component, float found)
    {
        var name = float.IsNaN(found) ? "NaN" : float.IsInfinity(found) ? "infinite" : found.ToString("G3", CultureInfo.InvariantCulture);
        var needed = float.IsFinite(found) ? "at most 1e15 in magnitude: scale the vectors" : "finite: leave such rows out";
        throw new VectorFileException(path, $"row {row}, component {component} is {name}", $"every component needs to be {needed}");
    }
}
