using System.Runtime.CompilerServices;
using PqGen.Kernels;
using PqGen.Storage;

namespace PqGen.Scan;

/// <summary>The codes of a PQ index as the fast scan sees them: the distance is the sum of the query's table entries.</summary>
internal readonly ref struct PqList<TKernels> : IScannedList
    where TKernels : struct, IPqKernels
{
    /// <summary>Half of a float's relative spacing: what one rounding can cost.</summary>
    private const double UnitRoundoff = 1.0 / (1 << 24);

    private readonly TKernels _kernels;
    private readonly ref float _table;
    private readonly ref byte _byteTable;
    private readonly ref byte _blocks;
    private readonly long[]? _ids;
    private readonly TableScale _scale;
    private readonly double _step;
    private readonly int _codeSize;
    private readonly int _capacity;

    public PqList(TKernels kernels, ref float table, ref byte byteTable, TableScale scale, CodeList.Buffers contents, long[]? ids)
    {
        _kernels = kernels;
        _table = ref table;
        _byteTable = ref byteTable;
        _blocks = ref contents.Codes.Reference;
        _ids = ids;
        _scale = scale;
        _step = scale.Step > 0 ? scale.Step : 1;
        _codeSize = KernelLayout.CodeSize(kernels.M, kernels.Ksub);
        _capacity = contents.Capacity;
    }

    public int Capacity => _capacity;

    public int Threshold(float distance)
    {
        // M roundings of the float sum, and those of the byte table.
        var slack = 4 * (_kernels.M + 8) * UnitRoundoff * (_scale.Magnitude + (double)distance);
        return FastScan.Quantize(distance + slack, _scale.Bias, _step);
    }

    public void Scan(int firstBlock, int blockCount, int threshold, ref ulong survivors) =>
        _kernels.ScanBlocks(ref _byteTable, ref Block(firstBlock), blockCount, threshold, ref survivors);

    public float Distance(int i, float threshold) =>
        _kernels.AdcDistance(ref _table, ref Block(i / KernelLayout.BlockSize), KernelLayout.RunStride(i / KernelLayout.BlockSize, _capacity), i % KernelLayout.BlockSize);

    public long Id(int i) => IdMap.Id(_ids, i);

    private ref byte Block(int block) => ref Unsafe.Add(ref _blocks, (nint)KernelLayout.BlockOffset(block, _capacity, _codeSize));
}
