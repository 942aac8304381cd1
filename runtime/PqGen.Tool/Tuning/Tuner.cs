using System.Diagnostics;
using System.Numerics;
using PqGen.Vectors;

namespace PqGen.Tool.Tuning;

/// <summary>Builds indexes one after the other, each a step away from the best so far, until no step is better or the budget is spent.</summary>
/// <param name="prober">Builds and measures.</param>
/// <param name="goal">What is wanted.</param>
/// <param name="budget">When to stop.</param>
internal sealed class Tuner(TuneProber prober, TuneGoal goal, TuneBudget budget)
{
    private const string Start = "float16";

    /// <summary>Vectors up to which comparing all of them is a choice.</summary>
    private const int FewVectors = 20_000;

    /// <summary>Smaller lists than this are not tried, nor fewer.</summary>
    private const int LeastPerList = 16;

    /// <summary>Fewer lists are not halved.</summary>
    private const int LeastLists = 8;

    /// <summary>How much more than is foreseen an index may take at most, since lists are not even: what the first one leaves of the limit.</summary>
    private const double Uneven = 0.05;

    /// <summary>The share of the limit of memory that centroids of lists may take at first.</summary>
    private const double ListShare = 0.25;

    /// <summary>
    /// A rotation of more components is not tried: a turn of its training takes some ten products of matrices of Dimension x Dimension, and a query
    /// one of Dimension^2.
    /// </summary>
    private const int MostRotated = 2048;

    private readonly Dictionary<TuneSetting, TuneTrial> _trials = [];
    private readonly List<TuneTrial> _inOrder = [];

    /// <summary>What was built, in order.</summary>
    public IReadOnlyList<TuneTrial> Trials => _inOrder;

