using PqGen.Common;
using PqGen.Storage.Files;

namespace PqGen.Vectors;

/// <summary>
/// Reads the files that vectors come in, chosen by the extension: NumPy's <c>.npy</c>, the <c>.fvecs</c>, <c>.bvecs</c> and
/// <c>.ivecs</c> of the INRIA data sets (Jegou, Douze, Schmid 2011), and the <c>.fbin</c>, <c>.u8bin</c>, <c>.i8bin</c> and <c>.ibin</c>
/// of the billion-scale benchmarks (Simhadri et al. 2022). Every length is checked against the file before memory is reserved.
/// </summary>
/// <remarks>
/// What a file must not hold is answered with <see cref="VectorFileException"/>. A file that is missing or may not be opened is answered with the
/// exceptions of <see cref="FileStream"/>. NaN and infinity are passed on: <see cref="VectorMatrix.TryFindNonFinite"/> finds them.
/// </remarks>
public static partial class VectorFile
{
    private const int BufferSize = 1 << 20;

    /// <summary>Heads are read through a stream; rows past it.</summary>
    private const int HeadBufferSize = 1 << 12;
    private const string FloatFiles = "vectors are read from .npy, .fvecs, .bvecs, .fbin, .u8bin or .i8bin";
    private const string IntFiles = "integers are read from .npy, .ivecs or .ibin";

    /// <summary>
    /// Reads vectors: .npy of float16, bfloat16, float32, float64 (rounded to float32), int8 or uint8 in either order of bytes and of axes,
    /// .fvecs, .bvecs, .fbin, .u8bin or .i8bin.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <returns>At least one vector of at least one component.</returns>
    /// <exception cref="VectorFileException">The file is empty, damaged, of another kind, or too large for one array.</exception>
    public static VectorMatrix ReadFloats(string path)
    {
        using var file = OpenFile(path);
        var layout = FloatLayout(path, file);
        return ReadFloats(file, layout, 0, layout.AllRows());
    }

    /// <summary>Reads some of the vectors of a file, which may be larger than memory.</summary>
    /// <param name="path">The file, of the kinds that <see cref="ReadFloats(string)"/> reads.</param>
    /// <param name="firstRow">The first vector, 0 or more.</param>
    /// <param name="count">Vectors, 0 or more.</param>
    /// <returns>As many vectors.</returns>
    /// <remarks>Reads no other rows. A .npy file in Fortran order is read in as many places as it has columns.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The file has no such rows; the message names the range found and the one needed.</exception>
    /// <exception cref="VectorFileException">The file is empty, damaged or of another kind, or the range is too large for one array.</exception>
    public static VectorMatrix ReadFloats(string path, long firstRow, int count)
    {
        using var file = OpenFile(path);
        var layout = FloatLayout(path, file);
        CheckRange(layout, firstRow, count);
        return ReadFloats(file, layout, firstRow, count);
    }

    /// <summary>
    /// Reads integers, such as true neighbours: .npy of int8 to int64 or uint8 to uint64, of which one axis is rows of one, .ivecs, or .ibin, whose
    /// distances are passed over.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <returns>At least one row of at least one integer.</returns>
    /// <exception cref="VectorFileException">The file is empty, damaged, of another kind, or too large for one array.</exception>
    public static IntMatrix ReadInts(string path)
    {
        using var file = OpenFile(path);
        var layout = IntLayout(path, file);
        return ReadInts(file, layout, 0, layout.AllRows());
    }

    /// <summary>Reads some of the rows of integers of a file, which may be larger than memory.</summary>
    /// <param name="path">The file, of the kinds that <see cref="ReadInts(string)"/> reads.</param>
    /// <param name="firstRow">The first row, 0 or more.</param>
    /// <param name="count">Rows, 0 or more.</param>
    /// <returns>As many rows.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The file has no such rows; the message names the range found and the one needed.</exception>
    /// <exception cref="VectorFileException">The file is empty, damaged or of another kind, or the range is too large for one array.</exception>
    public static IntMatrix ReadInts(string path, long firstRow, int count)
    {
        using var file = OpenFile(path);
        var layout = IntLayout(path, file);
        CheckRange(layout, firstRow, count);
        return ReadInts(file, layout, firstRow, count);
    }

    /// <summary>Writes vectors as .npy version 1.0, little-endian, C order; a file in its place is replaced whole, or stays.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dimension">Components of a vector, 1 or more.</param>
    /// <param name="values">float <c>[count][dimension]</c>.</param>
    /// <param name="half">Whether to round to float16, at half the size.</param>
    /// <exception cref="ArgumentException">The length of <paramref name="values"/> is not a multiple of <paramref name="dimension"/>.</exception>
    public static void WriteNpy(string path, int dimension, ReadOnlySpan<float> values, bool half = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        if (values.Length % dimension != 0)
        {
            throw new ArgumentException($"{values.Length} values are not whole vectors of {dimension} components.", nameof(values));
        }

        var type = new ElementType(ElementKind.Float, half ? 2 : sizeof(float));
        var format = new WrittenFormat(type, NpyFormat.Head(type, values.Length / dimension, dimension));
        ReplacedFile.Write(path, values, (stream, rows) =>
        {
            stream.Write(format.Preamble);
            new RowWriter<float>(stream, path, format, dimension, type.FromFloats).Write(rows);
        });
    }

