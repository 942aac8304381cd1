using PqGen.Clustering;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Quantization;

/// <summary>
/// A trained product quantizer (Jegou, Douze, Schmid: Product quantization for nearest neighbor search, 2011): a vector is cut into M
/// sub-vectors of Dsub components, each kept as the number of its nearest of Ksub sub-centroids.
/// </summary>
/// <remarks>
/// Immutable; safe on any number of threads. That of an index with generated kernels runs on them, one made here on their run-time-sized
/// twin. Both give the same bits. Every method checks lengths and codes, and writes nothing where it throws.
/// </remarks>
public abstract class ProductQuantizer
{
    /// <summary>What is computed of vectors is computed of them times two to this.</summary>
    private readonly int _exponent;

    private protected ProductQuantizer(int dimension, int m, int ksub, int exponent)
    {
        (Dimension, M, Ksub, Dsub, _exponent) = (dimension, m, ksub, dimension / m, exponent);
    }

    /// <summary>Components of a vector.</summary>
    public int Dimension { get; }

    /// <summary>Sub-quantizers.</summary>
    public int M { get; }

    /// <summary>Centroids of each sub-quantizer.</summary>
    public int Ksub { get; }

    /// <summary>Components of a sub-vector.</summary>
    public int Dsub { get; }

    /// <summary>Bytes of a code in an index: M, or M/2 rounded up when Ksub is 16 or less.</summary>
    public int CodeSize => KernelLayout.CodeSize(M, Ksub);

    /// <summary>The codebooks by row, float <c>[M][Ksub][Dsub]</c>.</summary>
    public abstract ReadOnlySpan<float> Codebooks { get; }

    /// <summary>A product quantizer with given codebooks.</summary>
    /// <param name="dimension">Components of a vector, 1 to 4096, divisible by <paramref name="m"/>.</param>
    /// <param name="m">Sub-quantizers, 1 to 256.</param>
    /// <param name="ksub">Centroids of each, 2 to 256.</param>
    /// <param name="codebooks">float <c>[m][ksub][dimension / m]</c>, finite. Copied.</param>
    /// <exception cref="ArgumentException">A size, a length or a component is out of range; the message names it.</exception>
    public static ProductQuantizer FromCodebooks(int dimension, int m, int ksub, ReadOnlySpan<float> codebooks)
    {
        var kernels = new GenericKernels(dimension, m, ksub);
        TrainingChecks.Codebooks(IndexShape.Pq(dimension, m, ksub), codebooks);
        var exponent = PowerOfTwoScale.ExponentFor(codebooks);
        return new ProductQuantizer<GenericKernels>(kernels, PowerOfTwoScale.Scaled(codebooks, exponent), exponent);
    }

    /// <summary>Trains a product quantizer by k-means of the sub-vectors.</summary>
    /// <param name="dimension">Components of a vector, 1 to 4096, divisible by <paramref name="m"/>.</param>
    /// <param name="m">Sub-quantizers, 1 to 256.</param>
    /// <param name="ksub">Centroids of each, 2 to 256.</param>
    /// <param name="vectors">float <c>[n][dimension]</c>, row-major, finite, n at least <paramref name="ksub"/>.</param>
    /// <param name="options">Seed, iterations, threads and progress; null stands for the defaults.</param>
    /// <exception cref="ArgumentException">A size, a length, a component or an option is out of range; the message names it.</exception>
    /// <exception cref="OperationCanceledException">The options' cancellation was requested.</exception>
    public static ProductQuantizer Train(int dimension, int m, int ksub, ReadOnlySpan<float> vectors, TrainingOptions? options = null)
    {
        options ??= new TrainingOptions();
        var kernels = new GenericKernels(dimension, m, ksub);
        var n = TrainingChecks.Vectors(vectors, dimension, ksub, options);
        var run = new TrainingRun(options, n, PowerOfTwoScale.ExponentForMany(vectors, options.Cancellation));
        var sample = run.Sample(vectors, dimension, (long)ksub * options.MaxPointsPerCentroid, options.Seed);
        return new ProductQuantizer<GenericKernels>(kernels, CodebookTraining.Run(kernels, sample, run), run.Exponent);
    }

    /// <summary>Encodes vectors: for each sub-vector the number of the nearest sub-centroid, ties to the smaller.</summary>
    /// <param name="vectors">float <c>[n][Dimension]</c>, row-major, finite.</param>
    /// <param name="codes">byte <c>[n][M]</c>, written, one byte a sub-quantizer.</param>
    /// <remarks>Allocates nothing.</remarks>
    /// <exception cref="ArgumentException">A length or a component is out of range; nothing is written.</exception>
    public void Encode(ReadOnlySpan<float> vectors, Span<byte> codes)
    {
        var n = Guard.Rows(vectors, Dimension, nameof(vectors));
        Guard.Length(codes.Length, (long)n * M, nameof(codes), "M bytes for each vector");
        Guard.Finite(vectors, Dimension, nameof(vectors), PowerOfTwoScale.Limit(_exponent));
        EncodeCore(_exponent == 0 ? vectors : PowerOfTwoScale.Scaled(vectors, _exponent), codes);
    }

