using System.Runtime.CompilerServices;
using PqGen.Indexes;
using PqGen.Quantization;
using PqGen.Storage.Files;

namespace PqGen;

/// <summary>
/// An index whose kind and sizes are known at run time only: the twin of a class with an index attribute, on kernels that loop over their
/// sizes.
/// </summary>
public sealed class GenericIndex : VectorIndex
{
    private GenericIndex(IndexEngine engine)
        : base(engine)
    {
    }

    /// <summary>An empty exact index; it needs no training.</summary>
    /// <param name="dimension">Components of a vector, 1 to 4096.</param>
    /// <exception cref="ArgumentOutOfRangeException">The dimension is out of range.</exception>
    public static GenericIndex Flat(int dimension) => new(IndexBuilder.Generic(IndexShape.Flat(dimension)).Create());

    /// <summary>Trains an index by k-means. It is empty: add the vectors afterwards.</summary>
    /// <param name="shape">Kind and sizes.</param>
    /// <param name="vectors">The training vectors, float <c>[n][InputDimension]</c>, row-major, finite.</param>
    /// <param name="options">Lists, seed, threads and progress; null stands for the defaults.</param>
    /// <remarks>The same vectors, options and seed train the same index on any number of threads and any instruction set.</remarks>
    /// <exception cref="ArgumentException">A size, a length, a component or an option is out of range; the message names it.</exception>
    /// <exception cref="OperationCanceledException">The options' cancellation was requested.</exception>
    public static GenericIndex Train(IndexShape shape, ReadOnlySpan<float> vectors, TrainingOptions? options = null) =>
        new(IndexBuilder.Generic(shape).Train(vectors, options));

    /// <summary>Trains an index on rows, of which it keeps a sample where they are more than training takes.</summary>
    /// <param name="shape">Kind and sizes.</param>
    /// <param name="vectors">The training vectors, rows of Dimension floats each, finite; a <c>float[][]</c> is such.</param>
    /// <param name="options">Lists, seed, threads and progress; null stands for the defaults.</param>
    /// <remarks>
    /// <para>As long as they are no more than training takes (NList or Ksub, the larger, times
    /// <see cref="TrainingOptions.MaxPointsPerCentroid"/>), the index is the one that the same floats in one span train. Of more, a uniform sample of
    /// so many is kept, by the seed; memory is in proportion to it. Where <see cref="TrainingOptions.NList"/> is 0, up to 262,144 are kept, and NList
    /// follows from how many there were.</para>
    /// <para>The same rows, options and seed train the same index on any number of threads, however many rows come at a time.</para>
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// A size or an option is out of range, a row is null or of another length, or a component is NaN, infinite or above 1e15; the message names it.
    /// </exception>
    /// <exception cref="OperationCanceledException">The options' cancellation was requested.</exception>
    [OverloadResolutionPriority(-1)]
    public static GenericIndex Train(IndexShape shape, IEnumerable<float[]> vectors, TrainingOptions? options = null) =>
        new(IndexBuilder.Generic(shape).Train(vectors, options));

    /// <inheritdoc cref="Train(IndexShape, IEnumerable{float[]}, TrainingOptions)"/>
    /// <param name="shape">Kind and sizes.</param>
    /// <param name="vectors">The training vectors, memory of one or more whole ones each, float <c>[rows][Dimension]</c>, finite.</param>
    /// <param name="options">Lists, seed, threads and progress; null stands for the defaults.</param>
    [OverloadResolutionPriority(-1)]
    public static GenericIndex Train(IndexShape shape, IEnumerable<ReadOnlyMemory<float>> vectors, TrainingOptions? options = null) =>
        new(IndexBuilder.Generic(shape).Train(vectors, options));

    /// <inheritdoc cref="Train(IndexShape, IEnumerable{ReadOnlyMemory{float}}, TrainingOptions)"/>
    public static async Task<GenericIndex> TrainAsync(
        IndexShape shape, IAsyncEnumerable<ReadOnlyMemory<float>> vectors, TrainingOptions? options = null) =>
        new(await IndexBuilder.Generic(shape).TrainAsync(vectors, options).ConfigureAwait(false));

