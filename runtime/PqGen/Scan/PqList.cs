using System.Numerics;
using System.Runtime.CompilerServices;
using PqGen.Kernels;
using PqGen.Storage;

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

/// <summary>What is remembered of a query of a group between the parts of a scan.</summary>
/// <param name="Scale">The scale of its byte table.</param>
/// <param name="Collected">What was collected for it.</param>
internal readonly record struct GroupQuery(TableScale Scale, TopK.TopK.State Collected);

/// <summary>The codes of a PQ index as the fast scan sees them: the distance is the sum of the query's table entries.</summary>
internal ref struct PqList<TKernels> : IScannedList
    where TKernels : struct, IPqKernels
{
    /// <summary>Half of a float's relative spacing: what one rounding can cost.</summary>
    private const double UnitRoundoff = 1.0 / (1 << 24);

    /// <summary>
    /// Where one byte sum holds a whole code, a threshold below the first has its table quantized again, with steps that make it the second: sums that
    /// saturate are then still above it.
    /// </summary>
    private const int Coarse = 120, Fine = 250;

    private readonly TKernels _kernels;
    private readonly ref float _table;
    private readonly ref byte _byteTable;
    private readonly ref byte _blocks;
    private readonly long[]? _ids;
    private readonly bool _refines;
    private readonly int _codeSize;
    private readonly int _capacity;
    private readonly Span<float> _distances;
    private TableScale _scale;
    private TopK.TopK _nearest;

    /// <param name="kernels">The kernels.</param>
    /// <param name="query">The query's tables.</param>
    /// <param name="contents">The codes.</param>
    /// <param name="ids">The ids by position; null where they are the same, or where results are to be named by position.</param>
    /// <param name="results">Filled in the end; its length is the k of the k nearest.</param>
    /// <param name="collected">What was collected in them before.</param>
    /// <param name="scratch">Working memory.</param>
    public PqList(TKernels kernels, QueryTables query, CodeList.Buffers contents, long[]? ids, Span<Neighbor> results, TopK.TopK.State collected, Scratch scratch)
    {
        _kernels = kernels;
        _table = ref query.Table;
        _byteTable = ref query.ByteTable;
        _blocks = ref contents.Codes.Reference;
        _ids = ids;
        _scale = query.Scale;
        _refines = kernels.RunsPerByteSum == KernelLayout.CodeSize(kernels.M, kernels.Ksub);
        _codeSize = KernelLayout.CodeSize(kernels.M, kernels.Ksub);
        _capacity = contents.Capacity;
        _distances = Scratch.Ensure(ref scratch.Distances, KernelLayout.BlockSize).Span(0, KernelLayout.BlockSize);
        _nearest = new TopK.TopK(results, collected);
    }

    public readonly int Capacity => _capacity;

    public readonly bool HasThreshold => _nearest.IsFull;

    /// <summary>The scale of the byte table by now.</summary>
    public readonly TableScale Scale => _scale;

    /// <inheritdoc/>
    /// <remarks>Quantizes the table again, with finer steps, when the k-th distance has fallen far.</remarks>
    public int Threshold()
    {
        // M roundings of the float sum, and those of the byte table.
        var slack = 4 * (_kernels.M + 8) * UnitRoundoff * (_scale.Magnitude + (double)_nearest.Threshold);
        var limit = _nearest.Threshold + slack;
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
            if (_distances[c] <= _nearest.Threshold)
            {
                _nearest.Push(IdMap.Id(_ids, (block * KernelLayout.BlockSize) + BitOperations.TrailingZeroCount(lanes)), _distances[c]);
            }
        }
    }

    public readonly void Settle()
    {
        // The nearest are up to date.
    }

    /// <summary>What a later scan needs to go on collecting.</summary>
    public readonly TopK.TopK.State Collected => _nearest.Suspended;

    /// <summary>Orders the nearest, which are then in the results, and returns how many there are.</summary>
    public int Finish() => _nearest.Sort();

    private readonly int ByteThreshold(double limit) => FastScan.Quantize(limit, _scale.Bias, _scale.Step > 0 ? _scale.Step : 1);

    private readonly ref byte Block(int block) => ref Unsafe.Add(ref _blocks, (nint)KernelLayout.BlockOffset(block, _capacity, _codeSize));
}
