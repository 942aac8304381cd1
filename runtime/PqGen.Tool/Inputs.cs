using PqGen.Vectors;

namespace PqGen.Tool;

/// <summary>What a file of vectors is for.</summary>
internal enum DataRole
{
    Base,
    Queries,
    Truth,
}

/// <summary>Reads the files that commands are given.</summary>
internal static class Inputs
{
    /// <summary>Floats of a chunk: 16 megabytes, enough for threads to share.</summary>
    private const int ChunkLength = 1 << 22;

    /// <summary>How many rows a file has, and of how many components.</summary>
    public static (long Count, int Dimension) Shape(string path, DataRole role) => VectorFile.ReadShape(path);

    /// <summary>All vectors.</summary>
    public static VectorMatrix Floats(string path, DataRole role) => VectorFile.ReadFloats(path);

    /// <summary>Some of the vectors.</summary>
    public static VectorMatrix Floats(string path, DataRole role, long first, int count) => VectorFile.ReadFloats(path, first, count);

    /// <summary>All rows of integers.</summary>
    public static IntMatrix Ints(string path, DataRole role) => VectorFile.ReadInts(path);

    /// <summary>The vectors in chunks, each of which holds until the next is asked for.</summary>
    public static IEnumerable<ReadOnlyMemory<float>> Chunks(string path, DataRole role)
    {
        var (_, dimension) = Shape(path, role);
        return VectorFile.ReadChunks(path, Math.Max(1, ChunkLength / dimension));
    }

    /// <summary>Some of the vectors in chunks.</summary>
    public static IEnumerable<ReadOnlyMemory<float>> Chunks(string path, DataRole role, long first, long count)
    {
        var (_, dimension) = Shape(path, role);
        var rows = Math.Max(1, ChunkLength / dimension);
        for (var row = first; row < first + count; row += rows)
        {
            yield return Floats(path, role, row, (int)Math.Min(rows, first + count - row)).Memory;
        }
    }
}
