using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace PqGen.Vectors;

/// <summary>NumPy's .npy format: two axes, C order, little-endian numbers.</summary>
internal static class NpyFormat
{
    private const int ChunkLength = 1 << 16;
    private const string FloatTypes = "float32, float64 and float16 are read: save it with numpy.ascontiguousarray(x).astype('<f4')";
    private const string IntTypes = "int8 to int64 and uint8 to uint32 are read: save it with numpy.ascontiguousarray(x).astype('<i4')";

    public static VectorMatrix ReadFloats(string path, FileStream stream)
    {
        var header = NpyHeader.Read(path, stream);
        int size = ElementSize(path, header, FloatTypes, static descr => descr switch { "<f2" => 2, "<f4" => 4, "<f8" => 8, _ => 0 });
        (int rows, int columns) = Shape(path, stream, header, size, FloatTypes);
        var values = new float[rows * columns];
        switch (size)
        {
            case 2:
                ReadChunks<short>(path, stream, values.Length, (at, chunk) =>
                {
                    LittleEndian.ToHost(chunk);
                    for (int i = 0; i < chunk.Length; i++)
                        values[at + i] = (float)BitConverter.Int16BitsToHalf(chunk[i]);
                });
                break;

            case 4:
                for (Span<float> rest = values; !rest.IsEmpty; rest = rest[Math.Min(ChunkLength, rest.Length)..])
                {
                    Span<float> chunk = rest[..Math.Min(ChunkLength, rest.Length)];
                    VectorFile.ReadExactly(path, stream, MemoryMarshal.AsBytes(chunk));
                    LittleEndian.ToHost(MemoryMarshal.Cast<float, int>(chunk));
                }

                break;

            default:
                ReadChunks<long>(path, stream, values.Length, (at, chunk) =>
                {
                    LittleEndian.ToHost(chunk);
                    for (int i = 0; i < chunk.Length; i++)
                        values[at + i] = Narrow(path, BitConverter.Int64BitsToDouble(chunk[i]), (at + i) / columns, (at + i) % columns);
                });
                break;
        }

        return new VectorMatrix(columns, values);
    }

    public static IntMatrix ReadInts(string path, FileStream stream)
    {
        var header = NpyHeader.Read(path, stream);
        int size = ElementSize(path, header, IntTypes, static descr => descr switch
        {
            "|u1" or "|i1" => 1,
            "<u2" or "<i2" => 2,
            "<u4" or "<i4" => 4,
            "<i8" => 8,
            _ => 0,
        });
        (int rows, int columns) = Shape(path, stream, header, size, IntTypes);
        var values = new long[rows * columns];
        bool unsigned = header.Descr![1] == 'u';
        switch (size)
        {
            case 1:
                ReadChunks<byte>(path, stream, values.Length, (at, chunk) =>
                {
                    for (int i = 0; i < chunk.Length; i++)
                        values[at + i] = unsigned ? chunk[i] : (sbyte)chunk[i];
                });
                break;

            case 2:
                ReadChunks<short>(path, stream, values.Length, (at, chunk) =>
                {
                    LittleEndian.ToHost(chunk);
                    for (int i = 0; i < chunk.Length; i++)
                        values[at + i] = unsigned ? (ushort)chunk[i] : chunk[i];
                });
                break;

            case 4:
                ReadChunks<int>(path, stream, values.Length, (at, chunk) =>
                {
                    LittleEndian.ToHost(chunk);
                    for (int i = 0; i < chunk.Length; i++)
                        values[at + i] = unsigned ? (uint)chunk[i] : chunk[i];
                });
                break;

            default:
                ReadChunks<long>(path, stream, values.Length, (at, chunk) =>
                {
                    LittleEndian.ToHost(chunk);
                    chunk.CopyTo(values.AsSpan(at));
                });
                break;
        }

        return new IntMatrix(columns, values);
    }

