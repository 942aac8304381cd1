using PqGen.Vectors;

namespace PqGen.Tool.Formats;

/// <summary>A file that holds several arrays by name: HDF5 datasets, Parquet columns.</summary>
internal interface INamedData
{
    /// <summary>Rows and components of the array.</summary>
    (long Count, int Dimension) Shape(string path, string? name, DataRole role);

    /// <summary>Some of its rows as floats, <c>[count][Dimension]</c>.</summary>
    float[] Floats(string path, string? name, DataRole role, long first, int count);

    /// <summary>All of its rows in chunks, as they lie in the file.</summary>
    IEnumerable<ReadOnlyMemory<float>> Chunks(string path, string? name, DataRole role);

    /// <summary>All of its rows as integers.</summary>
    IntMatrix Ints(string path, string? name, DataRole role);
}

/// <summary>Finds the reader of a file by its extension, and the array's name behind it: <c>FILE</c> or <c>FILE:NAME</c>.</summary>
internal static class NamedData
{
    /// <summary>What messages and help say of such files.</summary>
    public const string Help = "or .hdf5 or .parquet, of which FILE:NAME takes another dataset or column than train, test, neighbors or the first";

    /// <summary>Values that a byte of a file may stand for: what is compressed further are no vectors.</summary>
    private const int MostPerByte = 1024;

    private const string LfsStart = "version https://git-lfs.github.com/spec/";

    private static readonly Dictionary<string, INamedData> s_readers = new(StringComparer.OrdinalIgnoreCase)
    {
        [".hdf5"] = new Hdf5Data(), [".h5"] = new Hdf5Data(), [".parquet"] = new ParquetData(),
    };

    /// <summary>The reader of a file; null where it holds one array alone.</summary>
    public static (INamedData Reader, string Path, string? Name)? Of(string path)
    {
        if (s_readers.TryGetValue(Path.GetExtension(path), out var reader))
        {
            return (reader, path, null);
        }

        var colon = path.LastIndexOf(':');
        return colon > 0 && s_readers.TryGetValue(Path.GetExtension(path[..colon]), out reader)
            ? (reader, path[..colon], path[(colon + 1)..])
            : null;
    }

    /// <summary>Reads, and makes of whatever goes wrong inside a reader an exception that names the file.</summary>
    public static T Read<T>(string path, string format, Func<T> read)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"Could not find file '{Path.GetFullPath(path)}'.");
        }

        using (var stream = File.OpenText(path))
        {
            var start = new char[LfsStart.Length];
            if (stream.ReadBlock(start) == start.Length && start.AsSpan().SequenceEqual(LfsStart))
            {
                throw new VectorFileException(
                    path, "this is a Git LFS pointer, which stands for the file until it is fetched", "fetch the file itself with 'git lfs pull'");
            }
        }

        try
        {
            return read();
        }
        catch (Exception e) when (e is not (VectorFileException or ToolException or UsageException))
        {
            throw new VectorFileException(
                path, $"it cannot be read as {format} ({e.Message.Split('\n')[0].TrimEnd('.', '\r')})", $"a whole {format} file");
        }
    }

    /// <summary>Refuses an array of which a damaged file says that it is larger than the file can hold, before memory is taken for it.</summary>
    public static void CheckStated(string path, long values)
    {
        var length = new FileInfo(path).Length;
        if (values < 0 || values / MostPerByte > length)
        {
            throw new VectorFileException(path, $"{values} values in a file of {length} bytes", $"at most {MostPerByte} of each byte are read");
        }
    }

    /// <summary>Refuses a range of rows that one array does not hold.</summary>
    public static void CheckArray(string path, long count, int dimension)
    {
        if (count * dimension > Array.MaxLength)
        {
            throw new VectorFileException(
                path,
                $"{count} x {dimension} values",
                $"one array holds at most {Array.MaxLength}: take fewer rows, or a command that reads in parts");
        }
    }
}
