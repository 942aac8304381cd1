namespace PqGen.Digest;

/// <summary>Seeded vectors, the same on every processor: integers of a generator of its own, times powers of two.</summary>
internal static class Vectors
{
    /// <summary>Float <c>[count][dimension]</c> around 25 centres; every eleventh vector repeats an earlier one.</summary>
    public static float[] Clustered(int count, int dimension, ulong seed)
    {
        var state = seed;
        var centers = new float[25 * dimension];
        foreach (ref var component in centers.AsSpan())
        {
            component = 8 * Next(ref state);
        }

        var vectors = new float[count * dimension];
        for (var i = 0; i < count; i++)
        {
            var vector = vectors.AsSpan(i * dimension, dimension);
            if (i % 11 == 10)
            {
                vectors.AsSpan((i - 7) * dimension, dimension).CopyTo(vector);
                continue;
            }

            var center = centers.AsSpan(i % 25 * dimension, dimension);
            for (var d = 0; d < dimension; d++)
            {
                vector[d] = center[d] + Next(ref state);
            }
        }

        return vectors;
    }

    /// <summary>SplitMix64's next value, as one of -1..1.</summary>
    private static float Next(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return ((int)((mixed ^ (mixed >> 31)) >> 40) - 0x800000) / (float)0x800000;
    }
}
