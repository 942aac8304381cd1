using System.Numerics;
using System.Runtime.CompilerServices;
using PqGen.Kernels;
using PqGen.Storage;

namespace PqGen.Benchmarks;

/// <summary>
/// The codes that all scans read, and terms for them: of the same pages whatever is measured, since where pages lie changes the time of a read.
/// </summary>
internal static class ScanMemory
{
    public const int Size = 128 << 20;

    /// <summary>Random bytes: codes below 256, or two below 16.</summary>
    public static AlignedBuffer<byte> Codes { get; private set; } = Workload.Codes(Size, 256, 5);

    /// <summary>Small random terms, for codes of 8 bytes and more.</summary>
    public static AlignedBuffer<ushort> Terms { get; private set; } = CreateTerms();

    /// <summary>Goes on with other pages.</summary>
    public static void Renew()
    {
        var (codes, terms) = (Codes, Terms);
        Codes = new AlignedBuffer<byte>(codes.Span(0, (int)codes.Length));
        Terms = new AlignedBuffer<ushort>(terms.Span(0, (int)terms.Length));
    }

    private static AlignedBuffer<ushort> CreateTerms()
    {
        var terms = new AlignedBuffer<ushort>(Size / 8);
        var random = new Random(6);
        for (long i = 0; i < terms.Length; i++)
        {
            terms.At(i) = (ushort)random.Next(1 << 10);
        }

        return terms;
    }
}

/// <summary>Work on codes that fill a level of the memory hierarchy.</summary>
internal interface IScanWork
{
    /// <summary>Goes on with as many codes as a level holds: 8 to 16 KB (a tile at least), 256 to 512 KB, 4 to 8 MB, 64 to 128 MB.</summary>
    /// <param name="level">L1, L2, L3 or DRAM.</param>
    void Fill(string level);
}

/// <summary>Scans of code blocks that fill a level of the memory hierarchy. The time is per vector.</summary>
internal abstract class ScanWorkBase<TKernels> : KernelWork<TKernels>, IScanWork
    where TKernels : struct, IPqKernels
{
    protected const int BlocksPerInvoke = PerCall.Scanned / KernelLayout.BlockSize;
    private int _blocks;
    private int _next;

    protected int BlockBytes => KernelLayout.CodeSize(Twin.M, Twin.Ksub) * KernelLayout.BlockSize;

    protected static AlignedBuffer<byte> Codes => ScanMemory.Codes;

    protected static AlignedBuffer<ushort> Terms => ScanMemory.Terms;

    protected ulong[] Survivors { get; } = new ulong[BlocksPerInvoke];

    /// <inheritdoc/>
    public void Fill(string level)
    {
        var bytes = level switch { "L1" => 16 << 10, "L2" => 512 << 10, "L3" => 8 << 20, _ => ScanMemory.Size };
        _blocks = Math.Max(KernelLayout.TileBlocks, 1 << BitOperations.Log2((uint)(bytes / BlockBytes)));
    }

    /// <summary>Look-ups of 8-bit codes in the query's table by permutations, added to nothing. As long as a read where there are none.</summary>
    public ulong LookUpOnly()
    {
        if (!Workload.LooksUp(Twin.Ksub))
        {
            return Read(terms: false);
        }

        ulong sum = 0;
        for (var left = BlocksPerInvoke; left > 0;)
        {
            var blocks = Next(ref left, BlocksPerInvoke, out var first);
            sum |= Workload.LookUp(ref ByteTable.Reference, Twin.M, ref Codes.At((long)first * BlockBytes), (long)blocks * BlockBytes);
        }

        return sum;
    }

    /// <summary>A plain read of what an invocation scans.</summary>
    protected ulong Read(bool terms)
    {
        ulong sum = 0;
        for (var left = BlocksPerInvoke; left > 0;)
        {
            var blocks = Next(ref left, BlocksPerInvoke, out var first);
            sum |= Workload.Read(ref Codes.At((long)first * BlockBytes), (long)blocks * BlockBytes);
            if (terms)
            {
                ref var term = ref Unsafe.As<ushort, byte>(ref Terms.At((long)first * KernelLayout.BlockSize));
                sum |= Workload.Read(ref term, (long)blocks * KernelLayout.BlockSize * sizeof(ushort));
            }
        }

        return sum;
    }

    /// <summary>The next blocks of an invocation, which begin again where the codes end: how many, and the first.</summary>
    protected int Next(ref int left, int most, out int first)
    {
        _next %= _blocks;
        first = _next;
        var blocks = Math.Min(Math.Min(left, most), _blocks - _next);
        _next += blocks;
        left -= blocks;
        return blocks;
    }
}

