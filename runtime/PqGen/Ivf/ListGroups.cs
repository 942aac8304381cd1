namespace PqGen.Ivf;

/// <summary>Row numbers grouped by list, in their order: a counting sort of the assignments.</summary>
internal sealed class ListGroups
{
    private readonly int[] _starts;
    private readonly int[] _rows;

    public ListGroups(ReadOnlySpan<int> lists, int nlist)
    {
        _starts = new int[nlist + 1];
        _rows = new int[lists.Length];
        foreach (var list in lists)
        {
            _starts[list + 1]++;
        }

        for (var list = 0; list < nlist; list++)
        {
            _starts[list + 1] += _starts[list];
        }

        var next = _starts.AsSpan(0, nlist).ToArray();
        for (var i = 0; i < lists.Length; i++)
        {
            _rows[next[lists[i]]++] = i;
        }
    }

    /// <summary>The rows of a list, ascending.</summary>
    public ReadOnlySpan<int> Rows(int list) => _rows.AsSpan(_starts[list].._starts[list + 1]);
}
