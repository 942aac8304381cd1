using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Clustering;
using PqGen.Common;
using PqGen.Kernels;
using PqGen.Quantization;
using PqGen.TopK;

namespace PqGen.Ivf;

/// <summary>When centroids have codes.</summary>
internal static class CodedCentroids
{
    /// <summary>Lists from which on centroids have codes where nobody says, and centroids for each of a codebook's.</summary>
    private const int LeastLists = 1024, LeastPerCode = 4;

    /// <summary>
    /// Centroids of fewer bytes are all compared where nobody says: they lie in the second-level cache, and the queries of a batch share their loads.
    /// </summary>
    private const long LeastBytes = 1 << 20;

    /// <summary>Whether the centroids of an IVFPQ index have codes.</summary>
    /// <param name="search">What was asked for.</param>
    /// <param name="nlist">Lists.</param>
    /// <param name="dimension">Components of a centroid.</param>
    /// <param name="ksub">Centroids of a sub-quantizer.</param>
    public static bool Suit(CoarseSearch search, int nlist, int dimension, int ksub) => search switch
    {
        CoarseSearch.Codes => true,
        CoarseSearch.Automatic => nlist >= Math.Max(LeastLists, LeastPerCode * ksub) && (long)nlist * dimension * sizeof(float) > LeastBytes,
        _ => false,
    };
}

