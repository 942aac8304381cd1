using System.CommandLine;

namespace PqGen.Tool;

/// <summary>--opq, --mean and --pad: what vectors go through before they are encoded.</summary>
internal sealed class TransformOptions
{
    private readonly Option<bool> _opq = ToolOptions.Switch(
        "--opq", "Learn a rotation that makes the error of the codes smaller (OPQ); under l2 the mean is subtracted, too");

    private readonly Option<bool> _mean = ToolOptions.Switch("--mean", "Subtract the mean, for vectors far from the origin; under l2");

    private readonly Option<bool> _pad = ToolOptions.Switch("--pad", "Add zeros to vectors and queries until m divides their dimension");

    public IEnumerable<Option> All => [_opq, _mean, _pad];

    /// <summary>The transform that is asked for.</summary>
    public TransformKind Kind(ParseResult parsed, Metric metric)
    {
        var (opq, mean) = (parsed.GetValue(_opq), parsed.GetValue(_mean));
        if (opq && mean)
        {
            throw new UsageException("--opq and --mean exclude each other; give one of them: --opq subtracts the mean, too, where that is right");
        }

        if (mean && metric != Metric.SquaredL2)
        {
            throw new UsageException(
                $"--mean is given, but --metric is {MetricWords.Of(metric)}; it needs l2, under which the mean changes no distance");
        }

        return opq ? TransformKind.Opq : mean ? TransformKind.Mean : TransformKind.None;
    }

    /// <summary>The dimension of what codes stand for: padded where that is asked for and possible.</summary>
    public int Padded(ParseResult parsed, int dimension, int m)
    {
        var padded = (dimension + m - 1) / m * m;
        return parsed.GetValue(_pad) && padded <= IndexLimits.MaxDimension ? padded : dimension;
    }

    /// <summary>The shape of an IVFPQ index of vectors of a dimension.</summary>
    public IndexShape Shape(ParseResult parsed, int dimension, int m, int ksub, Metric metric) =>
        IndexShape.IvfPq(Padded(parsed, dimension, m), m, ksub, metric) with { InputDimension = dimension };
}
