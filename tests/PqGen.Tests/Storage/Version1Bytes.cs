using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PqGen.Tests.Storage;

/// <summary>The bytes of an index file of version 1, to be damaged.</summary>
internal static class Version1Bytes
{
    public const int HeaderSize = 128;
    private const int HashSize = 32;

    /// <summary>Stores the right checksum again, so that only what is behind it can object.</summary>
    public static byte[] Sealed(byte[] file)
    {
        SHA256.HashData(file.AsSpan(0, file.Length - HashSize), file.AsSpan(file.Length - HashSize));
        return file;
    }

    /// <summary>Where section 0 to 7 begins, or 8 for the checksum.</summary>
    public static int Offset(byte[] file, int section)
    {
        long offset = HeaderSize;
        for (var before = 0; before < section; before++)
        {
            offset += (Length(file, before) + 63) / 64 * 64;
        }

        return (int)offset;
    }

    public static long Length(byte[] file, int section) => BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(48 + (8 * section)));
}
