using System.Diagnostics;
using PqGen.Vectors;

namespace PqGen.Tool.Tuning;

/// <summary>Builds an index and measures what its searches reach, on queries whose true neighbours are known.</summary>
/// <param name="vectors">What is indexed.</param>
/// <param name="queries">Queries.</param>
/// <param name="recall">Their true neighbours.</param>
/// <param name="metric">The metric.</param>
/// <param name="k">Neighbours of a query.</param>
/// <param name="seed">Seed of training.</param>
/// <param name="threads">Threads of training and adding.</param>
/// <param name="kernels">Kernels to measure with.</param>
/// <param name="cancellation">Ends it early.</param>
internal sealed class TuneProber(
    VectorMatrix vectors, VectorMatrix queries, Recall recall, Metric metric, int k, int seed, int threads, KernelKind kernels,
    CancellationToken cancellation)
{
    /// <summary>A step of NProbe, or of candidates, is so much larger than the one before.</summary>
    private const double Step = 1.35;

    /// <summary>Candidates for each neighbour at most.</summary>
    private const int MostCandidates = 40;

    /// <summary>No more lists are probed, or candidates compared, for less.</summary>
    private const double LeastGain = 0.002;

    /// <summary>Below this nobody would search.</summary>
    private const double Least = 0.6;

    private const double EnoughRecall = 0.995;

    /// <summary>How many queries comparing all vectors is timed with.</summary>
    private const int FlatQueries = 20;

    /// <summary>Vectors that say where their mean is.</summary>
    private const int EnoughForMean = 10_000;

    /// <summary>Queries that decide a budget, and the most lists that one is stated in; more are no limit.</summary>
    private const int WeighedQueries = 256, MostBudget = 100_000;

    /// <summary>Two numbers of lists that differ by a smaller part of theirs are not told apart.</summary>
    private const int Parts = 16;

    private Dictionary<IndexShape, Trainer> _trainers = [];

    /// <summary>Told what is being built.</summary>
    public Action<string> Beginning { get; init; } = _ => { };

    /// <summary>The recall wanted, near which more numbers of lists are tried.</summary>
    public double Target { get; init; } = 1;

    /// <summary>Components of a vector.</summary>
    public int Dimension => vectors.Dimension;

    /// <summary>Vectors.</summary>
    public int Count => vectors.Count;

    /// <summary>The metric.</summary>
    public Metric Metric => metric;

    /// <summary>Whether the mean of the vectors is farther from the origin than they are from their mean, root mean square.</summary>
    public bool IsFarFromOrigin
    {
        get
        {
            var count = Math.Min(Count, EnoughForMean);
            var (sums, squares) = (new double[Dimension], 0.0);
            for (var i = 0; i < count; i++)
            {
                // Evenly from all of them: files may be sorted.
                var row = vectors.Row((int)((long)i * Count / count));
                for (var d = 0; d < row.Length; d++)
                {
                    sums[d] += row[d];
                    squares += (double)row[d] * row[d];
                }
            }

            var mean = sums.Sum(sum => sum / count * (sum / count));
            return mean > (squares / count) - mean;
        }
    }

    /// <summary>The numbers of sub-quantizers worth trying, upwards: of 2 to 16 components each, or all that divide the dimension.</summary>
    public int[] SubQuantizers
    {
        get
        {
            var all = Enumerable.Range(1, Math.Min(Dimension, IndexLimits.MaxM)).Where(m => Dimension % m == 0).ToArray();
            var good = Array.FindAll(all, m => Dimension / m is >= 2 and <= 16);
            return good.Length > 0 ? good : all;
        }
    }

    /// <summary>Resident bytes of a vector that an index will have.</summary>
    public double BytesPerVector(TuneSetting setting)
    {
        var options = setting.Options(seed, threads);
        var memory = GenericIndex.EstimateMemory(
            setting.Shape(Dimension, metric), Count, Math.Max(1, setting.NList), options.KeepVectors, rowFormat: options.RowFormat,
            transform: setting.Transform);
        return (double)(memory.Total - memory.Scratch) / Count;
    }

    /// <summary>The same on other vectors and queries.</summary>
    public TuneProber On(VectorMatrix otherVectors, VectorMatrix otherQueries, Recall otherRecall) =>
        new(otherVectors, otherQueries, otherRecall, metric, k, seed, threads, kernels, cancellation)
        {
            _trainers = _trainers, Beginning = Beginning, Target = Target,
        };

    /// <summary>Builds an index as a setting says.</summary>
    public (VectorIndex Index, double TrainSeconds, double AddSeconds) Build(TuneSetting setting)
    {
        Beginning($"building {setting}");
        var shape = setting.Shape(Dimension, metric);
        if (!_trainers.TryGetValue(shape, out var train))
        {
            train = kernels == KernelKind.Specialized
                ? SpecializedIndex.CompileTrain(shape)
                : (rows, options) => GenericIndex.Train(shape, rows, options);
            _trainers.Add(shape, train);
        }

        var clock = Stopwatch.StartNew();
        var index = train(vectors.Values, setting.Options(seed, threads) with { Cancellation = cancellation });
        var trained = clock.Elapsed.TotalSeconds;
        try
        {
            index.Add(vectors.Values, threads, cancellation);
        }
        catch
        {
            index.Dispose();
            throw;
        }

        return (index, trained, clock.Elapsed.TotalSeconds - trained);
    }

    /// <summary>Builds an index and measures it.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public TuneTrial Probe(TuneSetting setting)
    {
        var (index, train, add) = Build(setting);
        using (index)
        {
            var points = setting.Kind == IndexKind.Flat ? [Exact(index)] : Points(index, setting);
            return new TuneTrial(setting, (double)(index.Memory.Total - index.Memory.Scratch) / Count, train, add, Front(points));
        }
    }

    /// <summary>Measures one setting of an index: recall, and the faster of two passes.</summary>
    public TunePoint Measure(VectorIndex index, SearchOptions options)
    {
        cancellation.ThrowIfCancellationRequested();
        var share = recall.Of(index, options, threads: 1);
        return new TunePoint(options.NProbe, options.Rerank, share, Tool.Measure.Quickly(index, queries, k, options))
        {
            ProbeBudget = options.ProbeBudget,
        };
    }

    /// <summary>The same, with the budget that suits so many lists where they can be weighed, in whole lists for a user to read.</summary>
    private TunePoint Measure(VectorIndex index, int nprobe, int rerank)
    {
        var budget = 0f;
        if (nprobe > 1 && nprobe < index.NList && metric != Metric.InnerProduct)
        {
            budget = index.EstimateProbeBudget(Rows.First(queries, Math.Min(queries.Count, WeighedQueries)).Values, nprobe);
            budget = budget > MostBudget ? 0 : MathF.Max(1, MathF.Round(budget));
        }

        return Measure(index, new SearchOptions { NProbe = nprobe, ProbeBudget = budget, Rerank = rerank });
    }

    private TunePoint Exact(VectorIndex index)
    {
        var few = Rows.First(queries, Math.Min(queries.Count, FlatQueries));
        return new TunePoint(0, 0, 1, Tool.Measure.Quickly(index, few, k, default));
    }

    /// <summary>What searches of an index with lists reach: by steps, and by smaller ones near the recall wanted.</summary>
    public IReadOnlyList<TunePoint> Points(VectorIndex index, TuneSetting setting)
    {
        var points = new List<TunePoint>();
        var before = 0.0;
        var candidates = Candidates(setting);
        foreach (var nprobe in Steps(1, setting.NList))
        {
            // What so many lists can reach at most says whether fewer candidates are worth a look.
            points.Add(Measure(index, nprobe, candidates[^1]));
            var most = points[^1].Recall;
            foreach (var rerank in most < Least ? [] : candidates[..^1])
            {
                points.Add(Measure(index, nprobe, rerank));
                if (points[^1].Recall >= most - LeastGain)
                {
                    break;
                }
            }

            if (most >= EnoughRecall || (nprobe > 8 && most < before + LeastGain))
            {
                break;
            }

            before = most;
        }

        Refine(index, points);
        return points;
    }

    /// <summary>For each number of candidates, looks for the fewest lists that reach the recall wanted: between those that did and did not.</summary>
    private void Refine(VectorIndex index, List<TunePoint> points)
    {
        foreach (var same in points.GroupBy(point => point.Rerank).ToArray())
        {
            var enough = same.Where(point => point.Recall >= Target).Select(point => point.NProbe).DefaultIfEmpty(0).Min();
            var few = same.Select(point => point.NProbe).Where(nprobe => nprobe < enough).DefaultIfEmpty(enough).Max();
            while (enough - few > Math.Max(1, few / Parts))
            {
                var middle = (few + enough) / 2;
                points.Add(Measure(index, middle, same.Key));
                (few, enough) = points[^1].Recall >= Target ? (few, middle) : (middle, enough);
            }
        }
    }

    private int[] Candidates(TuneSetting setting) =>
        setting.Reranks ? [0, .. Steps(k, Math.Min(Count, MostCandidates * k))] : [0];

    private static IEnumerable<int> Steps(int from, int to)
    {
        for (var step = from; step < to; step = Math.Max(step + 1, (int)Math.Round(step * Step)))
        {
            yield return step;
        }

        yield return to;
    }

    /// <summary>The settings that no faster one reaches, by rising recall.</summary>
    private static List<TunePoint> Front(IReadOnlyList<TunePoint> points)
    {
        var front = new List<TunePoint>();
        foreach (var point in points.OrderByDescending(point => point.QpsOnline))
        {
            if (front.Count == 0 || point.Recall > front[^1].Recall)
            {
                front.Add(point);
            }
        }

        return front;
    }
}
