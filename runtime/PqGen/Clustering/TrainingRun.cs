using PqGen.Common;

namespace PqGen.Clustering;

/// <summary>One training: its options and what all of its stages share.</summary>
/// <param name="options">The options, checked.</param>
/// <param name="given">Vectors that were given, of which it may have been handed a sample.</param>
/// <param name="exponent">Vectors are trained on as the caller's times two to this.</param>
/// <param name="normalizes">Whether vectors are brought to length 1 before they are trained on.</param>
internal sealed class TrainingRun(TrainingOptions options, long given, int exponent, bool normalizes = false)
{
    /// <summary>The training that a metric asks for on vectors.</summary>
    public static TrainingRun Of(Metric metric, TrainingOptions options, long given, ReadOnlySpan<float> vectors) => metric == Metric.Cosine
        ? new TrainingRun(options, given, 0, normalizes: true)
        : new TrainingRun(options, given, PowerOfTwoScale.ExponentForMany(vectors, options.Cancellation));

    public TrainingOptions Options => options;

    public long Given => given;

    public int Exponent => exponent;

    /// <summary>Threads to use, 1 or more.</summary>
    public int Threads { get; } = Parallelism.Threads(options.Threads);

    public CancellationToken Cancellation => options.Cancellation;

    /// <summary>The stages that have ended.</summary>
    public List<TrainingStage> Stages { get; } = [];

    /// <summary>The training vectors of each list; empty without lists.</summary>
    public int[] ListCounts { get; set; } = [];

    /// <summary>A scaled, or normalized, sample of at most <paramref name="limit"/> of the caller's vectors, in their order.</summary>
    public float[] Sample(ReadOnlySpan<float> vectors, int dimension, long limit, int seed)
    {
        var sample = Sampling.Rows(vectors, dimension, limit, seed, Cancellation);
        Transform(sample, dimension);
        return sample;
    }

    /// <summary>Makes of the caller's vectors what is trained on: scales them, or brings them to length 1.</summary>
    public void Transform(float[] rows, int dimension)
    {
        Sampling.Scale(rows, exponent, Cancellation);
        if (normalizes)
        {
            Sampling.Normalize(rows, dimension, Threads, Cancellation);
        }
    }

    /// <summary>A squared distance of scaled vectors in the caller's units.</summary>
    public double InCallersUnits(double squaredDistance) => Math.ScaleB(squaredDistance, -2 * exponent);
}
