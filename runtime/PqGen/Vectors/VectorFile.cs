using PqGen.Common;

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
public static class VectorFile
{
    private const int BufferSize = 1 << 20;
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
        var extension = Extension(path);
        using FileStream stream = Open(path);
        return extension switch
        {
            ".npy" => NpyFormat.ReadFloats(path, stream),
            ".fvecs" => VecsFormat.ReadFvecs(path, stream),
            ".bvecs" => VecsFormat.ReadBvecs(path, stream),
            ".fbin" => BinFormat.ReadFloats(path, stream, new ElementType(ElementKind.Float, sizeof(float))),
            ".u8bin" => BinFormat.ReadFloats(path, stream, new ElementType(ElementKind.Unsigned, sizeof(byte))),
            ".i8bin" => BinFormat.ReadFloats(path, stream, new ElementType(ElementKind.Signed, sizeof(sbyte))),
            ".ivecs" or ".ibin" => throw new VectorFileException(path, $"a file of integers ({extension})", FloatFiles),
            _ => throw new VectorFileException(path, $"the extension '{extension}' is not known", FloatFiles),
        };
    }

    /// <summary>
    /// Reads integers, such as true neighbours: .npy of int8 to int64 or uint8 to uint64, .ivecs, or .ibin, whose distances are passed over.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <returns>At least one row of at least one integer.</returns>
    /// <exception cref="VectorFileException">The file is empty, damaged, of another kind, or too large for one array.</exception>
    public static IntMatrix ReadInts(string path)
    {
        var extension = Extension(path);
        using FileStream stream = Open(path);
        return extension switch
        {
            ".npy" => NpyFormat.ReadInts(path, stream),
            ".ivecs" => VecsFormat.ReadIvecs(path, stream),
            ".ibin" => BinFormat.ReadInts(path, stream),
            ".fvecs" or ".bvecs" or ".fbin" or ".u8bin" or ".i8bin" =>
                throw new VectorFileException(path, $"a file of vectors ({extension})", IntFiles),
            _ => throw new VectorFileException(path, $"the extension '{extension}' is not known", IntFiles),
        };
    }

    /// <summary>Writes vectors as .npy version 1.0, little-endian, C order; a file in its place is replaced.</summary>
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

        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, BufferSize);
        NpyFormat.Write(stream, dimension, values, half);
    }

    /// <summary>The length of an array, once the caller has checked it against the file; refuses what no array can hold.</summary>
    internal static int ArrayLength(string path, long rows, long columns)
    {
        if (rows > Array.MaxLength / columns)
        {
            throw new VectorFileException(path, $"{rows} x {columns} values", $"one array holds at most {Array.MaxLength} values: split the file");
        }

        return (int)(rows * columns);
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

    private static string Extension(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Path.GetExtension(path).ToLowerInvariant();
    }

    private static FileStream Open(string path)
    {
        if (Directory.Exists(path))
        {
            throw new VectorFileException(path, "this is a folder", "a file is needed");
        }

        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize, FileOptions.SequentialScan);
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
