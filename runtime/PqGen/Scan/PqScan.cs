using System.Numerics;
using System.Runtime.CompilerServices;
using PqGen.Common;
using PqGen.Kernels;
using PqGen.Quantization;
using PqGen.Storage;
using PqGen.TopK;

namespace PqGen.Scan;

/// <summary>The tables of one query.</summary>
/// <param name="table">Its distance table, float <c>[M][PaddedKsub]</c>.</param>
/// <param name="byteTable">The same rounded down to bytes, <c>[ByteTableSize]</c>, aligned to 64 bytes.</param>
/// <param name="scale">The bytes' scale.</param>
internal readonly ref struct QueryTables(ref float table, ref byte byteTable, TableScale scale)
{
    public readonly ref float Table = ref table;

    public readonly ref byte ByteTable = ref byteTable;

    public TableScale Scale { get; } = scale;
}

/// <summary>
/// Codes as the fast scan sees them whose score is the sum of the query's table entries, and an offset that all vectors of a list share.
/// </summary>
internal ref struct PqScan<TKernels, TCollector> : IListScan
    where TKernels : struct, IPqKernels
    where TCollector : struct, ICollector, allows ref struct
{
    /// <summary>
    /// Where one byte sum holds a whole code, a threshold below the first has its table quantized again, with steps that make it the second: sums
    /// that saturate are then still above it.
    /// </summary>
    private const int Coarse = 120, Fine = 250;

    private readonly TKernels _kernels;
    private readonly ref float _table;
    private readonly ref byte _byteTable;
    private readonly bool _refines;
    private readonly bool _addsOffsets;
    private readonly ListLayout _layout;
    private readonly Span<float> _distances;
    private readonly ScanScratch _scratch;
    private TableScale _scale;
    private TCollector _collector;

    // The segment at work.
    private int _segment;
    private int _entered;
    private ref byte _blocks;
    private ref int _positions;
    private int _capacity;
    private int _first;
    private float _offset;

    /// <param name="kernels">The kernels.</param>
    /// <param name="query">The query's tables.</param>
    /// <param name="addsOffsets">Whether codes are of residuals, so that the score of their list's centroid is added to every sum.</param>
    /// <param name="layout">The layout of the lists.</param>
    /// <param name="collector">What is being collected; <see cref="Finish"/> says how far.</param>
    /// <param name="scratch">Working memory.</param>
    public PqScan(TKernels kernels, QueryTables query, bool addsOffsets, scoped in ListLayout layout, TCollector collector, ScanScratch scratch)
    {
        _kernels = kernels;
        _table = ref query.Table;
        _byteTable = ref query.ByteTable;
        _scale = query.Scale;
        _addsOffsets = addsOffsets;
        _layout = layout;
        _refines = kernels.RunsPerByteSum == layout.VectorBytes;
        _distances = WorkingMemory.Ensure(ref scratch.Distances, KernelLayout.BlockSize).Span(0, KernelLayout.BlockSize);
        _collector = collector;
        _scratch = scratch;
        _entered = -1;
    }

    public readonly int Capacity => _capacity;

    public readonly int Segment => _segment;

    public readonly double From => (double)_scale.Bias + _offset;

    public readonly double Step => _scale.Step;

    public readonly double Limit => _collector.Threshold + ByteBounds.Slack(_scale, _kernels.M, _collector.Threshold, _offset);

    public readonly bool HasThreshold => _collector.IsFull;

    public readonly bool AdmitsAll => _collector.AdmitsAll;

    /// <inheritdoc/>
    public long Scored { get; private set; }

    /// <summary>Vectors collected.</summary>
    public readonly int Count => _collector.Count;

    /// <inheritdoc/>
    public void Enter(in ScannedSegment segment)
    {
        _scratch.Hold(++_entered, segment);
        Return(_entered);
    }

    /// <inheritdoc/>
    public void Return(int segment)
    {
        ref readonly var scanned = ref _scratch.Segments[segment];
        _blocks = ref scanned.Segment.Payload;
        if (_layout.HasPositions)
        {
            _positions = ref scanned.Segment.Positions(_layout);
        }

        (_segment, _capacity, _first, _offset) = (segment, scanned.Segment.Capacity, scanned.First, _addsOffsets ? scanned.Offset : 0);
    }

    /// <summary>Ends the scan, and says how far the collector is.</summary>
    public readonly CollectorState Finish()
    {
        _scratch.Segments.AsSpan(0, _entered + 1).Clear();
        return _collector.Suspended;
    }

    /// <inheritdoc/>
    /// <remarks>Quantizes the table again, with finer steps, when the k-th distance has fallen far.</remarks>
    public int Threshold()
    {
        var limit = Limit - _offset;
        var threshold = ByteThreshold(limit);
        if (_refines && threshold is > 0 and < Coarse && _scale.Step > 0 && (float)((limit - _scale.Bias) / Fine) is var step && float.IsNormal(step))
        {
            // limit - bias is the slack at least, so that no entry lies 2^31 steps above the least of its row.
            _scale = _kernels.QuantizeTable(ref _table, step, saturates: true, ref _byteTable);
            threshold = ByteThreshold(limit);
        }

        return threshold;
    }

    public readonly void Scan(int firstBlock, int blockCount, int threshold, ref ulong survivors, ref ushort bounds) =>
        _kernels.ScanBlocks(
            ref _byteTable, ref Block(firstBlock), ref Unsafe.NullRef<ushort>(), blockCount, 0, threshold, ref survivors, ref bounds);

    public readonly void Expect(int block)
    {
        if (_layout.HasPositions)
        {
            ref var first = ref Unsafe.Add(ref _positions, block * KernelLayout.BlockSize);
            CacheLine.Prefetch(ref Unsafe.As<int, byte>(ref first), KernelLayout.BlockSize * sizeof(int));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Score(int block, ulong lanes, ref ushort bounds, int raised = 0)
    {
        if (!_collector.AdmitsAll)
        {
            lanes = Admitted(block, lanes);
        }

        ref var codes = ref Block(block);
        var runStride = KernelLayout.RunStride(block, _capacity);

        // All distances first, then the comparisons: none of them waits for a sum, and no sum for a mispredicted branch.
        var count = 0;
        for (var left = lanes; left != 0; left &= left - 1)
        {
            _distances[count++] = _kernels.AdcDistance(ref _table, ref codes, runStride, BitOperations.TrailingZeroCount(left)) + _offset;
        }

        Scored += count;
        for (var c = 0; c < count; c++, lanes &= lanes - 1)
        {
            if (_distances[c] <= _collector.Threshold)
            {
                _collector.Push(Position(block, BitOperations.TrailingZeroCount(lanes)), _distances[c]);
            }
        }
    }

    public readonly ref ushort Bounds => ref Unsafe.NullRef<ushort>();

    public readonly void Settle()
    {
        // The nearest are up to date.
    }

    public readonly ulong Admitted(int block, ulong lanes)
    {
        var place = block * KernelLayout.BlockSize;
        return _layout.HasPositions
            ? Admission.Of(in _collector, new ListedPositions(ref Unsafe.Add(ref _positions, place)), lanes)
            : Admission.Of(in _collector, new FollowingPositions(_first + place), lanes);
    }

    private readonly int Position(int block, int lane)
    {
        var place = (block * KernelLayout.BlockSize) + lane;
        return _layout.HasPositions ? Unsafe.Add(ref _positions, place) : _first + place;
    }

    private readonly int ByteThreshold(double limit) => ByteBounds.Threshold(limit, _scale.Bias, _scale.Step > 0 ? _scale.Step : 1);

    private readonly ref byte Block(int block) => ref Unsafe.Add(ref _blocks, (nint)KernelLayout.BlockOffset(block, _capacity, _layout.VectorBytes));
}
