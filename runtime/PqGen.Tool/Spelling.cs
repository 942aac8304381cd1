namespace PqGen.Tool;

/// <summary>Finds the word that was meant.</summary>
internal static class Spelling
{
    /// <summary>
    /// The candidate that a mistyped word is nearest to, upper case and leading dashes aside; null when it resembles none. The distance counts
    /// letters inserted, left out, replaced, and neighbours swapped (optimal string alignment); a third of the word may be wrong.
    /// </summary>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        var mistyped = Bare(word);
        var (nearest, distance) = candidates.Select(candidate => (candidate, Distance(mistyped, Bare(candidate)))).MinBy(pair => pair.Item2);
        return nearest is not null && distance <= Math.Max(1, mistyped.Length / 3) && distance < mistyped.Length ? nearest : null;
    }

    private static string Bare(string word) => word.TrimStart('-').ToLowerInvariant();

    private static int Distance(string a, string b)
    {
        // distances[i, j] is that of the first i letters of a and the first j of b.
        var distances = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                distances[i, j] = i == 0 || j == 0 ? i + j : Step(a, b, i, j, distances);
            }
        }

        return distances[a.Length, b.Length];
    }

    private static int Step(string a, string b, int i, int j, int[,] distances)
    {
        var replaced = distances[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
        var step = Math.Min(replaced, Math.Min(distances[i - 1, j], distances[i, j - 1]) + 1);
        return i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] ? Math.Min(step, distances[i - 2, j - 2] + 1) : step;
    }
}
