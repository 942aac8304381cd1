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
    /// The times of pieces of work done in turn, <c>[round][work]</c> in seconds, each for about <paramref name="slice"/> seconds a round. Where
    /// memory is the limit and others use it, too, the best times of two pieces are of different moments; slices side by side share theirs. Every
    /// other round goes backwards, so that neither of two is always the first.
    /// </summary>
    public static double[][] InTurn(int rounds, double slice, params Action[] works)
    {
        var repeats = Array.ConvertAll(works, work => Repeats(work, slice));
        var times = new double[rounds][];
        for (var round = 0; round < rounds; round++)
        {
            times[round] = new double[works.Length];
            for (var turn = 0; turn < works.Length; turn++)
            {
                var w = round % 2 == 0 ? turn : works.Length - 1 - turn;
                times[round][w] = Time(works[w], repeats[w]) / repeats[w];
            }
        }

        return times;
    }

    /// <summary>How often work is to be done in a slice, after it was done a few times to warm up.</summary>
    private static int Repeats(Action work, double slice)
    {
        work();
        work();
        return (int)Math.Clamp(slice / Math.Min(Time(work, 1), Math.Min(Time(work, 1), Time(work, 1))), 1, 1e6);
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
