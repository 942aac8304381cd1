using System.ComponentModel;
using PqGen.Clustering;
using PqGen.Common;
using PqGen.Ivf;
using PqGen.Kernels;
using PqGen.Quantization;
using PqGen.Scan;
using PqGen.Storage;
using PqGen.Storage.Files;

namespace PqGen.Indexes;

/// <summary>
/// Makes the engine of an index for a kernel struct: trained, from a given model, or from a file. For generated code: a user's factories
/// call it.
/// </summary>
/// <remarks>The four kinds differ in what a subclass composes and trains; all else is here, once.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract partial class IndexBuilder
{
    private protected IndexBuilder(IndexShape shape)
    {
        if (!DeclarationRules.IsDimension(shape.Dimension))
        {
            throw new ArgumentOutOfRangeException(
                nameof(shape),
                shape.Dimension,
                Guard.Text($"Dimension is {shape.Dimension}; it needs 1 to {IndexLimits.MaxDimension} components of a vector."));
        }

        CheckInput(shape);
        Shape = shape;
    }

    /// <summary>Kind and sizes.</summary>
    internal IndexShape Shape { get; }

    /// <summary>An exact index.</summary>
    public static IndexBuilder Flat<TKernels>(TKernels kernels)
        where TKernels : struct, IVectorKernels =>
        new FlatBuilder<TKernels>(Checked(kernels), IndexShape.Flat(kernels.Dimension, kernels.Metric));

    /// <summary>An inverted file of rows.</summary>
    public static IndexBuilder IvfFlat<TKernels>(TKernels kernels)
        where TKernels : struct, ICentroidKernels =>
        new IvfFlatBuilder<TKernels>(Checked(kernels), IndexShape.IvfFlat(kernels.Dimension, kernels.Metric));

    /// <summary>Codes in one list.</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="inputDimension">Components of a vector as the caller gives it; 0 where they are the kernels'.</param>
    public static IndexBuilder Pq<TKernels>(TKernels kernels, int inputDimension = 0)
        where TKernels : struct, IPqKernels =>
        new PqBuilder<TKernels>(
            Checked(kernels), IndexShape.Pq(kernels.Dimension, kernels.M, kernels.Ksub, kernels.Metric) with { InputDimension = inputDimension });

    /// <summary>An inverted file of codes of residuals.</summary>
    /// <inheritdoc cref="Pq" path="/param"/>
    public static IndexBuilder IvfPq<TKernels>(TKernels kernels, int inputDimension = 0)
        where TKernels : struct, IIvfPqKernels =>
        new IvfPqBuilder<TKernels>(
            Checked(kernels), IndexShape.IvfPq(kernels.Dimension, kernels.M, kernels.Ksub, kernels.Metric) with { InputDimension = inputDimension });

    /// <summary>The run-time-sized twin of a shape.</summary>
    internal static IndexBuilder Generic(IndexShape shape)
    {
        CheckInput(shape);
        return shape.Kind switch
        {
            IndexKind.Flat => new FlatBuilder<GenericKernels>(new GenericKernels(shape.Dimension, shape.Metric), shape),
            IndexKind.IvfFlat => new IvfFlatBuilder<GenericKernels>(new GenericKernels(shape.Dimension, shape.KernelMetric), shape),
            IndexKind.Pq => new PqBuilder<GenericKernels>(Twin(KernelLayout.MaxByteSum), shape),
            IndexKind.IvfPq => new IvfPqBuilder<GenericKernels>(
                Twin(shape.HasTerms ? KernelLayout.MaxByteSumWithTerms : KernelLayout.MaxByteSum), shape),
            _ => throw new ArgumentException("shape is the default value; make one by IndexShape.Flat, IvfFlat, Pq or IvfPq.", nameof(shape)),
        };

        GenericKernels Twin(int maxByteSum) => new(shape.Dimension, shape.M, shape.Ksub, maxByteSum, shape.KernelMetric);
    }

    /// <summary>An empty index that needs no training.</summary>
    public IndexEngine Create() =>
        Make(new TrainedModel([], [], KeepVectors: true, DefaultNProbe: 0, Shape.Metric == Metric.Cosine ? 0 : null), threads: 1);

    /// <summary>Trains an empty index.</summary>
    /// <param name="vectors">float <c>[n][Dimension]</c>, row-major, finite.</param>
    /// <param name="options">Options of training; null stands for the defaults.</param>
    public IndexEngine Train(ReadOnlySpan<float> vectors, TrainingOptions? options)
    {
        options ??= new TrainingOptions();
        var n = TrainingChecks.Vectors(vectors, Shape.InputDimension, Shape.Ksub, options);
        return Train(vectors, n, options);
    }

    /// <summary>Trains on checked vectors, all or a sample of those given.</summary>
    private IndexEngine Train(ReadOnlySpan<float> vectors, long given, TrainingOptions options)
    {
        TrainingChecks.Transform(Shape, options);
        var nlist = Shape.HasLists ? TrainingChecks.NList(vectors.Length / Shape.InputDimension, given, Shape.Dimension, options) : 0;
        CheckDefaultNProbe(options, nlist);
        TrainingChecks.CoarseSearch(Shape, nlist, options);
        TrainingChecks.AnisotropicThreshold(Shape, options);
        using var activity = Telemetry.Begin("PqGen.Train", Shape.Kind);
        var run = TrainingRun.Of(Shape.Metric, options, given, vectors);
        var (centroids, codebooks, transform) = Train(vectors, nlist, run);
        int? known = Shape.Metric == Metric.Cosine || vectors.ContainsAnyExcept(0f) ? run.Exponent : null;
        var model = new TrainedModel(centroids, codebooks, options.KeepVectors, options.DefaultNProbe, known) 
        {
            CoarseSearch = options.CoarseSearch, RowFormat = options.RowFormat, Transform = transform,
            AnisotropicThreshold = options.AnisotropicThreshold, RowOrigin = Origin(vectors, run),
        };
        var engine = Make(model, run.Threads, run.Cancellation);
        engine.TrainingReport = TrainingReview.Write(
            Shape, vectors, run, transform, (rows, queries) => Code(rows, queries, engine.DefaultNProbe, model, run));
        return engine;
    }

    /// <summary>An empty index with a model from elsewhere.</summary>
    /// <param name="centroids">float <c>[nlist][Dimension]</c>; empty without lists.</param>
    /// <param name="codebooks">float <c>[M][Ksub][Dsub]</c>; empty without codes.</param>
    /// <param name="keepVectors">Whether float32 vectors are kept for re-ranking.</param>
    /// <param name="transform">What vectors go through first; null for nothing but the components that InputDimension lacks.</param>
    public IndexEngine FromModel(
        ReadOnlySpan<float> centroids, ReadOnlySpan<float> codebooks, bool keepVectors, LinearTransform? transform = null)
    {
        transform ??= Shape.InputDimension < Shape.Dimension ? new LinearTransform(Shape.InputDimension, Shape.Dimension, []) : null;
        TrainingChecks.Transform(Shape, transform);
        var limit = LinearTransform.MaxMagnitude(transform);
        if (Shape.HasLists)
        {
            TrainingChecks.Centroids(centroids, Shape.Dimension, limit);
        }

        if (Shape.HasCodes)
        {
            TrainingChecks.Codebooks(Shape, codebooks, 2 * limit);
        }

        return Make(TrainedModel.FromGiven(Shape, centroids, codebooks, keepVectors, transform), threads: 1);
    }

    private IndexEngine Load(LoadedIndex index, CancellationToken cancellation)
    {
        var header = index.Header;
        var model = new TrainedModel(index.Centroids, index.Codebooks, header.KeepsVectors, header.DefaultNProbe, index.Exponent)
        {
            CoarseSearch = header.CoarseSearch, RowFormat = header.RowFormat, Graph = index.Graph, Transform = index.Transform,
            AnisotropicThreshold = index.AnisotropicThreshold, Derived = index.Derived, TermOrigin = index.TermOrigin,
            RowOrigin = index.RowOrigin,
        };
        var engine = Make(model, threads: 1, cancellation);
        engine.Load(index);
        engine.Calibration = index.Calibration;
        return engine;
    }

    /// <summary>The memory that an index would take, in bytes, without building one.</summary>
    /// <param name="count">Vectors, added in one call.</param>
    /// <param name="nlist">Lists; 1 without lists.</param>
    /// <param name="keepVectors">Whether float32 vectors are kept for re-ranking.</param>
    /// <param name="ownIds">Whether ids are the caller's own.</param>
    /// <param name="rowFormat">How vectors are kept for re-ranking, if they are.</param>
    /// <param name="coarseSearch">How searches find the lists to probe.</param>
    /// <param name="transform">What vectors go through before they are encoded.</param>
    public IndexMemory EstimateMemory(
        long count,
        int nlist,
        bool keepVectors,
        bool ownIds,
        RowFormat rowFormat = RowFormat.Float32,
        CoarseSearch coarseSearch = CoarseSearch.Automatic,
        TransformKind transform = TransformKind.None) =>
        MemoryModel.Estimate(Shape, count, nlist, keepVectors, ownIds, rowFormat, coarseSearch, transform);

    private static void CheckInput(IndexShape shape)
    {
        var takesOther = shape.HasCodes || shape.RowsBehindTransform;
        if (shape.InputDimension != shape.Dimension && !(takesOther && DeclarationRules.IsDimension(shape.InputDimension)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(shape),
                shape.InputDimension,
                Guard.Text($"InputDimension is {shape.InputDimension}, of an index of kind {shape.Kind}; it needs 1 to ")
                + Guard.Text($"{IndexLimits.MaxDimension} components of a vector, and without codes as many as Dimension."));
        }
    }

    private static void CheckDefaultNProbe(TrainingOptions options, int nlist) =>
        Guard.Option(options.DefaultNProbe, 0, Math.Max(1, nlist), nameof(options.DefaultNProbe), "no more than there are lists");

    private IndexEngine Make(TrainedModel model, int threads, CancellationToken cancellation = default)
    {
        var engine = Create(model, threads, cancellation);
        (engine.ChosenNProbe, engine.CoarseSearch, engine.AnisotropicThreshold) = (
            model.DefaultNProbe, model.CoarseSearch, model.AnisotropicThreshold);
        return engine;
    }

    private protected abstract IndexEngine Create(TrainedModel model, int threads, CancellationToken cancellation);

    /// <summary>Refuses kernels that were generated for other contracts or layouts: they would read wrong memory.</summary>
    private static TKernels Checked<TKernels>(TKernels kernels)
        where TKernels : struct, IVectorKernels
    {
        if (TKernels.ContractVersion != KernelLayout.ContractVersion)
        {
            var assembly = typeof(TKernels).Assembly.GetName().Name;
            throw new InvalidOperationException(
                Guard.Text(
                    $"{typeof(TKernels).FullName} was generated for version {TKernels.ContractVersion} of the kernels' contract; this PqGen needs ")
                + Guard.Text(
                    $"version {KernelLayout.ContractVersion}. Build {assembly} again with the package it runs with."));
        }

        return kernels;
    }

    /// <summary>Trains centroids, codebooks and what comes before them, all scaled, on the caller's vectors, which were checked.</summary>
    private protected abstract (float[] Centroids, float[] Codebooks, LinearTransform? Transform) Train(
        ReadOnlySpan<float> vectors, int nlist, TrainingRun run);

    /// <summary>A scaled, transformed sample of vectors.</summary>
    private protected float[] Sample(ReadOnlySpan<float> vectors, LinearTransform? transform, long limit, int seed, TrainingRun run)
    {
        var sample = run.Sample(vectors, Shape.InputDimension, limit, seed);
        return transform is null ? sample : transform.Apply(sample, run.Threads, run.Cancellation);
    }

    /// <summary>What kept rows will be taken from.</summary>
    private float[] Origin(ReadOnlySpan<float> vectors, TrainingRun run) =>
        Shape.HasCodes && run.Options.KeepVectors && RowCoding.First(run.Options.RowFormat) == RowFormat.Int8
            ? RowOrigin.Of(
                Sample(vectors, null, RowOrigin.Sampled, unchecked(run.Options.Seed + 5), run), Shape.InputDimension, run.Cancellation)
            : [];

    /// <summary>Trains what vectors go through before they are encoded; null for nothing.</summary>
    private protected LinearTransform? Transform<TKernels>(TKernels kernels, ReadOnlySpan<float> vectors, TrainingRun run)
        where TKernels : struct, IPqKernels
    {
        var padding = Shape.InputDimension == Shape.Dimension ? null : new LinearTransform(Shape.InputDimension, Shape.Dimension, []);
        return run.Options.Transform == TransformKind.None
            ? padding
            : TransformTraining.Run(
                kernels,
                Sample(vectors, padding, OpqTraining.MostVectors(kernels), unchecked(run.Options.Seed + 3), run),
                Shape.InputDimension,
                run);
    }

    /// <summary>What compares rows where they have not as many components as the kernels take: the twin; else nothing.</summary>
    private protected GenericKernels RowKernels =>
        Shape.InputDimension == Shape.Dimension ? default : new GenericKernels(Shape.InputDimension, Shape.KernelMetric);

    /// <summary>
    /// What codes make of scaled, transformed rows, and where queries look for them that are such; null in an index that keeps rows instead of codes.
    /// </summary>
    private protected virtual CodedRows? Code(float[] rows, float[] queries, int nprobe, TrainedModel model, TrainingRun run) => null;
}
