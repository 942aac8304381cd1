using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Clustering;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Quantization;

/// <summary>A product quantizer over its kernels, with the layouts that they read.</summary>
/// <typeparam name="TKernels">The kernels: generated for fixed sizes, or <see cref="GenericKernels"/>.</typeparam>
internal sealed class ProductQuantizer<TKernels> : ProductQuantizer
    where TKernels : struct, IPqKernels
{
    /// <summary>Vectors encoded at a time: their sub-vectors stay in cache while the sub-quantizers take turns.</summary>
    private const int EncodeChunk = 512;

    private readonly TKernels _kernels;

    /// <summary>The codebooks in the caller's units, where those of the kernels are others.</summary>
    private readonly float[]? _codebooks;

    /// <param name="kernels">The kernels.</param>
    /// <param name="codebooks">float <c>[M][Ksub][Dsub]</c>, the caller's times two to <paramref name="exponent"/>.</param>
    /// <param name="exponent">Vectors are multiplied by two to this before anything is computed of them.</param>
    public ProductQuantizer(TKernels kernels, ReadOnlySpan<float> codebooks, int exponent)
        : base(kernels.Dimension, kernels.M, kernels.Ksub, exponent)
    {
        _kernels = kernels;
        _codebooks = exponent == 0 ? null : PowerOfTwoScale.Scaled(codebooks, -exponent);
        Centroids = new AlignedBuffer<float>(codebooks);
        CodebookPanels = new AlignedBuffer<float>(M * Panels.Size(Ksub, Dsub));
        for (var m = 0; m < M; m++)
        {
            Panels.Fill(codebooks.Slice(m * Ksub * Dsub, Ksub * Dsub), Dsub, PanelsOf(m));
        }
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<float> Codebooks => _codebooks ?? KernelCodebooks;

    /// <summary>The codebooks by row, aligned, as the kernels compute with them.</summary>
    public AlignedBuffer<float> Centroids { get; }

    /// <summary>The same as a span.</summary>
    public ReadOnlySpan<float> KernelCodebooks => Centroids.Span(0, (int)Centroids.Length);

    /// <summary>The codebooks in panels, float <c>[M][panel][Dsub][16]</c>.</summary>
    public AlignedBuffer<float> CodebookPanels { get; }

    /// <summary>Floats of a distance table inside an index, <c>[M][PaddedKsub]</c>.</summary>
    public int TableSize => M * PaddedKsub;

    public long SizeInBytes => Centroids.SizeInBytes + CodebookPanels.SizeInBytes;

    private int PaddedKsub => KernelLayout.PaddedKsub(Ksub);

    /// <summary>Encodes checked vectors, float <c>[n][Dimension]</c>, to byte <c>[n][M]</c>.</summary>
    public void EncodeChecked(ReadOnlySpan<float> vectors, Span<byte> codes)
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
                    ref MemoryMarshal.GetReference(PanelsOf(m)),
                    ref MemoryMarshal.GetReference(nearest),
                    ref MemoryMarshal.GetReference(distances));
                for (var i = 0; i < count; i++)
                {
                    codes[((first + i) * M) + m] = (byte)nearest[i];
                }
            }
        }
    }

    /// <summary>What the error along a vector weighs more in its code (<see cref="Anisotropic"/>); 0 where codes are plain.</summary>
    public float ParallelWeight { get; init; }

    /// <summary>Encodes checked vectors as the index keeps them: plainly, or score-aware.</summary>
    /// <param name="vectors">float <c>[n][Dimension]</c>, vectors or residuals.</param>
    /// <param name="originals">float <c>[n][Dimension]</c>, the vectors.</param>
    /// <param name="codes">byte <c>[n][M]</c>, written.</param>
    public void EncodeChecked(ReadOnlySpan<float> vectors, ReadOnlySpan<float> originals, Span<byte> codes)
    {
        EncodeChecked(vectors, codes);
        if (ParallelWeight > 0)
        {
            new AnisotropicCoder<TKernels>(_kernels, CodebookPanels, ParallelWeight).Improve(vectors, originals, codes, Anisotropic.Passes);
        }
    }

    /// <summary>The tables of queries whose sums are scores of codes.</summary>
    /// <param name="queries">float <c>[count][Dimension]</c>.</param>
    /// <param name="count">Queries.</param>
    /// <param name="tables">float <c>[count][M][PaddedKsub]</c>, written.</param>
    public void ScoreTables(ReadOnlySpan<float> queries, int count, ref float tables)
    {
        ref var first = ref MemoryMarshal.GetReference(queries);
        if (_kernels.Metric != Metric.InnerProduct)
        {
            _kernels.DistanceTables(ref first, count, ref CodebookPanels.Reference, ref tables);
        }
        else
        {
            _kernels.InnerProductTables(ref first, count, ref CodebookPanels.Reference, ref tables);
        }
    }

    private protected override void EncodeCore(ReadOnlySpan<float> vectors, Span<byte> codes) => EncodeChecked(vectors, codes);

    private protected override void DistanceTableCore(ReadOnlySpan<float> query, Span<float> table)
    {
        if (PaddedKsub == Ksub)
        {
            _kernels.DistanceTables(ref MemoryMarshal.GetReference(query), 1, ref CodebookPanels.Reference, ref MemoryMarshal.GetReference(table));
            return;
        }

        var padded = ArrayPool<float>.Shared.Rent(TableSize);
        _kernels.DistanceTables(ref MemoryMarshal.GetReference(query), 1, ref CodebookPanels.Reference, ref padded[0]);
        for (var m = 0; m < M; m++)
        {
            padded.AsSpan(m * PaddedKsub, Ksub).CopyTo(table[(m * Ksub)..]);
        }

        ArrayPool<float>.Shared.Return(padded);
    }

    private protected override void AdcCore(ReadOnlySpan<float> table, PackedCodes codes, Span<float> distances)
    {
        if (PaddedKsub == Ksub)
        {
            Scan(ref MemoryMarshal.GetReference(table), codes, distances);
            return;
        }

        var padded = ArrayPool<float>.Shared.Rent(TableSize);
        for (var m = 0; m < M; m++)
        {
            table.Slice(m * Ksub, Ksub).CopyTo(padded.AsSpan(m * PaddedKsub));
        }

        Scan(ref padded[0], codes, distances);
        ArrayPool<float>.Shared.Return(padded);
    }

    /// <summary>Whole blocks into the result, the last, if it is not full, by way of a block of distances.</summary>
    private void Scan(ref float table, PackedCodes codes, Span<float> distances)
    {
        var (full, tiled) = (codes.Count / KernelLayout.BlockSize, KernelLayout.TiledBlocks(codes.Blocks));
        if (full == codes.Blocks)
        {
            _kernels.AdcDistances(ref table, ref codes.Memory.Reference, full, ref MemoryMarshal.GetReference(distances));
            return;
        }

        // The last tile, or the single blocks behind the tiles, hold the block that is not full.
        var from = tiled == codes.Blocks ? tiled - KernelLayout.TileBlocks : tiled;
        Span<float> last = stackalloc float[KernelLayout.TileBlocks * KernelLayout.BlockSize];
        _kernels.AdcDistances(ref table, ref codes.Memory.Reference, from, ref MemoryMarshal.GetReference(distances));
        _kernels.AdcDistances(
            ref table, ref codes.Memory.At(
                (long)from * KernelLayout.BlockSize * CodeSize), codes.Blocks - from, ref MemoryMarshal.GetReference(last));
        last[..(codes.Count - (from * KernelLayout.BlockSize))].CopyTo(distances[(from * KernelLayout.BlockSize)..]);
    }

    private Span<float> PanelsOf(int m)
    {
        var size = (int)Panels.Size(Ksub, Dsub);
        return CodebookPanels.Span((long)m * size, size);
    }
}
