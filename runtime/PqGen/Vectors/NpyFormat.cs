using System.Text;
using PqGen.Common;

namespace PqGen.Vectors;

/// <summary>NumPy's .npy format: two axes in either order, numbers in either byte order.</summary>
internal static class NpyFormat
{
    private const string FloatTypes = "float16, bfloat16, float32, float64, int8 and uint8 are read";
    private const string AnyTypes = "floats of 16 to 64 bits and integers of 8 to 64 are read";
    private const string IntTypes = "int8 to int64 and uint8 to uint64 are read";

    public static RowLayout FloatLayout(string path, FileStream stream)
    {
        var header = NpyHeader.Read(path, stream);
        var type = TypeOf(path, header, FloatTypes, "'<f4'", type => type.Kind is ElementKind.Float or ElementKind.BFloat16 || type.Size == 1);
        return Layout(path, stream, header, type);
    }

    public static RowLayout IntLayout(string path, FileStream stream)
    {
        var header = NpyHeader.Read(path, stream);
        var type = TypeOf(path, header, IntTypes, "'<i8'", type => type.Kind is ElementKind.Unsigned or ElementKind.Signed);
        return Layout(path, stream, Ids(header), type);
    }

    /// <summary>That of floats or of integers.</summary>
    public static RowLayout AnyLayout(string path, FileStream stream)
    {
        var header = NpyHeader.Read(path, stream);
        var type = TypeOf(path, header, AnyTypes, "'<f4'", _ => true);
        return Layout(path, stream, type.Kind is ElementKind.Unsigned or ElementKind.Signed ? Ids(header) : header, type);
    }

    /// <summary>Integers of one axis are rows of one: ids.</summary>
    private static NpyHeader Ids(NpyHeader header) => header.Shape.Count == 1 ? header with { Shape = [header.Shape[0], 1] } : header;

    /// <summary>
    /// The header of a file in C order: magic, version, length and dictionary fill whole runs of 64 bytes, as numpy.save writes them.
    /// </summary>
    public static byte[] Head(ElementType type, long rows, int columns)
    {
        var name = $"<{(type.Kind == ElementKind.Float ? 'f' : 'i')}{type.Size}";
        var dictionary = Guard.Text($"{{'descr': '{name}', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
        var length = ((10 + dictionary.Length + 1 + 63) / 64 * 64) - 10;
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)length, (byte)(length >> 8), .. Encoding.ASCII.GetBytes(dictionary.PadRight(length - 1) + '\n')];
    }

    /// <summary>The type of the elements, refused with what makes readable ones of them.</summary>
    private static ElementType TypeOf(string path, NpyHeader header, string read, string wanted, Predicate<ElementType> isRead)
    {
        if (header.Descr is not { } descr)
        {
            throw new VectorFileException(
                path,
                "elements of several fields",
                $"{read}: save numpy.lib.recfunctions.structured_to_unstructured(x, {wanted}).reshape(len(x), -1)");
        }

        if (Parse(descr) is { } type && isRead(type))
        {
            return type;
        }

        var advice = descr.AsSpan().TrimStart("<>|=") switch
        {
            "V2" => $"if they are bfloat16, save (x.view('<u2').astype('<u4') << 16).view('<f4').astype({wanted})",
            ['V', ..] => $"convert them where their type is known and save x.astype({wanted})",
            ['O', ..] => $"save numpy.stack(x).astype({wanted})",
            ['c', ..] => $"save numpy.concatenate([x.real, x.imag], axis=1).astype({wanted})",
            _ => $"save x.astype({wanted})",
        };
        throw new VectorFileException(path, $"elements of type '{descr}'", $"{read}: {advice}");
    }

    /// <summary>A type by NumPy's name of it; '&lt;V2' is what the bfloat16 of ml_dtypes is saved as, while plain bytes are '|V2'.</summary>
    private static ElementType? Parse(string descr)
    {
        if (descr is not [('<' or '>' or '|') and var order, .. var name] || (order == '|' && name is not ("u1" or "i1")))
        {
            return null;
        }

        var bigEndian = order == '>';
        return name switch
        {
            "f2" or "f4" or "f8" => new ElementType(ElementKind.Float, name[1] - '0', bigEndian),
            "u1" or "u2" or "u4" or "u8" => new ElementType(ElementKind.Unsigned, name[1] - '0', bigEndian),
            "i1" or "i2" or "i4" or "i8" => new ElementType(ElementKind.Signed, name[1] - '0', bigEndian),
            "V2" => new ElementType(ElementKind.BFloat16, 2, bigEndian),
            _ => null,
        };
    }

    /// <summary>Rows and columns, checked against the length of the file.</summary>
    private static RowLayout Layout(string path, FileStream stream, NpyHeader header, ElementType type)
    {
        var shape = $"({string.Join(", ", header.Shape)}{(header.Shape.Count == 1 ? "," : "")})";
        if (header.Shape.Count != 2)
        {
            throw new VectorFileException(
                path, $"an array of shape {shape}", "two axes are needed, rows and components: save x.reshape(rows, components)");
        }

        var (rows, columns) = (header.Shape[0], header.Shape[1]);
        if (rows == 0 || columns == 0)
        {
            throw new VectorFileException(path, $"an array of shape {shape}", "at least one row of one component is needed");
        }

        var found = stream.Length - header.DataOffset;
        var needed = (UInt128)(ulong)rows * (ulong)columns * (uint)type.Size;
        if (needed != (ulong)found)
        {
            throw new VectorFileException(
                path,
                Guard.Text($"shape {shape} of '{header.Descr}' takes {needed} bytes, but {found} follow the header"),
                needed > (ulong)found ? "the file is truncated" : "the file has bytes behind its last element");
        }

        VectorFile.CheckColumns(path, columns);
        return new RowLayout(path, type, rows, (int)columns, header.DataOffset, ByColumns: header.FortranOrder);
    }
}
