using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PqGen.Common;

namespace PqGen.Storage.Files;

/// <summary>
/// Reads one section of a file from its beginning to its end. Its checksum is verified at the end; contents are checked all the same, since a
/// checksum proves that nothing changed, not who wrote it.
/// </summary>
/// <param name="stream">The file, at the section's beginning.</param>
/// <param name="file">The file's name, for messages.</param>
/// <param name="entry">The section.</param>
/// <param name="isThere">Whether the file is known to be as long as it says: else memory is reserved as its bytes come in.</param>
/// <param name="cancellation">Ends it early.</param>
internal sealed class SectionReader(Stream stream, string file, SectionEntry entry, bool isThere, CancellationToken cancellation) : IDisposable
{
    /// <summary>Bytes that are read and hashed at a time, while they are in the cache.</summary>
    private const int Chunk = 1 << 18;

    /// <summary>Bytes of the first piece of an array that grows as its bytes come in.</summary>
    private const int FirstPiece = 1 << 20;

    private readonly IncrementalHash? _hash = entry.Checksum.Length == 0 ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _left = entry.Length;

    /// <summary>Bytes of the section.</summary>
    public long Length => entry.Length;

    /// <summary>Whether the file is known to be as long as it says, so that memory for all of it may be reserved at once.</summary>
    public bool IsThere => isThere;

    /// <summary>The next elements.</summary>
    public void Read<T>(Span<T> values)
        where T : unmanaged
    {
        const int Elements = 1 << 26;
        for (var at = 0; at < values.Length; at += Elements)
        {
            ReadBytes(MemoryMarshal.AsBytes(values.Slice(at, Math.Min(Elements, values.Length - at))));
        }
    }

    /// <summary>The whole section, of no more elements than an array holds.</summary>
    public T[] ReadArray<T>()
        where T : unmanaged => ReadArray<T>((int)(Length / Unsafe.SizeOf<T>()));

    /// <summary>The next elements, no more than the section has left.</summary>
    public T[] ReadArray<T>(int count)
        where T : unmanaged
    {
        var values = new T[isThere ? count : Math.Min(count, FirstPiece / Unsafe.SizeOf<T>())];
        for (var read = 0; read < count;)
        {
            Read(values.AsSpan(read));
            read = values.Length;
            Array.Resize(ref values, (int)Math.Min(count, 2L * read));
        }

        return values;
    }

    /// <summary>The whole section, floats that are finite and at most <paramref name="limit"/> in magnitude.</summary>
    public float[] ReadFloats(float limit)
    {
        var values = ReadArray<float>();
        CheckChecksum();
        CheckFinite(values, 0, limit);
        return values;
    }

    /// <summary>Refuses components that are not finite or too large.</summary>
    /// <param name="values">The components.</param>
    /// <param name="first">The number of the first, for messages.</param>
    /// <param name="limit">The largest magnitude.</param>
    public void CheckFinite(ReadOnlySpan<float> values, long first, float limit)
    {
        if (Guard.IndexOfNotFinite(values, limit) is >= 0 and var bad)
        {
            throw Damaged(
                Guard.Text($"component {first + bad} is {values[bad]}"), Guard.Text($"every component is finite and at most {limit} in magnitude"));
        }
    }

    /// <summary>Compares the checksum of what was read, the whole section, with the one stored.</summary>
    public void CheckChecksum()
    {
        if (_left != 0)
        {
            throw new InvalidOperationException(Guard.Text($"{_left} bytes of section {entry.Name} were not read; this is a fault of the library."));
        }

        if (_hash is not null && !_hash.GetCurrentHash().AsSpan().SequenceEqual(entry.Checksum))
        {
            throw Damaged("the checksum of its contents is not the one stored with them", "an undamaged file; restore it or build the index again");
        }
    }

    /// <summary>An exception for contents that no index has.</summary>
    public IndexFileException Damaged(string found, string needed) => new(file, $"section {entry.Name}: {found}", needed);

    public void Dispose() => _hash?.Dispose();

    private void ReadBytes(Span<byte> bytes)
    {
        if (bytes.Length > _left)
        {
            throw new InvalidOperationException($"Section {entry.Name} was read beyond its end; this is a fault of the library.");
        }

        for (var at = 0; at < bytes.Length;)
        {
            cancellation.ThrowIfCancellationRequested();
            var part = bytes.Slice(at, Math.Min(Chunk, bytes.Length - at));
            FileBytes.ReadExactly(stream, part, file);
            _hash?.AppendData(part);
            at += part.Length;
        }

        _left -= bytes.Length;
    }
}