    /// <summary>An index with a given model, trained elsewhere. It is empty: add the vectors afterwards.</summary>
    /// <param name="shape">Kind and sizes.</param>
    /// <param name="centroids">The centroids of the lists, float <c>[NList][Dimension]</c>; empty without lists. Copied.</param>
    /// <param name="codebooks">The centroids of the sub-quantizers, float <c>[M][Ksub][Dimension / M]</c>; empty without codes. Copied.</param>
    /// <param name="keepVectors">Whether float32 vectors are kept for re-ranking beside codes.</param>
    /// <param name="transform">
    /// What vectors go through before they are encoded: of <see cref="IndexShape.InputDimension"/> components to <see cref="IndexShape.Dimension"/>;
    /// null for nothing, or for zeros that are added. Distances by codes are those of transformed vectors. Under cosine it has orthonormal columns
    /// and no bias, and comes once vectors have length 1.
    /// </param>
    /// <exception cref="ArgumentException">A size, a length or a component is out of range; the message names it.</exception>
    public static GenericIndex FromModel(
        IndexShape shape,
        ReadOnlySpan<float> centroids,
        ReadOnlySpan<float> codebooks,
        bool keepVectors = true,
        LinearTransform? transform = null) =>
        new(IndexBuilder.Generic(shape).FromModel(centroids, codebooks, keepVectors, transform));

    /// <inheritdoc cref="VectorIndex.Open(string, CancellationToken)"/>
    public static new GenericIndex Open(string path) => Open(path, CancellationToken.None);

    /// <inheritdoc cref="VectorIndex.Open(string, CancellationToken)"/>
    public static new GenericIndex Open(string path, CancellationToken cancellation)
    {
        using var activity = Telemetry.Activities.StartActivity("PqGen.Open");
        using var reader = IndexFileReader.Open(path);
        Telemetry.Tag(activity, reader.Header.Shape.Kind);
        return new GenericIndex(IndexBuilder.Generic(reader.Header.Shape).Load(reader, cancellation));
    }

    /// <inheritdoc cref="VectorIndex.Load(Stream, CancellationToken)"/>
    public static new GenericIndex Load(Stream stream, CancellationToken cancellation = default)
    {
        using var activity = Telemetry.Activities.StartActivity("PqGen.Load");
        using var reader = IndexFileReader.Open(stream);
        Telemetry.Tag(activity, reader.Header.Shape.Kind);
        return new GenericIndex(IndexBuilder.Generic(reader.Header.Shape).Load(reader, cancellation));
    }

    /// <inheritdoc cref="VectorIndex.ImportFaiss(string, CancellationToken)"/>
    public static new GenericIndex ImportFaiss(string path, CancellationToken cancellation = default) =>
        new(IndexBuilder.ImportFaiss(path, cancellation));

    /// <summary>The memory that an index would take, without building one.</summary>
    /// <param name="shape">Kind and sizes.</param>
    /// <param name="count">Vectors, 0 or more.</param>
    /// <param name="nlist">Lists, 1 or more; without lists ignored.</param>
    /// <param name="keepVectors">Whether float32 vectors are kept for re-ranking beside codes.</param>
    /// <param name="ownIds">Whether ids are your own.</param>
    /// <param name="rowFormat">How vectors are kept for re-ranking, if they are.</param>
    /// <param name="coarseSearch">How searches find the lists to probe; without lists ignored.</param>
    /// <param name="transform">What vectors go through before they are encoded.</param>
    /// <returns>The bytes, part by part.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static IndexMemory EstimateMemory(
        IndexShape shape,
        long count,
        int nlist = 1,
        bool keepVectors = true,
        bool ownIds = false,
        RowFormat rowFormat = RowFormat.Float32,
        CoarseSearch coarseSearch = CoarseSearch.Automatic,
        TransformKind transform = TransformKind.None) =>
        IndexBuilder.Generic(shape).EstimateMemory(count, nlist, keepVectors, ownIds, rowFormat, coarseSearch, transform);
}
