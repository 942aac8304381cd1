namespace PqGen.Extensions.VectorData;

/// <summary>When a collection's vectors move from exact search to a trained index, and to which. Not changed by a store; may be used again.</summary>
public sealed record TrainedIndexOptions
{
    /// <summary>
    /// Vectors of a property from which on its index is trained, 256 or more. Until then search is exact. It is trained again each time there are
    /// four
    /// times as many, as long as their float32 vectors are kept.
    /// </summary>
    public int TrainAt { get; init; } = 20_000;

    /// <summary>
    /// Trains and returns an empty index of the dimension and metric asked for: <c>training => WordIndex.Train(training.Vectors.Span)</c> for a class
    /// of your own with kernels for its sizes. Null stands for a <see cref="GenericIndex"/> of <see cref="IndexTraining.Shape"/>.
    /// </summary>
    public Func<IndexTraining, VectorIndex>? Train { get; init; }

    /// <summary>
    /// Opens the file of an index that <see cref="Train"/> has made: <c>WordIndex.Open</c>. Null stands for <see cref="VectorIndex.Open(string)"/>.
    /// </summary>
    public Func<string, VectorIndex>? Open { get; init; }

    /// <summary>
    /// Options of training where <see cref="Train"/> is null: lists, seed, threads, how vectors are kept. Null stands for the defaults.
    /// </summary>
    public TrainingOptions? Training { get; init; }

    /// <summary>
    /// How a trained index is searched. Null stands for what reaches a recall of .95 on the collection's own vectors, measured after training
    /// (<see cref="VectorIndex.Calibrate(int, int, int, int, CancellationToken)"/>); an index without float32 vectors is then searched by its
    /// defaults.
    /// </summary>
    public SearchOptions? Search { get; init; }

    /// <summary>Refuses numbers out of range.</summary>
    internal TrainedIndexOptions Checked() => TrainAt >= MinTrainAt ? this : throw new ArgumentOutOfRangeException(
        nameof(TrainAt),
        TrainAt,
        FormattableString.Invariant($"TrainAt is {TrainAt}; it needs {MinTrainAt} or more vectors, as many as a codebook has centroids."));

    private const int MinTrainAt = 256;
}

/// <summary>What an index is to be trained for.</summary>
/// <param name="Collection">The collection's name.</param>
/// <param name="Property">The vector property's name.</param>
/// <param name="Shape">
/// Kind, sizes and metric that the property asks for. Another kind and other codes will do; dimension and metric may not differ.
/// </param>
/// <param name="Vectors">Vectors to train on, float <c>[n][Dimension]</c>, row-major: all of the collection, or a sample of 262,144.</param>
/// <param name="Cancellation">Ends it early.</param>
public sealed record IndexTraining(
    string Collection, string Property, IndexShape Shape, ReadOnlyMemory<float> Vectors, CancellationToken Cancellation);
