using System.Diagnostics;

namespace PqGen.Benchmarks;

/// <summary>Times several pieces of work in turn, so that a machine that slows down slows all of them.</summary>
internal static class Stopwatches
{
    /// <summary>The best time of each piece of work, in seconds, over rounds in which each runs for about <paramref name="slice"/> seconds.</summary>
    public static double[] Best(int rounds, double slice, params Action[] works)
    {
        var best = new double[works.Length];
        var repeats = Array.ConvertAll(works, work => Repeats(work, slice));
        Array.Fill(best, double.MaxValue);
        for (var round = 0; round < rounds; round++)
        {
            for (var w = 0; w < works.Length; w++)
            {
                best[w] = Math.Min(best[w], Time(works[w], repeats[w]) / repeats[w]);
            }
        }

        return best;
    }

    /// <summary>
    /// The time of one piece of work over that of another: the median of the ratios of adjacent slices. Where memory is the limit and others use it, too, the
    /// best times of two pieces are of different moments; slices side by side share theirs.
    /// </summary>
    public static double Ratio(int rounds, double slice, Action numerator, Action denominator)
    {
        var (above, below) = (Repeats(numerator, slice), Repeats(denominator, slice));
        var ratios = new double[rounds];
        for (var round = 0; round < rounds; round++)
        {
            var time = Time(numerator, above) / above;
            ratios[round] = time / (Time(denominator, below) / below);
        }

        Array.Sort(ratios);
        return ratios[rounds / 2];
    }

    /// <summary>How often work is to be done in a slice, after it was done a few times to warm up.</summary>
    private static int Repeats(Action work, double slice)
    {
        work();
        work();
        return (int)Math.Clamp(slice / Time(work, 1), 1, 1e6);
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
