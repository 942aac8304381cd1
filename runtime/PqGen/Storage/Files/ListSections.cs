namespace PqGen.Storage.Files;

/// <summary>The sections of an inverted file: how many vectors each list has, and their positions.</summary>
internal static class ListSections
{
    public static void WritePositions(IndexFileWriter writer, int nlist, Func<int, int> countOf, Func<int, int[]> positionsOf)
    {
        writer.Begin(IndexSection.ListCounts);
        writer.Write<int>(Enumerable.Range(0, nlist).Select(countOf).ToArray());
        writer.Begin(IndexSection.Positions);
        for (var list = 0; list < nlist; list++)
        {
            writer.Write<int>(positionsOf(list).AsSpan(0, countOf(list)));
        }
    }

    /// <summary>How many vectors each list has.</summary>
    public static int[] ReadCounts(IndexFileReader reader)
    {
        var counts = reader.ReadArray<int>(IndexSection.ListCounts);
        CheckCounts(reader, counts);
        return counts;
    }

    /// <summary>The positions of each list, over all lists every position once, with room for whole units.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="counts">int <c>[NList]</c>, as <see cref="ReadCounts"/> returns them.</param>
    /// <param name="unit">What the length of an array is a multiple of: 64 beside code blocks, else 1.</param>
    public static int[][] ReadPositions(IndexFileReader reader, ReadOnlySpan<int> counts, int unit)
    {
        reader.Begin(IndexSection.Positions);
        var count = (int)reader.Header.Count;
        var seen = new ulong[(count + 63) / 64];
        var positions = new int[counts.Length][];
        for (var list = 0; list < counts.Length; list++)
        {
            positions[list] = new int[Growth.Capacity(0, counts[list], unit)];
            var used = positions[list].AsSpan(0, counts[list]);
            reader.Read(used);
            foreach (var position in used)
            {
                if ((uint)position >= (uint)count || (seen[position / 64] & (1UL << position)) != 0)
                {
                    throw reader.Damaged(IndexSection.Positions, Guard.Text($"list {list} holds position {position}"), Guard.Text($"each position of 0 to {count - 1} is there once"));
                }

                seen[position / 64] |= 1UL << position;
            }
        }

        return positions;
    }

    private static void CheckCounts(IndexFileReader reader, ReadOnlySpan<int> counts)
    {
        long sum = 0;
        foreach (var count in counts)
        {
            sum += count;
            if (count < 0 || sum > reader.Header.Count)
            {
                break;
            }
        }

        if (sum != reader.Header.Count || counts.ContainsAnyExceptInRange(0, int.MaxValue))
        {
            throw reader.Damaged(IndexSection.ListCounts, "the lists' counts do not add up", Guard.Text($"counts of 0 or more with a sum of {reader.Header.Count}"));
        }
    }
}
