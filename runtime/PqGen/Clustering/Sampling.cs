using PqGen.Common;

namespace PqGen.Clustering;

/// <summary>Random samples that depend on the seed alone.</summary>
internal static class Sampling
{
    /// <summary>Rows passed over between two looks for cancellation.</summary>
    private const int Look = 1 << 16;

    /// <summary>
    /// <paramref name="count"/> of 0..n-1 without repetition, ascending (selection sampling; Knuth, The Art of Computer Programming 2,
    /// 3.4.2, algorithm S).
    /// </summary>
    public static int[] Choose(int n, int count, Random random, CancellationToken cancellation = default)
    {
        var chosen = new int[count];
        var taken = 0;
        for (var i = 0; taken < count; i++)
        {
            if (i % Look == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            if (random.Next(n - i) < count - taken)
            {
                chosen[taken++] = i;
            }
        }

        return chosen;
    }

    /// <summary>A sample of at most <paramref name="limit"/> rows, in their order; all of them when there are no more.</summary>
    public static float[] Rows(ReadOnlySpan<float> vectors, int dimension, long limit, int seed, CancellationToken cancellation = default)
    {
        CheckFitsArray(vectors, nameof(vectors));
        var n = vectors.Length / dimension;
        return n <= limit
            ? Copy(vectors, cancellation)
            : Gather(vectors, dimension, Choose(n, (int)limit, new Random(seed), cancellation), cancellation);
    }

    /// <summary>The rows of these numbers, float <c>[rows.Length][dimension]</c>.</summary>
    public static float[] Gather(ReadOnlySpan<float> vectors, int dimension, ReadOnlySpan<int> rows, CancellationToken cancellation)
    {
        // Memory is first touched where it is written, between two looks.
        var gathered = GC.AllocateUninitializedArray<float>(rows.Length * dimension);
        var look = Math.Max(1, Parallelism.Look / dimension);
        for (var i = 0; i < rows.Length; i++)
        {
            if (i % look == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            vectors.Slice(rows[i] * dimension, dimension).CopyTo(gathered.AsSpan(i * dimension));
        }

        return gathered;
    }

    /// <summary>A copy of all vectors.</summary>
    public static float[] Copy(ReadOnlySpan<float> vectors, CancellationToken cancellation)
    {
        var copy = GC.AllocateUninitializedArray<float>(vectors.Length);
        for (int first = 0, count; first < vectors.Length; first += count)
        {
            cancellation.ThrowIfCancellationRequested();
            count = Math.Min(Parallelism.Look, vectors.Length - first);
            vectors.Slice(first, count).CopyTo(copy.AsSpan(first));
        }

        return copy;
    }

    /// <summary>Multiplies values by 2^<paramref name="exponent"/>.</summary>
    public static void Scale(float[] values, int exponent, CancellationToken cancellation)
    {
        if (exponent != 0)
        {
            Parallelism.ForChunks(
                values.Length,
                Parallelism.Look,
                1,
                (first, count) => PowerOfTwoScale.ApplyInPlace(values.AsSpan(first, count), exponent),
                cancellation);
        }
    }

    /// <summary>Brings rows, float <c>[n][dimension]</c>, to length 1; a row of zeros stays what it is.</summary>
    public static void Normalize(float[] rows, int dimension, int threads, CancellationToken cancellation) =>
        Parallelism.ForChunks(rows.Length / dimension, Math.Max(1, Parallelism.Look / dimension), threads, (first, count) =>
        {
            var part = rows.AsSpan(first * dimension, count * dimension);
            VectorMath.Normalize(part, dimension, part);
        }, cancellation);

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
