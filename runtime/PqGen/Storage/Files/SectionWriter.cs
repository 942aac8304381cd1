using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace PqGen.Storage.Files;

/// <summary>Writes the sections of a file one after the other, each with its checksum.</summary>
/// <param name="stream">The file.</param>
/// <param name="position">Bytes of the file before the first section.</param>
/// <param name="cancellation">Ends it early.</param>
internal sealed class SectionWriter(Stream stream, long position, CancellationToken cancellation) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _position = position;

    /// <summary>Writes a section.</summary>
    public SectionEntry WriteSection(SectionName name, SectionFlags flags, int alignment, Action<SectionWriter> write)
    {
        Pad(alignment);
        var offset = _position;
        write(this);
        return new SectionEntry(name, flags, offset, _position - offset, alignment, _hash.GetHashAndReset());
    }

    /// <summary>Writes part of the section.</summary>
    public void Write<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        // A span of bytes holds 2^31 - 1 of them.
        const int Elements = 1 << 26;
        for (var at = 0; at < values.Length; at += Elements)
        {
            var bytes = MemoryMarshal.AsBytes(values.Slice(at, Math.Min(Elements, values.Length - at)));
            _hash.AppendData(bytes);
            Append(bytes);
        }
    }

    /// <summary>Zeros behind the last section, up to a multiple of the alignment.</summary>
    public void Pad(int alignment)
    {
        Span<byte> zeros = stackalloc byte[512];
        zeros.Clear();
        for (var left = SectionEntry.Aligned(_position, alignment) - _position; left > 0;)
        {
            var part = zeros[..(int)Math.Min(zeros.Length, left)];
            Append(part);
            left -= part.Length;
        }
    }

    public void Dispose() => _hash.Dispose();

    private void Append(ReadOnlySpan<byte> bytes)
    {
        cancellation.ThrowIfCancellationRequested();
        stream.Write(bytes);
        _position += bytes.Length;
    }
}
