using PqGen.Clustering;
using PqGen.Common;
using PqGen.Ivf;
using PqGen.Kernels;
using PqGen.Quantization;
using PqGen.Scan;

namespace PqGen.Indexes;

internal sealed class FlatBuilder<TKernels>(TKernels kernels, IndexShape shape) : IndexBuilder(shape)
    where TKernels : struct, IVectorKernels
{
    private protected override IndexEngine Create(TrainedModel model, int threads, CancellationToken cancellation) =>
        new Engine<SingleList, RowCode<TKernels>>(
            Shape, kernels.Path, default, new RowCode<TKernels>(kernels, inverted: false), model);

    private protected override (float[] Centroids, float[] Codebooks, LinearTransform? Transform) Train(
        ReadOnlySpan<float> vectors, int nlist, TrainingRun run) => ([], [], null);
}

internal sealed class IvfFlatBuilder<TKernels>(TKernels kernels, IndexShape shape) : IndexBuilder(shape)
    where TKernels : struct, ICentroidKernels
{
    private protected override IndexEngine Create(TrainedModel model, int threads, CancellationToken cancellation)
    {
        var coarse = new CoarseQuantizer<TKernels>(kernels, model.Centroids, cancellation);
        return model.CoarseSearch == CoarseSearch.Hnsw
            ? Create(new HnswCoarse<TKernels>(HnswCentroids<TKernels>.Of(kernels, coarse, model.Graph, threads, cancellation)))
            : Create(new FlatCoarse<TKernels>(kernels, coarse));

        IndexEngine Create<TRoute>(TRoute route)
            where TRoute : struct, IRoute =>
            new Engine<TRoute, RowCode<TKernels>>(Shape, kernels.Path, route, new RowCode<TKernels>(kernels, inverted: true), model);
    }

    private protected override (float[] Centroids, float[] Codebooks, LinearTransform? Transform) Train(
        ReadOnlySpan<float> vectors, int nlist, TrainingRun run) =>
        (CentroidTraining.Run(
            kernels, Sample(vectors, null, (long)nlist * run.Options.MaxPointsPerCentroid, run.Options.Seed, run), nlist, run), [], null);
}

internal sealed class PqBuilder<TKernels>(TKernels kernels, IndexShape shape) : IndexBuilder(shape)
    where TKernels : struct, IPqKernels
{
    private protected override IndexEngine Create(TrainedModel model, int threads, CancellationToken cancellation) =>
        new Engine<SingleList, PqCode<TKernels>>(
            Shape,
            kernels.Path,
            default,
            new PqCode<TKernels>(kernels, model.Quantizer(kernels, model.Exponent ?? 0), inverted: false, [], RowKernels),
            model);

    private protected override (float[] Centroids, float[] Codebooks, LinearTransform? Transform) Train(
        ReadOnlySpan<float> vectors, int nlist, TrainingRun run)
    {
        var transform = Transform(kernels, vectors, run);
        var sample = Sample(vectors, transform, (long)Shape.Ksub * run.Options.MaxPointsPerCentroid, run.Options.Seed, run);
        var codebooks = CodebookTraining.Run(kernels, sample, run);
        AnisotropicTraining<TKernels>.Run(kernels, codebooks, sample, sample, run);
        return ([], codebooks, transform);
    }

    private protected override CodedRows Code(float[] rows, float[] queries, int nprobe, TrainedModel model, TrainingRun run) =>
        CodedRows.OfVectors(kernels, model, rows, run);
}

