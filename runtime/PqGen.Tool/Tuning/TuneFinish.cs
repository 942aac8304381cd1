using PqGen.Tool.Report;
using PqGen.Vectors;

namespace PqGen.Tool.Tuning;

/// <summary>Builds the choice once more, measures it on queries that did not choose it, and tells what to expect of all vectors.</summary>
internal sealed class TuneFinish(TuneSet set, TuneProber prober, TuneGoal goal, Metric metric, int k, int threads)
{
    /// <summary>Measures.</summary>
    /// <returns>
    /// The choice with what it reached, or with the next setting that reaches the recall there; how its index is; and the forecast, where it was a
    /// sample.
    /// </returns>
    public (TuneChoice Choice, IndexFacts Index, TuneForecast? Forecast) Run(TuneChoice choice)
    {
        var finals = Prober(set.Vectors, set.Finals);
        var (index, train, add) = finals.Build(choice.Trial.Setting);
        TunePoint measured;
        IndexFacts facts;
        using (index)
        {
            // What reached the recall on some queries may miss it on others by a little: then the next setting that reached more.
            var candidates = choice.Trial.Points.Where(point => point.Recall >= choice.Point.Recall)
                .OrderByDescending(point => point.QpsOnline).ToArray();
            measured = choice.Trial.Setting.Kind == IndexKind.Flat ? choice.Point : finals.Measure(index, choice.Point.Options);
            for (var next = 1; next < candidates.Length && choice.Point.Recall >= goal.Recall && measured.Recall < goal.Recall; next++)
            {
                measured = finals.Measure(index, candidates[next].Options);
            }

            facts = IndexFacts.Of(index, set.Finals, k, measured.Options);
        }

        var trial = choice.Trial with { TrainSeconds = train, AddSeconds = add };
        var final = new TuneChoice(trial, measured);
        return (final, facts, set.All > set.Vectors.Count ? Forecast(final) : null);
    }

    /// <summary>
    /// Lists grow with the square root of the vectors, and so do those that are probed: a query then scans as many more. How recall moves is measured
    /// from half of the sample to all of it.
    /// </summary>
    private TuneForecast Forecast(TuneChoice choice)
    {
        var (setting, point) = (choice.Trial.Setting, choice.Point);
        var growth = Math.Sqrt((double)set.All / set.Vectors.Count);
        var (nlist, nprobe) = (Scaled(setting.NList, growth), Scaled(point.NProbe, growth));
        var half = setting with { NList = Scaled(setting.NList, Math.Sqrt(0.5)) };
        var smaller = Prober(Rows.First(set.Vectors, set.Vectors.Count / 2), set.Finals);
        double before;
        using (var index = smaller.Build(half).Index)
        {
            var fewer = point.Options with
            {
                NProbe = Scaled(point.NProbe, Math.Sqrt(0.5)), ProbeBudget = point.ProbeBudget * MathF.Sqrt(0.5f),
            };
            before = setting.Kind == IndexKind.Flat ? 1 : smaller.Measure(index, fewer).Recall;
        }

        var recall = Math.Clamp(point.Recall + ((point.Recall - before) * Math.Log2((double)set.All / set.Vectors.Count)), 0, 1);
        var memory = GenericIndex.EstimateMemory(
            setting.Shape(set.Vectors.Dimension, metric),
            set.All,
            Math.Max(1, nlist),
            setting.Reranks,
            rowFormat: setting.Options(0, 0).RowFormat,
            transform: setting.Transform);
        var seconds = (choice.Trial.TrainSeconds * growth) + (choice.Trial.AddSeconds * growth * growth * growth);
        return new TuneForecast(set.All, nlist, nprobe, memory.Total, Text.Rounded(seconds, 1), Text.Rounded(recall, 4));
    }

    private TuneProber Prober(VectorMatrix vectors, VectorMatrix queries) => prober.On(
        vectors, queries, new Recall(vectors, queries, Measure.TrueNeighbours(vectors, queries, metric, k, threads, (_, _) => { }), metric, k));

    private static int Scaled(int count, double growth) => count == 0 ? 0 : Math.Max(1, (int)Math.Round(count * growth));
}
