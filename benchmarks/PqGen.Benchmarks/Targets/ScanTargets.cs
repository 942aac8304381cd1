using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using PqGen.Kernels;
using PqGen.Storage;

namespace PqGen.Benchmarks;

/// <summary>What one run measured of the scans of one shape over codes of one size, in seconds per code byte.</summary>
/// <param name="Fast">The fast scan.</param>
/// <param name="Terms">The same with terms.</param>
/// <param name="Adc">The plain ADC scan.</param>
/// <param name="Read">A plain read.</param>
/// <param name="LookUp">Look-ups of 8-bit codes in registers, added to nothing; as long as a read where there are none.</param>
internal sealed record ScanTimes(double Fast, double Terms, double Adc, double Read, double LookUp)
{
    /// <summary>Of two measurements, that with the faster scan. Ratios stay those of one buffer: where its pages lie changes them, too.</summary>
    public ScanTimes Best(ScanTimes? other) => other is null || Fast < other.Fast ? this : other;

    public double OverAdc => Adc / Fast;

    public double OfRead => Read / Fast;

    public double TermsOfRead => Read / Terms;

    public double LookUpOfRead => Read / LookUp;
}

/// <summary>Fast scan, plain ADC scan and plain read of the same codes, measured in turn.</summary>
internal static class ScanTargets
{
    public const long L2 = 512 << 10, Dram = 192 << 20;

    /// <typeparam name="TKernels">Kernels of a PQ index.</typeparam>
    /// <typeparam name="TWithTerms">Those of an IVFPQ index of the same shape.</typeparam>
    public static ScanTimes Measure<TKernels, TWithTerms>(long bytes)
        where TKernels : struct, IPqKernels
        where TWithTerms : struct, IIvfPqKernels
    {
        TKernels kernels = default;
        TWithTerms withTerms = default;
        var blockBytes = KernelLayout.CodeSize(kernels.M, kernels.Ksub) * KernelLayout.BlockSize;
        var blocks = (int)(bytes / blockBytes);
        var codes = Workload.Codes((long)blocks * blockBytes, kernels.Ksub, 5);
        var terms = new AlignedBuffer<ushort>((long)blocks * KernelLayout.BlockSize);
        var survivors = new ulong[blocks];
        var query = Workload.Floats(kernels.Dimension, 1);
        var codebooks = Workload.Floats((long)kernels.M * kernels.Dsub * KernelLayout.PaddedKsub(kernels.Ksub), 3);
        var table = new AlignedBuffer<float>((long)kernels.M * KernelLayout.PaddedKsub(kernels.Ksub));
        var byteTable = new AlignedBuffer<byte>(kernels.ByteTableSize);
        kernels.DistanceTables(ref query.Reference, 1, ref codebooks.Reference, ref table.Reference);
        kernels.QuantizeTable(ref table.Reference, float.PositiveInfinity, saturates: true, ref byteTable.Reference);
        var withTermsTable = new AlignedBuffer<byte>(withTerms.ByteTableSize);
        withTerms.QuantizeTable(ref table.Reference, float.PositiveInfinity, saturates: true, ref withTermsTable.Reference);
        var distances = new AlignedBuffer<float>(64 * KernelLayout.BlockSize);
        var rows = Workload.Codes(16 * 256, 256, 9);
        ulong read = 0;
        var rounds = bytes > 32 << 20 ? 15 : 60;
        var best = Stopwatches.Best(
            rounds,
            0.01,
            () => kernels.ScanBlocks(ref byteTable.Reference, ref codes.Reference, blocks, 100, ref survivors[0]),
            () => withTerms.ScanBlocks(
                ref withTermsTable.Reference,
                ref codes.Reference,
                ref terms.Reference,
                blocks,
                1000,
                100,
                ref survivors[0],
                ref Unsafe.NullRef<ushort>()),
            () =>
            {
                for (var first = 0; first < blocks; first += 64)
                {
                    ref var block = ref codes.At((long)first * blockBytes);
                    kernels.AdcDistances(ref table.Reference, ref block, Math.Min(64, blocks - first), ref distances.Reference);
                }
            },
            () => read |= Workload.Read(ref codes.Reference, codes.Length),
            () => read |= Avx512Vbmi.IsSupported
                ? Workload.LookUp(ref rows.Reference, 16, ref codes.Reference, codes.Length)
                : Workload.Read(ref codes.Reference, codes.Length));
        GC.KeepAlive(read);
        var perByte = Array.ConvertAll(best, seconds => seconds / codes.Length);
        return new ScanTimes(perByte[0], perByte[1], perByte[2], perByte[3], perByte[4]);
    }
}
