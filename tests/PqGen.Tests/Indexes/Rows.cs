namespace PqGen.Tests.Indexes;

/// <summary>Rows as they come from elsewhere.</summary>
internal static class Rows
{
    /// <summary>The vectors in memory of so many rows each, by turns.</summary>
    public static IEnumerable<ReadOnlyMemory<float>> Memory(float[] vectors, int dimension, params int[] rows)
    {
        for (var (at, turn) = (0, 0); at < vectors.Length; turn++)
        {
            var length = Math.Min(rows[turn % rows.Length] * dimension, vectors.Length - at);
            yield return vectors.AsMemory(at, length);
            at += length;
        }
    }

    public static async IAsyncEnumerable<T> Stream<T>(IEnumerable<T> elements)
    {
        foreach (var element in elements)
        {
            await Task.Yield();
            yield return element;
        }
    }
}
