namespace PqGen.Benchmarks;

/// <summary>The fast scan over the plain ADC scan, codes in L2: what a parent asks of a child whose instruction sets are limited.</summary>
/// <param name="Path">The instruction set.</param>
/// <param name="Nibbles">With codes of 4 bits.</param>
/// <param name="Bytes">With codes of 8 bits.</param>
internal sealed record ChildScans(string Path, double Nibbles, double Bytes)
{
    public static ChildScans Measure() => new(
        GenericIndex.Flat(1).Path.ToString(),
        ScanTargets.Measure<Pq128x4Bit.Kernels, Shape128x4Bit.Kernels>(ScanTargets.L2).OverAdc,
        ScanTargets.Measure<Pq128.Kernels, Shape128.Kernels>(ScanTargets.L2).OverAdc);
}