    /// <summary>The vectors that codes stand for: each sub-vector is its sub-centroid.</summary>
    /// <param name="codes">byte <c>[n][M]</c>, every code below Ksub.</param>
    /// <param name="vectors">float <c>[n][Dimension]</c>, written.</param>
    /// <remarks>Allocates nothing.</remarks>
    /// <exception cref="ArgumentException">A length or a code is out of range; nothing is written.</exception>
    public void Decode(ReadOnlySpan<byte> codes, Span<float> vectors)
    {
        var n = CheckCodes(codes);
        Guard.Length(vectors.Length, (long)n * Dimension, nameof(vectors), "Dimension components for each code");
        for (var i = 0; i < n; i++)
        {
            for (var m = 0; m < M; m++)
            {
                Codebooks.Slice(((m * Ksub) + codes[(i * M) + m]) * Dsub, Dsub).CopyTo(vectors[((i * Dimension) + (m * Dsub))..]);
            }
        }
    }

    /// <summary>The distance table of a query: the squared distance of each of its sub-vectors to every sub-centroid.</summary>
    /// <param name="query">float <c>[Dimension]</c>, finite.</param>
    /// <param name="table">float <c>[M][Ksub]</c>, written.</param>
    /// <remarks>Allocates nothing where Ksub is a multiple of 16; else rents a table whose rows are rounded up to it.</remarks>
    /// <exception cref="ArgumentException">A length or a component is out of range; nothing is written.</exception>
    public void DistanceTable(ReadOnlySpan<float> query, Span<float> table)
    {
        Guard.Length(query.Length, Dimension, nameof(query), "the dimension");
        Guard.Length(table.Length, M * Ksub, nameof(table), "Ksub entries for each of M sub-quantizers");
        Guard.Finite(query, Dimension, nameof(query), PowerOfTwoScale.Limit(_exponent));
        DistanceTableCore(_exponent == 0 ? query : PowerOfTwoScale.Scaled(query, _exponent), table);
        PowerOfTwoScale.ApplyInPlace(table, -2 * _exponent);
    }

    /// <summary>Asymmetric distances (ADC): for each code the sum, in order, of its M entries of a distance table.</summary>
    /// <param name="table">float <c>[M][Ksub]</c>, as <see cref="DistanceTable"/> writes it.</param>
    /// <param name="codes">byte <c>[n][M]</c>, every code below Ksub.</param>
    /// <param name="distances">float <c>[n]</c>, written.</param>
    /// <remarks>Packs the codes into blocks on the way; codes that are scanned often are packed once, by <see cref="Pack"/>.</remarks>
    /// <exception cref="ArgumentException">A length or a code is out of range; nothing is written.</exception>
    public void AdcDistances(ReadOnlySpan<float> table, ReadOnlySpan<byte> codes, Span<float> distances)
    {
        Guard.Length(table.Length, M * Ksub, nameof(table), "Ksub entries for each of M sub-quantizers");
        var n = CheckCodes(codes);
        Guard.Length(distances.Length, n, nameof(distances), "one distance for each code");
        AdcCore(table, new PackedCodes(M, Ksub, codes), distances);
    }

    /// <summary>As the overload of codes by row, over codes that lie as a scan reads them: the kernel alone, at full speed.</summary>
    /// <param name="table">float <c>[M][Ksub]</c>, as <see cref="DistanceTable"/> writes it.</param>
    /// <param name="codes">Codes of a quantizer of the same M and Ksub.</param>
    /// <param name="distances">float <c>[codes.Count]</c>, written.</param>
    /// <remarks>Allocates nothing where Ksub is a multiple of 16; else rents a table whose rows are rounded up to it.</remarks>
    /// <exception cref="ArgumentException">A length is out of range, or the codes are of another shape; nothing is written.</exception>
    public void AdcDistances(ReadOnlySpan<float> table, PackedCodes codes, Span<float> distances)
    {
        ArgumentNullException.ThrowIfNull(codes);
        Guard.Length(table.Length, M * Ksub, nameof(table), "Ksub entries for each of M sub-quantizers");
        if (codes.M != M || codes.Ksub != Ksub)
        {
            throw new ArgumentException(
                Guard.Text($"codes are of M = {codes.M} and Ksub = {codes.Ksub}; they need to be of M = {M} and Ksub = {Ksub}."), nameof(codes));
        }

        Guard.Length(distances.Length, codes.Count, nameof(distances), "one distance for each code");
        AdcCore(table, codes, distances);
    }

    /// <summary>Codes in the layout that scans read.</summary>
    /// <param name="codes">byte <c>[n][M]</c>, every code below Ksub. Copied.</param>
    /// <exception cref="ArgumentException">A length or a code is out of range.</exception>
    public PackedCodes Pack(ReadOnlySpan<byte> codes)
    {
        CheckCodes(codes);
        return new PackedCodes(M, Ksub, codes);
    }

    private protected abstract void EncodeCore(ReadOnlySpan<float> vectors, Span<byte> codes);

    private protected abstract void DistanceTableCore(ReadOnlySpan<float> query, Span<float> table);

    private protected abstract void AdcCore(ReadOnlySpan<float> table, PackedCodes codes, Span<float> distances);

    private int CheckCodes(ReadOnlySpan<byte> codes)
    {
        if (codes.Length % M != 0)
        {
            throw new ArgumentException(Guard.Text($"codes has {codes.Length} bytes; it needs M = {M} for each vector."), nameof(codes));
        }

        var largest = Ksub - 1;
        if (largest < byte.MaxValue && codes.IndexOfAnyExceptInRange((byte)0, (byte)largest) is >= 0 and var bad)
        {
            throw new ArgumentException(
                Guard.Text($"codes: code {codes[bad]} of vector {bad / M}, sub-quantizer {bad % M}; every code needs to be below Ksub = {Ksub}."),
                nameof(codes));
        }

        return codes.Length / M;
    }
}
