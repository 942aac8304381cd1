using PqGen.Common;

namespace PqGen.Clustering;

/// <summary>One training: its options and what all of its stages share.</summary>
/// <param name="options">The options, checked.</param>
/// <param name="exponent">Vectors are trained on as the caller's times two to this.</param>
internal sealed class TrainingRun(TrainingOptions options, int exponent)
{
    public TrainingOptions Options => options;

    public int Exponent => exponent;

    /// <summary>Threads to use, 1 or more.</summary>
    public int Threads { get; } = Parallelism.Threads(options.Threads);

    public CancellationToken Cancellation => options.Cancellation;

    /// <summary>The stages that have ended.</summary>
    public List<TrainingStage> Stages { get; } = [];

    /// <summary>The training vectors of each list; empty without lists.</summary>
    public int[] ListCounts { get; set; } = [];

    /// <summary>A scaled sample of at most <paramref name="limit"/> of the caller's vectors, in their order.</summary>
    public float[] Sample(ReadOnlySpan<float> vectors, int dimension, long limit, int seed)
    {
        var sample = Sampling.Rows(vectors, dimension, limit, seed, Cancellation);
        Sampling.Scale(sample, exponent, Cancellation);
        return sample;
    }

    /// <summary>A squared distance of scaled vectors in the caller's units.</summary>
    public double InCallersUnits(double squaredDistance) => Math.ScaleB(squaredDistance, -2 * exponent);
}
