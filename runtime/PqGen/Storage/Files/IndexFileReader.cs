using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PqGen.Common;

namespace PqGen.Storage.Files;

/// <summary>
/// Reads an index file whose frame and checksum have been verified: memory is reserved only for a file that is whole, and never more
/// than it is long. Contents are checked all the same, since a checksum proves that nothing changed, not who wrote it.
/// </summary>
internal sealed class IndexFileReader : IDisposable
{
    private readonly FileStream _stream;

    private IndexFileReader(FileStream stream, string path, CancellationToken cancellation)
    {
        _stream = stream;
        Path = path;
        Span<byte> header = stackalloc byte[IndexHeader.Size];
        var read = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        IndexHeader.CheckFrame(path, header[..read], stream.Length);
        CheckHash(cancellation);
        Header = IndexHeader.Read(path, header);
    }

    public string Path { get; }

    public IndexHeader Header { get; }

    /// <summary>Opens a file and checks all but the contents of its sections.</summary>
    public static IndexFileReader Open(string path, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        IndexFileWriter.CheckByteOrder();
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        try
        {
            return new IndexFileReader(stream, path, cancellation);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Refuses a file that holds another index than <paramref name="type"/> is declared to be.</summary>
    public void CheckShape(string type, IndexShape declared)
    {
        if (Header.Shape != declared)
        {
            throw new IndexFileException(Path, $"the file holds {Header.Shape}", $"{type} is declared with {declared}");
        }
    }

    /// <summary>Moves to the beginning of a section.</summary>
    public void Begin(IndexSection section) => _stream.Position = Header.Offset(section);

    public void Read<T>(Span<T> values)
        where T : unmanaged
    {
        const int Chunk = 1 << 26;
        for (var at = 0; at < values.Length; at += Chunk)
        {
            _stream.ReadExactly(MemoryMarshal.AsBytes(values.Slice(at, Math.Min(Chunk, values.Length - at))));
        }
    }

    /// <summary>A whole section of no more elements than an array holds.</summary>
    public T[] ReadArray<T>(IndexSection section)
        where T : unmanaged
    {
        Begin(section);
        var values = new T[Header.Length(section) / System.Runtime.CompilerServices.Unsafe.SizeOf<T>()];
        Read<T>(values);
        return values;
    }

    /// <summary>A whole section of floats that are finite and at most <paramref name="limit"/> in magnitude.</summary>
    public float[] ReadFloats(IndexSection section, float limit)
    {
        var values = ReadArray<float>(section);
        CheckFinite(section, values, 0, limit);
        return values;
    }

    /// <summary>The next components of vectors.</summary>
    /// <param name="values">Written.</param>
    /// <param name="first">The number of the first, for messages.</param>
    public void ReadVectors(Span<float> values, long first)
    {
        Read(values);
        CheckFinite(IndexSection.Vectors, values, first, Guard.MaxMagnitude);
    }

    /// <summary>The ids of the file; an empty table where it has none. None may be there twice.</summary>
    public IdTable ReadIds()
    {
        if (!Header.OwnIds)
        {
            return new IdTable();
        }

        var ids = ReadArray<long>(IndexSection.Ids);
        var table = IdTable.Of(ids, out var twice);
        return twice < 0 ? table : throw Damaged(
            IndexSection.Ids, Guard.Text($"id {ids[twice]} is there twice, the second time at {twice}"), "every id is there once");
    }

    /// <summary>An exception for contents that no index has.</summary>
    public IndexFileException Damaged(IndexSection section, string found, string needed) => new(Path, $"section {section}: {found}", needed);

    public void Dispose() => _stream.Dispose();

    private void CheckFinite(IndexSection section, ReadOnlySpan<float> values, long first, float limit)
    {
        if (Guard.IndexOfNotFinite(values, limit) is >= 0 and var bad)
        {
            throw Damaged(
                section,
                Guard.Text($"component {first + bad} is {values[bad]}"),
                Guard.Text($"every component is finite and at most {limit} in magnitude"));
        }
    }

    private void CheckHash(CancellationToken cancellation)
    {
        _stream.Position = 0;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 18);
        for (var left = _stream.Length - IndexHeader.HashSize; left > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, left));
            _stream.ReadExactly(part);
            hash.AppendData(part);
            left -= part.Length;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        Span<byte> stored = stackalloc byte[IndexHeader.HashSize];
        Span<byte> computed = stackalloc byte[IndexHeader.HashSize];
        _stream.ReadExactly(stored);
        hash.GetCurrentHash(computed);
        if (!stored.SequenceEqual(computed))
        {
            throw new IndexFileException(
                Path, "the checksum of the contents is not the one stored with them", "an undamaged file; restore it or build the index again");
        }
    }
}