/// <summary>
/// The scans of a PQ index: the exact fast scan's byte bounds, the plain float ADC scan, a plain read of the same bytes, and look-ups alone.
/// </summary>
internal sealed class ScanWork<TKernels> : ScanWorkBase<TKernels>
    where TKernels : struct, IPqKernels
{
    private const int BlocksPerCall = 64;
    private readonly AlignedBuffer<float> _distances = new(BlocksPerCall * KernelLayout.BlockSize);

    public void FastSpecialized() => Fast(Kernels, ByteTable);

    public void FastGeneric() => Fast(Twin, TwinByteTable);

    public void AdcSpecialized() => Adc(Kernels);

    public void AdcGeneric() => Adc(Twin);

    public ulong ReadOnly() => Read(terms: false);

    private void Fast<T>(T kernels, AlignedBuffer<byte> table)
        where T : struct, IPqKernels
    {
        for (var left = BlocksPerInvoke; left > 0;)
        {
            var blocks = Next(ref left, BlocksPerInvoke, out var first);
            kernels.ScanBlocks(ref table.Reference, ref Codes.At((long)first * BlockBytes), blocks, 100, ref Survivors[0]);
        }
    }

    private void Adc<T>(T kernels)
        where T : struct, IPqKernels
    {
        for (var left = BlocksPerInvoke; left > 0;)
        {
            var blocks = Next(ref left, BlocksPerCall, out var first);
            kernels.AdcDistances(ref FloatTable.Reference, ref Codes.At((long)first * BlockBytes), blocks, ref _distances.Reference);
        }
    }
}

/// <summary>The byte bounds of an IVFPQ index's exact fast scan, with terms.</summary>
internal sealed class TermScanWork<TKernels> : ScanWorkBase<TKernels>
    where TKernels : struct, IIvfPqKernels
{
    public void Specialized() => Scan(Kernels, ByteTable);

    public void Generic() => Scan(Twin, TwinByteTable);

    public ulong ReadOnly() => Read(terms: true);

    private void Scan<T>(T kernels, AlignedBuffer<byte> table)
        where T : struct, IPqKernels
    {
        for (var left = BlocksPerInvoke; left > 0;)
        {
            var blocks = Next(ref left, BlocksPerInvoke, out var first);
            ref var terms = ref Terms.At((long)first * KernelLayout.BlockSize);
            ref var none = ref Unsafe.NullRef<ushort>();
            kernels.ScanBlocks(ref table.Reference, ref Codes.At((long)first * BlockBytes), ref terms, blocks, 1000, 100, ref Survivors[0], ref none);
        }
    }
}

/// <summary>The distance of one vector, as survivors of a scan are scored: from a float table, and by decoding it.</summary>
internal sealed class SurvivorWork<TKernels> : KernelWork<TKernels>
    where TKernels : struct, IIvfPqKernels
{
    private const int Lanes = PerCall.Survivors;
    private readonly AlignedBuffer<byte> _codes;
    private readonly AlignedBuffer<float> _centroids;

    public SurvivorWork()
    {
        _codes = Workload.Codes((long)KernelLayout.CodeSize(Twin.M, Twin.Ksub) * KernelLayout.TileStride, Twin.Ksub, 5);
        _centroids = Workload.Floats((long)Twin.Ksub * Twin.Dimension, 9);
    }

    public float AdcSpecialized() => Adc(Kernels);

    public float AdcGeneric() => Adc(Twin);

    public float DecodedSpecialized() => Decoded(Kernels);

    public float DecodedGeneric() => Decoded(Twin);

    private float Adc<T>(T kernels)
        where T : struct, IPqKernels
    {
        var sum = 0f;
        for (var lane = 0; lane < Lanes; lane++)
        {
            sum += kernels.AdcDistance(ref FloatTable.Reference, ref _codes.Reference, KernelLayout.TileStride, lane);
        }

        return sum;
    }

    private float Decoded<T>(T kernels)
        where T : struct, IPqKernels
    {
        var sum = 0f;
        for (var lane = 0; lane < Lanes; lane++)
        {
            sum += kernels.DecodedDistance(ref Query.Reference, ref _centroids.Reference, ref _codes.Reference, KernelLayout.TileStride, lane);
        }

        return sum;
    }
}
