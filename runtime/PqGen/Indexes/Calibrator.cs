using System.Buffers;
using PqGen.Common;

namespace PqGen.Indexes;

/// <summary>Measures what the settings of an index's searches reach on queries.</summary>
/// <param name="engine">The engine.</param>
/// <param name="snapshot">What it holds.</param>
/// <param name="k">Neighbours of a query.</param>
/// <param name="threads">Threads to use.</param>
/// <param name="cancellation">Ends it early.</param>
internal sealed class Calibrator(IndexEngine engine, Snapshot snapshot, int k, int threads, CancellationToken cancellation)
{
    /// <summary>Candidates looked at for each neighbour, at most.</summary>
    private const int MostCandidates = 48;

    /// <summary>
    /// Steps of NProbe, each of which is a search for every query, and of candidates, which cost nothing: each so much more than the one before.
    /// </summary>
    private const double ProbeStep = 1.15, RerankStep = 1.05;

    /// <summary>No more lists are probed once so much of the truth is found with the most candidates.</summary>
    private const double EnoughRecall = 0.999;

    /// <summary>Queries that decide a budget, at most.</summary>
    private const int MostWeighed = 256;

    /// <summary>Queries that a thread takes at a time: rows are compared with all of them while they are in the cache.</summary>
    private const int Together = 64;

    /// <summary>Neighbours that these find, at most, where one query does not find more.</summary>
    private const int MostHeld = 1 << 20;

    /// <summary>
    /// What things cost beside each other, in about a nanosecond of a core: a byte of codes, a list, a candidate and one of its components. Estimated
    /// from profiles of searches of GloVe (100 components) on one processor. Only the choice among settings depends on them, not what they reach.
    /// </summary>
    private const double ByteCost = 0.04, ListCost = 60, CandidateCost = 60, ComponentCost = 0.4;

    /// <summary>Measures.</summary>
    /// <param name="queries">float <c>[n][Dimension]</c>, checked.</param>
    /// <param name="own">The id of each query's own vector in the index, which does not count; empty where queries are others.</param>
    public Calibration Run(ReadOnlyMemory<float> queries, long[] own)
    {
        var n = queries.Length / engine.Shape.InputDimension;
        var truth = Truth(queries, own);
        var points = new List<(double Cost, OperatingPoint Point)>();
        var total = Math.Max(1, truth.Sum(near => (long)near.Length));
        foreach (var nprobe in Steps(1, Math.Max(1, engine.NList)))
        {
            var setting = Setting(queries, nprobe);
            var (ranks, lists, codes) = Ranks(queries, own, truth, setting);
            Array.Sort(ranks);
            foreach (var rerank in Reranks())
            {
                var found = UpTo(ranks, Math.Max(k, rerank));
                var cost = (codes * engine.CodeBytes * ByteCost) + (lists * ListCost)
                    + (rerank * (CandidateCost + (ComponentCost * engine.Shape.InputDimension)));
                var point = new OperatingPoint((float)found / total, setting.NProbe, rerank, (float)codes) { ProbeBudget = setting.ProbeBudget };
                points.Add((cost, point));
            }

            if (UpTo(ranks, int.MaxValue) >= EnoughRecall * total)
            {
                break;
            }
        }

        return new Calibration(k, n, Front(points));
    }

    /// <summary>How lists are probed: up to so many, with the budget that suits them where lists can be weighed and not all are wanted.</summary>
    private SearchOptions Setting(ReadOnlyMemory<float> queries, int nprobe)
    {
        if (engine.NList == 0)
        {
            return default;
        }

        var some = queries[..(Math.Min(MostWeighed, queries.Length / engine.Shape.InputDimension) * engine.Shape.InputDimension)];
        return new SearchOptions
        {
            NProbe = nprobe,
            ProbeBudget = engine.WeighsLists && nprobe < engine.NList ? ProbeBudgets.Of(engine, snapshot, some.Span, nprobe) : 0,
        };
    }

    /// <summary>The settings that no cheaper one reaches.</summary>
    private static OperatingPoint[] Front(List<(double Cost, OperatingPoint Point)> points)
    {
        var front = new List<OperatingPoint>();
        foreach (var (_, point) in points.OrderBy(point => point.Cost).ThenByDescending(point => point.Point.Recall))
        {
            if (front.Count == 0 || point.Recall > front[^1].Recall)
            {
                front.Add(point);
            }
        }

        return [.. front];
    }

