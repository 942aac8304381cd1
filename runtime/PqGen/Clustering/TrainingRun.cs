using PqGen.Common;

namespace PqGen.Clustering;

/// <summary>One training: its options and what all of its stages share.</summary>
/// <param name="options">The options, checked.</param>
/// <param name="exponent">Vectors are trained on as the caller's times two to this.</param>
/// <param name="normalizes">Whether vectors are brought to length 1 before they are trained on.</param>
internal sealed class TrainingRun(TrainingOptions options, int exponent, bool normalizes = false)
{
    /// <summary>Vectors per look at the cancellation.</summary>
    private const int NormalizeChunk = 4096;

    /// <summary>The training that a metric asks for on vectors.</summary>
    public static TrainingRun Of(Metric metric, TrainingOptions options, ReadOnlySpan<float> vectors) => metric == Metric.Cosine
        ? new TrainingRun(options, 0, normalizes: true)
        : new TrainingRun(options, PowerOfTwoScale.ExponentForMany(vectors, options.Cancellation));

    public TrainingOptions Options => options;

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
        for (var first = 0; normalizes && first < rows.Length; first += NormalizeChunk * dimension)
        {
            Cancellation.ThrowIfCancellationRequested();
            var part = rows.AsSpan(first, Math.Min(NormalizeChunk * dimension, rows.Length - first));
            VectorMath.Normalize(part, dimension, part);
        }
    }

    /// <summary>A squared distance of scaled vectors in the caller's units.</summary>
    public double InCallersUnits(double squaredDistance) => Math.ScaleB(squaredDistance, -2 * exponent);
}
