using System.Globalization;
using PqGen.Clustering;
using PqGen.Ivf;
using PqGen.Quantization;

namespace PqGen.Indexes;

/// <summary>What to do about data or sizes that promise a bad index.</summary>
internal static class TrainingAdvice
{
    /// <summary>Training vectors that a centroid needs at least, as FAISS has it.</summary>
    public const int PointsPerCentroid = 39;

    /// <summary>Lists whose imbalance is beyond this are uneven.</summary>
    private const double Uneven = 3;

    /// <summary>The share of the variance from which on codes tell too little.</summary>
    private const double LargeError = 0.7;

    /// <summary>Lists from which on it shows whether they follow the data.</summary>
    private const int EnoughLists = 64;

    /// <summary>
    /// What lists leave of the variance, over NList^(-2 / Dimension): the least that as many centroids can leave of normally distributed components
    /// that know nothing of each other (rate distortion; Shannon 1959). Uniform and normal ones stay near 1; GloVe has .7 to .8.
    /// </summary>
    private const double Structureless = 0.9;

    /// <summary>The squared distance of the mean from the origin, in variances, from which on it is far.</summary>
    private const double Far = 100;

    /// <summary>The share of vectors that repeat others from which on it is large.</summary>
    private const double ManyRepeated = 0.1;

    /// <summary>Components that are named at most.</summary>
    private const int Named = 8;

    /// <param name="shape">Kind and sizes.</param>
    /// <param name="run">The training, ended.</param>
    /// <param name="facts">What is striking about them.</param>
    /// <param name="imbalance">How uneven the lists are.</param>
    /// <param name="error">The mean squared error of codes, in the units of the facts.</param>
    public static string[] Give(IndexShape shape, TrainingRun run, DataFacts facts, double imbalance, double error)
    {
        var advice = new List<string>();
        foreach (var stage in run.Stages.Where(stage => stage.Name is not OpqTraining.Stage and not Anisotropic.Stage))
        {
            AddTooFew(stage, stage.Name == CodebookTraining.Stage ? "Ksub" : "NList", run.Given, advice);
        }

        if (facts.Variance == 0)
        {
            advice.Add("All training vectors looked at are the same: no index tells them apart. Train on vectors like those that will be searched.");
            return [.. advice];
        }

        if (facts.Repeated >= ManyRepeated * facts.Count)
        {
            advice.Add(
                Text($"{Percent(facts.Repeated, facts.Count)} of the training vectors repeat another one, and centroids are spent on them: ")
                + "train on different ones, and add the copies afterwards.");
        }

        AddConstant(shape, facts, advice);
        if (shape.Metric == Metric.SquaredL2 && run.Options.Transform == TransformKind.None && facts.SquaredMean >= Far * facts.Variance)
        {
            advice.Add(
                Text($"The vectors lie far from the origin, {Math.Sqrt(facts.SquaredMean / facts.Variance):F0} times as far as from their mean: ")
                + "differences lose digits. Subtract the mean from vectors and queries, which changes no distance"
                + (shape.HasCodes ? Text($": {nameof(TrainingOptions.Transform)} = {nameof(TransformKind.Mean)} does.") : "."));
        }

        AddStructure(shape, run, facts, advice);
        if (error >= LargeError * facts.Variance)
        {
            advice.Add(
                Text($"Codes keep little: their error is {Percent(error, facts.Variance)} of the variance. Raise M, and re-rank what is found; ")
                + "where the data has no structure, as random vectors have none, no code of few bytes keeps it.");
        }

        if (imbalance >= Uneven)
        {
            advice.Add(
                Text($"The lists are uneven: imbalance {imbalance:F1}, where 1 is even. Searches scan about so many times as many vectors as in ")
                + "even lists: raise CoarseIterations, or train on a sample as varied as the vectors that will be added.");
        }

        return [.. advice];
    }

    private static void AddTooFew(TrainingStage stage, string size, long given, List<string> advice)
    {
        var needed = (long)PointsPerCentroid * stage.Centroids;
        if (stage.Vectors >= needed)
        {
            return;
        }

        var points = (double)stage.Vectors / stage.Centroids;
        var each = Text($"{stage.Vectors} training vectors are few for {size} = {stage.Centroids} centroids, {points:F1} each: ");
        advice.Add(each + (given > stage.Vectors
            ? Text($"{given} were given, so raise MaxPointsPerCentroid to {PointsPerCentroid} or more.")
            : Text($"give {needed} or more, {PointsPerCentroid} each, or choose a smaller {size}.")));
    }

    private static void AddStructure(IndexShape shape, TrainingRun run, DataFacts facts, List<string> advice)
    {
        if (run.Stages.Find(stage => stage.Name == CentroidTraining.Stage) is not { Centroids: >= EnoughLists } lists)
        {
            return;
        }

        var (left, all) = (lists.Objectives[^1], run.InCallersUnits(facts.Variance));
        if (left >= Structureless * Math.Pow(lists.Centroids, -2d / shape.InputDimension) * all)
        {
            advice.Add(
                Text($"The data has no structure that lists follow: they leave {Percent(left, all)} of the variance, as of random vectors, and the ")
                + "neighbours of a query are spread over many of them. Raise NProbe, or take an index without lists.");
        }
    }

    /// <summary>Under cosine a component that is the same everywhere still weighs in the norm, unless it is 0.</summary>
    private static void AddConstant(IndexShape shape, DataFacts facts, List<string> advice)
    {
        var constant = facts.Constant;
        if (constant.Length == 0 || shape.Metric == Metric.Cosine)
        {
            return;
        }

        var names = string.Join(", ", constant.Take(Named)) + (constant.Length > Named ? ", ..." : "");
        advice.Add(
            Text($"{constant.Length} of {shape.InputDimension} components never vary ({names}): leave them out of vectors and queries. ")
            + "They tell no vectors apart, and codes and time are spent on them.");
    }

    private static string Percent(double part, double whole) => Text($"{100 * part / whole:F0} %");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
