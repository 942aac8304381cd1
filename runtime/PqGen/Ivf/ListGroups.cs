namespace PqGen.Ivf;

/// <summary>Row numbers grouped by list, in their order. Costs in proportion to the rows, not to the lists.</summary>
internal sealed class ListGroups
{
    private readonly int[] _starts;
    private readonly int[] _rows;

    /// <param name="lists">The list of each row.</param>
    public ListGroups(ReadOnlySpan<int> lists)
    {
        // (list, row) as one number.
        var keys = new long[lists.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = ((long)lists[i] << 32) | (uint)i;
        }

        Array.Sort(keys);
        _rows = Array.ConvertAll(keys, key => (int)key);
        var groups = new List<(int List, int Start)>();
        for (var i = 0; i < keys.Length; i++)
        {
            var list = (int)(keys[i] >> 32);
            if (groups.Count == 0 || groups[^1].List != list)
            {
                groups.Add((list, i));
            }
        }

        Lists = [.. groups.Select(group => group.List)];
        _starts = [.. groups.Select(group => group.Start), keys.Length];
    }

    /// <summary>The lists that have rows, ascending.</summary>
    public int[] Lists { get; }

    /// <summary>How many rows each of them has.</summary>
    public int[] Counts => [.. Enumerable.Range(0, Lists.Length).Select(group => Rows(group).Length)];

    /// <summary>The rows of the g-th of these lists, ascending.</summary>
    public ReadOnlySpan<int> Rows(int group) => _rows.AsSpan(_starts[group].._starts[group + 1]);
}
