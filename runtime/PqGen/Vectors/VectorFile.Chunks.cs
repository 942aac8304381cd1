using System.Runtime.CompilerServices;
using PqGen.Common;

namespace PqGen.Vectors;

/// <content>Files larger than memory, chunk by chunk.</content>
public static partial class VectorFile
{
    /// <summary>Floats of a chunk where the caller names no size: four megabytes.</summary>
    private const int ChunkLength = 1 << 20;

    /// <summary>How many rows a file has, and of how many components: its head is checked against its length, and no more is read.</summary>
    /// <param name="path">The file, of the kinds that <see cref="ReadFloats(string)"/> or <see cref="ReadInts(string)"/> read.</param>
    /// <exception cref="VectorFileException">The file is empty, damaged or of another kind.</exception>
    public static (long Count, int Dimension) ReadShape(string path)
    {
        using var file = OpenFile(path);
        var layout = Extension(path) switch
        {
            ".npy" => NpyFormat.AnyLayout(path, file),
            ".ivecs" or ".ibin" => IntLayout(path, file),
            _ => FloatLayout(path, file),
        };
        return (layout.Rows, layout.Columns);
    }

    /// <summary>Reads a file of vectors from its first to its last, in chunks: for training and adding from files larger than memory.</summary>
    /// <param name="path">The file, of the kinds that <see cref="ReadFloats(string)"/> reads.</param>
    /// <param name="rowsPerChunk">Vectors of a chunk, the last one's excepted; 0 stands for about four megabytes of them.</param>
    /// <returns>
    /// Chunks of whole vectors, float <c>[rows][Dimension]</c>. <b>All are the same memory</b>: a chunk holds until the next is asked for, so
    /// that reading takes one chunk of memory, however long the file is.
    /// </returns>
    /// <remarks>
    /// The file is checked when this is called, and opened anew by every enumeration. A .npy file in Fortran order is read in as many places for each
    /// chunk as it has columns: larger chunks make that less slow.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rowsPerChunk"/> is negative.</exception>
    /// <exception cref="VectorFileException">The file is empty, damaged or of another kind, or a chunk is too large for one array.</exception>
    public static IEnumerable<ReadOnlyMemory<float>> ReadChunks(string path, int rowsPerChunk = 0)
    {
        CheckChunks(path, rowsPerChunk);
        return Enumerate(path, rowsPerChunk);
    }

    /// <summary>The same for asynchronous use: chunks are read on threads of the pool.</summary>
    /// <param name="path">The file, of the kinds that <see cref="ReadFloats(string)"/> reads.</param>
    /// <param name="rowsPerChunk">Vectors of a chunk, the last one's excepted; 0 stands for about four megabytes of them.</param>
    /// <param name="cancellation">Ends it before the next chunk.</param>
    /// <inheritdoc cref="ReadChunks" path="/returns|/remarks|/exception"/>
    public static IAsyncEnumerable<ReadOnlyMemory<float>> ReadChunksAsync(
        string path, int rowsPerChunk = 0, CancellationToken cancellation = default)
    {
        CheckChunks(path, rowsPerChunk);
        return EnumerateAsync(path, rowsPerChunk, cancellation);
    }

    private static IEnumerable<ReadOnlyMemory<float>> Enumerate(string path, int rowsPerChunk)
    {
        using var file = OpenFile(path);
        var layout = FloatLayout(path, file);
        var (reader, chunk) = (FloatReader(file, layout), Chunk(layout, rowsPerChunk));
        for (long row = 0; row < layout.Rows; row += chunk.Length / layout.Columns)
        {
            var part = Part(layout, chunk, row);
            reader.Read(row, part.Span);
            yield return part;
        }
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<float>> EnumerateAsync(
        string path, int rowsPerChunk, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var file = OpenFile(path);
        var layout = FloatLayout(path, file);
        var (reader, chunk) = (FloatReader(file, layout), Chunk(layout, rowsPerChunk));
        for (long row = 0; row < layout.Rows; row += chunk.Length / layout.Columns)
        {
            var (first, part) = (row, Part(layout, chunk, row));
            await Task.Run(() => reader.Read(first, part.Span), cancellation).ConfigureAwait(false);
            yield return part;
        }
    }

    private static void CheckChunks(string path, int rowsPerChunk)
    {
        Guard.Range(rowsPerChunk, 0, int.MaxValue, nameof(rowsPerChunk), "vectors of a chunk, 0 for about four megabytes");
        using var file = OpenFile(path);
        FloatLayout(path, file).CheckArray(rowsPerChunk);
    }

    /// <summary>Memory for a chunk of whole rows, of no more than there are.</summary>
    private static float[] Chunk(RowLayout layout, int rowsPerChunk)
    {
        var rows = rowsPerChunk == 0 ? Math.Max(1, ChunkLength / layout.Columns) : rowsPerChunk;
        return new float[Math.Min(rows, layout.Rows) * layout.Columns];
    }

    /// <summary>As much of a chunk as there are rows from <paramref name="row"/> on.</summary>
    private static Memory<float> Part(RowLayout layout, float[] chunk, long row) =>
        chunk.AsMemory(0, (int)Math.Min(chunk.Length, (layout.Rows - row) * layout.Columns));
}
