using PqGen.Generator.Spec;

namespace PqGen.Generator.Emit;

/// <summary>What emitted kernels sum over components: names of the runtime's types that say so.</summary>
internal static class LaneSum
{
    public const string SquaredDifference = "SquaredDifference";

    public const string MinusTwiceProduct = "MinusTwiceProduct";

    /// <summary>What the score of two vectors is a sum of.</summary>
    public static string OfRows(KernelSpec spec) => spec.Metric == Metric.SquaredL2 ? SquaredDifference : MinusTwiceProduct;

    /// <summary>What the score of a vector and a centroid is a sum of.</summary>
    public static string OfCentroids(KernelSpec spec) => spec.ComparesCodesByL2 ? SquaredDifference : MinusTwiceProduct;

    /// <summary>What is asked for, of the sum over all components; a sum of squared differences is it already.</summary>
    public static string Finish(string laneSum, string sum) => laneSum == SquaredDifference ? sum : $"{laneSum}.Finish({sum})";
}
