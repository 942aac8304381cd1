using PqGen.Common;

namespace PqGen.Vectors;

/// <content>Vectors that stay in their file.</content>
public static partial class VectorFile
{
    /// <summary>
    /// Maps the vectors of a file into memory, for an index to compare candidates with (<see cref="VectorIndex.AttachRows"/>): nothing but its head
    /// is read before they are.
    /// </summary>
    /// <param name="path">The file, of the kinds that <see cref="ReadFloats(string)"/> reads; .npy in C order.</param>
    /// <param name="rowOf">
    /// The row, 0 or more, in which the vector of an id lies; any other number for none. Called by all threads that search. Null where rows are
    /// numbered by id, as in an index to which the file was added without ids.
    /// </param>
    /// <returns>The vectors. Float32 as the processor has it, little-endian nearly everywhere, and float16 are read fastest.</returns>
    /// <remarks>
    /// While it is mapped, replace the file and do not write to it. Where it became shorter, whatever begins to read it throws; outside Windows a
    /// process that is reading what another cuts off at that moment ends.
    /// Components have to be finite.
    /// </remarks>
    /// <exception cref="VectorFileException">The file is empty, damaged, of another kind, or cannot be mapped.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static MappedVectors Map(string path, Func<long, long>? rowOf = null)
    {
        var stream = OpenFile(path);
        try
        {
            var layout = FloatLayout(path, stream);
            if (layout.ByColumns)
            {
                throw new VectorFileException(path, "an array in Fortran order", "rows need to lie together: save numpy.ascontiguousarray(x)");
            }

            var file = MappedFile.TryMap(stream, stream.Length) ?? throw new VectorFileException(
                path, "the system does not map the file into memory", "a file is needed that it maps, of a local file system");
            if (file.Length < layout.Start + (layout.Rows * layout.RowSize))
            {
                file.LetGo();
                throw new VectorFileException(path, "the file became shorter while it was read", "a file that is replaced, not written to");
            }

            return new MappedVectors(file, layout, rowOf);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }
}
