using System.Numerics;
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
    /// <summary>Vectors that one invocation scans, whatever the level: the codes over and over, or the next part of them.</summary>
    private const int PerInvoke = 1 << 16;

    private const int BlocksPerInvoke = PerInvoke / KernelLayout.BlockSize;
    private const int BlocksPerCall = 64;
    private readonly AlignedBuffer<float> _distances = new(BlocksPerCall * KernelLayout.BlockSize);
    private readonly ulong[] _survivors = new ulong[BlocksPerInvoke];
    private AlignedBuffer<byte> _codes = new(0);
    private int _blocks;
    private int _next;

    /// <summary>The level that the codes fill: 8 to 16 KB (a tile at least), 256 to 512 KB, 4 to 8 MB, 64 to 128 MB.</summary>
    [Params("L1", "L2", "L3", "DRAM")]
    public string Level { get; set; } = "L2";

    private int BlockBytes => KernelLayout.CodeSize(Twin.M, Twin.Ksub) * KernelLayout.BlockSize;

    [GlobalSetup]
    public void Setup()
    {
        var bytes = Level switch { "L1" => 16 << 10, "L2" => 512 << 10, "L3" => 8 << 20, _ => 128 << 20 };
        _blocks = Math.Max(KernelLayout.TileBlocks, 1 << BitOperations.Log2((uint)(bytes / BlockBytes)));
        _codes = Workload.Codes((long)_blocks * BlockBytes, Twin.Ksub, 5);
    }

    [Benchmark(OperationsPerInvoke = PerInvoke)]
    public void FastSpecialized() => Fast(Kernels, ByteTable);

    [Benchmark(OperationsPerInvoke = PerInvoke)]
    public void FastGeneric() => Fast(Twin, TwinByteTable);

    [Benchmark(OperationsPerInvoke = PerInvoke, Baseline = true)]
    public void AdcSpecialized() => Adc(Kernels);

    [Benchmark(OperationsPerInvoke = PerInvoke)]
    public void AdcGeneric() => Adc(Twin);

    [Benchmark(OperationsPerInvoke = PerInvoke)]
    public ulong ReadOnly()
    {
        ulong sum = 0;
        for (var left = BlocksPerInvoke; left > 0;)
        {
            ref var codes = ref Next(ref left, BlocksPerInvoke, out var blocks);
            sum |= Workload.Read(ref codes, (long)blocks * BlockBytes);
        }

        return sum;
    }

    private void Fast<T>(T kernels, AlignedBuffer<byte> table)
        where T : struct, IPqKernels
    {
        for (var left = BlocksPerInvoke; left > 0;)
        {
            ref var codes = ref Next(ref left, BlocksPerInvoke, out var blocks);
            kernels.ScanBlocks(ref table.Reference, ref codes, blocks, 100, ref _survivors[0]);
        }
    }

    private void Adc<T>(T kernels)
        where T : struct, IPqKernels
    {
        for (var left = BlocksPerInvoke; left > 0;)
        {
            ref var codes = ref Next(ref left, BlocksPerCall, out var blocks);
            kernels.AdcDistances(ref FloatTable.Reference, ref codes, blocks, ref _distances.Reference);
        }
    }

    /// <summary>The next blocks of an invocation, which begin again where the codes end.</summary>
    private ref byte Next(ref int left, int most, out int blocks)
    {
        _next %= _blocks;
        blocks = Math.Min(Math.Min(left, most), _blocks - _next);
        ref var codes = ref _codes.At((long)_next * BlockBytes);
        _next += blocks;
        left -= blocks;
        return ref codes;
    }
}
