using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Indexes;

/// <summary>
/// The cosine similarity of vectors of any length, <c>&lt;x, y&gt; / (||x|| ||y||)</c>: -1 to 1, 1 of a vector and itself, and 0 where one of them
/// is zero.
/// </summary>
/// <remarks>
/// On kernels under inner product or cosine. Where a square might overflow or underflow, all is summed once more in double precision, in which no
/// float's does. Any processor gives the same bits.
/// </remarks>
internal static class CosineSimilarity
{
    /// <summary>
    /// Squared lengths of which every float sum is good: by Cauchy and Schwarz no inner product overflows, and what underflows in one is nothing
    /// beside the lengths.
    /// </summary>
    private const float SmallestSquare = 1e-30f, LargestSquare = 1e30f;

    /// <summary>Of two vectors, float <c>[Dimension]</c> each.</summary>
    public static float Of<TKernels>(TKernels kernels, ReadOnlySpan<float> x, ReadOnlySpan<float> y)
        where TKernels : struct, IVectorKernels =>
        Quotient(Product(kernels, x, y), Product(kernels, x, x), Product(kernels, y, y), x, y);

    /// <summary>Of a query, float <c>[Dimension]</c>, and rows, float <c>[n][Dimension]</c>: bit for bit those of each.</summary>
    public static void Of<TKernels>(TKernels kernels, ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> similarities)
        where TKernels : struct, IVectorKernels
    {
        kernels.Scores(
            ref MemoryMarshal.GetReference(query),
            ref MemoryMarshal.GetReference(rows),
            similarities.Length,
            ref MemoryMarshal.GetReference(similarities));
        var square = Product(kernels, query, query);
        for (var i = 0; i < similarities.Length; i++)
        {
            var row = rows.Slice(i * kernels.Dimension, kernels.Dimension);
            similarities[i] = Quotient(KernelCalls.InnerProduct(similarities[i]), square, Product(kernels, row, row), query, row);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Product<TKernels>(TKernels kernels, ReadOnlySpan<float> x, ReadOnlySpan<float> y)
        where TKernels : struct, IVectorKernels =>
        KernelCalls.InnerProduct(kernels.Score(ref MemoryMarshal.GetReference(x), ref MemoryMarshal.GetReference(y)));

    private static float Quotient(float product, float xSquare, float ySquare, ReadOnlySpan<float> x, ReadOnlySpan<float> y) =>
        IsGood(xSquare) && IsGood(ySquare) ? Cosine(product, xSquare, ySquare) : InDoubles(x, y);

    private static bool IsGood(float square) => square is >= SmallestSquare and <= LargestSquare;

    /// <summary>The root of a number's square is that number, in doubles too: a vector and itself have 1.</summary>
    private static float Cosine(double product, double xSquare, double ySquare) =>
        (float)Math.Clamp(product / Math.Sqrt(xSquare * ySquare), -1, 1);

    private static float InDoubles(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double product = 0, xSquare = 0, ySquare = 0;
        for (var d = 0; d < x.Length; d++)
        {
            product += (double)x[d] * y[d];
            xSquare += (double)x[d] * x[d];
            ySquare += (double)y[d] * y[d];
        }

        return xSquare == 0 || ySquare == 0 ? 0 : Cosine(product, xSquare, ySquare);
    }
}
