using System.Buffers.Binary;
using PqGen.Common;
using PqGen.Storage.Files;

namespace PqGen.Vectors;

/// <content>Writing.</content>
public static partial class VectorFile
{
    private const string FloatTargets = "vectors are written to .npy, .fvecs, .bvecs, .fbin, .u8bin or .i8bin";
    private const string IntTargets = "integers are written to .npy, .ivecs or .ibin";

    /// <summary>Writes vectors in the format that the extension names; a file in its place is replaced once the new one is whole.</summary>
    /// <param name="path">.npy (float32), .fvecs, .bvecs, .fbin, .u8bin or .i8bin.</param>
    /// <param name="count">Vectors, 1 or more: those of all chunks together.</param>
    /// <param name="dimension">Components of a vector, 1 or more.</param>
    /// <param name="chunks">Whole vectors each, float <c>[rows][dimension]</c>; read once, from the first on.</param>
    /// <param name="half">Whether a .npy file is to have float16, to which vectors are rounded.</param>
    /// <remarks>Takes a megabyte of memory beside the chunks.</remarks>
    /// <exception cref="ArgumentException">The chunks are not of whole vectors, or not of as many as stated.</exception>
    /// <exception cref="VectorFileException">
    /// The extension is not known, or a component is not one of the file's: bytes are whole numbers; the message names its place. The file is what it
    /// was.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written; it is what it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file may not be written to.</exception>
    public static void Write(string path, long count, int dimension, IEnumerable<ReadOnlyMemory<float>> chunks, bool half = false)
    {
        ArgumentNullException.ThrowIfNull(chunks);
        var extension = Extension(path);
        var type = extension switch
        {
            ".npy" => new ElementType(ElementKind.Float, half ? 2 : sizeof(float)),
            ".fvecs" or ".fbin" => new ElementType(ElementKind.Float, sizeof(float)),
            ".bvecs" or ".u8bin" => new ElementType(ElementKind.Unsigned, 1),
            ".i8bin" => new ElementType(ElementKind.Signed, 1),
            _ => throw new VectorFileException(path, $"the extension '{extension}' is not one of vectors", FloatTargets),
        };
        Write(path, extension, type, count, dimension, chunks, type.FromFloats);
    }

    /// <summary>Writes rows of integers, such as true neighbours, in the format that the extension names, as vectors are written.</summary>
    /// <param name="path">.npy (Int64), .ivecs or .ibin (both Int32).</param>
    /// <param name="rows">The rows.</param>
    /// <exception cref="VectorFileException">The extension is not known, or an integer is beyond Int32 where the file's are such.</exception>
    /// <exception cref="IOException">The file cannot be written; it is what it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file may not be written to.</exception>
    public static void WriteInts(string path, IntMatrix rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var extension = Extension(path);
        var type = new ElementType(ElementKind.Signed, extension == ".npy" ? sizeof(long) : sizeof(int));
        if (extension is not (".npy" or ".ivecs" or ".ibin"))
        {
            throw new VectorFileException(path, $"the extension '{extension}' is not one of integers", IntTargets);
        }

        Write<long>(path, extension, type, rows.Count, rows.Columns, [rows.Memory], type.FromInts);
    }

    private static void Write<T>(
        string path, string extension, ElementType type, long count, int columns, IEnumerable<ReadOnlyMemory<T>> chunks, ElementEncoder<T> encode)
        where T : struct
    {
        Guard.Range(columns, 1, int.MaxValue, "dimension", "components of a vector");
        Guard.Range(count, 1, extension is ".npy" or ".fvecs" or ".bvecs" or ".ivecs" ? long.MaxValue : uint.MaxValue, nameof(count), "vectors");
        var format = extension switch
        {
            ".npy" => new WrittenFormat(type, NpyFormat.Head(type, count, columns)),
            ".fvecs" or ".bvecs" or ".ivecs" => new WrittenFormat(type, [], HasHeads: true),
            _ => new WrittenFormat(type, BinFormat.Head((uint)count, (uint)columns)),
        };
        ReplacedFile.Write(path, stream =>
        {
            stream.Write(format.Preamble);
            var writer = new RowWriter<T>(stream, path, format, columns, encode);
            foreach (var chunk in chunks)
            {
                if (chunk.Length % columns != 0)
                {
                    throw new ArgumentException(
                        Guard.Text($"chunks: one has {chunk.Length} values; it needs whole vectors of {columns} components."), nameof(chunks));
                }

                writer.Write(chunk.Span);
            }

            if (writer.Rows != count)
            {
                throw new ArgumentException(
                    Guard.Text($"chunks have {writer.Rows} vectors; they need to have as many as count says, {count}."), nameof(chunks));
            }
        });
    }
}
