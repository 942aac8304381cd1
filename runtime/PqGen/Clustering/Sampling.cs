namespace PqGen.Clustering;

/// <summary>Random samples that depend on the seed alone.</summary>
internal static class Sampling
{
    /// <summary>
    /// <paramref name="count"/> of 0..n-1 without repetition, ascending (selection sampling; Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S).
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
}