    public static void Write(FileStream stream, int dimension, ReadOnlySpan<float> values, bool half)
    {
        // Magic, version, length and dictionary fill whole runs of 64 bytes, as numpy.save writes them.
        string type = half ? "<f2" : "<f4";
        string dictionary = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({values.Length / dimension}, {dimension}), }}";
        int headerLength = ((10 + dictionary.Length + 1 + 63) / 64 * 64) - 10;
        stream.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)headerLength, (byte)(headerLength >> 8)]);
        stream.Write(Encoding.ASCII.GetBytes(dictionary.PadRight(headerLength - 1) + '\n'));

        for (; !values.IsEmpty; values = values[Math.Min(ChunkLength, values.Length)..])
        {
            ReadOnlySpan<float> chunk = values[..Math.Min(ChunkLength, values.Length)];
            if (half)
            {
                var halves = new short[chunk.Length];
                for (int i = 0; i < halves.Length; i++)
                    halves[i] = BitConverter.HalfToInt16Bits((Half)chunk[i]);
                LittleEndian.ToHost(halves);
                stream.Write(MemoryMarshal.AsBytes(halves.AsSpan()));
            }
            else
            {
                int[] bits = MemoryMarshal.Cast<float, int>(chunk).ToArray();
                LittleEndian.ToHost(bits);
                stream.Write(MemoryMarshal.AsBytes(bits.AsSpan()));
            }
        }
    }

    private static int ElementSize(string path, NpyHeader header, string needed, Func<string, int> sizeOf)
    {
        if (header.Descr is null)
            throw new VectorFileException(path, "elements of several fields", needed);
        int size = sizeOf(header.Descr);
        if (size > 0)
            return size;
        string found = header.Descr.StartsWith('>') && sizeOf(string.Concat("<", header.Descr.AsSpan(1))) > 0
            ? $"big-endian elements ('{header.Descr}')"
            : $"elements of type '{header.Descr}'";
        throw new VectorFileException(path, found, needed);
    }

    /// <summary>Rows and columns, checked against the length of the file.</summary>
    private static (int Rows, int Columns) Shape(string path, FileStream stream, NpyHeader header, int elementSize, string howToSave)
    {
        string shape = $"({string.Join(", ", header.Shape)}{(header.Shape.Count == 1 ? "," : "")})";
        if (header.Shape.Count != 2)
            throw new VectorFileException(path, $"an array of shape {shape}", "two axes are needed, rows and components: save x.reshape(rows, components)");
        if (header.FortranOrder)
            throw new VectorFileException(path, "an array in Fortran order", $"C order is needed; {howToSave}");

        (long rows, long columns) = (header.Shape[0], header.Shape[1]);
        if (rows == 0 || columns == 0)
            throw new VectorFileException(path, $"an array of shape {shape}", "at least one row of one component is needed");

        long found = stream.Length - header.DataOffset;
        UInt128 needed = (UInt128)(ulong)rows * (ulong)columns * (uint)elementSize;
        if (needed != (ulong)found)
        {
            string bytes = needed.ToString(CultureInfo.InvariantCulture);
            throw new VectorFileException(
                path,
                $"shape {shape} of '{header.Descr}' takes {bytes} bytes, but {found} follow the header",
                needed > (ulong)found ? "the file is truncated" : "the file has bytes behind its last element");
        }

        _ = VectorFile.ArrayLength(path, rows, columns);
        return ((int)rows, (int)columns);
    }

    private delegate void ChunkReader<T>(int at, Span<T> chunk);

    private static void ReadChunks<T>(string path, FileStream stream, int count, ChunkReader<T> read)
        where T : unmanaged
    {
        var buffer = new T[Math.Min(count, ChunkLength)];
        for (int left = count; left > 0; left -= Math.Min(buffer.Length, left))
        {
            Span<T> chunk = buffer.AsSpan(0, Math.Min(buffer.Length, left));
            VectorFile.ReadExactly(path, stream, MemoryMarshal.AsBytes(chunk));
            read(count - left, chunk);
        }
    }

    private static float Narrow(string path, double value, int row, int component)
    {
        var narrow = (float)value;
        if (float.IsInfinity(narrow) && double.IsFinite(value))
        {
            throw new VectorFileException(
                path,
                string.Create(CultureInfo.InvariantCulture, $"row {row}, component {component} is {value}"),
                $"float32 ends at {float.MaxValue.ToString(CultureInfo.InvariantCulture)}: scale the vectors");
        }

        return narrow;
    }
}
