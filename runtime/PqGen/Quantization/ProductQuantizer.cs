using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Clustering;
using PqGen.Kernels;
using PqGen.Storage;

namespace PqGen.Quantization;

/// <summary>
/// A trained product quantizer (Jegou, Douze, Schmid: Product quantization for nearest neighbor search, 2011): a vector is cut into M
/// sub-vectors of Dsub components, each kept as the number of its nearest of Ksub sub-centroids.
/// </summary>
/// <typeparam name="TKernels">The kernels: generated for fixed sizes, or <see cref="GenericKernels"/>.</typeparam>
/// <remarks>Immutable; safe on any number of threads.</remarks>
public sealed class ProductQuantizer<TKernels>
    where TKernels : struct, IPqKernels
{
    /// <summary>Vectors encoded at a time: their sub-vectors stay in cache while the sub-quantizers take turns.</summary>
    private const int EncodeChunk = 512;

    private readonly TKernels _kernels;

    internal ProductQuantizer(TKernels kernels, ReadOnlySpan<float> codebooks)
    {
        _kernels = kernels;
        Centroids = new AlignedBuffer<float>(codebooks);
        CodebookPanels = new AlignedBuffer<float>(kernels.M * Panels.Size(kernels.Ksub, kernels.Dsub));
        for (var m = 0; m < kernels.M; m++)
        {
            Panels.Fill(codebooks.Slice(m * kernels.Ksub * kernels.Dsub, kernels.Ksub * kernels.Dsub), kernels.Dsub, PanelsOf(CodebookPanels, kernels, m));
        }
    }

    /// <summary>Components of a vector.</summary>
    public int Dimension => _kernels.Dimension;

    /// <summary>Sub-quantizers.</summary>
    public int M => _kernels.M;

    /// <summary>Centroids of each sub-quantizer.</summary>
    public int Ksub => _kernels.Ksub;

    /// <summary>Components of a sub-vector.</summary>
    public int Dsub => _kernels.Dsub;

    /// <summary>Bytes of a code in an index: M, or M/2 rounded up when Ksub is 16 or less.</summary>
    public int CodeSize => KernelLayout.CodeSize(M, Ksub);

    /// <summary>The codebooks by row, float <c>[M][Ksub][Dsub]</c>.</summary>
    public ReadOnlySpan<float> Codebooks => Centroids.Span(0, (int)Centroids.Length);

    /// <summary>The codebooks by row, aligned.</summary>
    internal AlignedBuffer<float> Centroids { get; }

    /// <summary>The codebooks in panels, float <c>[M][panel][Dsub][16]</c>.</summary>
    internal AlignedBuffer<float> CodebookPanels { get; }

    /// <summary>Floats of a distance table inside an index, <c>[M][PaddedKsub]</c>.</summary>
    internal int TableSize => M * KernelLayout.PaddedKsub(Ksub);

    internal long SizeInBytes => Centroids.SizeInBytes + CodebookPanels.SizeInBytes;

    /// <summary>Encodes vectors: for each sub-vector the number of the nearest sub-centroid, ties to the smaller.</summary>
    /// <param name="vectors">float <c>[n][Dimension]</c>, row-major, finite.</param>
    /// <param name="codes">byte <c>[n][M]</c>, written, one byte a sub-quantizer.</param>
    /// <remarks>Allocates nothing.</remarks>
    /// <exception cref="ArgumentException">A length or a component is out of range; nothing is written.</exception>
    public void Encode(ReadOnlySpan<float> vectors, Span<byte> codes)
    {
        var n = Guard.Rows(vectors, Dimension, nameof(vectors));
        Guard.Length(codes.Length, checked(n * M), nameof(codes), "M bytes for each vector");
        Guard.Finite(vectors, Dimension, nameof(vectors));
        EncodeCore(vectors, codes);
    }

    internal void EncodeCore(ReadOnlySpan<float> vectors, Span<byte> codes)
    {
        var n = vectors.Length / Dimension;
        Span<int> nearest = stackalloc int[EncodeChunk];
        Span<float> distances = stackalloc float[EncodeChunk];
        for (var first = 0; first < n; first += EncodeChunk)
        {
            var count = Math.Min(EncodeChunk, n - first);
            for (var m = 0; m < M; m++)
            {
                _kernels.NearestSubcentroids(
                    ref Unsafe.Add(ref MemoryMarshal.GetReference(vectors), ((nint)first * Dimension) + (m * Dsub)),
                    Dimension,
                    count,
                    ref MemoryMarshal.GetReference(PanelsOf(CodebookPanels, _kernels, m)),
                    ref MemoryMarshal.GetReference(nearest),
                    ref MemoryMarshal.GetReference(distances));
                for (var i = 0; i < count; i++)
                {
                    codes[((first + i) * M) + m] = (byte)nearest[i];
                }
            }
        }
    }

    /// <summary>The vectors that codes stand for: each sub-vector is its sub-centroid.</summary>
    /// <param name="codes">byte <c>[n][M]</c>, every code below Ksub.</param>
    /// <param name="vectors">float <c>[n][Dimension]</c>, written.</param>
    /// <exception cref="ArgumentException">A length or a code is out of range; nothing is written.</exception>
    public void Decode(ReadOnlySpan<byte> codes, Span<float> vectors)
    {
        var n = CheckCodes(codes);
        Guard.Length(vectors.Length, checked(n * Dimension), nameof(vectors), "Dimension components for each code");
        for (var i = 0; i < n; i++)
        {
            DecodeCore(codes.Slice(i * M, M), vectors.Slice(i * Dimension, Dimension));
        }
    }

    internal void DecodeCore(ReadOnlySpan<byte> code, Span<float> vector)
    {
        for (var m = 0; m < M; m++)
        {
            Codebooks.Slice(((m * Ksub) + code[m]) * Dsub, Dsub).CopyTo(vector[(m * Dsub)..]);
        }
    }

    /// <summary>The distance table of a query: the squared distance of each of its sub-vectors to every sub-centroid.</summary>
    /// <param name="query">float <c>[Dimension]</c>, finite.</param>
    /// <param name="table">float <c>[M][Ksub]</c>, written.</param>
    /// <exception cref="ArgumentException">A length or a component is out of range; nothing is written.</exception>
    public void DistanceTable(ReadOnlySpan<float> query, Span<float> table)
    {
        Guard.Length(query.Length, Dimension, nameof(query), "the dimension");
        Guard.Length(table.Length, M * Ksub, nameof(table), "Ksub entries for each of M sub-quantizers");
        Guard.Finite(query, Dimension, nameof(query));
        var padded = new AlignedBuffer<float>(TableSize);
        _kernels.DistanceTables(ref MemoryMarshal.GetReference(query), 1, ref CodebookPanels.Reference, ref padded.Reference);
        for (var m = 0; m < M; m++)
        {
            padded.Span(m * KernelLayout.PaddedKsub(Ksub), Ksub).CopyTo(table[(m * Ksub)..]);
        }
    }

    /// <summary>Asymmetric distances (ADC): for each code the sum, in order, of its M entries of a distance table.</summary>
    /// <param name="table">float <c>[M][Ksub]</c>, as <see cref="DistanceTable"/> writes it.</param>
    /// <param name="codes">byte <c>[n][M]</c>, every code below Ksub.</param>
    /// <param name="distances">float <c>[n]</c>, written.</param>
    /// <exception cref="ArgumentException">A length or a code is out of range; nothing is written.</exception>
    public void AdcDistances(ReadOnlySpan<float> table, ReadOnlySpan<byte> codes, Span<float> distances)
    {
        Guard.Length(table.Length, M * Ksub, nameof(table), "Ksub entries for each of M sub-quantizers");
        var n = CheckCodes(codes);
        Guard.Length(distances.Length, n, nameof(distances), "one distance for each code");
        var padded = new AlignedBuffer<float>(TableSize);
        for (var m = 0; m < M; m++)
        {
            table.Slice(m * Ksub, Ksub).CopyTo(padded.Span(m * KernelLayout.PaddedKsub(Ksub), Ksub));
        }

        var block = new AlignedBuffer<byte>(CodeSize * KernelLayout.BlockSize);
        Span<float> blockDistances = stackalloc float[KernelLayout.BlockSize];
        for (var first = 0; first < n; first += KernelLayout.BlockSize)
        {
            var count = Math.Min(KernelLayout.BlockSize, n - first);
            for (var lane = 0; lane < count; lane++)
            {
                BlockCodes.Write(ref block.Reference, KernelLayout.BlockSize, lane, codes.Slice((first + lane) * M, M), Ksub <= KernelLayout.MaxPackedKsub);
            }

            _kernels.AdcDistances(ref padded.Reference, ref block.Reference, 1, ref MemoryMarshal.GetReference(blockDistances));
            blockDistances[..count].CopyTo(distances[first..]);
        }
    }

    /// <summary>Trains the codebooks of M sub-quantizers, each by k-means on its sub-vectors.</summary>
    /// <returns>float <c>[M][Ksub][Dsub]</c>.</returns>
    internal static float[] TrainCodebooks(TKernels kernels, float[] sample, TrainingOptions options, int threads)
    {
        var (m, ksub, dsub) = (kernels.M, kernels.Ksub, kernels.Dsub);
        var n = sample.Length / kernels.Dimension;
        var codebooks = new float[m * ksub * dsub];
        var trained = 0;
        options.Progress?.Report(new TrainingProgress("sub-quantizers", 0, m));
        Parallelism.For(m, threads, sub =>
        {
            var points = new float[n * dsub];
            for (var i = 0; i < n; i++)
            {
                sample.AsSpan((i * kernels.Dimension) + (sub * dsub), dsub).CopyTo(points.AsSpan(i * dsub));
            }

            // Sub-quantizers share the threads; only what is left over works inside one of them.
            var codebook = codebooks.AsSpan(sub * ksub * dsub, ksub * dsub);
            KMeans.Train(new SubvectorAssigner<TKernels>(kernels), points, ksub, options.Iterations, unchecked(options.Seed + sub), Math.Max(1, threads / m), null, options.Cancellation)
                .CopyTo(codebook);
            CentroidOrder.Arrange(codebook, dsub);
            options.Progress?.Report(new TrainingProgress("sub-quantizers", Interlocked.Increment(ref trained), m));
        }, options.Cancellation);
        return codebooks;
    }

    private static Span<float> PanelsOf(AlignedBuffer<float> panels, TKernels kernels, int m)
    {
        var size = (int)Panels.Size(kernels.Ksub, kernels.Dsub);
        return panels.Span((long)m * size, size);
    }

    private int CheckCodes(ReadOnlySpan<byte> codes)
    {
        if (codes.Length % M != 0)
        {
            throw new ArgumentException(Guard.Text($"codes has {codes.Length} bytes; it needs M = {M} for each vector."), nameof(codes));
        }

        var largest = Ksub - 1;
        if (largest < byte.MaxValue && codes.IndexOfAnyExceptInRange((byte)0, (byte)largest) is >= 0 and var bad)
        {
            throw new ArgumentException(Guard.Text($"codes: code {codes[bad]} of vector {bad / M}, sub-quantizer {bad % M}; every code needs to be below Ksub = {Ksub}."), nameof(codes));
        }

        return codes.Length / M;
    }
}
