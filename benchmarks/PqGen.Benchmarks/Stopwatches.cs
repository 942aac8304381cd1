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
    /// Runs pieces of work in turn, each for about <paramref name="slice"/> seconds a round. Where memory is the limit and others use it, too, the best times of
    /// two pieces are of different moments; slices side by side share theirs. Every other round goes backwards, so that neither of the two is always the first.
    /// </summary>
    public static Comparison Compare(int rounds, double slice, Action specialized, Action generic, params ReadOnlySpan<Action> limits)
    {
        Action[] works = [specialized, generic, .. limits];
        var repeats = Array.ConvertAll(works, work => Repeats(work, slice));
        var times = Array.ConvertAll(works, _ => new double[rounds]);
        for (var round = 0; round < rounds; round++)
        {
            for (var turn = 0; turn < works.Length; turn++)
            {
                var w = round % 2 == 0 ? turn : works.Length - 1 - turn;
                times[w][round] = Time(works[w], repeats[w]) / repeats[w];
            }
        }

        var ratios = times[1].Zip(times[0], (twin, time) => twin / time).Order().ToArray();
        var margin = 0.98 * Math.Sqrt(rounds);
        return new Comparison(
            Array.ConvertAll(times, Median), Median(ratios), ratios[(int)((rounds / 2.0) - margin)], ratios[(int)Math.Ceiling((rounds / 2.0) + margin)]);
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

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

/// <summary>A generated kernel, its twin, and limits of the machine, measured in turn.</summary>
/// <param name="Seconds">The median time of the generated kernel, of the twin, and of each limit.</param>
/// <param name="Ratio">The twin's time over the generated kernel's: the median over the rounds.</param>
/// <param name="Low">Below it the true median of the ratio lies with a probability of 2.5 %, by order statistics.</param>
/// <param name="High">Above it likewise.</param>
internal sealed record Comparison(double[] Seconds, double Ratio, double Low, double High);
