using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Quantization;

/// <summary>Codes in the layout that scans read (<see cref="KernelLayout"/>); made by <see cref="ProductQuantizer.Pack"/>. Immutable.</summary>
public sealed class PackedCodes
{
    internal PackedCodes(int m, int ksub, ReadOnlySpan<byte> codes)
    {
        (M, Ksub, Count) = (m, ksub, codes.Length / m);
        var codeSize = KernelLayout.CodeSize(m, ksub);
        Blocks = KernelLayout.BlockCount(Count);
        Memory = new AlignedBuffer<byte>((long)Blocks * KernelLayout.BlockSize * codeSize);
        for (var i = 0; i < Count; i++)
        {
            var block = i / KernelLayout.BlockSize;
            BlockCodes.Write(
                ref Memory.At(KernelLayout.BlockOffset(block, Blocks, codeSize)),
                KernelLayout.RunStride(block, Blocks),
                i % KernelLayout.BlockSize,
                codes.Slice(i * m, m),
                ksub <= KernelLayout.MaxPackedKsub);
        }
    }

    /// <summary>Sub-quantizers.</summary>
    public int M { get; }

    /// <summary>Every code is below it.</summary>
    public int Ksub { get; }

    /// <summary>Vectors.</summary>
    public int Count { get; }

    internal int Blocks { get; }

    internal AlignedBuffer<byte> Memory { get; }
}
