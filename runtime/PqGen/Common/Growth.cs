namespace PqGen.Common;

/// <summary>How stores grow: exactly for the first load, by half afterwards, never beyond what they may hold.</summary>
internal static class Growth
{
    /// <summary>Room for at least <paramref name="needed"/> elements.</summary>
    /// <param name="current">The room there is.</param>
    /// <param name="needed">The room needed, at most <paramref name="most"/>.</param>
    /// <param name="most">The most that the store holds.</param>
    public static int Capacity(int current, int needed, int most) =>
        current == 0 ? needed : (int)Math.Min(most, Math.Max(needed, current + ((long)current / 2)));
}
