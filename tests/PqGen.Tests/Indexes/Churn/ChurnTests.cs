using System.Diagnostics;
using System.Globalization;

namespace PqGen.Tests.Indexes.Churn;

/// <summary>
/// One writer adds, replaces, removes and compacts beside searches, in indexes of every kind: all that a search finds was so at a moment between its
/// start and its end, and nothing is missing that was there all the time.
/// </summary>
public class ChurnTests
{
    private const int Searchers = 2;

    /// <summary>20, or what PQGEN_CHURN_SECONDS says.</summary>
    private static readonly double s_seconds = Environment.GetEnvironmentVariable("PQGEN_CHURN_SECONDS") is { } seconds
        ? double.Parse(seconds, CultureInfo.InvariantCulture)
        : 20;

    private static IndexFactory[] Factories =>
    [
        IndexFactory.Flat(8), IndexFactory.IvfFlat(8).Under(Metric.Cosine), IndexFactory.Pq(8, 4, 16).Under(Metric.InnerProduct),
        IndexFactory.IvfPq(8, 4, 64), IndexFactory.IvfPq(8, 2, 16).Under(Metric.InnerProduct),
        .. IndexFactory.Generated.Where(factory => factory.Kind == IndexKind.IvfPq && factory.Ksub <= 16),
    ];

    [Fact]
    public async Task Searches_beside_a_writer_find_nothing_but_the_truth()
    {
        ChurnedIndex[] indexes = [.. Factories.Select(factory => new ChurnedIndex(factory, Searchers))];
        using var done = new CancellationTokenSource(TimeSpan.FromSeconds(s_seconds));
        var searches = new int[Searchers];
        var searchers = Enumerable.Range(0, Searchers).Select(number => Task.Factory.StartNew(
            () =>
            {
                var random = new Random(100 + number);
                for (; !done.IsCancellationRequested; searches[number]++)
                {
                    try
                    {
                        indexes[random.Next(indexes.Length)].Search(number, random);
                    }
                    catch
                    {
                        done.Cancel();
                        throw;
                    }
                }
            },
            TaskCreationOptions.LongRunning)).ToArray();
        var calls = new int[5];
        try
        {
            var random = new Random(1);
            while (!done.IsCancellationRequested)
            {
                calls[Change(indexes[random.Next(indexes.Length)], random)]++;
            }
        }
        finally
        {
            await done.CancelAsync();
            await Task.WhenAll(searchers);
        }

        Assert.All(indexes, index => index.CheckAtRest());
        Assert.All(calls, count => Assert.True(count > 0, $"calls: {string.Join(", ", calls)}"));
        Assert.All(searches, count => Assert.True(count > 0, $"searches: {string.Join(", ", searches)}"));
        Array.ForEach(indexes, index => index.Dispose());
    }

    /// <summary>Makes one call of some kind, and says which.</summary>
    private static int Change(ChurnedIndex index, Random random)
    {
        var ids = Enumerable.Range(0, ChurnedIndex.Ids).ToArray();
        random.Shuffle(ids);
        var count = random.Next(3) == 0 ? random.Next(1, 60) : 1;
        switch (random.Next(20))
        {
            case < 6:
                int[] absent = [.. ids.Where(id => !index.IsThere(id)).Take(count)];
                index.Put(absent, replaces: false);
                return 0;
            case < 12:
                index.Put(ids[..count], replaces: true);
                return 1;
            case < 15:
                int[] one = [.. ids.Where(id => id >= ChurnedIndex.Stable && index.IsThere(id)).Take(1)];
                if (one.Length > 0)
                {
                    index.Remove(one);
                }

                return 2;
            case < 19:
                int[] present = [.. ids.Where(id => id >= ChurnedIndex.Stable && index.IsThere(id)).Take(count + 1)];
                if (present.Length > 0)
                {
                    index.Remove(present);
                }

                return 3;
            default:
                index.Index.Compact();
                return 4;
        }
    }
}
