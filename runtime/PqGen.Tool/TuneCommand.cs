using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PqGen.Kernels;
using PqGen.Tool.Report;
using PqGen.Tool.Tuning;
using PqGen.Vectors;

namespace PqGen.Tool;

/// <summary><c>pqtool tune</c>: which index to take for a recall, within a memory limit.</summary>
internal sealed class TuneCommand
{
    /// <summary>Queries that settings are compared with, and other ones that the choice is measured with.</summary>
    private const int ProbeQueries = 300, FinalQueries = 1000;

    /// <summary>Components of vectors that a second of a thread gets through, so that a budget holds some fifteen indexes; less by far than it
    /// does.</summary>
    private const double ComponentsPerSecond = 120_000;

    /// <summary>Recalls of which the table shows what they cost.</summary>
    private static readonly double[] s_steps = [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.98, 0.99, 0.995];

    private readonly Option<string?> _npy = ToolOptions.File("--npy", $"Your vectors: {ToolOptions.VectorFiles}", required: true);
    private readonly Option<string?> _query = ToolOptions.File(
        "--query", "Queries like those to come, of the same dimension; without them, vectors held out of --npy");

    private readonly Option<double> _recall = ToolOptions.Number("--target-recall", 0.95, 0.01, 1, "The recall wanted of the k nearest");
    private readonly Option<int> _k = ToolOptions.K();
    private readonly Option<double> _bytes = ToolOptions.Number(
        "--max-bytes-per-vector", double.PositiveInfinity, 1, double.PositiveInfinity, "Resident memory of the index for each vector, at most");

    private readonly Option<double> _qps = ToolOptions.Number(
        "--min-qps", 0, 0, double.PositiveInfinity, "Queries per second on one thread, at least");

    private readonly Option<string> _metric = ToolOptions.Metric();
    private readonly Option<TimeSpan> _budget = ToolOptions.Duration("--budget", TimeSpan.FromMinutes(5), "Time to take");
    private readonly Option<int> _trials = ToolOptions.Int(
        "--trials", 0, 0, "Indexes to build at most, instead of --budget: the same ones on any machine; 0 leaves it to --budget");

    private readonly Option<int> _seed = ToolOptions.Seed();
    private readonly Option<int> _threads = ToolOptions.Threads(
        0, "Threads to train and add with; 0 stands for one per processor. Searches run on one");

    private readonly Option<string> _kernels = ToolOptions.Kernels();
    private readonly Option<string> _isa = OtherProcessor.Option();
    private readonly Option<string?> _state = ToolOptions.File("--state", "Keeps what was measured in a file, and goes on from it");
    private readonly Option<string?> _report = ToolOptions.Report();
    private readonly Option<bool> _json = ToolOptions.Switch("--json", "Print one JSON object instead of text");

    private TuneCommand()
    {
    }

    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var tune = new TuneCommand();
        var command = new MeasuringCommand(
            "tune",
            "Builds one index after the other on your vectors and tells which reaches a recall fastest, within a memory limit; prints its code.",
            $"""
            It starts from sizes that usually serve, goes a step in each direction (lists, bytes of code, a rotation, bits, how rows are kept, no
            codes at all; the mean where it is far from zero), and on in those that are better by a tenth. Recalls and bytes depend on
            --seed; speeds are measured.

            Figures:
              recall            {TrueDistance.Explanation}
              qps_online        queries per second, one query per call, one thread
              B/vec             a vector's share of all that the process holds for the index
              build_s           training and adding, with --threads
            The recommended setting is measured again, on queries that did not choose it.

            Examples:
              pqtool tune --npy vectors.npy --target-recall 0.95
              pqtool tune --npy vectors.npy --query queries.npy --target-recall 0.9 --max-bytes-per-vector 150
              pqtool tune --npy vectors.npy --metric cosine --budget 20m --state tune.json --report tune.html
            """)
        {
            tune._npy, tune._query, tune._recall, tune._k, tune._bytes, tune._qps, tune._metric, tune._budget, tune._trials, tune._seed,
            tune._threads, tune._kernels, tune._isa, tune._state, tune._report, tune._json,
        };
        command.SetAction(tune.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        if (parsed.IsGiven(_budget) && parsed.GetValue(_trials) > 0)
        {
            throw new UsageException("--budget and --trials exclude each other; give one of them");
        }

        ToolOptions.CheckFiles(parsed, _state, _report);
        if (OtherProcessor.Run(parsed, parsed.GetValue(_isa)!) is { } exitCode)
        {
            return exitCode;
        }

        var set = TuneSet.Load(
            parsed.GetValue(_npy)!, parsed.GetValue(_query), ProbeQueries, FinalQueries, parsed.GetValue(_k), parsed.GetValue(_seed), Limit(parsed));
        var goal = new TuneGoal(parsed.GetValue(_recall), parsed.GetValue(_bytes), parsed.GetValue(_qps));
        using var cancellation = new CancellationTokenSource();
        Interruption.First = cancellation.Cancel;
        try
        {
            var (result, page, isKept) = new ProgressView(error).RunStages(
                "tuning", report => Tune(parsed, set, goal, report, error, cancellation.Token)).Result;
            output.WriteLine(parsed.GetValue(_json) ? result.Json() : string.Join(Environment.NewLine, result.Lines(WrappingWriter.WidthOf(output))));
            output.Flush();
            if (parsed.GetValue(_report) is { } file)
            {
                page.Write(file);
            }

            return result.Interrupted ? Interruption.ExitCode : isKept && goal.IsMetBy(result.Best) ? CommandLine.Success : CommandLine.Failure;
        }
        finally
        {
            Interruption.First = null;
        }
    }

