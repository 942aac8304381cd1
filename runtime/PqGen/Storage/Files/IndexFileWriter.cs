using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PqGen.Common;

namespace PqGen.Storage.Files;

/// <summary>
/// Writes an index file section by section; whoever opens the path finds the old file or the new one, whole (<see cref="ReplacedFile"/>).
/// </summary>
internal sealed class IndexFileWriter : IDisposable
{
    private readonly FileStream _stream;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IndexHeader _header;
    private long _position;

    private IndexFileWriter(FileStream stream, IndexHeader header)
    {
        _stream = stream;
        _header = header;
        Span<byte> bytes = stackalloc byte[IndexHeader.Size];
        header.Write(bytes);
        Append(bytes);
    }

    /// <summary>Writes a file whole or leaves what was there.</summary>
    public static void Save(string path, IndexHeader header, Action<IndexFileWriter> writeSections)
    {
        CheckByteOrder();
        ReplacedFile.Write(path, stream =>
        {
            using var writer = new IndexFileWriter(stream, header);
            writeSections(writer);
            writer.Finish();
        });
    }

    /// <summary>Refuses processors on which memory is not the file's order: all that .NET runs on today are little-endian.</summary>
    public static void CheckByteOrder()
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("Index files are little-endian; this processor is big-endian and cannot read or write them.");
        }
    }

    /// <summary>Ends the writing early; the file is then what it was.</summary>
    public CancellationToken Cancellation { get; set; }

    /// <summary>Begins a section; sections come in their order, those that are empty may be left out.</summary>
    public void Begin(IndexSection section)
    {
        var padding = _header.Offset(section) - _position;
        if (padding is < 0 or >= IndexHeader.Alignment)
        {
            throw new InvalidOperationException(
                Guard.Text($"Section {section} of an index file would begin {padding} bytes from where its header says."));
        }

        Span<byte> zeros = stackalloc byte[IndexHeader.Alignment];
        zeros.Clear();
        Append(zeros[..(int)padding]);
    }

    public void Write<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        // A span of bytes holds 2^31 - 1 of them.
        const int Chunk = 1 << 26;
        for (var at = 0; at < values.Length; at += Chunk)
        {
            Append(MemoryMarshal.AsBytes(values.Slice(at, Math.Min(Chunk, values.Length - at))));
        }
    }

    public void Dispose() => _hash.Dispose();

    private void Finish()
    {
        Begin((IndexSection)IndexHeader.SectionCount);
        Span<byte> hash = stackalloc byte[IndexHeader.HashSize];
        _hash.GetCurrentHash(hash);
        _stream.Write(hash);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        Cancellation.ThrowIfCancellationRequested();
        _hash.AppendData(bytes);
        _stream.Write(bytes);
        _position += bytes.Length;
    }
}
