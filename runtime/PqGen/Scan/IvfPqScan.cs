using System.Numerics;
using System.Runtime.CompilerServices;
using PqGen.Ivf;
using PqGen.Kernels;
using PqGen.Quantization;
using PqGen.Storage;
using PqGen.TopK;
using PqGen.Vectors;

namespace PqGen.Scan;

/// <summary>
/// The fast scan of an IVFPQ index for one query. With x the query, c a list's centroid and p a decoded residual,
/// ||x - c - p||^2 = ||x - c||^2 + (||p||^2 + 2 &lt;c, p&gt;) - 2 &lt;x, p&gt;: the first comes from the coarse search, the second is the vector's term, kept in 16 bits
/// rounded down, the third needs one table per query.
/// </summary>
/// <remarks>
/// A vector is looked at up to three times. The byte tables bound its distance from below. A survivor's float table entries and
/// term bound it from both sides, to within 1/65,536 of the terms' range: the k-th smallest upper bound is the threshold, and what it does not
/// exclude is kept as a candidate. In the end, or when there are too many, the candidates' distances are computed by decoding
/// them, in exactly the order of sums of a residual table; by then hardly more than k are left.
/// </remarks>
internal ref struct IvfPqScan<TKernels> : IScannedList
    where TKernels : struct, IIvfPqKernels
{
    /// <summary>
    /// 2^-122: where squares are too small for a normal float, a step's error is no longer relative but up to 2^-150. Among the
    /// magnitudes, this allows for 16 such errors with each component.
    /// </summary>
    private const double Underflow = 1.0 / (1UL << 61) / (1UL << 61);

    /// <summary>Candidates that there is room for beside twice those asked for.</summary>
    private const int ShortlistRoom = 256;

    /// <summary>Vectors scored between two settlings of the threshold, at most.</summary>
    private const int Batch = FastScan.Stride * KernelLayout.BlockSize;

    private readonly TKernels _kernels;
    private readonly CoarseQuantizer<TKernels> _coarse;
    private readonly ReadOnlySpan<float> _query;
    private readonly ref float _table;
    private readonly ref byte _byteTable;
    private readonly ref float _codebooks;
    private readonly Span<float> _residual;
    private readonly Span<float> _bounds;
    private readonly ReadOnlySpan<ProbedList> _lists;
    private readonly IdMap _ids;
    private readonly bool _asPositions;
    private readonly TableScale _scale;
    private readonly float _errorScale;
    private readonly double _queryMagnitude;
    private readonly int _codeSize;

    // The list at work.
    private int _probe;
    private ref byte _blocks;
    private ref ushort _blockTerms;
    private float _base;
    private float _termStep;
    private double _from;
    private double _step;
    private float _slack;
    private float _limit;
    private int _termFactor;

    // What is collected.
    private readonly Span<Candidate> _candidates;
    private int _candidateCount;
    private SmallestValues _uppers;
    private TopK.TopK _nearest;

    /// <summary>Quantizes the query's table. Nothing is collected yet.</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="coarse">The centroids.</param>
    /// <param name="quantizer">The codebooks.</param>
    /// <param name="largestNorm">The largest ||p||^2 that codes can stand for.</param>
    /// <param name="query">float <c>[Dimension]</c>.</param>
    /// <param name="table">The query's inner product table, float <c>[M][PaddedKsub]</c>.</param>
    /// <param name="lists">The lists to probe; an entry is read when its list is entered, and in the end.</param>
    /// <param name="ids">The ids by position.</param>
    /// <param name="asPositions">Whether results are named by position instead.</param>
    /// <param name="results">Filled in the end; its length is the k of the k nearest.</param>
    /// <param name="scratch">Working memory.</param>
    public IvfPqScan(
        TKernels kernels,
        CoarseQuantizer<TKernels> coarse,
        ProductQuantizer<TKernels> quantizer,
        double largestNorm,
        ReadOnlySpan<float> query,
        ref float table,
        ReadOnlySpan<ProbedList> lists,
        IdMap ids,
        bool asPositions,
        Span<Neighbor> results,
        Scratch scratch)
    {
        _kernels = kernels;
        _coarse = coarse;
        _query = query;
        _table = ref table;
        _byteTable = ref Scratch.Ensure(ref scratch.ByteTable, kernels.ByteTableSize).Reference;
        _codebooks = ref quantizer.Centroids.Reference;
        _residual = Scratch.Ensure(ref scratch.Residual, kernels.Dimension).Span(0, kernels.Dimension);
        _bounds = Scratch.Ensure(ref scratch.Distances, KernelLayout.BlockSize).Span(0, KernelLayout.BlockSize);
        _lists = lists;
        _ids = ids;
        _asPositions = asPositions;
        _codeSize = KernelLayout.CodeSize(kernels.M, kernels.Ksub);
        _scale = kernels.QuantizeTable(ref table, float.PositiveInfinity, ref _byteTable);
        _errorScale = (kernels.Dimension + (2 * kernels.M) + 40) / (float)(1 << 24);
        _queryMagnitude = VectorMath.ApproximateSquaredNorm(query) + (3 * largestNorm) + Underflow;
        _candidates = Scratch.Ensure(ref scratch.Shortlist, checked((2 * results.Length) + ShortlistRoom));
        _uppers = new SmallestValues(results.Length, Scratch.Ensure(ref scratch.Uppers, SmallestValues.Room(results.Length, Batch)));
        _nearest = new TopK.TopK(results);
    }

    /// <summary>Vectors scored, up to k.</summary>
    public readonly int Count => _uppers.Count;

    public readonly bool HasThreshold => _uppers.IsFull;

    public readonly int Capacity => _lists[_probe].Contents.Capacity;

    public readonly int Threshold() => FastScan.Quantize(_limit, _from, _step);

    /// <summary>No vector whose distance is larger is among the nearest: the k-th smallest upper bound, or the k-th smallest distance.</summary>
    private readonly float KthDistance => MathF.Min(_uppers.Threshold, _nearest.Threshold);

    /// <summary>Goes to one of the lists.</summary>
    public void Enter(int probe)
    {
        var list = _lists[probe];
        var terms = list.Terms;
        _probe = probe;
        _blocks = ref list.Contents.Codes.Reference;
        _blockTerms = ref list.Contents.Terms.Reference;
        _base = list.CoarseDistance + terms.Min;
        _termStep = terms.Step;
        _from = (double)list.CoarseDistance + terms.Min + _scale.Bias;
        _step = _scale.Step > 0 ? _scale.Step : terms.Step > 0 ? terms.Step : 1;
        _termFactor = (int)Math.Min(ushort.MaxValue, Math.Floor(65536 * (terms.Step / _step)));
        _slack = (float)(_errorScale * (_queryMagnitude + terms.CentroidNorm + list.CoarseDistance));
        UpdateLimit();
    }

    public readonly void Scan(int firstBlock, int blockCount, int threshold, ref ulong survivors) =>
        _kernels.ScanBlocks(ref _byteTable, ref Block(firstBlock), ref Unsafe.Add(ref _blockTerms, (nint)firstBlock * KernelLayout.BlockSize), blockCount, _termFactor, threshold, ref survivors);

    public void Score(int block, ulong lanes)
    {
        if (_candidateCount > _candidates.Length - KernelLayout.BlockSize)
        {
            MakeRoom();
        }

        ref var codes = ref Block(block);
        ref var terms = ref Unsafe.Add(ref _blockTerms, (nint)block * KernelLayout.BlockSize);
        var runStride = KernelLayout.RunStride(block, Capacity);

        // All bounds first, so that one sum of look-ups does not wait for another.
        var count = 0;
        for (var left = lanes; left != 0; left &= left - 1)
        {
            var lane = BitOperations.TrailingZeroCount(left);
            _bounds[count++] = _base + (_termStep * Unsafe.Add(ref terms, KernelLayout.TermPosition(lane))) + _kernels.AdcDistance(ref _table, ref codes, runStride, lane);
        }

        // What the limit does not exclude is kept, without a branch: none could be predicted.
        foreach (var bound in _bounds[..count])
        {
            var slack = _slack + (_errorScale * bound);
            var keeps = bound <= _limit;
            _candidates[_candidateCount] = new Candidate(bound - slack, _probe, (block * KernelLayout.BlockSize) + BitOperations.TrailingZeroCount(lanes));
            _candidateCount += keeps ? 1 : 0;
            _uppers.Add(bound + _termStep + slack, keeps);
            lanes &= lanes - 1;
        }
    }

    public void Settle()
    {
        if (_uppers.Settle())
        {
            UpdateLimit();
        }
    }

    /// <summary>Computes the distances of the candidates and orders the nearest, which are then in the results.</summary>
    /// <returns>How many there are.</returns>
    public int Finish()
    {
        Resolve();
        return _nearest.Sort();
    }

    /// <summary>Drops the candidates that the threshold excludes by now. If most remain, because many distances are nearly the same, computes them.</summary>
    private void MakeRoom()
    {
        Drop();
        if (_candidateCount > _candidates.Length / 2)
        {
            Resolve();
            UpdateLimit();
        }
    }

    private void Drop()
    {
        var threshold = KthDistance;
        var kept = 0;
        foreach (var candidate in _candidates[.._candidateCount])
        {
            _candidates[kept] = candidate;
            kept += candidate.Lower <= threshold ? 1 : 0;
        }

        _candidateCount = kept;
    }

    /// <summary>Computes the distances of the candidates by decoding them, and collects the nearest.</summary>
    private void Resolve()
    {
        Drop();
        var residualOf = -1;
        foreach (ref var candidate in _candidates[.._candidateCount])
        {
            ref readonly var list = ref _lists[candidate.Probe];
            if (residualOf != candidate.Probe)
            {
                VectorMath.Subtract(_query, _coarse.Centroid(list.List), _residual);
                residualOf = candidate.Probe;
            }

            var (block, lane) = (candidate.Place / KernelLayout.BlockSize, candidate.Place % KernelLayout.BlockSize);
            var capacity = list.Contents.Capacity;
            ref var codes = ref list.Contents.Codes.At(KernelLayout.BlockOffset(block, capacity, _codeSize));
            var distance = _kernels.DecodedDistance(ref _residual[0], ref _codebooks, ref codes, KernelLayout.RunStride(block, capacity), lane);
            candidate = candidate with { Lower = distance };
        }

        // Positions and ids lie in memory that nothing has touched; here the processor can wait for all of them at once.
        var ids = _asPositions ? null : _ids.Snapshot;
        foreach (var candidate in _candidates[.._candidateCount])
        {
            _nearest.Push(IdMap.Id(ids, _lists[candidate.Probe].Contents.Positions[candidate.Place]), candidate.Lower);
        }

        _candidateCount = 0;
    }

    /// <summary>The largest bound that does not exclude a vector of the list at work.</summary>
    private void UpdateLimit() => _limit = KthDistance + (_slack + (_errorScale * KthDistance));

    private readonly ref byte Block(int block) => ref Unsafe.Add(ref _blocks, (nint)KernelLayout.BlockOffset(block, Capacity, _codeSize));
}
