using System.Runtime.CompilerServices;
using PqGen.Kernels;

namespace PqGen.Storage;

/// <summary>Moves codes between rows, one byte a sub-quantizer, and the lanes of a code block.</summary>
internal static class BlockCodes
{
    public static void Write(ref byte block, int lane, ReadOnlySpan<byte> code, bool packed)
    {
        if (!packed)
        {
            for (var m = 0; m < code.Length; m++)
            {
                Unsafe.Add(ref block, (m * KernelLayout.BlockSize) + lane) = code[m];
            }

            return;
        }

        for (var m = 0; m < code.Length; m += 2)
        {
            var high = m + 1 < code.Length ? code[m + 1] << 4 : 0;
            Unsafe.Add(ref block, (m / 2 * KernelLayout.BlockSize) + lane) = (byte)(code[m] | high);
        }
    }

    public static void Read(ref byte block, int lane, Span<byte> code, bool packed)
    {
        for (var m = 0; m < code.Length; m++)
        {
            code[m] = packed
                ? (byte)((Unsafe.Add(ref block, (m / 2 * KernelLayout.BlockSize) + lane) >> (4 * (m & 1))) & 15)
                : Unsafe.Add(ref block, (m * KernelLayout.BlockSize) + lane);
        }
    }
}
