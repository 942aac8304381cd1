using PqGen.Common;

namespace PqGen.Storage.Files;

/// <summary>Bytes of a file that end where they should not: a file cut off, or one that became shorter while it was read.</summary>
internal static class FileBytes
{
    public static void ReadExactly(Stream stream, Span<byte> bytes, string file)
    {
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) is var read && read < bytes.Length)
        {
            throw new IndexFileException(
                file, Guard.Text($"the file ends {bytes.Length - read} bytes early"), "a whole file; this one was cut off or is damaged");
        }
    }

    /// <summary>Reads the zeros between two sections.</summary>
    public static void SkipPadding(Stream stream, long length, string file)
    {
        Span<byte> padding = stackalloc byte[512];
        for (var left = length; left > 0;)
        {
            var part = padding[..(int)Math.Min(padding.Length, left)];
            ReadExactly(stream, part, file);
            left -= part.Length;
            if (part.ContainsAnyExcept((byte)0))
            {
                throw new IndexFileException(file, "bytes between two sections are not 0", "an undamaged file; restore it or build the index again");
            }
        }
    }
}
