using System.Runtime.CompilerServices;
using PqGen.Kernels;

namespace PqGen.Quantization;

/// <summary>Moves codes between rows, one byte a sub-quantizer, and the lanes of a code block whose runs are some bytes apart.</summary>
internal static class BlockCodes
{
    public static void Write(ref byte block, int runStride, int lane, ReadOnlySpan<byte> code, bool packed)
    {
        if (!packed)
        {
            for (var m = 0; m < code.Length; m++)
            {
                Unsafe.Add(ref block, ((nint)m * runStride) + lane) = code[m];
            }

            return;
        }

        for (var m = 0; m < code.Length; m += 2)
        {
            var high = m + 1 < code.Length ? code[m + 1] << 4 : 0;
            Unsafe.Add(ref block, ((nint)m / 2 * runStride) + lane) = (byte)(code[m] | high);
        }
    }

    public static void Read(ref byte block, int runStride, int lane, Span<byte> code, bool packed)
    {
        for (var m = 0; m < code.Length; m++)
        {
            var both = Unsafe.Add(ref block, ((nint)(packed ? m / 2 : m) * runStride) + lane);
            code[m] = (byte)(!packed ? both : m % 2 == 0 ? both & 15 : both >> 4);
        }
    }

    /// <summary>Copies the code of one lane as it lies.</summary>
    public static void CopyLane(ref byte from, int fromStride, int fromLane, ref byte to, int toStride, int toLane, int runs)
    {
        for (nint run = 0; run < runs; run++)
        {
            Unsafe.Add(ref to, (run * toStride) + toLane) = Unsafe.Add(ref from, (run * fromStride) + fromLane);
        }
    }

    /// <summary>Copies the runs of one block.</summary>
    public static void CopyRuns(ref byte from, int fromStride, ref byte to, int toStride, int runs)
    {
        for (nint run = 0; run < runs; run++)
        {
            Unsafe.CopyBlockUnaligned(ref Unsafe.Add(ref to, run * toStride), ref Unsafe.Add(ref from, run * fromStride), KernelLayout.BlockSize);
        }
    }
}
