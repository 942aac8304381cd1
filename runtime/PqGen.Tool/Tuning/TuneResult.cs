using System.Globalization;

namespace PqGen.Tool.Tuning;

/// <summary>What an index of all vectors will be, where a sample was tuned on.</summary>
/// <param name="N">All vectors.</param>
/// <param name="Nlist">Lists, so that each holds as many vectors for each that is probed.</param>
/// <param name="Nprobe">Lists to probe.</param>
/// <param name="ResidentBytes">Of all that the process will hold for the index.</param>
/// <param name="BuildSeconds">Training and adding, on the threads of this run.</param>
/// <param name="Recall">By the slope from half the sample to all of it.</param>
internal sealed record TuneForecast(long N, int Nlist, int Nprobe, long ResidentBytes, double BuildSeconds, double Recall)
{
    /// <summary>A sentence.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"Of all {N:N0} vectors expect: NList {Nlist}, NProbe {Nprobe}, recall {Recall:F3}, {ResidentBytes / 1e6:N0} MB, "
        + $"built in {BuildSeconds:N0} s.");
}

/// <summary>What tune has found.</summary>
/// <param name="Heading">Of which vectors.</param>
/// <param name="Goal">What was asked for.</param>
/// <param name="K">Neighbours of a query.</param>
/// <param name="Dimension">Components.</param>
/// <param name="Metric">The metric.</param>
/// <param name="N">Vectors that were indexed.</param>
/// <param name="Front">Choices that nothing beats in recall, speed and bytes at once, by rising recall.</param>
/// <param name="Best">The choice to take, measured again on other queries.</param>
/// <param name="Queries">How many these are.</param>
/// <param name="Isa">The instruction set.</param>
/// <param name="Interrupted">Whether there was more to try.</param>
/// <param name="Forecast">What to expect of all vectors; null where all were indexed.</param>
internal sealed record TuneResult(
    string Heading, TuneGoal Goal, int K, int Dimension, Metric Metric, int N, IReadOnlyList<TuneChoice> Front, TuneChoice Best, int Queries,
    string Isa, bool Interrupted, TuneForecast? Forecast)
{
    /// <summary>What training the choice advises.</summary>
    public IReadOnlyList<string> Advice { get; init; } = [];

    /// <summary>The declaration, training and search to paste.</summary>
    public IReadOnlyList<string> Code =>
    [
        Best.Trial.Setting.TrainingCode(),
        "index.Add(vectors);",
        $"var found = index.Search(query, top, {Best.Point.SearchCode()});",
        "",
        Best.Trial.Setting.Shape(Dimension, Metric).ToString(),
        "public partial class MyIndex;",
    ];

    /// <summary>Why it is the one to take, or what is missing.</summary>
    public string Reason
    {
        get
        {
            var limit = double.IsInfinity(Goal.MaxBytesPerVector) ? "" : $" in {Text.Fixed(Goal.MaxBytesPerVector, 0)} bytes a vector";
            var (recall, qps) = (Text.Fixed(Best.Point.Recall, 3), Text.Fixed(Best.Point.QpsOnline, 0));
            if (!Goal.Fits(Best.Trial))
            {
                var least = Text.Fixed(Best.Trial.BytesPerVector, 0);
                return $"nothing that was built fits{limit}; the smallest takes {least}. Raise --max-bytes-per-vector";
            }

            if (Best.Point.Recall < Goal.Recall)
            {
                return $"no setting reached a recall of {Text.Fixed(Goal.Recall, 3)}{limit}; this is the highest, {recall}. "
                    + (limit.Length > 0 ? "More bytes, or a longer --budget, reach more" : "A longer --budget may reach more");
            }

            return Best.Point.QpsOnline < Goal.MinQps
                ? $"recall {recall}{limit} at {qps} queries/s is the fastest found; --min-qps {Text.Fixed(Goal.MinQps, 0)} was not reached"
                : $"the fastest that reaches a recall of {Text.Fixed(Goal.Recall, 3)}{limit} ({recall} on {Queries} other queries), {qps} queries/s";
        }
    }

    /// <summary>One JSON object.</summary>
    public string Json() => Text.JsonLine(new
    {
        N,
        Dimension,
        Metric = MetricWords.Of(Metric),
        K,
        TargetRecall = Goal.Recall,
        Front = Front.Select(Fields),
        Recommended = Fields(Best),
        IsMet = Goal.IsMetBy(Best),
        Reason,
        Queries,
        Declaration = Best.Trial.Setting.Shape(Dimension, Metric).ToString(),
        Code = string.Join('\n', Code),
        Advice,
        Isa,
        Interrupted,
        FullSize = Forecast,
    });

    /// <summary>Lines for a person, the tables no wider than the terminal.</summary>
    public IEnumerable<string> Lines(int width)
    {
        var names = Front.Append(Best).Max(choice => choice.Trial.Setting.ToString().Length);
        Column[] figures =
        [
            new("nprobe", 6, Rank: 1), new("rerank", 6, Rank: 2), new("recall", 6), new("qps_online", 10), new("B/vec", 6),
                new("build_s", 7, Rank: 3),
        ];

        // Where a name and the figures that matter most do not fit beside each other, the name has a line of its own.
        var beside = new Columns(width, [new("index", names, IsWord: true), .. figures]);
        var below = new Columns(width, [new("", 2), .. figures]);
        var isBeside = beside.LeftOut.Count() < 2;
        yield return Heading;
        yield return "";
        if ((isBeside ? beside : below).Note is { } note)
        {
            yield return note;
        }

        yield return isBeside ? beside.Heading : below.Heading;
        foreach (var line in Front.SelectMany(Row))
        {
            yield return line;
        }

        yield return "";
        yield return "--- recommended ---";
        foreach (var line in Row(Best))
        {
            yield return line;
        }

        yield return Reason + ".";
        yield return "";
        foreach (var line in Code)
        {
            yield return line.Length == 0 ? "" : "  " + line;
        }

        foreach (var advice in Advice)
        {
            yield return "";
            yield return $"advice: {advice}";
        }

        if (Forecast is { } all)
        {
            yield return "";
            yield return all.ToString();
        }

        if (Interrupted)
        {
            yield return "";
            yield return "Interrupted: this is the best of what was tried until then.";
        }

        IEnumerable<string> Row(TuneChoice choice)
        {
            var (trial, point) = choice;
            object[] cells =
            [
                point.NProbe, point.Rerank, Text.Fixed(point.Recall, 3), Text.Fixed(point.QpsOnline, 0), Text.Fixed(trial.BytesPerVector, 0),
                Text.Fixed(trial.TrainSeconds + trial.AddSeconds, 1),
            ];
            return isBeside ? [beside.Line([trial.Setting, .. cells])] : [trial.Setting.ToString(), below.Line(["", .. cells])];
        }
    }

    private static object Fields(TuneChoice choice) => new
    {
        Kind = KindWords.Of(choice.Trial.Setting.Kind),
        choice.Trial.Setting.M,
        choice.Trial.Setting.Ksub,
        Nlist = choice.Trial.Setting.NList,
        choice.Trial.Setting.Keep,
        Transform = choice.Trial.Setting.Transform.ToString().ToLowerInvariant(),
        Nprobe = choice.Point.NProbe,
        choice.Point.ProbeBudget,
        choice.Point.Rerank,
        Recall = Text.Rounded(choice.Point.Recall, 6),
        QpsOnline = Text.Rounded(choice.Point.QpsOnline, 1),
        ResidentBytesPerVector = Text.Rounded(choice.Trial.BytesPerVector, 2),
        TrainSeconds = Text.Rounded(choice.Trial.TrainSeconds, 4),
        AddSeconds = Text.Rounded(choice.Trial.AddSeconds, 4),
    };
}
