using System.Diagnostics;

namespace PqGen.Benchmarks;

/// <summary>Times several pieces of work in turn, so that a machine that slows down slows all of them.</summary>
internal static class Stopwatches
{
    /// <summary>The best time of each piece of work, in seconds, over rounds in which each runs for about <paramref name="slice"/> seconds.</summary>
    public static double[] Best(int rounds, double slice, params Action[] works)
    {
        var best = new double[works.Length];
        var repeats = new int[works.Length];
        for (var w = 0; w < works.Length; w++)
        {
            works[w]();
            works[w]();
            var once = Time(works[w], 1);
            repeats[w] = (int)Math.Clamp(slice / once, 1, 1e6);
            best[w] = double.MaxValue;
        }

        for (var round = 0; round < rounds; round++)
        {
            for (var w = 0; w < works.Length; w++)
            {
                best[w] = Math.Min(best[w], Time(works[w], repeats[w]) / repeats[w]);
            }
        }

        return best;
    }

    private static double Time(Action work, int repeats)
    {
        var start = Stopwatch.GetTimestamp();
        for (var r = 0; r < repeats; r++)
        {
            work();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
