using System.Numerics;
using System.Runtime.CompilerServices;
using PqGen.Common;
using PqGen.Ivf;
using PqGen.Kernels;
using PqGen.Quantization;
using PqGen.Storage;
using PqGen.TopK;

namespace PqGen.Scan;

/// <summary>
/// The fast scan of an IVFPQ index for one query. With x the query, c a list's centroid and p a decoded residual,
/// ||x - c - p||^2 = ||x - c||^2 + (||p||^2 + 2 &lt;c - o, p&gt;) - 2 &lt;x - o, p&gt;, o the origin of terms: the first comes from the coarse
/// search, the second is the vector's term, kept in 16 bits rounded down, the third needs one table per query.
/// </summary>
/// <remarks>
/// A vector is looked at up to three times. The byte tables bound its distance from below. A survivor's float table entries and
/// term bound it from both sides, to within 1/65,536 of the terms' range: the k-th smallest upper bound is the threshold, and what it does not
/// exclude is kept as a candidate. In the end, or when there are too many, the candidates' distances are computed by decoding
/// them, in exactly the order of sums of a residual table; by then hardly more than k are left. Candidates for re-ranking need no distances:
/// of most of them their bounds tell that they are some.
/// </remarks>
internal ref partial struct ResidualScan<TKernels, TCollector> : IListScan
    where TKernels : struct, IIvfPqKernels
    where TCollector : struct, ICollector, allows ref struct
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
    private readonly ListLayout _layout;
    private readonly ScanScratch _scratch;
    private readonly ReadOnlySpan<float> _query;
    private readonly ref float _table;
    private readonly ref byte _byteTable;
    private readonly ref float _codebooks;
    private readonly Span<float> _residual;
    private readonly Span<float> _bounds;
    private readonly ReadOnlySpan<ProbedList> _lists;
    private readonly TableScale _scale;
    private readonly float _errorScale;
    private readonly double _queryMagnitude;
    private readonly ScoreSource _scores;
    private readonly float _doubt;
    private readonly ref float _plainBytes;

    // The segment at work.
    private int _segment;
    private int _entered;
    private int _capacity;
    private ref byte _blocks;
    private ref ushort _blockTerms;
    private ref int _positions;
    private float _base;
    private float _termStep;
    private double _from;
    private double _step;
    private float _slack;
    private float _limit;
    private int _termFactor;

    // What is collected.
    private Span<Candidate> _candidates;
    private int _candidateCount;
    private SmallestValues _uppers;
    private TCollector _collector;

    /// <summary>Quantizes the query's table. Nothing is collected yet.</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="coarse">The centroids.</param>
    /// <param name="quantizer">The codebooks.</param>
    /// <param name="terms">The terms.</param>
    /// <param name="layout">The layout of the lists.</param>
    /// <param name="query">The query.</param>
    /// <param name="centered">float <c>[Dimension]</c>, the query less the origin of terms.</param>
    /// <param name="table">The query's inner product table, float <c>[M][PaddedKsub]</c>.</param>
    /// <param name="lists">The lists to probe; an entry is read when its list is entered, and in the end.</param>
    /// <param name="collector">What is being collected.</param>
    /// <param name="scratch">Working memory.</param>
    public ResidualScan(
        TKernels kernels,
        CoarseQuantizer<TKernels> coarse,
        ProductQuantizer<TKernels> quantizer,
        ResidualTerms<TKernels> terms,
        scoped in ListLayout layout,
        scoped in ScanQuery query,
        ReadOnlySpan<float> centered,
        ref float table,
        ReadOnlySpan<ProbedList> lists,
        TCollector collector,
        ScanScratch scratch)
    {
        _kernels = kernels;
        _coarse = coarse;
        _layout = layout;
        _scratch = scratch;
        _query = query.Vector;
        _table = ref table;
        _byteTable = ref WorkingMemory.Ensure(ref scratch.ByteTable, kernels.ByteTableSize).Reference;
        _codebooks = ref quantizer.Centroids.Reference;
        _residual = WorkingMemory.Ensure(ref scratch.Residual, kernels.Dimension).Span(0, kernels.Dimension);
        _bounds = WorkingMemory.Ensure(ref scratch.Distances, KernelLayout.BlockSize).Span(0, KernelLayout.BlockSize);
        _lists = lists;
        _entered = -1;
        (_scale, _scores) = Quantize(query.IsPlain, terms.LargestStep);
        _doubt = DoubtOf(_scale, _scores);
        _errorScale = (kernels.Dimension + (2 * kernels.M) + 44) / (float)(1 << 24);
        _queryMagnitude = VectorMath.ApproximateSquaredNorm(centered) + (3 * terms.LargestNorm) + Underflow;
        var k = collector.Capacity;
        _candidates = WorkingMemory.Ensure(ref scratch.Shortlist, checked((2 * k) + ShortlistRoom));
        _uppers = new SmallestValues(k, WorkingMemory.Ensure(ref scratch.Uppers, SmallestValues.Room(k, Batch)));
        _collector = collector;
        if (_scores == ScoreSource.Bounds)
        {
            WorkingMemory.Ensure(ref scratch.LastBounds, Batch);
        }
        else if (_scores == ScoreSource.Bytes)
        {
            _plainBytes = ref ByteSums.Table(kernels, ref table, _scale, scratch);
        }
    }

    /// <summary>Vectors scored, up to k.</summary>
    public readonly int Count => _uppers.Count;

    public readonly bool HasThreshold => !TCollector.ThresholdFalls || _uppers.IsFull;

    public readonly bool AdmitsAll => _collector.AdmitsAll;

    /// <inheritdoc/>
    public long Scored { get; private set; }

    public readonly int Capacity => _capacity;

    public readonly int Segment => _segment;

    public readonly double From => _from;

    public readonly double Step => _scale.Step;

    public readonly double Limit => _limit;

    public readonly int Threshold() => ByteBounds.Threshold(_limit, _from, _step);

    /// <summary>No vector whose distance is larger is among the nearest: the k-th smallest upper bound, or the k-th smallest distance.</summary>
    private readonly float KthDistance =>
        TCollector.ThresholdFalls ? MathF.Min(_uppers.Threshold, _collector.Threshold) : _collector.Threshold;

    /// <inheritdoc/>
    public void Enter(in ScannedSegment segment)
    {
        _scratch.Hold(++_entered, segment);
        Return(_entered);
    }

    /// <inheritdoc/>
    public void Return(int segment)
    {
        _segment = segment;
        ref readonly var scanned = ref _scratch.Segments[segment];
        ref readonly var list = ref _lists[scanned.Probe];
        var terms = list.Terms;
        _capacity = scanned.Segment.Capacity;
        _blocks = ref scanned.Segment.Payload;
        _blockTerms = ref scanned.Segment.Terms(_layout);
        _positions = ref scanned.Segment.Positions(_layout);
        _base = list.CoarseDistance + terms.Min;
        _termStep = terms.Step;
        _from = (double)list.CoarseDistance + terms.Min + _scale.Bias;
        _step = _scale.Step > 0 ? _scale.Step : terms.Step > 0 ? terms.Step : 1;
        _termFactor = (int)Math.Min(ushort.MaxValue, Math.Floor(65536 * (terms.Step / _step)));
        _slack = (float)(_errorScale * (_queryMagnitude + terms.CentroidNorm + list.CoarseDistance));
        UpdateLimit();
    }

    public readonly void Scan(int firstBlock, int blockCount, int threshold, ref ulong survivors, ref ushort bounds) =>
        _kernels.ScanBlocks(
            ref _byteTable, ref Block(firstBlock), ref Terms(firstBlock), blockCount, _termFactor, threshold, ref survivors, ref bounds);

    public readonly void Expect(int block) =>
        CacheLine.Prefetch(ref Unsafe.As<int, byte>(ref Positions(block)), KernelLayout.BlockSize * sizeof(int));

    public readonly ref ushort Bounds => ref ScoresAreBounds ? ref _scratch.LastBounds.Reference : ref Unsafe.NullRef<ushort>();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Score(int block, ulong lanes, ref ushort bounds, int raised = 0)
    {
        if (_candidateCount > _candidates.Length - KernelLayout.BlockSize)
        {
            MakeRoom();
        }

        if (!_collector.AdmitsAll)
        {
            lanes = Admitted(block, lanes);
        }

        // All scores first, so that one sum of look-ups does not wait for another.
        var count = BitOperations.PopCount(lanes);
        if (ScoresAreBounds)
        {
            ScoreByBounds(lanes, ref bounds, raised);
        }
        else
        {
            ScoreByCodes(block, lanes);
        }

        Scored += count;
        ref var positions = ref Positions(block);
        var last = KthDistance;

        // What the limit does not exclude is kept, without a branch: none could be predicted.
        foreach (var bound in _bounds[..count])
        {
            // Positions lie in memory that nothing has touched, and will be wanted of those that are kept.
            var lane = BitOperations.TrailingZeroCount(lanes);
            CacheLine.Prefetch(ref Unsafe.As<int, byte>(ref Unsafe.Add(ref positions, lane)));
            var slack = TCollector.IsForReranking ? 0 : _slack + (_errorScale * bound);
            var keeps = bound <= _limit;
            _candidates[_candidateCount] = new Candidate(bound - slack, _segment, (block * KernelLayout.BlockSize) + lane);
            _candidateCount += keeps ? 1 : 0;
            if (TCollector.ThresholdFalls)
            {
                if (TCollector.IsForReranking)
                {
                    // Those about which there is doubt are kept, but make no threshold fall.
                    _uppers.Add(bound, bound <= last);
                }
                else
                {
                    _uppers.Add(bound + _termStep + slack, keeps);
                }
            }

            lanes &= lanes - 1;
        }
    }

    public void Settle()
    {
        if (TCollector.ThresholdFalls && _uppers.Settle())
        {
            UpdateLimit();
        }
    }

    /// <summary>Computes the distances of the candidates, and says how far the collector is.</summary>
    public CollectorState Finish()
    {
        Resolve();
        _scratch.Segments.AsSpan(0, _entered + 1).Clear();
        return _collector.Suspended;
    }

    public readonly ulong Admitted(int block, ulong lanes) => Admission.Of(in _collector, new ListedPositions(ref Positions(block)), lanes);

    /// <summary>The largest bound that does not exclude a vector of the list at work.</summary>
    private void UpdateLimit() => _limit = KthDistance + (_slack + (_errorScale * KthDistance)) + _doubt;

    private readonly ref byte Block(int block) => ref Unsafe.Add(ref _blocks, (nint)KernelLayout.BlockOffset(block, _capacity, _layout.VectorBytes));

    private readonly ref int Positions(int block) => ref Unsafe.Add(ref _positions, (nint)block * KernelLayout.BlockSize);

    private readonly ref ushort Terms(int block) => ref Unsafe.Add(ref _blockTerms, (nint)block * KernelLayout.BlockSize);
}
