using System.Numerics;
using System.Runtime.CompilerServices;
using PqGen.Common;
using PqGen.Kernels;
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

/// <summary>The codes of a PQ index as the fast scan sees them: the score is the sum of the query's table entries.</summary>
internal ref struct PqScan<TKernels, TCollector> : IScannedBlocks
    where TKernels : struct, IPqKernels
    where TCollector : struct, ICollector, allows ref struct
{
    /// <summary>Half of a float's relative spacing: what one rounding can cost.</summary>
    private const double UnitRoundoff = 1.0 / (1 << 24);

    /// <summary>
    /// Where one byte sum holds a whole code, a threshold below the first has its table quantized again, with steps that make it the second: sums
    /// that
    /// saturate are then still above it.
    /// </summary>
    private const int Coarse = 120, Fine = 250;

    private readonly TKernels _kernels;
    private readonly ref float _table;
    private readonly ref byte _byteTable;
    private readonly bool _refines;
    private readonly int _codeSize;
    private readonly Span<float> _distances;
    private TableScale _scale;
    private TCollector _collector;

    // The segment at work.
    private ref byte _blocks;
    private int _capacity;
    private int _first;

    /// <param name="kernels">The kernels.</param>
    /// <param name="query">The query's tables.</param>
    /// <param name="collector">What is being collected; <see cref="Collected"/> says how far.</param>
    /// <param name="scratch">Working memory.</param>
    public PqScan(TKernels kernels, QueryTables query, TCollector collector, ScanScratch scratch)
    {
        _kernels = kernels;
        _table = ref query.Table;
        _byteTable = ref query.ByteTable;
        _scale = query.Scale;
        _codeSize = KernelLayout.CodeSize(kernels.M, kernels.Ksub);
        _refines = kernels.RunsPerByteSum == _codeSize;
        _distances = WorkingMemory.Ensure(ref scratch.Distances, KernelLayout.BlockSize).Span(0, KernelLayout.BlockSize);
        _collector = collector;
    }

    public readonly int Capacity => _capacity;

    public readonly bool HasThreshold => _collector.IsFull;

    /// <summary>The scale of the byte table by now.</summary>
    public readonly TableScale Scale => _scale;

    /// <summary>What was collected, beside the heap.</summary>
    public readonly CollectorState Collected => _collector.Suspended;

    /// <summary>Goes to a segment.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="first">The position of its first vector.</param>
    public void Enter(in Segment segment, int first)
    {
        _blocks = ref segment.Payload;
        (_capacity, _first) = (segment.Blocks, first);
    }

    /// <inheritdoc/>
    /// <remarks>Quantizes the table again, with finer steps, when the k-th distance has fallen far.</remarks>
    public int Threshold()
    {
        // M roundings of the float sum, and those of the byte table.
        var slack = 4 * (_kernels.M + 8) * UnitRoundoff * (_scale.Magnitude + (double)_collector.Threshold);
        var limit = _collector.Threshold + slack;
        var threshold = ByteThreshold(limit);
        if (_refines && threshold is > 0 and < Coarse && _scale.Step > 0 && (float)((limit - _scale.Bias) / Fine) is var step && float.IsNormal(step))
        {
            // limit - bias is the slack at least, so that no entry lies 2^31 steps above the least of its row.
            _scale = _kernels.QuantizeTable(ref _table, step, ref _byteTable);
            threshold = ByteThreshold(limit);
        }

        return threshold;
    }

    public readonly void Scan(int firstBlock, int blockCount, int threshold, ref ulong survivors) =>
        _kernels.ScanBlocks(ref _byteTable, ref Block(firstBlock), blockCount, threshold, ref survivors);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Score(int block, ulong lanes)
    {
        ref var codes = ref Block(block);
        var runStride = KernelLayout.RunStride(block, _capacity);

        // All distances first, then the comparisons: none of them waits for a sum, and no sum for a mispredicted branch.
        var count = 0;
        for (var left = lanes; left != 0; left &= left - 1)
        {
            _distances[count++] = _kernels.AdcDistance(ref _table, ref codes, runStride, BitOperations.TrailingZeroCount(left));
        }

        for (var c = 0; c < count; c++, lanes &= lanes - 1)
        {
            if (_distances[c] <= _collector.Threshold)
            {
                _collector.Push(_first + (block * KernelLayout.BlockSize) + BitOperations.TrailingZeroCount(lanes), _distances[c]);
            }
        }
    }

    public readonly void Settle()
    {
        // The nearest are up to date.
    }

    private readonly int ByteThreshold(double limit) => FastScan.Quantize(limit, _scale.Bias, _scale.Step > 0 ? _scale.Step : 1);

    private readonly ref byte Block(int block) => ref Unsafe.Add(ref _blocks, (nint)KernelLayout.BlockOffset(block, _capacity, _codeSize));
}
