using PqGen.Clustering;
using PqGen.Common;

namespace PqGen.Quantization;

/// <summary>
/// The orthogonal Procrustes problem (Schoenemann 1966): the rotation that brings vectors x nearest to given y is the orthogonal polar factor of the
/// sum of y x^T, which products alone lead to (Newton-Schulz iterations; Higham, Functions of Matrices, 8.3).
/// </summary>
/// <remarks>
/// What the sum says nothing of, as where a component never varies, stays as it was: a small multiple of the rotation before is added. The result is
/// no worse than that rotation: <c>tr(R^T C) + e tr(R^T B)</c> is largest for it, and the second term for B itself. Every sum has one order; any
/// number of threads and any processor give the same bits.
/// </remarks>
internal static class Procrustes
{
    /// <summary>The share of the largest singular value, or a few times less, that the rotation before counts for.</summary>
    private const float Damping = 1f / (1 << 14);

    /// <summary>
    /// How far from orthonormal, by the root of the sum of squares, a matrix is that one more iteration makes orthonormal: it squares the distance,
    /// to 3e-6.
    /// </summary>
    private const double Near = 2e-3;

    /// <summary>Iterations at most; each at least enlarges a small singular value by half.</summary>
    private const int MostIterations = 64;

    /// <summary>The rotation.</summary>
    /// <param name="covariance">float <c>[dimension][dimension]</c>, the sum of y x^T.</param>
    /// <param name="before">float <c>[dimension][dimension]</c>, a rotation.</param>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="threads">Threads to use.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>float <c>[dimension][dimension]</c>; <paramref name="before"/> where it is as good as any.</returns>
    public static float[] Rotation(float[] covariance, float[] before, int dimension, int threads, CancellationToken cancellation)
    {
        var matrix = Scaled(covariance, dimension, threads, cancellation);
        if (matrix is null)
        {
            return before;
        }

        for (var i = 0; i < matrix.Length; i++)
        {
            matrix[i] = (matrix[i] + (Damping * before[i])) / (1 + (2 * Damping));
        }

        // Singular values are between these and 1, most likely: then they all grow as fast as the smallest may (Chen, Chow 2014).
        var least = Damping / 4d;
        for (var iteration = 0; iteration < MostIterations; iteration++)
        {
            var gram = Gram(matrix, dimension, threads, cancellation);
            var isNear = Distance(gram, dimension) <= Near;
            var factor = isNear ? 1 : Math.Sqrt(3 / (1 + least + (least * least)));
            for (var i = 0; i < gram.Length; i++)
            {
                gram[i] = (float)(((i % (dimension + 1) == 0 ? 3 : 0) - (factor * factor * gram[i])) * (factor / 2));
            }

            matrix = Products(matrix, gram, dimension, threads, cancellation);
            if (isNear)
            {
                return matrix;
            }

            least = factor * least * (3 - (factor * factor * least * least)) / 2;
        }

        return before;
    }

    /// <summary>The matrix over no less than its largest singular value and no more than some times it; null for zeros.</summary>
    private static float[]? Scaled(float[] covariance, int dimension, int threads, CancellationToken cancellation)
    {
        var largest = 0f;
        foreach (var entry in covariance)
        {
            largest = Math.Max(largest, Math.Abs(entry));
        }

        if (largest == 0)
        {
            return null;
        }

        var matrix = Array.ConvertAll(covariance, entry => entry / largest);
        var gram = Gram(matrix, dimension, threads, cancellation);

        // The sum of the eighth powers of the singular values.
        var squares = 0d;
        foreach (var entry in Products(gram, gram, dimension, threads, cancellation))
        {
            squares += (double)entry * entry;
        }

        var bound = (float)(Math.Pow(squares, 1d / 8) * (1 + Damping));
        for (var i = 0; i < matrix.Length; i++)
        {
            matrix[i] /= bound;
        }

        return matrix;
    }

    /// <summary>The root of the sum of the squares of what a matrix differs from the identity by.</summary>
    private static double Distance(float[] gram, int dimension)
    {
        var sum = 0d;
        for (var i = 0; i < gram.Length; i++)
        {
            var difference = gram[i] - (i % (dimension + 1) == 0 ? 1d : 0);
            sum += difference * difference;
        }

        return Math.Sqrt(sum);
    }

    /// <summary>The products of the columns of a matrix: a symmetric matrix to the last bit.</summary>
    private static float[] Gram(float[] matrix, int dimension, int threads, CancellationToken cancellation)
    {
        var columns = new float[matrix.Length];
        Parallelism.ForChunks(
            dimension,
            Math.Max(1, Parallelism.Look / dimension / 8),
            threads,
            (first, count) =>
            {
                for (var row = 0; row < dimension; row++)
                {
                    for (var column = first; column < first + count; column++)
                    {
                        columns[(column * dimension) + row] = matrix[(row * dimension) + column];
                    }
                }
            },
            cancellation);
        return Products(columns, columns, dimension, threads, cancellation);
    }

    /// <summary>The products of the rows of one matrix with the rows of another.</summary>
    private static float[] Products(float[] rows, float[] others, int dimension, int threads, CancellationToken cancellation) =>
        LinearTransform.OfRows(others, dimension, cancellation).Apply(rows, threads, cancellation);
}
