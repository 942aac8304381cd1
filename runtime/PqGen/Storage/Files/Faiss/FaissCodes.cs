using PqGen.Common;

namespace PqGen.Storage.Files.Faiss;

/// <summary>
/// Codes as FAISS keeps them: a vector's codes of a few bits each one behind the other, the least significant bit first; or, for its fast scan,
/// blocks of vectors side by side.
/// </summary>
internal static class FaissCodes
{
    /// <summary>Bits of a code that an index of this library can have.</summary>
    public const int MaxBits = 8;

    /// <summary>Vectors of a fast scan's block that lie together.</summary>
    private const int Lanes = 32;

    /// <summary>Bytes of one vector's codes.</summary>
    public static int Size(int m, int bits) => ((m * bits) + 7) / 8;

    /// <summary>The bits that number so many sub-centroids.</summary>
    public static int Bits(int ksub)
    {
        var bits = 1;
        while (1 << bits < ksub)
        {
            bits++;
        }

        return bits;
    }

    /// <summary>
    /// Packed codes, byte <c>[count][Size]</c>, to one byte a code, byte <c>[count][m]</c>; the same memory where a code has 8 bits.
    /// </summary>
    public static byte[] Unpack(byte[] packed, int count, int m, int bits)
    {
        if (bits == MaxBits)
        {
            return packed;
        }

        var (codes, size) = (new byte[checked(count * m)], Size(m, bits));
        for (var i = 0; i < count; i++)
        {
            var from = packed.AsSpan(i * size, size);
            for (var sub = 0; sub < m; sub++)
            {
                var (at, shift) = Math.DivRem(sub * bits, 8);
                var word = from[at] | (shift + bits > 8 ? from[at + 1] << 8 : 0);
                codes[(i * m) + sub] = (byte)((word >> shift) & ((1 << bits) - 1));
            }
        }

        return codes;
    }

    /// <summary>One vector's codes, byte <c>[m]</c>, to packed ones, byte <c>[Size]</c>.</summary>
    public static void Pack(ReadOnlySpan<byte> codes, int bits, Span<byte> packed)
    {
        if (bits == MaxBits)
        {
            codes.CopyTo(packed);
            return;
        }

        packed.Clear();
        for (var sub = 0; sub < codes.Length; sub++)
        {
            var (at, shift) = Math.DivRem(sub * bits, 8);
            var word = codes[sub] << shift;
            packed[at] |= (byte)word;
            if (shift + bits > 8)
            {
                packed[at + 1] |= (byte)(word >> 8);
            }
        }
    }

    /// <summary>Bytes of the blocks of a fast scan's codes, of 4 bits each.</summary>
    /// <param name="count">Vectors.</param>
    /// <param name="m">Sub-quantizers.</param>
    /// <param name="block">Vectors of a block, a multiple of 32.</param>
    public static long FastScanBytes(long count, int m, int block) => (count + block - 1) / block * FastScanBlock(m, block);

    /// <summary>Bytes of one such block.</summary>
    public static long FastScanBlock(int m, int block) => (m + 1) / 2 * (long)block;

    /// <summary>
    /// Codes in blocks, byte <c>[block][pair of sub-quantizers][group of 32 vectors][32]</c>, to one byte a code. Of a group's 32 bytes the first 16
    /// are the even sub-quantizer's, the others the odd one's; the low four bits are of the first 16 vectors, and vectors v and v + 8 of each 16 lie
    /// side by side.
    /// </summary>
    public static byte[] UnpackFastScan(byte[] blocks, int count, int m, int block)
    {
        var codes = new byte[checked(count * m)];
        var blockBytes = FastScanBlock(m, block);
        for (var i = 0; i < count; i++)
        {
            var (number, inBlock) = Math.DivRem(i, block);
            var (group, lane) = Math.DivRem(inBlock, Lanes);
            var (place, shift) = (lane % 16, lane < 16 ? 0 : 4);
            place = place < 8 ? 2 * place : (2 * (place - 8)) + 1;
            for (var sub = 0; sub < m; sub++)
            {
                var at = (number * blockBytes) + (sub / 2 * (long)block) + (group * Lanes) + (sub % 2 * 16) + place;
                codes[(i * m) + sub] = (byte)((blocks[at] >> shift) & 15);
            }
        }

        return codes;
    }
}
