using System.Buffers.Binary;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Storage.Files;

/// <summary>The sections of an index file, in their order; those an index does not have are empty.</summary>
internal enum IndexSection
{
    /// <summary>float <c>[NList][Dimension]</c>.</summary>
    Centroids,

    /// <summary>float <c>[M][Ksub][Dsub]</c>.</summary>
    Codebooks,

    /// <summary>Int32 <c>[NList]</c>, vectors of each list.</summary>
    ListCounts,

    /// <summary>Int32 <c>[Count]</c>, list after list: each vector's position in the order of adding.</summary>
    Positions,

    /// <summary>Code blocks (<see cref="KernelLayout"/>), byte <c>[block][CodeSize][64]</c>, list after list; unused lanes are 0.</summary>
    Codes,

    /// <summary>Term blocks, UInt16 <c>[block][64]</c>, list after list; unused lanes are 0.</summary>
    Terms,

    /// <summary>Int64 <c>[Count]</c>, by position; empty where ids are the positions.</summary>
    Ids,

    /// <summary>float <c>[Count][Dimension]</c>: list after list in an inverted file of vectors, else by position.</summary>
    Vectors,
}

/// <summary>The header of an index file: what is in it, from which the length of every section follows.</summary>
/// <remarks>
/// <para>A file is little-endian and made of the header, 128 bytes; the sections, each padded with zeros to a multiple of 64 bytes, so
/// that every one begins where a cache line does; and the SHA-256 of all bytes before it. The header:</para>
/// <code>
///   0  8 bytes   "PqGenIx" and 0x1A
///   8  UInt32    version, 1
///  12  UInt32    kind: 1 flat, 2 IVF, 3 PQ, 4 IVFPQ
///  16  UInt32    metric: 0 squared L2, 1 inner product, 2 cosine
///  20  UInt32    Dimension
///  24  UInt32    M; 0 without codes
///  28  UInt32    Ksub; 0 without codes
///  32  UInt32    NList; 0 without lists
///  36  UInt32    flags: 1 own ids, 2 float32 vectors are kept, 4 and 8 how lists are found (0 automatic, 1 flat, 2 codes)
///  40  UInt64    Count
///  48  UInt64[8] bytes of each section, without padding
/// 112  Int32     exponent: all floats are the caller's times two to this; 0 but for vectors below 2^-40
/// 116  Int64     vectors ever added, the next automatic id; 0 stands for Count
/// 124  Int32     lists that a search probes by default; 0 for sqrt(2 NList), rounded up
/// </code>
/// </remarks>
internal readonly record struct IndexHeader(IndexShape Shape, int NList, bool OwnIds, bool KeepsVectors, int Exponent, long Count, long Blocks)
{
    public const int Size = 128;
    public const int HashSize = 32;
    public const int Alignment = 64;
    public const int SectionCount = 8;

    private const uint Version = 1;
    private const int LengthsAt = 48;
    private const int ExponentAt = 112;
    private const int AddedAt = 116;
    private const int DefaultNProbeAt = 124;

    /// <summary>The exponent of the smallest float, as far as 2^-40.</summary>
    private const int MaxExponent = 109;

    /// <summary>The most vectors an index can hold.</summary>
    private static readonly long s_maxCount = Array.MaxLength - KernelLayout.BlockSize;

    private static ReadOnlySpan<byte> Magic => "PqGenIx\u001A"u8;

    /// <summary>Vectors ever added, which is the next automatic id.</summary>
    public long Added { get; init; } = Count;

    /// <summary>Lists that a search probes by default; 0 for the usual number.</summary>
    public int DefaultNProbe { get; init; }

    /// <summary>How searches find the lists to probe.</summary>
    public CoarseSearch CoarseSearch { get; init; }

    /// <summary>Bytes of one vector's code; 0 without codes.</summary>
    public int CodeSize => Shape.HasCodes ? KernelLayout.CodeSize(Shape.M, Shape.Ksub) : 0;

    /// <summary>Bytes of a section, without padding.</summary>
    public long Length(IndexSection section) => section switch
    {
        IndexSection.Centroids => (long)NList * Shape.Dimension * sizeof(float),
        IndexSection.Codebooks => (long)Shape.Ksub * Shape.Dimension * sizeof(float),
        IndexSection.ListCounts => (long)NList * sizeof(int),
        IndexSection.Positions => Shape.HasLists ? Count * sizeof(int) : 0,
        IndexSection.Codes => Blocks * CodeSize * KernelLayout.BlockSize,
        IndexSection.Terms => Shape.HasTerms ? Blocks * KernelLayout.BlockSize * sizeof(ushort) : 0,
        IndexSection.Ids => OwnIds ? Count * sizeof(long) : 0,
        _ => KeepsVectors ? Count * Shape.Dimension * sizeof(float) : 0,
    };

    /// <summary>Where a section begins.</summary>
    public long Offset(IndexSection section)
    {
        long offset = Size;
        for (var before = IndexSection.Centroids; before < section; before++)
        {
            offset += Padded(Length(before));
        }

        return offset;
    }

    /// <summary>Bytes of the file.</summary>
    public long FileLength => Offset((IndexSection)SectionCount) + HashSize;

    public void Write(Span<byte> header)
    {
        header.Clear();
        Magic.CopyTo(header);
        ReadOnlySpan<int> fields = [
            (int)Version, (int)Shape.Kind, (int)Shape.Metric, Shape.Dimension, Shape.M, Shape.Ksub, NList,
            (OwnIds ? 1 : 0) | (KeepsVectors ? 2 : 0) | ((int)CoarseSearch << 2),
        ];
        for (var i = 0; i < fields.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(header[(8 + (4 * i))..], fields[i]);
        }

        BinaryPrimitives.WriteInt64LittleEndian(header[40..], Count);
        BinaryPrimitives.WriteInt32LittleEndian(header[ExponentAt..], Exponent);
        BinaryPrimitives.WriteInt64LittleEndian(header[AddedAt..], Added == Count ? 0 : Added);
        BinaryPrimitives.WriteInt32LittleEndian(header[DefaultNProbeAt..], DefaultNProbe);
        for (var section = 0; section < SectionCount; section++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(header[(LengthsAt + (8 * section))..], Length((IndexSection)section));
        }
    }

    /// <summary>Checks that a file begins as an index file of this version and is as long as its header says.</summary>
    public static void CheckFrame(string path, ReadOnlySpan<byte> header, long fileLength)
    {
        if (header.StartsWith(GitLfs.Start))
        {
            throw new IndexFileException(path, GitLfs.Found, GitLfs.Needed);
        }

        if (header.Length < Size || fileLength < Size + HashSize)
        {
            throw new IndexFileException(
                path, Guard.Text($"the file has {fileLength} bytes"), Guard.Text($"an index file has {Size + HashSize} or more"));
        }

        if (!header.StartsWith(Magic))
        {
            throw new IndexFileException(path, "the file does not begin as an index file does", "open a file that an index of this library saved");
        }

        if (Field(header, 8) is not Version and var version)
        {
            throw new IndexFileException(
                path, Guard.Text($"the file has format version {version}"), Guard.Text($"this library reads version {Version}"));
        }

        // Compared before they are added up: no sum can overflow.
        ulong total = Size + HashSize;
        for (var section = 0; section < SectionCount; section++)
        {
            var length = Long(header, LengthsAt + (8 * section));
            total += Math.Min(length, (ulong)fileLength + 1) + (Alignment - 1) & ~(ulong)(Alignment - 1);
        }

        if (total != (ulong)fileLength)
        {
            throw new IndexFileException(
                path,
                Guard.Text($"the file has {fileLength} bytes and its header describes {(total > (ulong)fileLength ? "more" : "fewer")}"),
                "a whole file; this one was cut off or is damaged");
        }
    }

    /// <summary>Reads and checks every field of a header that <see cref="CheckFrame"/> has passed.</summary>
    public static IndexHeader Read(string path, ReadOnlySpan<byte> header)
    {
        var kind = (IndexKind)Checked(path, header, 12, "kind", 1, 4);
        var metric = (Metric)Checked(path, header, 16, "metric", 0, (int)Metric.Cosine);
        var (hasCodes, hasLists) = (kind is IndexKind.Pq or IndexKind.IvfPq, kind is IndexKind.IvfFlat or IndexKind.IvfPq);
        var dimension = Checked(path, header, 20, "Dimension", 1, IndexLimits.MaxDimension);
        var m = Checked(path, header, 24, "M", hasCodes ? 1 : 0, hasCodes ? IndexLimits.MaxM : 0);
        var ksub = Checked(path, header, 28, "Ksub", hasCodes ? IndexLimits.MinKsub : 0, hasCodes ? IndexLimits.MaxKsub : 0);
        var nlist = Checked(path, header, 32, "NList", hasLists ? 1 : 0, hasLists ? Array.MaxLength / dimension : 0);
        var flags = Checked(path, header, 36, "flags", hasCodes ? 0 : 2, 3 + ((int)(hasCodes && hasLists && nlist >= ksub ? CoarseSearch.Codes : hasLists ? CoarseSearch.Flat : 0) << 2));
        if (hasCodes && dimension % m != 0)
        {
            throw new IndexFileException(path, Guard.Text($"M is {m}"), Guard.Text($"it has to divide the Dimension {dimension}"));
        }

        var count = Long(header, 40);
        if (count > (ulong)s_maxCount)
        {
            throw new IndexFileException(path, Guard.Text($"Count is {count}"), Guard.Text($"0 to {s_maxCount} vectors"));
        }

        var added = Long(header, AddedAt);
        if (added != 0 && (added < count || added > long.MaxValue || (flags & 1) == 0))
        {
            throw new IndexFileException(
                path, Guard.Text($"{added} vectors were ever added"), Guard.Text($"{count} or more, and own ids where it is more; or 0 for {count}"));
        }

        var codes = Long(header, LengthsAt + (8 * (int)IndexSection.Codes));
        var blockBytes = hasCodes ? (ulong)KernelLayout.CodeSize(m, ksub) * KernelLayout.BlockSize : 1;
        var exponent = Checked(path, header, ExponentAt, "exponent", 0, MaxExponent);
        var shape = new IndexShape(kind, dimension, m, ksub) { Metric = metric };
        var read = new IndexHeader(
            shape, nlist, (flags & 1) != 0, (flags & 2) != 0, exponent, (long)count, hasCodes ? (long)(codes / blockBytes) : 0)
        {
            Added = added == 0 ? (long)count : (long)added,
            DefaultNProbe = Checked(path, header, DefaultNProbeAt, "default NProbe", 0, nlist),
            CoarseSearch = (CoarseSearch)(flags >> 2),
        };
        for (var section = IndexSection.Centroids; section < (IndexSection)SectionCount; section++)
        {
            if (Long(header, LengthsAt + (8 * (int)section)) is var length && length != (ulong)read.Length(section))
            {
                throw new IndexFileException(
                    path,
                    Guard.Text($"section {section} has {length} bytes"),
                    Guard.Text($"{read.Length(section)} bytes for {count} vectors of {read.Shape}"));
            }
        }

        return read;
    }

    private static long Padded(long length) => (length + Alignment - 1) / Alignment * Alignment;

    private static uint Field(ReadOnlySpan<byte> header, int at) => BinaryPrimitives.ReadUInt32LittleEndian(header[at..]);

    private static ulong Long(ReadOnlySpan<byte> header, int at) => BinaryPrimitives.ReadUInt64LittleEndian(header[at..]);

    private static int Checked(string path, ReadOnlySpan<byte> header, int at, string name, int min, int max)
    {
        var found = Field(header, at);
        return found >= min && found <= max ? (int)found : throw new IndexFileException(
            path, Guard.Text($"{name} is {found}"), Guard.Text($"{min} to {max}"));
    }
}