    /// <summary>Numbers from one to another, each about <see cref="ProbeStep"/> times the one before.</summary>
    private static IEnumerable<int> Steps(int from, int to)
    {
        for (var step = from; step < to; step = Math.Max(step + 1, (int)Math.Round(step * ProbeStep)))
        {
            yield return step;
        }

        yield return to;
    }

    private IEnumerable<int> Reranks()
    {
        yield return 0;
        for (var rerank = k; engine.Reranks(snapshot) && rerank < snapshot.Count && rerank <= (long)k * MostCandidates;)
        {
            yield return rerank;
            rerank = Math.Max(rerank + 1, (int)Math.Round(rerank * RerankStep));
        }
    }

    /// <summary>The ranks that the true neighbours have among a search's candidates, and the lists and codes that it scans.</summary>
    private (int[] Ranks, double Lists, double Codes) Ranks(ReadOnlyMemory<float> queries, long[] own, long[][] truth, SearchOptions setting)
    {
        var most = (int)Math.Min(snapshot.Count, engine.Reranks(snapshot) ? ((long)k * MostCandidates) + 1 : k + 1);
        var ranks = new int[truth.Length][];
        var (adding, sum) = (new Lock(), default(SearchStatistics));
        ForQueries(queries, most, (first, rows) =>
        {
            var found = new int[rows.Length / engine.Shape.InputDimension];
            var results = ArrayPool<Neighbor>.Shared.Rent(found.Length * most);
            var request = new SearchRequest(rows, most, results.AsSpan(0, found.Length * most), found, setting, cancellation) { LeastScanned = k };
            var statistics = engine.Search(snapshot, request, default(AllIds));
            for (var q = 0; q < found.Length; q++)
            {
                var places = new Dictionary<long, int>(found[q]);
                foreach (var neighbor in results.AsSpan(q * most, found[q]))
                {
                    if (own.Length == 0 || neighbor.Id != own[first + q])
                    {
                        places.Add(neighbor.Id, places.Count);
                    }
                }

                ranks[first + q] = [.. truth[first + q].Where(places.ContainsKey).Select(id => places[id])];
            }

            ArrayPool<Neighbor>.Shared.Return(results);
            lock (adding)
            {
                sum += statistics;
            }
        });
        var n = (double)truth.Length;
        return ([.. ranks.SelectMany(rank => rank)], sum.ListsProbed / n, sum.CodesScanned / n);
    }

    /// <summary>The ids of the nearest vectors of every query, its own not among them.</summary>
    private long[][] Truth(ReadOnlyMemory<float> queries, long[] own)
    {
        var truth = new long[queries.Length / engine.Shape.InputDimension][];
        var most = Math.Min(k + 1, snapshot.Count);
        ForQueries(queries, most, (first, rows) =>
        {
            var found = new int[rows.Length / engine.Shape.InputDimension];
            var nearest = new Neighbor[found.Length * most];
            engine.NearestByRows(snapshot, rows, most, nearest, found, cancellation);
            for (var q = 0; q < found.Length; q++)
            {
                var ids = nearest.Skip(q * most).Take(found[q]).Select(neighbor => neighbor.Id);
                truth[first + q] = [.. ids.Where(id => own.Length == 0 || id != own[first + q]).Take(k)];
            }
        });
        return truth;
    }

    /// <summary>Calls for some queries at a time, of which each finds so many neighbours.</summary>
    private void ForQueries(ReadOnlyMemory<float> queries, int most, RowsBody body)
    {
        var dimension = engine.Shape.InputDimension;
        var share = Math.Max(1, (queries.Length / dimension + threads - 1) / threads);
        Parallelism.ForRows(queries.Span, dimension, Math.Min(Math.Clamp(MostHeld / most, 1, Together), share), threads, body, cancellation);
    }

    /// <summary>How many of sorted ranks are below a number.</summary>
    private static int UpTo(int[] ranks, int limit)
    {
        var at = Array.BinarySearch(ranks, limit);
        at = at < 0 ? ~at : at;
        while (at > 0 && ranks[at - 1] >= limit)
        {
            at--;
        }

        return at;
    }
}
