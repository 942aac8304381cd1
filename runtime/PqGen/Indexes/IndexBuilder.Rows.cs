using PqGen.Clustering;
using PqGen.Common;
using PqGen.Quantization;

namespace PqGen.Indexes;

/// <content>Training on rows that come one by one.</content>
public abstract partial class IndexBuilder
{
    /// <summary>Rows that are kept where nothing is trained on them.</summary>
    private const long UntrainedSample = 1 << 16;

    /// <summary>Rows that are kept where the number of lists follows from that of the rows: enough for 6,721 lists.</summary>
    private const long OpenSample = 1 << 18;

    /// <summary>Trains an empty index on rows, of which it keeps a sample where they are more than training takes.</summary>
    /// <param name="vectors">Rows of InputDimension floats, finite.</param>
    /// <param name="options">Options of training; null stands for the defaults.</param>
    public IndexEngine Train(IEnumerable<float[]> vectors, TrainingOptions? options)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        options ??= new TrainingOptions();
        var sample = Sample(options);
        foreach (var row in vectors)
        {
            options.Cancellation.ThrowIfCancellationRequested();
            sample.Add(RowChecks.One(row, sample.Seen, Shape.InputDimension, nameof(vectors)));
        }

        return Train(sample, options);
    }

    /// <inheritdoc cref="Train(IEnumerable{float[]}, TrainingOptions)"/>
    /// <param name="vectors">Memory of one or more whole rows each, float <c>[rows][InputDimension]</c>, finite.</param>
    /// <param name="options">Options of training; null stands for the defaults.</param>
    public IndexEngine Train(IEnumerable<ReadOnlyMemory<float>> vectors, TrainingOptions? options)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        options ??= new TrainingOptions();
        var sample = Sample(options);
        foreach (var rows in vectors)
        {
            options.Cancellation.ThrowIfCancellationRequested();
            sample.Add(RowChecks.Whole(rows, sample.Seen, Shape.InputDimension, nameof(vectors)));
        }

        return Train(sample, options);
    }

    /// <inheritdoc cref="Train(IEnumerable{ReadOnlyMemory{float}}, TrainingOptions)"/>
    public Task<IndexEngine> TrainAsync(IAsyncEnumerable<ReadOnlyMemory<float>> vectors, TrainingOptions? options)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        options ??= new TrainingOptions();
        var sample = Sample(options);
        return TrainAsync(vectors, sample, options);
    }

    private async Task<IndexEngine> TrainAsync(IAsyncEnumerable<ReadOnlyMemory<float>> vectors, Reservoir sample, TrainingOptions options)
    {
        await foreach (var rows in vectors.WithCancellation(options.Cancellation).ConfigureAwait(false))
        {
            options.Cancellation.ThrowIfCancellationRequested();
            sample.Add(RowChecks.Whole(rows, sample.Seen, Shape.InputDimension, nameof(vectors)));
        }

        // Minutes of work: not on the thread of a caller whose rows were all there.
        return await Task.Run(() => Train(sample, options), options.Cancellation).ConfigureAwait(false);
    }

    private IndexEngine Train(Reservoir sample, TrainingOptions options)
    {
        TrainingChecks.Count(sample.Seen, Shape.Ksub);
        return Train(sample.Rows, sample.Seen, options);
    }

    /// <summary>Room for as many rows as training takes. What can be said of the options is said before the first row is asked for.</summary>
    private Reservoir Sample(TrainingOptions options)
    {
        TrainingChecks.Options(options);
        TrainingChecks.Transform(Shape, options);
        Guard.Option(options.NList, 0, Array.MaxLength / Shape.Dimension, nameof(options.NList), "lists, 0 for as many as suit the vectors");
        CheckDefaultNProbe(options, !Shape.HasLists ? 0 : options.NList == 0 ? int.MaxValue : options.NList);
        var rows = Math.Max(
            Shape.HasCodes ? (long)Shape.Ksub * options.MaxPointsPerCentroid : 0,
            !Shape.HasLists ? 0 : options.NList == 0 ? OpenSample : (long)options.NList * options.MaxPointsPerCentroid);
        return new Reservoir(Shape.InputDimension, rows == 0 ? UntrainedSample : rows, options.Seed);
    }
}
