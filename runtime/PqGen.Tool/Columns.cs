using System.Globalization;

namespace PqGen.Tool;

/// <summary>A column of a table.</summary>
/// <param name="Name">Its heading.</param>
/// <param name="Width">Characters; numbers end at the right, words start at the left.</param>
/// <param name="IsWord">Whether it holds words.</param>
/// <param name="Rank">What may be left out where the terminal is narrow: the highest first; 0 never.</param>
internal sealed record Column(string Name, int Width, bool IsWord = false, int Rank = 0);

/// <summary>The columns of a table, those that fit: a figure is shown whole or not at all.</summary>
internal sealed class Columns
{
    private const int Gap = 2;
    private readonly Column[] _all;
    private readonly bool[] _isShown;

    /// <summary>Leaves out what does not fit.</summary>
    /// <param name="width">Of the terminal.</param>
    /// <param name="all">Every column.</param>
    public Columns(int width, params Column[] all)
    {
        _all = all;
        _isShown = Array.ConvertAll(all, _ => true);
        while (Shown.Sum(column => column.Width + Gap) - Gap > width && Shown.Any(column => column.Rank > 0))
        {
            _isShown[Array.IndexOf(all, Shown.MaxBy(column => column.Rank))] = false;
        }
    }

    /// <summary>The names of what is left out.</summary>
    public IEnumerable<string> LeftOut => _all.Where((_, i) => !_isShown[i]).Select(column => column.Name);

    /// <summary>The headings.</summary>
    public string Heading => Line([.. _all.Select(column => column.Name)]);

    /// <summary>A row; a cell for each column, those left out too.</summary>
    public string Line(params object[] cells) =>
        string.Join(new string(' ', Gap), cells.Zip(_all, Padded).Where((_, i) => _isShown[i])).TrimEnd();

    /// <summary>What to print below the table where something is left out.</summary>
    public string? Note => LeftOut.ToArray() is { Length: > 0 } names
        ? $"(left out on a terminal this narrow: {string.Join(", ", names)})"
        : null;

    private IEnumerable<Column> Shown => _all.Where((_, i) => _isShown[i]);

    private static string Padded(object cell, Column column)
    {
        var text = Convert.ToString(cell, CultureInfo.InvariantCulture)!;
        return column.IsWord ? text.PadRight(column.Width) : text.PadLeft(column.Width);
    }
}
