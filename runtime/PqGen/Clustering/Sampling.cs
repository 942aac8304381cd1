using PqGen.Common;

namespace PqGen.Clustering;

/// <summary>Random samples that depend on the seed alone.</summary>
internal static class Sampling
{
    /// <summary>
    /// <paramref name="count"/> of 0..n-1 without repetition, ascending (selection sampling; Knuth, The Art of Computer Programming 2,
    /// 3.4.2, algorithm S).
    /// </summary>
    public static int[] Choose(int n, int count, Random random)
    {
        var chosen = new int[count];
        var taken = 0;
        for (var i = 0; taken < count; i++)
        {
            if (random.Next(n - i) < count - taken)
            {
                chosen[taken++] = i;
            }
        }

        return chosen;
    }

    /// <summary>A sample of at most <paramref name="limit"/> rows, in their order; all of them when there are no more.</summary>
    public static float[] Rows(ReadOnlySpan<float> vectors, int dimension, long limit, int seed)
    {
        CheckFitsArray(vectors, nameof(vectors));
        var n = vectors.Length / dimension;
        if (n <= limit)
        {
            return vectors.ToArray();
        }

        var rows = Choose(n, (int)limit, new Random(seed));
        var sample = new float[rows.Length * dimension];
        for (var i = 0; i < rows.Length; i++)
        {
            vectors.Slice(rows[i] * dimension, dimension).CopyTo(sample.AsSpan(i * dimension));
        }

        return sample;
    }

    /// <summary>Refuses a span that no array can hold a copy of: memory from outside .NET may be longer.</summary>
    public static void CheckFitsArray(ReadOnlySpan<float> vectors, string name)
    {
        if (vectors.Length > Array.MaxLength)
        {
            var needed = Guard.Text($"it needs at most {Array.MaxLength}, the most that an array holds: training copies them.");
            throw new ArgumentException(Guard.Text($"{name} has {vectors.Length} floats; {needed}"), name);
        }
    }
}
