namespace PqGen.Tests.Indexes;

/// <summary>Seeded vectors, float <c>[n][dimension]</c>, of the kinds that matter to an index.</summary>
internal static class TestVectors
{
    /// <summary>Uniform in -1..1.</summary>
    public static float[] Uniform(int n, int dimension, int seed)
    {
        var random = new Random(seed);
        var vectors = new float[n * dimension];
        foreach (ref var component in vectors.AsSpan())
        {
            component = (float)((random.NextDouble() * 2) - 1);
        }

        return vectors;
    }

    /// <summary>Around <paramref name="centers"/> points of -10..10, each component within -spread..spread of its centre.</summary>
    public static float[] Clustered(int n, int dimension, int centers, int seed, float spread = 1)
    {
        var center = Uniform(centers, dimension, seed);
        var vectors = Uniform(n, dimension, seed + 1);
        for (var i = 0; i < vectors.Length; i++)
        {
            vectors[i] = (10 * center[(i / dimension % centers * dimension) + (i % dimension)]) + (spread * vectors[i]);
        }

        return vectors;
    }

    /// <summary>The same vectors, of which every third repeats an earlier one.</summary>
    public static float[] WithDuplicates(float[] vectors, int dimension, int seed)
    {
        var random = new Random(seed);
        var copy = vectors.ToArray();
        for (var i = 3; i < copy.Length / dimension; i += 3)
        {
            copy.AsSpan(random.Next(i) * dimension, dimension).CopyTo(copy.AsSpan(i * dimension));
        }

        return copy;
    }

    /// <summary>Every component times <paramref name="scale"/>, plus <paramref name="offset"/>.</summary>
    public static float[] Moved(float[] vectors, float scale, float offset = 0) =>
        Array.ConvertAll(vectors, component => (component * scale) + offset);

    /// <summary>Distinct ids in shuffled order, negative ones among them.</summary>
    public static long[] ShuffledIds(int n, int seed)
    {
        var ids = new long[n];
        for (var i = 0; i < n; i++)
        {
            ids[i] = (i - (n / 3)) * 1_000_003L;
        }

        new Random(seed).Shuffle(ids);
        return ids;
    }
}
