using System;
using System.Text;

namespace PqGen.Generator.Emit;

/// <summary>
/// Writes indented C#: '\n' line ends only, no trailing spaces, so that output is the same to the byte on every machine.
/// </summary>
internal sealed class CodeWriter
{
    private const string Indentation = "    ";
    private readonly StringBuilder _text = new();
    private int _depth;

    /// <summary>Writes an empty line.</summary>
    public void Line() => _text.Append('\n');

    /// <summary>Writes one line, or each line of a raw string, at the current depth.</summary>
    public void Line(string text)
    {
        foreach (var line in text.Replace("\r\n", "\n").Split('\n'))
        {
            if (line.Length > 0)
            {
                for (var i = 0; i < _depth; i++)
                {
                    _text.Append(Indentation);
                }

                _text.Append(line);
            }

            _text.Append('\n');
        }
    }

    /// <summary>Writes a header line, an opening brace, and on disposal the closing one.</summary>
    public Block Braces(string header)
    {
        Line(header);
        return Braces();
    }

    /// <summary>Writes an opening brace and, on disposal, the closing one.</summary>
    public Block Braces()
    {
        Line("{");
        _depth++;
        return new Block(this);
    }

    public override string ToString() => _text.ToString();

    /// <summary>An open brace; disposing it writes the closing one.</summary>
    public readonly struct Block(CodeWriter writer) : IDisposable
    {
        public void Dispose()
        {
            writer._depth--;
            writer.Line("}");
        }
    }
}
