using System.Globalization;
using System.Text;

namespace PqGen.Tool;

/// <summary>
/// Writes to a terminal of so many columns: lines that are longer are broken at spaces, and go on below their second column, or a little further in.
/// A word that is longer than a line stays whole: no figure is cut.
/// </summary>
internal sealed class WrappingWriter(TextWriter terminal, int width) : TextWriter(CultureInfo.InvariantCulture)
{
    private const int Least = 20;
    private const int Deeper = 4;
    private readonly StringBuilder _line = new();

    /// <summary>Columns of the terminal.</summary>
    public int Width { get; } = Math.Max(Least, width);

    /// <inheritdoc/>
    public override Encoding Encoding => terminal.Encoding;

    private TextWriter Terminal => terminal;

    /// <summary>The output as it is where it is no terminal.</summary>
    public static TextWriter Of(TextWriter output, bool isTerminal) => isTerminal ? new WrappingWriter(output, Columns()) : output;

    /// <summary>Columns that a writer has; no limit where it is no terminal.</summary>
    public static int WidthOf(TextWriter output) => output is WrappingWriter wrapping ? wrapping.Width : int.MaxValue;

    /// <inheritdoc/>
    public override void Write(char value)
    {
        if (value != '\n')
        {
            _line.Append(value);
            return;
        }

        var line = _line.ToString().TrimEnd('\r');
        _line.Clear();
        foreach (var part in Wrap(line, Width))
        {
            terminal.WriteLine(part);
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        terminal.Write(_line);
        _line.Clear();
        terminal.Flush();
    }

    /// <summary>Where nothing is broken: for what other programs read, and for what moves the cursor.</summary>
    public static TextWriter Whole(TextWriter output) => output is WrappingWriter wrapping ? wrapping.Terminal : output;

    /// <summary>A line as lines of so many columns; JSON stays one.</summary>
    public static IEnumerable<string> Wrap(string line, int width)
    {
        if (line.Length <= width || line.StartsWith('{'))
        {
            return [line];
        }

        var text = line.TrimStart(' ');
        var indent = Math.Min(line.Length - text.Length, width / 2);
        var (parts, rest, hang) = (new List<string>(), new string(' ', indent) + text, Hang(line, width));
        while (rest.Length > width)
        {
            // The last space that fits; where the first word does not, the one behind it.
            var first = rest.Length - rest.TrimStart(' ').Length;
            var at = rest.LastIndexOf(' ', width);
            at = at > first ? at : rest.IndexOf(' ', first);
            if (at < 0)
            {
                break;
            }

            parts.Add(rest[..at].TrimEnd(' '));
            rest = new string(' ', hang) + rest[at..].TrimStart(' ');
        }

        parts.Add(rest);
        return parts;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Flush();
        }

        base.Dispose(disposing);
    }

    /// <summary>COLUMNS, which users and tests set, or what the terminal says of itself.</summary>
    private static int Columns()
    {
        var said = Environment.GetEnvironmentVariable("COLUMNS");
        if (int.TryParse(said, NumberStyles.None, CultureInfo.InvariantCulture, out var columns) && columns > 0)
        {
            return columns;
        }

        // 0 where a terminal does not know.
        return Console.WindowWidth > 0 ? Console.WindowWidth : int.MaxValue;
    }

    /// <summary>Where a line goes on: below its second column, if that leaves it half of the width.</summary>
    private static int Hang(string line, int width)
    {
        var indent = line.Length - line.TrimStart(' ').Length;
        var gap = line.IndexOf("  ", indent, StringComparison.Ordinal);
        if (gap > 0)
        {
            var second = gap;
            while (second < line.Length && line[second] == ' ')
            {
                second++;
            }

            if (second <= width / 2)
            {
                return second;
            }
        }

        return Math.Min(indent + Deeper, width / 2);
    }
}
