using System.Buffers.Binary;

namespace PqGen.Tests.Storage;

/// <summary>Writes into a file what damage and malice write: a bit, a byte, or a number that a length or an offset may break on.</summary>
internal static class MutatedBytes
{
    private static readonly long[] s_numbers =
    [
        0, 1, 2, 3, 4, 5, 8, 16, 31, 32, 63, 64, 65, 200, 255, 256, 270, 4096, 65_536, 1 << 20, int.MaxValue, uint.MaxValue, 1L << 32, 1L << 40, -1,
        -64, long.MaxValue,
    ];

    public static void Write(byte[] file, int at, Random random)
    {
        var number = s_numbers[random.Next(s_numbers.Length)];
        switch (random.Next(4))
        {
            case 0:
                file[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at <= file.Length - 8:
                BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(at), number);
                break;
            case 2 when at <= file.Length - 4:
                BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), unchecked((int)number));
                break;
            default:
                file[at] = (byte)random.Next(256);
                break;
        }
    }
}
