using PqGen.Tool.Formats;
using PqGen.Vectors;

namespace PqGen.Tool;

/// <summary>What a file of vectors is for: it decides which of several arrays in it is meant.</summary>
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
    public const int ChunkLength = 1 << 22;

    /// <summary>How many rows a file has, and of how many components.</summary>
    public static (long Count, int Dimension) Shape(string path, DataRole role) =>
        NamedData.Of(path) is var (reader, file, name) ? reader.Shape(file, name, role) : VectorFile.ReadShape(path);

    /// <summary>All vectors.</summary>
    public static VectorMatrix Floats(string path, DataRole role)
    {
        if (NamedData.Of(path) is null)
        {
            return VectorFile.ReadFloats(path);
        }

        var (count, dimension) = Shape(path, role);
        NamedData.CheckArray(path, count, dimension);
        return Floats(path, role, 0, (int)count);
    }

    /// <summary>Some of the vectors.</summary>
    public static VectorMatrix Floats(string path, DataRole role, long first, int count) => NamedData.Of(path) is var (reader, file, name)
        ? new VectorMatrix(reader.Shape(file, name, role).Dimension, reader.Floats(file, name, role, first, count))
        : VectorFile.ReadFloats(path, first, count);

    /// <summary>All rows of integers.</summary>
    public static IntMatrix Ints(string path, DataRole role) =>
        NamedData.Of(path) is var (reader, file, name) ? reader.Ints(file, name, role) : VectorFile.ReadInts(path);

    /// <summary>The vectors in chunks, each of which holds until the next is asked for.</summary>
    public static IEnumerable<ReadOnlyMemory<float>> Chunks(string path, DataRole role) => NamedData.Of(path) is var (reader, file, name)
        ? reader.Chunks(file, name, role)
        : VectorFile.ReadChunks(path, Math.Max(1, ChunkLength / Shape(path, role).Dimension));

    /// <summary>Some of the vectors in chunks.</summary>
    public static IEnumerable<ReadOnlyMemory<float>> Chunks(string path, DataRole role, long first, long count)
    {
        var (_, dimension) = Shape(path, role);
        if (NamedData.Of(path) is null)
        {
            var rows = Math.Max(1, ChunkLength / dimension);
            for (var row = first; row < first + count; row += rows)
            {
                yield return Floats(path, role, row, (int)Math.Min(rows, first + count - row)).Memory;
            }

            yield break;
        }

        long at = 0;
        foreach (var chunk in Chunks(path, role))
        {
            var rows = chunk.Length / dimension;
            var (from, to) = (Math.Max(0, first - at), Math.Min(rows, first + count - at));
            if (from < to)
            {
                yield return chunk.Slice((int)from * dimension, (int)(to - from) * dimension);
            }

            at += rows;
        }
    }
}
