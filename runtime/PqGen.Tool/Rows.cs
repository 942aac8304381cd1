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
    public static VectorMatrix Read(string path)
    {
        var vectors = VectorFile.ReadFloats(path);
        if (vectors.Dimension > IndexLimits.MaxDimension)
        {
            throw new VectorFileException(path, $"vectors of {vectors.Dimension} components", $"an index takes 1 to {IndexLimits.MaxDimension}");
        }

        for (var row = 0; row < vectors.Count; row++)
        {
            var component = vectors.Row(row).IndexOfAnyExceptInRange(-MaxMagnitude, MaxMagnitude);
            if (component >= 0)
            {
                Refuse(path, row, component, vectors.Row(row)[component]);
            }
        }

        return vectors;
    }

    /// <summary>Reads a file of vectors of the same dimension as others.</summary>
    public static VectorMatrix ReadLike(string path, VectorMatrix others, string othersPath)
    {
        var vectors = Read(path);
        if (vectors.Dimension != others.Dimension)
        {
            throw new VectorFileException(path, $"vectors of {vectors.Dimension} components", $"{othersPath} has {others.Dimension}");
        }

        return vectors;
    }

    /// <summary>The first rows; the vectors themselves when all are asked for.</summary>
    public static VectorMatrix First(VectorMatrix vectors, int count) =>
        count == vectors.Count ? vectors : new VectorMatrix(vectors.Dimension, vectors.Values[..(count * vectors.Dimension)].ToArray());

    /// <summary>Parts the vectors at random into <paramref name="taken"/> rows and the rest, both in their order.</summary>
    public static (VectorMatrix Taken, VectorMatrix Others) Split(VectorMatrix vectors, int taken, int seed)
    {
        var isTaken = new bool[vectors.Count];
        foreach (var row in Choose(vectors.Count, taken, seed))
        {
            isTaken[row] = true;
        }

        return (Where(vectors, isTaken, true, taken), Where(vectors, isTaken, false, vectors.Count - taken));
    }

    /// <summary>A random sample of the vectors, in their order; the vectors themselves when all are asked for.</summary>
    public static VectorMatrix Sample(VectorMatrix vectors, int count, int seed) =>
        count == vectors.Count ? vectors : Split(vectors, count, seed).Taken;

    /// <summary><paramref name="count"/> different numbers below <paramref name="n"/> (Floyd's algorithm).</summary>
    private static HashSet<int> Choose(int n, int count, int seed)
    {
        var random = new Random(seed);
        var chosen = new HashSet<int>(count);
        for (var i = n - count; i < n; i++)
        {
            if (!chosen.Add(random.Next(i + 1)))
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

    [DoesNotReturn]
    private static void Refuse(string path, int row, int component, float found)
    {
        var name = float.IsNaN(found) ? "NaN" : float.IsInfinity(found) ? "infinite" : found.ToString("G3", CultureInfo.InvariantCulture);
        var needed = float.IsFinite(found) ? "at most 1e15 in magnitude: scale the vectors" : "finite: leave such rows out";
        throw new VectorFileException(path, $"row {row}, component {component} is {name}", $"every component needs to be {needed}");
    }
}
