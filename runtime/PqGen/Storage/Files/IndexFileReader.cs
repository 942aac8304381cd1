using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace PqGen.Storage.Files;

/// <summary>
/// Reads an index file whose frame and checksum have been verified: memory is reserved only for a file that is whole, and never more
/// than it is long. Contents are checked all the same, since a checksum proves that nothing changed, not who wrote it.
/// </summary>
internal sealed class IndexFileReader : IDisposable
{
    private readonly FileStream _stream;

    private IndexFileReader(FileStream stream, string path)
    {
        _stream = stream;
        Path = path;
        Span<byte> header = stackalloc byte[IndexHeader.Size];
        var read = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        IndexHeader.CheckFrame(path, header[..read], stream.Length);
        CheckHash();
        Header = IndexHeader.Read(path, header);
    }

    public string Path { get; }

    public IndexHeader Header { get; }

    /// <summary>Opens a file and checks all but the contents of its sections.</summary>
    public static IndexFileReader Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        IndexFileWriter.CheckByteOrder();
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        try
        {
            return new IndexFileReader(stream, path);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Refuses a file that holds another index than <paramref name="type"/> is declared to be.</summary>
    public void CheckDeclaration(string type, IndexHeader declared)
    {
        if (Header.Declaration != declared.Declaration)
        {
            throw new IndexFileException(Path, $"the file holds {Header.Declaration}", $"{type} is declared with {declared.Declaration}");
        }
    }

    /// <summary>Refuses a file that holds another kind of index.</summary>
    public void CheckKind(string type, IndexFileKind kind)
    {
        if (Header.Kind != kind)
        {
            throw new IndexFileException(Path, $"the file holds {Header.Declaration}", $"{type} opens files of a {kind} index");
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

    /// <summary>A whole section of finite floats.</summary>
    public float[] ReadFloats(IndexSection section)
    {
        var values = ReadArray<float>(section);
        CheckFinite(section, values, 0);
        return values;
    }

    /// <summary>The next floats of a section, checked to be finite.</summary>
    /// <param name="section">The section, for messages.</param>
    /// <param name="length">Floats to read.</param>
    public AlignedBuffer<float> ReadFloats(IndexSection section, long length)
    {
        const int Chunk = 1 << 20;
        var values = new AlignedBuffer<float>(length);
        for (long at = 0; at < length; at += Chunk)
        {
            var part = values.Span(at, (int)Math.Min(Chunk, length - at));
            Read(part);
            CheckFinite(section, part, at);
        }

        return values;
    }

    /// <summary>The vectors by position; null where none are kept.</summary>
    public AlignedBuffer<float>? ReadVectors()
    {
        Begin(IndexSection.Vectors);
        return Header.KeepsVectors ? ReadFloats(IndexSection.Vectors, Header.Count * Header.Dimension) : null;
    }

    /// <summary>Gives an empty map the ids of the file, if it has any; none may be there twice.</summary>
    public void ReadIds(IdMap map)
    {
        if (!Header.OwnIds)
        {
            return;
        }

        var ids = ReadArray<long>(IndexSection.Ids);
        var seen = new HashSet<long>(ids.Length);
        for (var i = 0; i < ids.Length; i++)
        {
            if (!seen.Add(ids[i]))
            {
                throw Damaged(IndexSection.Ids, Guard.Text($"id {ids[i]} is there twice, the second time at {i}"), "every id is there once");
            }
        }

        map.Load(ids, seen);
    }

    /// <summary>An exception for contents that no index has.</summary>
    public IndexFileException Damaged(IndexSection section, string found, string needed) => new(Path, $"section {section}: {found}", needed);

    public void Dispose() => _stream.Dispose();

    private void CheckFinite(IndexSection section, ReadOnlySpan<float> values, long first)
    {
        if (Guard.IndexOfNotFinite(values) is >= 0 and var bad)
        {
            throw Damaged(section, Guard.Text($"component {first + bad} is {values[bad]}"), Guard.Text($"every component is finite and at most {Guard.MaxMagnitude} in magnitude"));
        }
    }

    private void CheckHash()
    {
        _stream.Position = 0;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 18);
        for (var left = _stream.Length - IndexHeader.HashSize; left > 0;)
        {
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
            throw new IndexFileException(Path, "the checksum of the contents is not the one stored with them", "an undamaged file; restore it or build the index again");
        }
    }
}
