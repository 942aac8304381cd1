namespace PqGen.Storage;

/// <summary>How stores grow: exactly for the first load, by half afterwards.</summary>
internal static class Growth
{
    public static long Capacity(long current, long needed, long unit)
    {
        var target = current == 0 ? needed : Math.Max(needed, current + (current / 2));
        return (target + unit - 1) / unit * unit;
    }
}
