using System.Runtime.InteropServices;
using System.Text;
using PqGen.Tool;
using PqGen.Vectors;

namespace PqGen.Tests.Storage;

/// <summary>
/// What is done with bytes that a fuzzer made: the library refuses them by its own exception, or what it makes of them can be used. Anything else
/// fails: another exception, a process that ends, memory out of proportion to the bytes, two ways of reading that do not agree.
/// </summary>
/// <remarks>tests/PqGen.Fuzz runs these under afl++; <see cref="CorpusTests"/> runs them on the inputs that found something.</remarks>
internal static class FuzzTargets
{
    /// <summary>The kinds of vector files; the first byte of an input chooses one.</summary>
    public static readonly string[] Extensions = [".npy", ".fvecs", ".bvecs", ".ivecs", ".fbin", ".u8bin", ".i8bin", ".ibin"];

    /// <summary>The kinds of files of named arrays; the first byte of an input chooses one.</summary>
    public static readonly string[] NamedExtensions = [".hdf5", ".parquet"];

    /// <summary>How much more memory such a file may ask for: its values may be compressed.</summary>
    private const int NamedFactor = 2048;

    /// <summary>Memory beyond what the bytes ask for: arrays that are made at their full size whatever a file holds, buffers of streams.</summary>
    private const long Spare = 6_000_000;

    /// <summary>Sections that are laid out anew: twice those of a file.</summary>
    private const int MostLaidOut = 24;

    private const int MagicSize = 8;
    private const int VersionSize = 4;
    private const int CountAt = 12;
    private const int ReservedAt = 24;

    private static readonly Dictionary<string, Action<TempFolder, byte[]>> s_targets = new(StringComparer.Ordinal)
    {
        ["index"] = Index,
        ["parts"] = Parts,
        ["faiss"] = Faiss,
        ["vectors"] = Vectors,
        ["named"] = Named,
    };

    public static IEnumerable<string> Names => s_targets.Keys;

    /// <summary>Runs one target.</summary>
    /// <param name="target">Its name.</param>
    /// <param name="folder">Where files are written; the same names each time.</param>
    /// <param name="bytes">The input.</param>
    public static void Run(string target, TempFolder folder, byte[] bytes) => s_targets[target](folder, bytes);

    /// <summary>An index file: looked at, verified, read, mapped, loaded, and used.</summary>
    private static void Index(TempFolder folder, byte[] bytes)
    {
        bytes = Sealed(bytes);
        var path = folder.File("changed.pqg");
        File.WriteAllBytes(path, bytes);
        var inspected = Accepts<IndexFileException>(bytes.Length, () => VectorIndex.Inspect(path));
        var verified = Accepts<IndexFileException>(bytes.Length, () => VectorIndex.Verify(path));
        var read = Usable.OrRefused(
            file => VectorIndex.Open(file, mapped: false), file => VectorIndex.Open(file, mapped: true), folder, bytes);
        Assert.True(inspected || !verified);
        Assert.Equal(verified, read);
    }

    /// <summary>An index file: taken apart, put together again, and merged with itself.</summary>
    private static void Parts(TempFolder folder, byte[] bytes)
    {
        var (source, low, high, whole) = (folder.File("source.pqg"), folder.File("low.pqg"), folder.File("high.pqg"), folder.File("whole.pqg"));
        File.WriteAllBytes(source, Sealed(bytes));
        var size = 4 * bytes.Length;
        if (Accepts<IndexFileException>(size, () => VectorIndex.Split(source, [(low, new(long.MinValue, 20)), (high, new(21, long.MaxValue))])))
        {
            VectorIndex.Merge(whole, [high, low]);
            Assert.Equal(VectorIndex.Inspect(source).Count, VectorIndex.Verify(whole).Count);
        }

        try
        {
            Accepts<IndexFileException>(size, () => VectorIndex.Merge(whole, [source, source]));
        }
        catch (ArgumentException exception) when (exception.ParamName == "sources")
        {
            // Ids of one's own are in both.
        }
    }

    /// <summary>A file of FAISS: taken, used, and written as FAISS's and as the library's own.</summary>
    private static void Faiss(TempFolder folder, byte[] bytes)
    {
        var (path, written) = (folder.File("changed.faiss"), folder.File("written.faiss"));
        File.WriteAllBytes(path, bytes);
        if (Usable.OrRefused(() => VectorIndex.ImportFaiss(path), path, bytes.Length))
        {
            using var index = VectorIndex.ImportFaiss(path);
            index.ExportFaiss(written);
            using var again = VectorIndex.ImportFaiss(written);
            Assert.Equal(index.Count, again.Count);
        }
    }

