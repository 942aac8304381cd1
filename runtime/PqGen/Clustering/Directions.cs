using PqGen.Common;

namespace PqGen.Clustering;

/// <summary>Vectors of norm 1.</summary>
internal static class Directions
{
    /// <summary>Divides every row, float <c>[n][dimension]</c>, by its norm, in double arithmetic; a row of zeros stays what it is.</summary>
    public static void Normalize(float[] rows, int dimension, int threads, CancellationToken cancellation) =>
        Parallelism.ForChunks(rows.Length / dimension, Math.Max(1, Parallelism.Look / dimension), threads, (first, count) =>
        {
            for (var i = first; i < first + count; i++)
            {
                Normalize(rows.AsSpan(i * dimension, dimension));
            }
        }, cancellation);

    private static void Normalize(Span<float> row)
    {
        var norm = Math.Sqrt(VectorMath.SquaredNorm(row));
        if (norm == 0)
        {
            return;
        }

        for (var d = 0; d < row.Length; d++)
        {
            row[d] = (float)(row[d] / norm);
        }
    }
}
