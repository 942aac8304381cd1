using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace PqGen.Vectors;

/// <summary>
/// The header of a .npy file (NumPy enhancement proposal 1): the magic bytes, a version, a length, and a Python dictionary of the element
/// type, the order and the shape.
/// </summary>
/// <param name="Descr">The element type, such as <c>&lt;f4</c>; null when it is a structure of several fields.</param>
/// <param name="FortranOrder">Whether columns, not rows, lie together.</param>
/// <param name="Shape">The lengths of the axes, outermost first.</param>
/// <param name="DataOffset">Where the elements start.</param>
internal sealed record NpyHeader(string? Descr, bool FortranOrder, IReadOnlyList<long> Shape, long DataOffset)
{
    /// <summary>Longer than any header of a plain array, so that a damaged length is not believed.</summary>
    private const int MaxHeaderLength = 1 << 16;

    private const string NotNpy = "a .npy file written by numpy.save is needed";

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads the header and leaves the stream at the first element.</summary>
    public static NpyHeader Read(string path, FileStream stream)
    {
        Span<byte> start = stackalloc byte[Magic.Length + 2];
        if (stream.Length < start.Length)
        {
            throw new VectorFileException(path, $"the file has {stream.Length} bytes, less than the start of a header", NotNpy);
        }

        VectorFile.ReadExactly(path, stream, start);
        if (!start.StartsWith(Magic))
        {
            throw new VectorFileException(path, "the file does not start with the magic bytes \\x93NUMPY", NotNpy);
        }

        var major = start[Magic.Length];
        var minor = start[Magic.Length + 1];
        if (major is < 1 or > 3 || minor != 0)
        {
            throw new VectorFileException(path, $"format version {major}.{minor}", "versions 1.0, 2.0 and 3.0 are read");
        }

        Span<byte> lengthBytes = stackalloc byte[major == 1 ? sizeof(ushort) : sizeof(uint)];
        if (stream.Length - stream.Position < lengthBytes.Length)
        {
            throw new VectorFileException(path, "the file ends inside its header", NotNpy);
        }

        VectorFile.ReadExactly(path, stream, lengthBytes);
        var length = major == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(lengthBytes) : BinaryPrimitives.ReadUInt32LittleEndian(lengthBytes);
        var left = stream.Length - stream.Position;
        if (length > left)
        {
            throw new VectorFileException(path, $"the header says that it is {length} bytes long, but {left} follow", NotNpy);
        }

        if (length > MaxHeaderLength)
        {
            throw new VectorFileException(path, $"the header says that it is {length} bytes long", $"at most {MaxHeaderLength} are read");
        }

        var text = new byte[length];
        VectorFile.ReadExactly(path, stream, text);
        var parser = new Parser(path, (major == 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(text));
        return parser.Dictionary(stream.Position);
    }

    /// <summary>Reads the header's dictionary: only what numpy.save writes there, in any order and spacing.</summary>
    private sealed class Parser(string path, string text)
    {
        private int _at;

        public NpyHeader Dictionary(long dataOffset)
        {
            string? descr = null;
            var hasDescr = false;
            bool? fortranOrder = null;
            List<long>? shape = null;
            List<long> inner = [];
            Expect('{');
            while (!Accept('}'))
            {
                var key = String();
                Expect(':');
                switch (key)
                {
                    case "descr" when !hasDescr:
                        hasDescr = true;
                        (descr, inner) = Peek() switch { '[' => (SkipList(), inner), '(' => SubArray(), _ => (String(), inner) };
                        break;
                    case "fortran_order" when fortranOrder is null:
                        fortranOrder = Boolean();
                        break;
                    case "shape" when shape is null:
                        shape = Tuple();
                        break;
                    default:
                        throw Bad($"the key '{Shorten(key)}'");
                }

                if (!Accept(','))
                {
                    Expect('}');
                    break;
                }
            }

            if (Peek() != '\0')
            {
                throw Bad("text behind the dictionary");
            }

            if (!hasDescr || fortranOrder is null || shape is null)
            {
                throw Bad("no 'descr', 'fortran_order' or 'shape'");
            }

            // An element that is an array itself lies by rows; of one axis, both orders are the same.
            return new NpyHeader(descr, fortranOrder.Value && !(inner.Count > 0 && shape.Count == 1), [.. shape, .. inner], dataOffset);
        }

        private static string Shorten(string value) => value.Length <= 40 ? value : value[..40] + "...";

        private VectorFileException Bad(string found) =>
            new(path, $"the header has {found}: \"{Shorten(text.Trim())}\"", NotNpy);

        /// <summary>The next character that is not white space, or a zero at the end.</summary>
        private char Peek()
        {
            while (_at < text.Length && text[_at] is ' ' or '\n' or '\t' or '\r')
            {
                _at++;
            }

            return _at < text.Length ? text[_at] : '\0';
        }

        private bool Accept(char c)
        {
            if (Peek() != c)
            {
                return false;
            }

            _at++;
            return true;
        }

        private void Expect(char c)
        {
            if (!Accept(c))
            {
                throw Bad($"no '{c}' at position {_at}");
            }
        }

        private string String()
        {
            var quote = Peek();
            var end = quote is '\'' or '"' ? _at + 1 : text.Length;
            while (end < text.Length && text[end] != quote)
            {
                end += text[end] == '\\' ? 2 : 1;
            }

            if (end >= text.Length)
            {
                throw Bad($"no string at position {_at}");
            }

            var value = text[(_at + 1)..end];
            _at = end + 1;
            return value;
        }

        private bool Boolean()
        {
            Peek();
            foreach (var word in (ReadOnlySpan<string>)["True", "False"])
            {
                if (string.CompareOrdinal(text, _at, word, 0, word.Length) != 0)
                {
                    continue;
                }

                _at += word.Length;
                return word == "True";
            }

            throw Bad($"neither True nor False at position {_at}");
        }

        private List<long> Tuple()
        {
            var values = new List<long>();
            Expect('(');
            while (!Accept(')'))
            {
                values.Add(Integer());
                if (!Accept(','))
                {
                    Expect(')');
                    break;
                }
            }

            return values;
        }

        private long Integer()
        {
            Peek();
            var start = _at;
            while (_at < text.Length && char.IsAsciiDigit(text[_at]))
            {
                _at++;
            }

            if (!long.TryParse(text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                throw Bad($"no length of an axis at position {start}");
            }

            if (_at < text.Length && text[_at] == 'L')
            {
                _at++; // Python 2 wrote 10L.
            }

            return value;
        }

        /// <summary>
        /// The type and the axes of elements that are arrays, such as <c>('&lt;f4', (3,))</c>; no type where it has several fields.
        /// </summary>
        private (string? Descr, List<long> Shape) SubArray()
        {
            Expect('(');
            var descr = Peek() == '[' ? SkipList() : String();
            Expect(',');
            var shape = Peek() == '(' ? Tuple() : [Integer()];
            _ = Accept(',');
            Expect(')');
            return (descr, shape);
        }

        /// <summary>Passes over the field list of a structured type, which is not read further.</summary>
        private string? SkipList()
        {
            var depth = 0;
            do
            {
                var c = Peek();
                if (c is '\'' or '"')
                {
                    // A field's name may have brackets.
                    _ = String();
                    continue;
                }

                if (c == '\0')
                {
                    throw Bad("a list that does not end");
                }

                depth += c switch { '[' or '(' => 1, ']' or ')' => -1, _ => 0 };
                _at++;
            }
            while (depth > 0);
            return null;
        }
    }
}