    /// <summary>How many components the vectors to tune on may have in all.</summary>
    private double Limit(ParseResult parsed)
    {
        var threads = parsed.GetValue(_threads) is > 0 and var given ? given : Environment.ProcessorCount;
        return parsed.GetValue(_trials) > 0 ? double.PositiveInfinity : parsed.GetValue(_budget).TotalSeconds * threads * ComponentsPerSecond;
    }

    /// <summary>Tunes; tells what was found, its page, and whether all that was measured is in the state.</summary>
    private (TuneResult Result, Page Page, bool IsKept) Tune(
        ParseResult parsed, TuneSet set, TuneGoal goal, Action<string, int, int> report, TextWriter error, CancellationToken cancellation)
    {
        var (metric, k) = (MetricWords.Of(parsed.GetValue(_metric)!), parsed.GetValue(_k));
        var (seed, threads) = (parsed.GetValue(_seed), parsed.GetValue(_threads));
        var kernels = IndexFactory.Kind(parsed.GetValue(_kernels)!);
        var budget = new TuneBudget(parsed.GetValue(_budget), parsed.GetValue(_trials), cancellation);
        using var probe = GenericIndex.FromModel(IndexShape.Flat(1), default, default);
        var state = new TuneState(parsed.GetValue(_state), Key(set, metric, k, seed, parsed.GetValue(_kernels)!, probe.Path));
        var known = state.Read();
        Tell("finding the true neighbours");
        var truth = Measure.TrueNeighbours(set.Vectors, set.Probes, metric, k, threads, (_, _) => cancellation.ThrowIfCancellationRequested());
        var recall = new Recall(set.Vectors, set.Probes, truth, metric, k);
        var prober = new TuneProber(set.Vectors, set.Probes, recall, metric, k, seed, threads, kernels, cancellation)
        {
            Beginning = Tell, Target = goal.Recall,
        };
        var tuner = new Tuner(prober, goal, budget);
        var interrupted = false;
        var isKept = true;
        try
        {
            tuner.Run(known, trial =>
            {
                Keep(trial);
                var best = goal.BestOf(trial);
                Tell($"{trial.Setting}: {Text.Fixed(best.Recall, 3)} @ {Text.Fixed(best.QpsOnline, 0)}/s");
            });
        }
        catch (OperationCanceledException) when (tuner.Trials.Count > 0)
        {
            interrupted = true;
        }

        var best = goal.Best(tuner.Trials)!;
        TuneForecast? forecast = null;
        IndexFacts? facts = null;
        if (!interrupted && !cancellation.IsCancellationRequested)
        {
            Tell("measuring the choice on other queries");
            var finish = new TuneFinish(set, prober, goal, metric, k, threads);
            (best, facts, forecast) = finish.Run(best);
        }

        var front = tuner.Trials.SelectMany(trial => trial.Points.Select(point => new TuneChoice(trial, point))).ToArray();
        var result = new TuneResult(
            set.Heading,
            goal,
            k,
            set.Vectors.Dimension,
            metric,
            set.Vectors.Count,
            Shown([.. front.Where(choice => choice.IsBeside(front)).OrderBy(choice => choice.Point.Recall)], goal),
            best,
            interrupted ? set.Probes.Count : set.Finals.Count,
            probe.Path.ToString(),
            interrupted || cancellation.IsCancellationRequested,
            forecast)
        {
            Advice = facts?.Advice ?? [],
        };
        return (result, Reports.Of(result, tuner.Trials, facts), isKept);

        // Minutes of work are not thrown away for a file: the run goes on.
        void Keep(TuneTrial trial)
        {
            try
            {
                state.Add(trial);
                isKept = true;
            }
            catch (ToolException e)
            {
                if (isKept)
                {
                    error.WriteLine($"warning: --state {e.Message}; going on");
                }

                isKept = false;
            }
        }

        void Tell(string what)
        {
            report(what, (int)Math.Min(budget.Elapsed.TotalSeconds, budget.Time.TotalSeconds), (int)budget.Time.TotalSeconds);
            if (!Console.IsErrorRedirected)
            {
                return;
            }

            error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{budget.Elapsed.TotalSeconds,5:F0} s  {what}"));
        }
    }

    /// <summary>Of a front, what a person can look over: for each step of recall the fastest of each size.</summary>
    private static TuneChoice[] Shown(TuneChoice[] front, TuneGoal goal)
    {
        double[] steps = [.. s_steps.Append(goal.Recall).Distinct().Order()];
        return
        [
            .. front
                .Where(choice => choice.Point.Recall >= steps[0])
                .GroupBy(choice => (steps.Last(step => step <= choice.Point.Recall), choice.Trial.Setting))
                .Select(group => group.MinBy(choice => choice.Point.Recall)!),
        ];
    }

    /// <summary>What figures depend on.</summary>
    private static string Key(TuneSet set, Metric metric, int k, int seed, string kernels, KernelPath path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes(set.Vectors.Values));
        hash.AppendData(MemoryMarshal.AsBytes(set.Probes.Values));
        var digest = Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{set.Vectors.Count} x {set.Vectors.Dimension} vectors {digest}, {MetricWords.Of(metric)}, k {k}, seed {seed}, {kernels} on {path}");
    }
}
