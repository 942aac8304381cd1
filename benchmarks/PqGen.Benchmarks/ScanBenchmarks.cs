using BenchmarkDotNet.Attributes;
using PqGen.Kernels;
using PqGen.Storage;

namespace PqGen.Benchmarks;

/// <summary>
/// Scans of code blocks that fill a level of the memory hierarchy: the exact fast scan's byte bounds, the plain float ADC scan, and a plain
/// read of the same bytes. The time is per vector.
/// </summary>
[GenericTypeArguments(typeof(Shape96.Kernels))]
[GenericTypeArguments(typeof(Shape100.Kernels))]
[GenericTypeArguments(typeof(Shape128.Kernels))]
[GenericTypeArguments(typeof(Shape128x4Bit.Kernels))]
[GenericTypeArguments(typeof(Shape384.Kernels))]
[GenericTypeArguments(typeof(Shape768.Kernels))]
[GenericTypeArguments(typeof(Shape1536.Kernels))]
public class Scan<TKernels> : KernelSuite<TKernels>
    where TKernels : struct, IIvfPqKernels
{
    // The smallest set is the unit of every measurement, so that the time of each is per the same number of vectors.
    private const int Vectors64K = 1 << 16;
    private AlignedBuffer<byte> _codes = new(0);
    private AlignedBuffer<float> _distances = new(0);
    private ulong[] _survivors = [];
    private int _blocks;
    private int _repeats;

    /// <summary>The level that the codes fill: 16 KB, 512 KB, 8 MB, 128 MB.</summary>
    [Params("L1", "L2", "L3", "DRAM")]
    public string Level { get; set; } = "L2";

    [GlobalSetup]
    public void Setup()
    {
        var bytes = Level switch { "L1" => 16 << 10, "L2" => 512 << 10, "L3" => 8 << 20, _ => 128 << 20 };
        var blockBytes = KernelLayout.CodeSize(Twin.M, Twin.Ksub) * KernelLayout.BlockSize;
        _blocks = Math.Max(1, bytes / blockBytes);
        _repeats = Math.Max(1, Vectors64K / (_blocks * KernelLayout.BlockSize));
        _codes = Workload.Codes((long)_blocks * blockBytes, Twin.Ksub, 5);
        _distances = new AlignedBuffer<float>((long)Math.Min(_blocks, 64) * KernelLayout.BlockSize);
        _survivors = new ulong[_blocks];
    }

    [Benchmark]
    public void FastSpecialized()
    {
        for (var r = 0; r < _repeats; r++)
        {
            Kernels.ScanBlocks(ref ByteTable.Reference, ref _codes.Reference, _blocks, 100, ref _survivors[0]);
        }
    }

    [Benchmark]
    public void FastGeneric()
    {
        for (var r = 0; r < _repeats; r++)
        {
            Twin.ScanBlocks(ref TwinByteTable.Reference, ref _codes.Reference, _blocks, 100, ref _survivors[0]);
        }
    }

    [Benchmark(Baseline = true)]
    public void AdcSpecialized()
    {
        for (var r = 0; r < _repeats; r++)
        {
            Adc(Kernels);
        }
    }

    [Benchmark]
    public void AdcGeneric()
    {
        for (var r = 0; r < _repeats; r++)
        {
            Adc(Twin);
        }
    }

    [Benchmark]
    public ulong ReadOnly()
    {
        ulong sum = 0;
        for (var r = 0; r < _repeats; r++)
        {
            sum |= Workload.Read(ref _codes.Reference, _codes.Length);
        }

        return sum;
    }

    private void Adc<T>(T kernels)
        where T : struct, IPqKernels
    {
        var blockBytes = _codes.Length / _blocks;
        for (var first = 0; first < _blocks; first += 64)
        {
            kernels.AdcDistances(ref FloatTable.Reference, ref _codes.At(first * blockBytes), Math.Min(64, _blocks - first), ref _distances.Reference);
        }
    }
}