/// <summary>
/// The centroids of an inverted file as a product-quantized index of their own: a fast scan over their codes leaves a few times as many as are to be
/// probed, whose centroids are compared as floats.
/// </summary>
/// <remarks>Immutable; safe on any number of threads. The kernels are those of the index; the codebooks are the centroids' own.</remarks>
internal sealed class CodedCentroids<TKernels>
    where TKernels : struct, IIvfPqKernels
{
    /// <summary>The codebooks are trained on so many centroids for each of theirs at most, in so many iterations.</summary>
    private const int PointsPerCode = 64, Iterations = 10;

    /// <summary>Centroids compared for each that is to be probed, where the search does not say.</summary>
    private const int DefaultFactor = 3;

    /// <summary>Centroids that are compared however few are to be probed.</summary>
    private const int LeastCompared = 32;

    /// <summary>How many centroids further on memory is asked for.</summary>
    private const int Ahead = 12;

    private readonly TKernels _kernels;
    private readonly CoarseQuantizer<TKernels> _coarse;
    private readonly ProductQuantizer<TKernels> _quantizer;
    private readonly PackedCodes _codes;

    /// <summary>1 + ||c||^2 of each centroid under cosine, where rows are compared by their products; empty else.</summary>
    private readonly float[] _norms;

    /// <param name="kernels">The kernels of the index.</param>
    /// <param name="coarse">The centroids.</param>
    /// <param name="codebooks">float <c>[M][Ksub][Dsub]</c>, trained on the centroids.</param>
    /// <param name="codes">byte <c>[NList][M]</c>; null where centroids are to be encoded.</param>
    private CodedCentroids(TKernels kernels, CoarseQuantizer<TKernels> coarse, float[] codebooks, byte[]? codes)
    {
        (_kernels, _coarse) = (kernels, coarse);
        _quantizer = new ProductQuantizer<TKernels>(kernels, codebooks, exponent: 0);
        if (codes is null)
        {
            codes = new byte[coarse.NList * kernels.M];
            _quantizer.EncodeChecked(coarse.Centroids, codes);
        }

        _codes = _quantizer.Pack(codes);
        _norms = kernels.Metric == Metric.Cosine ? new float[coarse.NList] : [];
        for (var list = 0; list < _norms.Length; list++)
        {
            _norms[list] = 1 + (float)VectorMath.SquaredNorm(coarse.Centroid(list));
        }
    }

    /// <summary>What was trained before.</summary>
    public static CodedCentroids<TKernels> Of(TKernels kernels, CoarseQuantizer<TKernels> coarse, DerivedModel derived) =>
        new(kernels, coarse, derived.CoarseCodebooks, derived.CoarseCodes);

    /// <summary>Trains codebooks on the centroids, which decide them alone.</summary>
    public static CodedCentroids<TKernels> Train(TKernels kernels, CoarseQuantizer<TKernels> coarse, int threads, CancellationToken cancellation)
    {
        var settings = new KMeansRun(kernels.Ksub, Iterations, coarse.NList, threads, cancellation);
        var sample = Sampling.Rows(coarse.Centroids, kernels.Dimension, (long)PointsPerCode * kernels.Ksub, coarse.NList, cancellation);
        return new CodedCentroids<TKernels>(kernels, coarse, CodebookTraining.Run(kernels, sample, settings), codes: null);
    }

    /// <summary>The codebooks, float <c>[M][Ksub][Dsub]</c>.</summary>
    public ReadOnlySpan<float> Codebooks => _quantizer.KernelCodebooks;

    /// <summary>The codes, byte <c>[NList][M]</c>.</summary>
    public byte[] Codes()
    {
        var (codes, codeSize) = (new byte[_coarse.NList * _kernels.M], KernelLayout.CodeSize(_kernels.M, _kernels.Ksub));
        for (var list = 0; list < _coarse.NList; list++)
        {
            var block = list / KernelLayout.BlockSize;
            BlockCodes.Read(
                ref _codes.Memory.At(KernelLayout.BlockOffset(block, _codes.Blocks, codeSize)),
                KernelLayout.RunStride(block, _codes.Blocks),
                list % KernelLayout.BlockSize,
                codes.AsSpan(list * _kernels.M, _kernels.M),
                _kernels.Ksub <= KernelLayout.MaxPackedKsub);
        }

        return codes;
    }

    public long SizeInBytes => _quantizer.SizeInBytes + _codes.Memory.SizeInBytes + ((long)sizeof(float) * _norms.Length);

    /// <inheritdoc cref="IRoute.Prepare"/>
    public void Prepare(ReadOnlySpan<float> queries, int count, RouteScratch scratch)
    {
        var tables = WorkingMemory.Ensure(ref scratch.Tables, (long)count * _quantizer.TableSize);
        _quantizer.ScoreTables(queries, count, ref tables.Reference);
    }

    /// <inheritdoc cref="IRoute.Probes"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ReadOnlySpan<Probe> Probes(int q, ReadOnlySpan<float> query, int nprobe, int factor, RouteScratch scratch)
    {
        var wanted = Math.Max(LeastCompared, (long)nprobe * (factor == 0 ? DefaultFactor : factor));
        if (wanted >= _coarse.NList / 2)
        {
            _coarse.Prepare(query, 1, scratch);
            return _coarse.Probes(0, nprobe, scratch);
        }

        // The nearest by code: as many centroids as are wanted, and those whose codes are as near as the last. Bounds differ between
        // instruction sets, scores do not.
        var bounds = Bound(q, scratch, out var scale);
        var lists = WorkingMemory.Ensure(ref scratch.Compared, _coarse.NList);
        var keys = WorkingMemory.Ensure(ref scratch.Minima, Math.Max(_coarse.NList, WordBounds.GroupCount((int)wanted)));
        var threshold = WordBounds.UpperBoundOfKth(bounds, (int)wanted, keys);
        var count = Score(q, bounds, threshold, lists, keys, scratch);
        var kth = Selection.Kth(keys[..count], (int)wanted);
        if (Threshold(scale, Selection.Value(kth)) is var last && last > threshold)
        {
            count = Score(q, bounds, last, lists, keys, scratch);
            kth = Selection.Kth(keys[..count], (int)wanted);
        }

        var kept = 0;
        for (var i = 0; i < count; i++)
        {
            lists[kept] = lists[i];
            kept += keys[i] <= kth ? 1 : 0;
        }

        var scores = WorkingMemory.Ensure(ref scratch.Scores, _coarse.NList)[..kept];
        Compare(query, lists[..kept], scores);
        return ProbeSelection.Nearest(scores, lists[..kept], nprobe, scratch);
    }

    /// <summary>The largest bound of a code whose score is at most a number.</summary>
    private int Threshold(TableScale scale, float score) => scale.Step > 0
        ? ByteBounds.Threshold(score + ByteBounds.Slack(scale, _kernels.M, score), scale.Bias, scale.Step)
        : ushort.MaxValue;

    /// <summary>The lists whose bound is at most a threshold, ascending, and the keys of the scores of their centroids' codes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Score(int q, ReadOnlySpan<ushort> bounds, int threshold, Span<int> lists, Span<int> keys, RouteScratch scratch)
    {
        ref var table = ref scratch.Tables.At((long)q * _quantizer.TableSize);
        var (count, codeSize) = (0, KernelLayout.CodeSize(_kernels.M, _kernels.Ksub));
        for (var block = 0; block < _codes.Blocks; block++)
        {
            var lanes = WordBounds.Between(bounds.Slice(block * KernelLayout.BlockSize, KernelLayout.BlockSize), -1, threshold);
            ref var codes = ref _codes.Memory.At(KernelLayout.BlockOffset(block, _codes.Blocks, codeSize));
            var runStride = KernelLayout.RunStride(block, _codes.Blocks);
            for (; lanes != 0; lanes &= lanes - 1)
            {
                var lane = BitOperations.TrailingZeroCount(lanes);
                var list = (block * KernelLayout.BlockSize) + lane;
                if (list < _coarse.NList)
                {
                    lists[count] = list;
                    keys[count++] = Selection.Key(_kernels.AdcDistance(ref table, ref codes, runStride, lane));
                }
            }
        }

        return count;
    }

    /// <summary>The bounds of the centroids' scores; those of the last block's empty lanes are 65,535.</summary>
    private ReadOnlySpan<ushort> Bound(int q, RouteScratch scratch, out TableScale scale)
    {
        ref var byteTable = ref WorkingMemory.Ensure(ref scratch.ByteTable, _kernels.ByteTableSize).Reference;
        scale = _kernels.QuantizeTable(ref scratch.Tables.At((long)q * _quantizer.TableSize), float.PositiveInfinity, saturates: true, ref byteTable);
        var bounds = WorkingMemory.Ensure(ref scratch.Bounds, (long)_codes.Blocks * KernelLayout.BlockSize);
        ref var survivors = ref WorkingMemory.Ensure(ref scratch.Survivors, _codes.Blocks)[0];
        ref var none = ref Unsafe.NullRef<ushort>();
        _kernels.ScanBlocks(ref byteTable, ref _codes.Memory.Reference, ref none, _codes.Blocks, 0, 0, ref survivors, ref bounds.Reference);
        var last = bounds.Span((long)(_codes.Blocks - 1) * KernelLayout.BlockSize, KernelLayout.BlockSize);
        for (var lane = ((_codes.Count - 1) % KernelLayout.BlockSize) + 1; lane < KernelLayout.BlockSize; lane++)
        {
            last[KernelLayout.TermPosition(lane)] = ushort.MaxValue;
        }

        return bounds.Span(0, _codes.Blocks * KernelLayout.BlockSize);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Compare(ReadOnlySpan<float> query, ReadOnlySpan<int> lists, Span<float> scores)
    {
        ref var first = ref MemoryMarshal.GetReference(query);
        ref var centroids = ref MemoryMarshal.GetReference(_coarse.Centroids);
        var dimension = _kernels.Dimension;
        for (var ahead = 0; ahead < lists.Length + Ahead; ahead++)
        {
            if (ahead < lists.Length)
            {
                CacheLine.Prefetch(
                    ref Unsafe.As<float, byte>(ref Unsafe.Add(ref centroids, (nint)lists[ahead] * dimension)), dimension * sizeof(float));
            }

            if (ahead - Ahead is >= 0 and var c)
            {
                scores[c] = _kernels.Score(ref first, ref Unsafe.Add(ref centroids, (nint)lists[c] * dimension));
            }
        }

        for (var c = 0; c < lists.Length && _norms.Length > 0; c++)
        {
            scores[c] += _norms[lists[c]];
        }
    }
}

/// <summary>The route through coded centroids.</summary>
internal readonly struct CodedCoarse<TKernels>(CoarseQuantizer<TKernels> coarse, CodedCentroids<TKernels> codes) : IRoute
    where TKernels : struct, IIvfPqKernels
{
    public int NList => coarse.NList;

    public bool IsInverted => true;

    public ReadOnlySpan<float> Centroids => coarse.Centroids;

    public HnswGraph? Graph => null;

    public long SizeInBytes => coarse.SizeInBytes + codes.SizeInBytes;

    public void Assign(ReadOnlySpan<float> vectors, Span<int> lists) => coarse.Assign(vectors, lists);

    public void Prepare(ReadOnlySpan<float> queries, int count, RouteScratch scratch) => codes.Prepare(queries, count, scratch);

    public ReadOnlySpan<Probe> Probes(int q, ReadOnlySpan<float> query, int nprobe, int factor, RouteScratch scratch) =>
        codes.Probes(q, query, nprobe, factor, scratch);
}