    /// <summary>A file of vectors, read in every way.</summary>
    private static void Vectors(TempFolder folder, byte[] bytes)
    {
        var path = folder.File("changed" + Extensions[(bytes.Length == 0 ? 0 : bytes[0]) % Extensions.Length]);
        File.WriteAllBytes(path, bytes.AsSpan(Math.Min(1, bytes.Length)));
        (long Count, int Dimension) shape = default;
        var hasShape = Accepts<VectorFileException>(bytes.Length, () => shape = VectorFile.ReadShape(path));
        VectorMatrix? floats = null;
        var areFloats = Accepts<VectorFileException>(bytes.Length, () => floats = VectorFile.ReadFloats(path));
        IntMatrix? ints = null;
        var areInts = Accepts<VectorFileException>(bytes.Length, () => ints = VectorFile.ReadInts(path));
        Assert.True(hasShape || !(areFloats || areInts));
        if (floats is not null)
        {
            Assert.Equal(shape, (floats.Count, floats.Dimension));
            var chunks = VectorFile.ReadChunks(path, rowsPerChunk: 3).SelectMany(chunk => chunk.ToArray()).ToArray();
            Assert.Equal(Bits(floats.Values), Bits(chunks));
            Assert.Equal(Bits(floats.Row(floats.Count - 1)), Bits(VectorFile.ReadFloats(path, floats.Count - 1, 1).Values));
        }

        if (ints is not null)
        {
            Assert.Equal(shape, (ints.Count, ints.Columns));
            Assert.Equal(ints.Row(0), VectorFile.ReadInts(path, 0, 1).Row(0));
        }
    }

    /// <summary>A file of arrays by name, as pqtool reads it through other libraries, which take some memory of their own.</summary>
    private static void Named(TempFolder folder, byte[] bytes)
    {
        var path = folder.File("changed" + NamedExtensions[(bytes.Length == 0 ? 0 : bytes[0]) % NamedExtensions.Length]);
        File.WriteAllBytes(path, bytes.AsSpan(Math.Min(1, bytes.Length)));

        // PureHDF takes memory for a length before it sees that the file is shorter; there is no limit to hold it to.
        var size = path.EndsWith(NamedExtensions[0], StringComparison.Ordinal) ? int.MaxValue : NamedFactor * (bytes.Length + NamedFactor);
        (long Count, int Dimension) shape = default;
        var hasShape = Accepts<VectorFileException>(size, () => shape = Inputs.Shape(path, DataRole.Base));
        VectorMatrix? floats = null;
        var areFloats = Accepts<VectorFileException>(size, () => floats = Inputs.Floats(path, DataRole.Base));
        Assert.True(hasShape || !areFloats);
        Accepts<VectorFileException>(size, () => Inputs.Ints(path, DataRole.Truth));
        if (floats is not null)
        {
            Assert.Equal(shape, (floats.Count, floats.Dimension));
            var chunks = Inputs.Chunks(path, DataRole.Base).SelectMany(chunk => chunk.ToArray()).ToArray();
            Assert.Equal(Bits(floats.Values), Bits(chunks));
        }
    }

    /// <summary>NaN is equal to itself, here.</summary>
    private static int[] Bits(ReadOnlySpan<float> values) => MemoryMarshal.Cast<float, int>(values).ToArray();

    /// <summary>Whether something is done, not refused, within memory in proportion to the input.</summary>
    private static bool Accepts<TException>(int length, Action action)
        where TException : DataFileException
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var accepts = true;
        try
        {
            action();
        }
        catch (TException)
        {
            accepts = false;
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (16L * length) + Spare);
        return accepts;
    }

    /// <summary>A fuzzer cannot guess checksums: they are made right, so that it comes to what lies behind them.</summary>
    private static byte[] Sealed(byte[] bytes)
    {
        var version = bytes.Length < MagicSize + VersionSize ? 0 : BitConverter.ToInt32(bytes, MagicSize);
        return version switch
        {
            1 when bytes.Length > Version1Bytes.HeaderSize => Version1Bytes.Sealed(bytes),
            2 when bytes.Length >= IndexFileBytes.PreambleSize => IndexFileBytes.Sealed(bytes[ReservedAt] == 0 ? bytes : LaidOut(bytes)),
            _ => bytes,
        };
    }

    /// <summary>
    /// Nor can it move sections: where a byte that has to be 0 is not, the sections that the directory names are laid out one behind the other, each
    /// with as much as there is of it, as a file has them.
    /// </summary>
    private static byte[] LaidOut(byte[] bytes)
    {
        var count = Math.Min(BitConverter.ToUInt32(bytes, CountAt), (uint)(bytes.Length - IndexFileBytes.PreambleSize) / IndexFileBytes.EntrySize);
        var sections = new List<(FileSection, byte[])>();
        for (var i = 0; i < Math.Min(count, MostLaidOut); i++)
        {
            var entry = bytes.AsSpan(IndexFileBytes.PreambleSize + (i * IndexFileBytes.EntrySize), IndexFileBytes.EntrySize);
            var (at, length) = (BitConverter.ToInt64(entry[8..]), BitConverter.ToInt64(entry[16..]));
            var (begin, alignment) = (Math.Clamp(at, 0, bytes.Length), BitConverter.ToInt32(entry[24..]));
            var contents = bytes.AsSpan((int)begin, (int)Math.Clamp(length, 0, bytes.Length - begin)).ToArray();
            var name = Encoding.Latin1.GetString(entry[..4]);
            sections.Add((new FileSection(name, BitConverter.ToUInt32(entry[4..]), 0, 0, alignment is > 0 and <= 4096 ? alignment : 64), contents));
        }

        return IndexFileBytes.File([.. sections]);
    }
}
