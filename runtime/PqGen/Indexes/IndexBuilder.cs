using System.ComponentModel;
using PqGen.Clustering;
using PqGen.Common;
using PqGen.Ivf;
using PqGen.Kernels;
using PqGen.Quantization;
using PqGen.Scan;
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

        Shape = shape;
    }

    /// <summary>Kind and sizes.</summary>
    internal IndexShape Shape { get; }

    /// <summary>An exact index.</summary>
    public static IndexBuilder Flat<TKernels>(TKernels kernels)
        where TKernels : struct, IVectorKernels => new FlatBuilder<TKernels>(Checked(kernels));

    /// <summary>An inverted file of rows.</summary>
    public static IndexBuilder IvfFlat<TKernels>(TKernels kernels)
        where TKernels : struct, ICentroidKernels => new IvfFlatBuilder<TKernels>(Checked(kernels));

    /// <summary>Codes in one list.</summary>
    public static IndexBuilder Pq<TKernels>(TKernels kernels)
        where TKernels : struct, IPqKernels => new PqBuilder<TKernels>(Checked(kernels));

    /// <summary>An inverted file of codes of residuals.</summary>
    public static IndexBuilder IvfPq<TKernels>(TKernels kernels)
        where TKernels : struct, IIvfPqKernels => new IvfPqBuilder<TKernels>(Checked(kernels));

    /// <summary>The run-time-sized twin of a shape.</summary>
    internal static IndexBuilder Generic(IndexShape shape) => shape.Kind switch
    {
        IndexKind.Flat => Flat(new GenericKernels(shape.Dimension, shape.Metric)),
        IndexKind.IvfFlat => IvfFlat(new GenericKernels(shape.Dimension, shape.Metric)),
        IndexKind.Pq => Pq(new GenericKernels(shape.Dimension, shape.M, shape.Ksub, metric: shape.Metric)),
        IndexKind.IvfPq when !shape.HasTerms => IvfPq(new GenericKernels(shape.Dimension, shape.M, shape.Ksub, metric: shape.Metric)),
        IndexKind.IvfPq => IvfPq(new GenericKernels(shape.Dimension, shape.M, shape.Ksub, KernelLayout.MaxByteSumWithTerms, shape.Metric)),
        _ => throw new ArgumentException("shape is the default value; make one by IndexShape.Flat, IvfFlat, Pq or IvfPq.", nameof(shape)),
    };

    /// <summary>An empty index that needs no training.</summary>
    public IndexEngine Create() =>
        Make(new TrainedModel([], [], KeepVectors: true, DefaultNProbe: 0, Shape.Metric == Metric.Cosine ? 0 : null), threads: 1);

    /// <summary>Trains an empty index.</summary>
    /// <param name="vectors">float <c>[n][Dimension]</c>, row-major, finite.</param>
    /// <param name="options">Options of training; null stands for the defaults.</param>
    public IndexEngine Train(ReadOnlySpan<float> vectors, TrainingOptions? options)
    {
        options ??= new TrainingOptions();
        var n = TrainingChecks.Vectors(vectors, Shape.Dimension, Shape.Ksub, options);
        return Train(vectors, n, options);
    }

    /// <summary>Trains on checked vectors, all or a sample of those given.</summary>
    private IndexEngine Train(ReadOnlySpan<float> vectors, long given, TrainingOptions options)
    {
        var nlist = Shape.HasLists ? TrainingChecks.NList(vectors.Length / Shape.Dimension, given, Shape.Dimension, options) : 0;
        CheckDefaultNProbe(options, nlist);
        TrainingChecks.CoarseSearch(Shape, nlist, options);
        using var activity = Telemetry.Begin("PqGen.Train", Shape.Kind);
        var run = TrainingRun.Of(Shape.Metric, options, given, vectors);
        var (centroids, codebooks) = Train(vectors, nlist, run);
        int? known = Shape.Metric == Metric.Cosine || vectors.ContainsAnyExcept(0f) ? run.Exponent : null;
        var model = new TrainedModel(centroids, codebooks, options.KeepVectors, options.DefaultNProbe, known) 
        {
            CoarseSearch = options.CoarseSearch, RowFormat = options.RowFormat,
        };
        var engine = Make(model, run.Threads, run.Cancellation);
        engine.TrainingReport = TrainingReview.Write(
            Shape, vectors, run, (rows, queries) => Code(rows, queries, engine.DefaultNProbe, model, run));
        return engine;
    }

    /// <summary>An empty index with a model from elsewhere.</summary>
    /// <param name="centroids">float <c>[nlist][Dimension]</c>; empty without lists.</param>
    /// <param name="codebooks">float <c>[M][Ksub][Dsub]</c>; empty without codes.</param>
    /// <param name="keepVectors">Whether float32 vectors are kept for re-ranking.</param>
    public IndexEngine FromModel(ReadOnlySpan<float> centroids, ReadOnlySpan<float> codebooks, bool keepVectors)
    {
        if (Shape.HasLists)
        {
            TrainingChecks.Centroids(centroids, Shape.Dimension);
        }

        if (Shape.HasCodes)
        {
            TrainingChecks.Codebooks(Shape, codebooks);
        }

        return Make(TrainedModel.FromGiven(Shape, centroids, codebooks, keepVectors), threads: 1);
    }

    private IndexEngine Load(LoadedIndex index, CancellationToken cancellation)
    {
        var header = index.Header;
        var model = new TrainedModel(index.Centroids, index.Codebooks, header.KeepsVectors, header.DefaultNProbe, index.Exponent)
        {
            CoarseSearch = header.CoarseSearch, RowFormat = header.RowFormat, Derived = index.Derived, Graph = index.Graph,
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
    public IndexMemory EstimateMemory(
        long count,
        int nlist,
        bool keepVectors,
        bool ownIds,
        RowFormat rowFormat = RowFormat.Float32,
        CoarseSearch coarseSearch = CoarseSearch.Automatic) =>
        MemoryModel.Estimate(Shape, count, nlist, keepVectors, ownIds, rowFormat, coarseSearch);

    private static void CheckDefaultNProbe(TrainingOptions options, int nlist) =>
        Guard.Option(options.DefaultNProbe, 0, Math.Max(1, nlist), nameof(options.DefaultNProbe), "no more than there are lists");

    private IndexEngine Make(TrainedModel model, int threads, CancellationToken cancellation = default)
    {
        var engine = Create(model, threads, cancellation);
        (engine.ChosenNProbe, engine.CoarseSearch) = (model.DefaultNProbe, model.CoarseSearch);
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

    /// <summary>Trains centroids and codebooks, both scaled, on the caller's vectors, which were checked.</summary>
    private protected abstract (float[] Centroids, float[] Codebooks) Train(ReadOnlySpan<float> vectors, int nlist, TrainingRun run);

    /// <summary>What codes make of scaled rows, and where scaled queries look for them; null in an index that keeps rows instead of codes.</summary>
    private protected virtual CodedRows? Code(float[] rows, float[] queries, int nprobe, TrainedModel model, TrainingRun run) => null;
}

internal sealed class FlatBuilder<TKernels>(TKernels kernels)
    : IndexBuilder(IndexShape.Flat(kernels.Dimension) with { Metric = kernels.Metric })
    where TKernels : struct, IVectorKernels
{
    private protected override IndexEngine Create(TrainedModel model, int threads, CancellationToken cancellation) =>
        new Engine<SingleList, RowCode<TKernels>>(
            Shape, kernels.Path, default, new RowCode<TKernels>(kernels, inverted: false), model);

    private protected override (float[] Centroids, float[] Codebooks) Train(ReadOnlySpan<float> vectors, int nlist, TrainingRun run) => ([], []);
}

internal sealed class IvfFlatBuilder<TKernels>(TKernels kernels)
    : IndexBuilder(IndexShape.IvfFlat(kernels.Dimension) with { Metric = kernels.Metric })
    where TKernels : struct, ICentroidKernels
{
    private protected override IndexEngine Create(TrainedModel model, int threads, CancellationToken cancellation)
    {
        var coarse = new CoarseQuantizer<TKernels>(kernels, model.Centroids, cancellation);
        return model.CoarseSearch == CoarseSearch.Hnsw
            ? Create(new HnswCoarse<TKernels>(HnswCentroids<TKernels>.Of(kernels, coarse, model.Graph, threads, cancellation)))
            : Create(new FlatCoarse<TKernels>(coarse));

        IndexEngine Create<TRoute>(TRoute route)
            where TRoute : struct, IRoute =>
            new Engine<TRoute, RowCode<TKernels>>(Shape, kernels.Path, route, new RowCode<TKernels>(kernels, inverted: true), model);
    }

    private protected override (float[] Centroids, float[] Codebooks) Train(ReadOnlySpan<float> vectors, int nlist, TrainingRun run) =>
        (CentroidTraining.Run(kernels, vectors, nlist, run), []);
}

internal sealed class PqBuilder<TKernels>(TKernels kernels)
    : IndexBuilder(IndexShape.Pq(kernels.Dimension, kernels.M, kernels.Ksub) with { Metric = kernels.Metric })
    where TKernels : struct, IPqKernels
{
    private protected override IndexEngine Create(TrainedModel model, int threads, CancellationToken cancellation) =>
        new Engine<SingleList, PqCode<TKernels>>(
            Shape,
            kernels.Path,
            default,
            new PqCode<TKernels>(kernels, new ProductQuantizer<TKernels>(kernels, model.Codebooks, model.Exponent ?? 0), centroids: []),
            model);

    private protected override (float[] Centroids, float[] Codebooks) Train(ReadOnlySpan<float> vectors, int nlist, TrainingRun run)
    {
        var sample = run.Sample(vectors, Shape.Dimension, (long)Shape.Ksub * run.Options.MaxPointsPerCentroid, run.Options.Seed);
        return ([], CodebookTraining.Run(kernels, sample, run));
    }

    private protected override CodedRows Code(float[] rows, float[] queries, int nprobe, TrainedModel model, TrainingRun run) =>
        CodedRows.OfVectors(kernels, model, rows, run);
}

internal sealed class IvfPqBuilder<TKernels>(TKernels kernels)
    : IndexBuilder(IndexShape.IvfPq(kernels.Dimension, kernels.M, kernels.Ksub) with { Metric = kernels.Metric })
    where TKernels : struct, IIvfPqKernels
{
    private protected override IndexEngine Create(TrainedModel model, int threads, CancellationToken cancellation)
    {
        var coarse = new CoarseQuantizer<TKernels>(kernels, model.Centroids, cancellation);
        var quantizer = new ProductQuantizer<TKernels>(kernels, model.Codebooks, model.Exponent ?? 0);
        var coded = !CodedCentroids.Suit(model.CoarseSearch, coarse.NList, kernels.Ksub) ? null
            : model.Derived is { CoarseCodebooks.Length: > 0 } derived ? CodedCentroids<TKernels>.Of(kernels, coarse, derived)
            : CodedCentroids<TKernels>.Train(kernels, coarse, threads, cancellation);
        return model.CoarseSearch == CoarseSearch.Hnsw
            ? Create(new HnswCoarse<TKernels>(HnswCentroids<TKernels>.Of(kernels, coarse, model.Graph, threads, cancellation)))
            : coded is null ? Create(new FlatCoarse<TKernels>(coarse)) : Create(new CodedCoarse<TKernels>(coarse, coded));

        IndexEngine Create<TRoute>(TRoute route)
            where TRoute : struct, IRoute
        {
            if (!Shape.HasTerms)
            {
                // <x, y> = <x, c> + <x, p>: a code's score needs nothing of the vector's own.
                var sums = new PqCode<TKernels>(kernels, quantizer, model.Centroids);
                return new Engine<TRoute, PqCode<TKernels>>(Shape, kernels.Path, route, sums, model) { Derived = Derived([]) };
            }

            var terms = new ResidualTerms<TKernels>(kernels, coarse, quantizer, threads, model.Derived?.Terms, cancellation);
            var code = new ResidualCode<TKernels>(kernels, coarse, quantizer, terms);
            return new Engine<TRoute, ResidualCode<TKernels>>(Shape, kernels.Path, route, code, model) { Derived = Derived(terms.Ranges) };
        }

        Func<DerivedModel>? Derived(TermRange[] terms) => coarse.NList < DerivedModel.LeastLists || (coded is null && terms.Length == 0)
            ? null
            : () => new DerivedModel(terms, coded is null ? [] : coded.Codebooks.ToArray(), coded is null ? [] : coded.Codes());
    }

    /// <summary>Coarse centroids first, then codebooks on the residuals from them.</summary>
    private protected override (float[] Centroids, float[] Codebooks) Train(ReadOnlySpan<float> vectors, int nlist, TrainingRun run)
    {
        var dimension = Shape.Dimension;
        var centroids = CentroidTraining.Run(kernels, vectors, nlist, run);
        var sample = run.Sample(vectors, dimension, (long)Shape.Ksub * run.Options.MaxPointsPerCentroid, unchecked(run.Options.Seed + 1));
        var coarse = new CoarseQuantizer<TKernels>(kernels, centroids, run.Cancellation);
        coarse.ToResiduals(sample, coarse.Assign(sample, run.Threads, run.Cancellation), run.Threads, run.Cancellation);
        return (centroids, CodebookTraining.Run(kernels, sample, run));
    }

    private protected override CodedRows Code(float[] rows, float[] queries, int nprobe, TrainedModel model, TrainingRun run) =>
        CodedRows.OfResiduals(kernels, model, rows, queries, nprobe, run);
}
