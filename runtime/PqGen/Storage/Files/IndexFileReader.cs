using System.Security.Cryptography;
using System.Text;
using PqGen.Common;
using PqGen.Storage.Files.Sections;
using PqGen.Storage.Files.Version1;

namespace PqGen.Storage.Files;

/// <summary>
/// Reads an index file of any version: what it says of itself when it is made, its contents by <see cref="Read"/>. Every length is checked
/// against the file before memory is reserved for it, and never is more reserved than the file is long.
/// </summary>
internal abstract class IndexFileReader : IDisposable
{
    /// <summary>What messages call a file that has no path.</summary>
    private const string Nameless = "the stream";

    private bool _ownsStream;

    private protected IndexFileReader(FileSource source, IndexHeader header)
    {
        (Source, Header, _ownsStream) = (source, header, source.IsWhole);
    }

    /// <summary>What every index file begins with.</summary>
    public static ReadOnlySpan<byte> Magic => "PqGenIx\u001A"u8;

    public IndexHeader Header { get; }

    /// <summary>What the file says of itself.</summary>
    public IndexFileInfo Info => new()
    {
        Version = Version,
        Shape = Header.Shape,
        NList = Header.NList,
        Count = Header.Count,
        OwnIds = Header.OwnIds,
        KeepsVectors = Header.KeepsVectors,
        RowFormat = Header.RowFormat,
        CoarseSearch = Header.CoarseSearch,
        DefaultNProbe = Header.DefaultNProbe,
        FileLength = FileLength,
        Model = Fingerprint(),
        Sections = [.. Entries.Select(entry => new IndexFileSection(
            entry.Name.ToString(), entry.IsRequired, entry.Offset, entry.Length, Convert.ToHexStringLower(entry.Checksum)))],
    };

    private protected abstract int Version { get; }

    private protected abstract long FileLength { get; }

    private protected abstract IEnumerable<SectionEntry> Entries { get; }

    private protected FileSource Source { get; }

    /// <summary>Opens a file, and reads its header and its directory.</summary>
    public static IndexFileReader Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        // Whoever shares the file may delete it, so that a save can put another in its place while it is mapped.
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16, FileOptions.SequentialScan);
        try
        {
            return Open(new FileSource(stream, path, stream.Length, IsWhole: true));
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads header and directory of a file that begins where a stream is, and may end before the stream does.</summary>
    public static IndexFileReader Open(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead)
        {
            throw new ArgumentException("stream cannot be read; a stream that can is needed.", nameof(stream));
        }

        var left = stream.CanSeek ? Math.Max(0, stream.Length - stream.Position) : -1;
        return Open(new FileSource(stream, stream is FileStream file ? file.Name : Nameless, left, IsWhole: false));
    }

    /// <summary>Refuses processors on which memory is not the file's order: all that .NET runs on today are little-endian.</summary>
    public static void CheckByteOrder()
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("Index files are little-endian; this processor is big-endian and cannot read or write them.");
        }
    }

    /// <summary>Refuses a file that holds another index than <paramref name="type"/> is declared to be.</summary>
    public void CheckShape(string type, IndexShape declared)
    {
        if (Header.Shape != declared)
        {
            throw new IndexFileException(Source.Name, $"the file holds {Header.Shape}", $"{type} is declared with {declared}");
        }
    }

    /// <summary>Reads the contents, and checks every checksum and all that kernels do not.</summary>
    public abstract LoadedIndex Read(CancellationToken cancellation);

    /// <summary>
    /// Maps the file, where that can be, and reads the model alone. What is mapped is checked when it is first used, as far as memory safety needs
    /// it.
    /// </summary>
    public virtual LoadedIndex Map(CancellationToken cancellation) => Read(cancellation);

    /// <summary>Checks what <see cref="Read"/> checks.</summary>
    public virtual void Check(CancellationToken cancellation) => Read(cancellation);

    public void Dispose()
    {
        if (_ownsStream)
        {
            Source.Stream.Dispose();
        }
    }

    /// <summary>The SHA-256 of the shape and of the checksums of the model's sections.</summary>
    private string Fingerprint()
    {
        var sections = Entries.Where(entry => Array.Exists(SectionKind.All, kind => kind.IsModel && kind.Name == entry.Name)).ToArray();
        if (Version == Version1Header.Version)
        {
            return "";
        }

        // Of a model the exponent is known, and of an index without one it is that of its vectors.
        var exponent = Header.Shape.HasCodes || Header.Shape.HasLists ? Header.Exponent : null;
        var text = Guard.Text($"{Header.Shape} {Header.NList} {exponent}");
        return Convert.ToHexStringLower(SHA256.HashData(
            [.. Encoding.UTF8.GetBytes(text), .. sections.SelectMany(entry => BitConverter.GetBytes(entry.Name.Value).Concat(entry.Checksum))]));
    }

    /// <summary>Maps the file, which then owns the stream; null where that cannot be.</summary>
    private protected MappedFile? TryMap(long length)
    {
        var file = _ownsStream && Source.Stream is FileStream stream ? MappedFile.TryMap(stream, length) : null;
        _ownsStream &= file is null;
        return file;
    }

    private static IndexFileReader Open(in FileSource source)
    {
        CheckByteOrder();
        var preamble = new byte[FileDirectory.PreambleSize];
        var read = source.Stream.ReadAtLeast(preamble, preamble.Length, throwOnEndOfStream: false);
        if (preamble.AsSpan(0, read).StartsWith(GitLfs.Start))
        {
            throw new IndexFileException(source.Name, GitLfs.Found, GitLfs.Needed);
        }

        if (read < preamble.Length)
        {
            throw new IndexFileException(
                source.Name, Guard.Text($"the file has {read} bytes"), Guard.Text($"an index file has {FileDirectory.Size(1)} or more"));
        }

        if (!preamble.AsSpan().StartsWith(Magic))
        {
            throw new IndexFileException(
                source.Name, "the file does not begin as an index file does", "open a file that an index of this library saved");
        }

        return BitConverter.ToUInt32(preamble, 8) switch
        {
            FileDirectory.Version => Version2Reader.Open(source, preamble),
            Version1Header.Version => Version1Reader.Open(source, preamble),
            var version => throw new IndexFileException(
                source.Name, Guard.Text($"the file has format version {version}"), Guard.Text(
                    $"this library reads versions {Version1Header.Version} to {FileDirectory.Version}")),
        };
    }
}

/// <summary>Where an index file is read from.</summary>
/// <param name="Stream">The stream; the file begins where it was.</param>
/// <param name="Name">The file's path, or what messages call it.</param>
/// <param name="Available">Bytes from the file's beginning to the stream's end; -1 where the stream does not say.</param>
/// <param name="IsWhole">Whether the stream is this file and nothing more.</param>
internal readonly record struct FileSource(Stream Stream, string Name, long Available, bool IsWhole);