    /// <summary>Refuses rows that no array holds one of.</summary>
    internal static void CheckColumns(string path, long columns)
    {
        if (columns > Array.MaxLength)
        {
            throw new VectorFileException(path, $"rows of {columns} values", $"one array holds at most {Array.MaxLength} values");
        }
    }

    /// <summary>Reads exactly as many bytes as the span has; the file was long enough a moment ago.</summary>
    internal static void ReadExactly(string path, FileStream stream, Span<byte> bytes)
    {
        try
        {
            stream.ReadExactly(bytes);
        }
        catch (EndOfStreamException e)
        {
            throw new VectorFileException($"{path}: the file ended while it was read; it may still be being written", e);
        }
    }

    private static VectorMatrix ReadFloats(FileStream file, RowLayout layout, long firstRow, int count)
    {
        layout.CheckArray(count);
        var values = GC.AllocateUninitializedArray<float>(count * layout.Columns);
        FloatReader(file, layout).Read(firstRow, values);
        return new VectorMatrix(layout.Columns, values);
    }

    private static IntMatrix ReadInts(FileStream file, RowLayout layout, long firstRow, int count)
    {
        layout.CheckArray(count);
        var values = GC.AllocateUninitializedArray<long>(count * layout.Columns);
        var range = Guard.Text($"integers up to {long.MaxValue} are read");
        new RowReader<long>(file.SafeFileHandle, layout, layout.Type.ToInts, range).Read(firstRow, values);
        return new IntMatrix(layout.Columns, values);
    }

    private static RowReader<float> FloatReader(FileStream file, RowLayout layout) =>
        new(file.SafeFileHandle, layout, layout.Type.ToFloats, Guard.Text($"float32 ends at {float.MaxValue}: scale the vectors"));

    private static RowLayout FloatLayout(string path, FileStream file)
    {
        var extension = Extension(path);
        return extension switch
        {
            ".npy" => NpyFormat.FloatLayout(path, file),
            ".fvecs" => VecsFormat.Layout(path, file, new ElementType(ElementKind.Float, sizeof(float))),
            ".bvecs" => VecsFormat.Layout(path, file, new ElementType(ElementKind.Unsigned, sizeof(byte))),
            ".fbin" => BinFormat.Layout(path, file, new ElementType(ElementKind.Float, sizeof(float))),
            ".u8bin" => BinFormat.Layout(path, file, new ElementType(ElementKind.Unsigned, sizeof(byte))),
            ".i8bin" => BinFormat.Layout(path, file, new ElementType(ElementKind.Signed, sizeof(sbyte))),
            ".ivecs" or ".ibin" => throw new VectorFileException(path, $"a file of integers ({extension})", FloatFiles),
            _ => throw new VectorFileException(path, $"the extension '{extension}' is not known", FloatFiles),
        };
    }

    private static RowLayout IntLayout(string path, FileStream file)
    {
        var extension = Extension(path);
        return extension switch
        {
            ".npy" => NpyFormat.IntLayout(path, file),
            ".ivecs" => VecsFormat.Layout(path, file, new ElementType(ElementKind.Signed, sizeof(int))),
            ".ibin" => BinFormat.Layout(path, file, new ElementType(ElementKind.Signed, sizeof(int)), mayHaveDistances: true),
            ".fvecs" or ".bvecs" or ".fbin" or ".u8bin" or ".i8bin" =>
                throw new VectorFileException(path, $"a file of vectors ({extension})", IntFiles),
            _ => throw new VectorFileException(path, $"the extension '{extension}' is not known", IntFiles),
        };
    }

    private static void CheckRange(RowLayout layout, long firstRow, int count)
    {
        Guard.Range(count, 0, int.MaxValue, nameof(count), "rows to read");
        if (firstRow < 0 || firstRow > layout.Rows - count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(firstRow),
                firstRow,
                Guard.Text($"firstRow is {firstRow} and count {count}, but {layout.Path} has {layout.Rows} rows: ")
                + Guard.Text($"firstRow needs to be 0 or more, and firstRow + count at most {layout.Rows}."));
        }
    }

    private static string Extension(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Path.GetExtension(path).ToLowerInvariant();
    }

    private static FileStream OpenFile(string path)
    {
        if (Directory.Exists(path))
        {
            throw new VectorFileException(path, "this is a folder", "a file is needed");
        }

        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, HeadBufferSize, FileOptions.SequentialScan);
        try
        {
            CheckContents(path, stream);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private static void CheckContents(string path, FileStream stream)
    {
        if (!stream.CanSeek)
        {
            throw new VectorFileException(path, "this is a pipe or a device, whose length is not known", "a file is needed");
        }

        if (stream.Length == 0)
        {
            throw new VectorFileException(path, "the file is empty", "it needs at least one row");
        }

        Span<byte> start = stackalloc byte[GitLfs.Start.Length];
        var length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (start[..length].SequenceEqual(GitLfs.Start))
        {
            throw new VectorFileException(path, GitLfs.Found, GitLfs.Needed);
        }

        stream.Position = 0;
    }
}