    /// <summary>Tunes.</summary>
    /// <param name="known">What an earlier run has measured.</param>
    /// <param name="built">Told of every index.</param>
    public void Run(IEnumerable<TuneTrial> known, Action<TuneTrial> built)
    {
        var earlier = known.ToDictionary(trial => trial.Setting);
        var ms = prober.SubQuantizers;
        var middle = ms.MinBy(m => Math.Abs((prober.Dimension / m) - 4));
        var lists = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, 3 * Math.Sqrt(prober.Count)));
        var keep = goal.MaxBytesPerVector >= (2 * prober.Dimension) + middle + 8 ? Start : TuneSetting.None;
        var first = Fitting(new TuneSetting(IndexKind.IvfPq, MostLists(lists), middle, Math.Min(256, prober.Count), keep));
        var flat = new TuneSetting(IndexKind.Flat, 0, 0, 0, TuneSetting.None);
        if (prober.Count < 2 * 256)
        {
            Try(flat);
            return;
        }

        if (prober.Count <= FewVectors && Fits(flat))
        {
            Try(flat);
        }

        Try(first);
        if (prober.Metric == Metric.SquaredL2 && prober.IsFarFromOrigin)
        {
            Climb(setting => setting with { Transform = TransformKind.Mean });
        }

        if (!first.Reranks)
        {
            // Codes alone decide the recall, and a rotation makes them better at no more bytes.
            Climb(Rotated);
        }

        for (var round = 0; round < 2; round++)
        {
            Climb(setting => setting.NList == MostLists(2 * setting.NList) ? null : setting with { NList = MostLists(2 * setting.NList) });
            Climb(setting => Fewer(setting, 2));

            // Half as many may be no worse, but by chance.
            Climb(setting => Fewer(setting, 4));
            Climb(setting => Neighbour(setting, 1));
            Climb(setting => Neighbour(setting, -1));
            Climb(Rotated);
            Climb(Nibbles);
            foreach (var other in new[] { "float32", Start, "int8", TuneSetting.None })
            {
                Climb(setting => setting with { Keep = other });
            }

            Climb(setting => new TuneSetting(IndexKind.IvfFlat, setting.NList, 0, 0, TuneSetting.None));
        }

        // A step from the best so far, and on as long as steps are better.
        void Climb(Func<TuneSetting, TuneSetting?> step)
        {
            while (Best is { Trial.Setting: { Kind: IndexKind.IvfPq } setting } && step(setting) is { } next && next != setting && Try(next))
            {
            }
        }

        // Whether it is the best by now.
        bool Try(TuneSetting setting)
        {
            if (_trials.ContainsKey(setting) || (!earlier.ContainsKey(setting) && (!budget.Allows || (_inOrder.Count > 0 && !Fits(setting)))))
            {
                return false;
            }

            if (!earlier.TryGetValue(setting, out var trial))
            {
                var clock = Stopwatch.StartNew();
                trial = prober.Probe(setting);
                budget.Spend(clock.Elapsed);
                built(trial);
            }

            _trials.Add(setting, trial);
            _inOrder.Add(trial);
            return Best!.Trial == trial;
        }
    }

    private TuneChoice? Best => goal.Best(_inOrder);

    private bool Fits(TuneSetting setting) => prober.BytesPerVector(setting) <= goal.MaxBytesPerVector;

    /// <summary>
    /// A setting within the limit of memory: of fewer lists where their centroids take more than a share of it, of smaller codes else; or the
    /// smallest.
    /// </summary>
    private TuneSetting Fitting(TuneSetting setting)
    {
        while (prober.BytesPerVector(setting) > goal.MaxBytesPerVector * (1 - Uneven))
        {
            var lists = prober.BytesPerVector(setting) - prober.BytesPerVector(setting with { NList = 1 });
            var (smaller, fewer) = (Neighbour(setting, -1), setting.NList < LeastLists ? null : setting with { NList = setting.NList / 2 });
            var next = lists > ListShare * goal.MaxBytesPerVector ? fewer ?? smaller : smaller ?? fewer;
            if (next is null && setting.Ksub <= 16)
            {
                break;
            }

            // Small codebooks at last: few vectors share those of 256 centroids.
            setting = next ?? setting with { Ksub = 16 };
        }

        return setting;
    }

    private int MostLists(int lists) => Math.Max(1, Math.Min(lists, (int)BitOperations.RoundUpToPowerOf2((uint)(prober.Count / LeastPerList)) / 2));

    private static TuneSetting? Fewer(TuneSetting setting, int by) =>
        setting.NList / by < LeastLists / 2 ? null : setting with { NList = setting.NList / by };

    /// <summary>The next size of code up or down.</summary>
    private TuneSetting? Neighbour(TuneSetting setting, int step)
    {
        var at = Array.IndexOf(prober.SubQuantizers, setting.M) + step;
        return setting.Ksub < 256 || at < 0 || at >= prober.SubQuantizers.Length ? null : setting with { M = prober.SubQuantizers[at] };
    }

    /// <summary>Behind a rotation, where there is something to rotate: then the same bytes keep more, or fewer as much.</summary>
    private TuneSetting? Rotated(TuneSetting setting) =>
        prober.Dimension > 1 && prober.Dimension <= MostRotated ? setting with { Transform = TransformKind.Opq } : null;

    /// <summary>The same bytes as twice as many codes of 4 bits.</summary>
    private TuneSetting? Nibbles(TuneSetting setting) =>
        setting.Ksub > 16 && prober.Dimension % (2 * setting.M) == 0 && 2 * setting.M <= IndexLimits.MaxM
            ? setting with { M = 2 * setting.M, Ksub = 16 }
            : null;
}

/// <summary>How long tuning may take: an amount of time, or of indexes.</summary>
internal sealed class TuneBudget(TimeSpan time, int trials, CancellationToken cancellation)
{
    /// <summary>The share of the time that is left for measuring the choice again.</summary>
    private const double Reserve = 0.15;

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _longest;
    private int _spent;

    /// <summary>Time gone since the beginning.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>Time allowed.</summary>
    public TimeSpan Time => time;

    /// <summary>Whether there is enough left for one more index.</summary>
    public bool Allows => !cancellation.IsCancellationRequested
        && (trials > 0 ? _spent < trials : _spent == 0 || _clock.Elapsed + _longest < time * (1 - Reserve));

    /// <summary>Counts an index.</summary>
    public void Spend(TimeSpan elapsed)
    {
        _spent++;
        _longest = elapsed > _longest ? elapsed : _longest;
    }
}
