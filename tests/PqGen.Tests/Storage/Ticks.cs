namespace PqGen.Tests.Storage;

/// <summary>The system's clock, in a tick of which the length of a mapped file is looked at once.</summary>
internal static class Ticks
{
    /// <summary>Waits until what was found out in this tick is no longer believed.</summary>
    public static void Next()
    {
        var now = Environment.TickCount64;
        SpinWait.SpinUntil(() => Environment.TickCount64 != now);
    }
}
