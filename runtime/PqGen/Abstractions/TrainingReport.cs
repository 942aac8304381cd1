using System.Globalization;
using System.Text;

namespace PqGen;

/// <summary>One stage of training: k-means of the coarse centroids, or of all sub-quantizers; or a rotation. Immutable.</summary>
public sealed class TrainingStage
{
    internal TrainingStage(string name, int centroids, int vectors, double[] objectives)
    {
        (Name, Centroids, Vectors, Objectives) = (name, centroids, vectors, Array.AsReadOnly(objectives));
    }

    /// <summary>The stage, as <see cref="TrainingProgress.Stage"/> names it.</summary>
    public string Name { get; }

    /// <summary>Centroids that were trained: NList, or Ksub for each sub-quantizer.</summary>
    public int Centroids { get; }

    /// <summary>Vectors that they were trained on: those given, or a sample of them.</summary>
    public int Vectors { get; }

    /// <summary>
    /// What each iteration found, in the caller's units: the mean squared distance of the vectors, or of their residuals, to their nearest centroid,
    /// added up over the sub-quantizers. A sub-quantizer that has settled early counts on with its last. Of a rotation each turn counts once, with
    /// the error of the codes.
    /// </summary>
    public IReadOnlyList<double> Objectives { get; }
}

/// <summary>
/// What training found out: how far k-means came, how even the lists are, what codes lose, and what to do where the data or the sizes promise a bad
/// index. Immutable; safe on any number of threads.
/// </summary>
/// <remarks>
/// Variance, error and share are measured after training on vectors drawn from those given, evenly and by the seed: all of them where they are
/// fewer than 1,000, else a quarter as many as were trained on, 16,384 at most. That takes a few percent of the time of training. The same vectors,
/// options and seed give the same report on any number of threads and any instruction set.
/// </remarks>
public sealed class TrainingReport
{
    internal TrainingReport(TrainingStage[] stages, string[] advice) =>
        (Stages, Advice) = (Array.AsReadOnly(stages), Array.AsReadOnly(advice));

    /// <summary>The stages, in their order; none for an index that needs no training.</summary>
    public IReadOnlyList<TrainingStage> Stages { get; }

    /// <summary>
    /// NList times the sum of the squares of the lists' vectors, over the square of their sum, as the last iteration assigned the training vectors:
    /// 1 where all lists hold as many. A search that probes lists by their nearness scans so many times as many vectors as in even lists, about.
    /// NaN without lists.
    /// </summary>
    public double ListImbalance { get; internal init; } = double.NaN;

    /// <summary>The mean squared distance of the vectors from their mean.</summary>
    public double Variance { get; internal init; }

    /// <summary>The mean squared distance of the vectors from what their codes stand for; 0 in an index of vectors instead of codes.</summary>
    public double QuantizationError { get; internal init; }

    /// <summary><see cref="QuantizationError"/> over <see cref="Variance"/>: 0 where codes lose nothing; NaN where all vectors are one.</summary>
    public double ErrorShare => QuantizationError / Variance;

    /// <summary>
    /// Of the true neighbours that a search by codes misses, the share that lies in the lists it probes: so much of what is missing can re-ranking
    /// bring back, and only a larger NProbe the rest. NaN without codes, where nothing is missed, and of fewer than 1,000 training vectors.
    /// </summary>
    /// <remarks>
    /// Of the drawn vectors, as many as Ksub, but 16 at least and a quarter at most, are the queries; the others are searched. The true neighbours of
    /// a query are the k nearest of those; the search by codes takes the k nearest by the distance to what codes stand for, ties by number, in the
    /// lists that a search probes which names no NProbe (without lists: in all). k is 10 times the share of the training vectors that is searched,
    /// rounded, 1 at least: so near are the 10 nearest of all. Counted over all queries together. An estimate for the index itself (of all of GloVe,
    /// .942 for .943); where that will hold many times the training vectors, a low one, as neighbours are nearer there.
    /// </remarks>
    public double RepairableShare { get; internal init; } = double.NaN;

    /// <summary>What to do about what may make a bad index, a sentence or two each, the gravest first; empty where nothing was found.</summary>
    public IReadOnlyList<string> Advice { get; }

    /// <summary>All of it as lines to read, in the invariant culture.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var stage in Stages)
        {
            var objectives = stage.Objectives;
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{stage.Name}: {stage.Centroids} of {stage.Vectors} vectors, objective {objectives[0]:G4} to {objectives[^1]:G4}");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"list imbalance {ListImbalance:F2}");
        text.AppendLine(CultureInfo.InvariantCulture, $"variance {Variance:G4}, quantization error {QuantizationError:G4}, share {ErrorShare:F3}");
        text.AppendLine(CultureInfo.InvariantCulture, $"repairable share {RepairableShare:F3}");
        foreach (var advice in Advice)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"- {advice}");
        }

        return text.ToString();
    }
}
