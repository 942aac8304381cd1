namespace PqGen.Kernels;

/// <summary>What a scan is given beside its table.</summary>
/// <param name="codes">Tiles, byte <c>[count / 4][runs][4][64]</c>, then single blocks, byte <c>[count % 4][runs][64]</c>.</param>
/// <param name="terms">UInt16 <c>[count][64]</c>, or a null reference.</param>
/// <param name="count">Blocks.</param>
/// <param name="termFactor">0 to 65,535.</param>
/// <param name="threshold">0 to 65,535.</param>
/// <param name="survivors">UInt64 <c>[count]</c>, written.</param>
/// <param name="bounds">UInt16 <c>[count][64]</c>, written, or a null reference.</param>
internal readonly ref struct ScannedBlocks(
    ref byte codes, ref ushort terms, int count, int termFactor, int threshold, ref ulong survivors, ref ushort bounds)
{
    public readonly ref byte Codes = ref codes;

    public readonly ref ushort Terms = ref terms;

    public readonly ref ulong Survivors = ref survivors;

    public readonly ref ushort Bounds = ref bounds;

    public int Count { get; } = count;

    public int TermFactor { get; } = termFactor;

    public int Threshold { get; } = threshold;
}