internal sealed class IvfPqBuilder<TKernels>(TKernels kernels, IndexShape shape) : IndexBuilder(shape)
    where TKernels : struct, IIvfPqKernels
{
    private protected override IndexEngine Create(TrainedModel model, int threads, CancellationToken cancellation)
    {
        var coarse = new CoarseQuantizer<TKernels>(kernels, model.Centroids, cancellation);
        var quantizer = model.Quantizer(kernels, model.Exponent ?? 0);
        var coded = !CodedCentroids.Suit(model.CoarseSearch, coarse.NList, kernels.Dimension, kernels.Ksub) ? null
            : model.Derived is { CoarseCodebooks.Length: > 0 } derived ? CodedCentroids<TKernels>.Of(kernels, coarse, derived)
            : CodedCentroids<TKernels>.Train(kernels, coarse, threads, cancellation);
        return model.CoarseSearch == CoarseSearch.Hnsw
            ? Create(new HnswCoarse<TKernels>(HnswCentroids<TKernels>.Of(kernels, coarse, model.Graph, threads, cancellation)))
            : coded is null ? Create(new FlatCoarse<TKernels>(kernels, coarse)) : Create(new CodedCoarse<TKernels>(coarse, coded));

        IndexEngine Create<TRoute>(TRoute route)
            where TRoute : struct, IRoute
        {
            if (!Shape.HasTerms)
            {
                // <x, y> = <x, c> + <x, p>: a code's score needs nothing of the vector's own; nor does that of a code of the vector itself.
                var sums = new PqCode<TKernels>(kernels, quantizer, inverted: true, Shape.CodesWholeVectors ? [] : model.Centroids, RowKernels);
                return new Engine<TRoute, PqCode<TKernels>>(Shape, kernels.Path, route, sums, model) { Derived = Derived([]) };
            }

            var origin = model.TermOrigin switch
            {
                null => VectorMath.FloatMean(model.Centroids, kernels.Dimension, cancellation),
                [] => new float[kernels.Dimension],
                var known => known,
            };
            var terms = new ResidualTerms<TKernels>(kernels, coarse, quantizer, origin, threads, model.Derived?.Terms, cancellation);
            var code = new ResidualCode<TKernels>(kernels, coarse, quantizer, terms, RowKernels);
            return new Engine<TRoute, ResidualCode<TKernels>>(Shape, kernels.Path, route, code, model)
            {
                Derived = Derived(terms.Ranges), TermOrigin = origin.AsSpan().ContainsAnyExcept(0f) ? origin : [],
            };
        }

        Func<DerivedModel>? Derived(TermRange[] terms) => coarse.NList < DerivedModel.LeastLists || (coded is null && terms.Length == 0)
            ? null
            : () => new DerivedModel(terms, coded is null ? [] : coded.Codebooks.ToArray(), coded is null ? [] : coded.Codes());
    }

    /// <summary>What comes before all else, then coarse centroids, then codebooks on the residuals from them.</summary>
    private protected override (float[] Centroids, float[] Codebooks, LinearTransform? Transform) Train(
        ReadOnlySpan<float> vectors, int nlist, TrainingRun run)
    {
        var (points, seed) = (run.Options.MaxPointsPerCentroid, run.Options.Seed);
        var transform = Transform(kernels, vectors, run);
        var centroids = CentroidTraining.Run(kernels, Sample(vectors, transform, (long)nlist * points, seed, run), nlist, run);
        var sample = Sample(vectors, transform, (long)Shape.Ksub * points, unchecked(seed + 1), run);
        var coarse = new CoarseQuantizer<TKernels>(kernels, centroids, run.Cancellation);
        var originals = run.Options.AnisotropicThreshold > 0 ? Sampling.Copy(sample, run.Cancellation) : sample;
        coarse.ToResiduals(sample, coarse.Assign(sample, run.Threads, run.Cancellation), run.Threads, run.Cancellation);
        var codebooks = CodebookTraining.Run(kernels, sample, run);
        AnisotropicTraining<TKernels>.Run(kernels, codebooks, sample, originals, run);
        return (centroids, codebooks, transform);
    }

    private protected override CodedRows Code(float[] rows, float[] queries, int nprobe, TrainedModel model, TrainingRun run) =>
        CodedRows.OfResiduals(kernels, model, rows, queries, nprobe, run);
}
