using PqGen.Common;

namespace PqGen.Quantization;

/// <summary>The checks of training input and of models given from outside.</summary>
internal static class TrainingChecks
{
    /// <summary>The most lists that are found through a graph: an array holds its links.</summary>
    public const int MaxGraphLists = 1 << 25;

    /// <summary>Checks training vectors and options; returns the number of vectors.</summary>
    public static int Vectors(ReadOnlySpan<float> vectors, int dimension, int ksub, TrainingOptions options)
    {
        var n = Guard.Rows(vectors, dimension, nameof(vectors));
        Count(n, ksub);
        Options(options);
        Guard.Finite(vectors, dimension, nameof(vectors), options.Cancellation);
        return n;
    }

    /// <summary>Checks the number of training vectors.</summary>
    public static void Count(long vectors, int ksub)
    {
        if (vectors == 0)
        {
            throw new ArgumentException("vectors is empty; training needs at least one vector.", nameof(vectors));
        }

        if (vectors < ksub)
        {
            throw new ArgumentException(
                Guard.Text(
                    $"vectors holds {vectors} training vectors; Ksub = {ksub} centroids need at least {ksub} of them (recommended: {39 * ksub})."),
                nameof(vectors));
        }
    }

    /// <summary>Checks options of training, but for the number of lists.</summary>
    public static void Options(TrainingOptions options)
    {
        Guard.Option(options.Threads, 0, int.MaxValue, nameof(options.Threads), "threads, 0 for one per processor");
        Guard.Option(options.CoarseIterations, 1, int.MaxValue, nameof(options.CoarseIterations), "k-means iterations");
        Guard.Option(options.Iterations, 1, int.MaxValue, nameof(options.Iterations), "k-means iterations");
        Guard.Option(options.MaxPointsPerCentroid, 1, int.MaxValue, nameof(options.MaxPointsPerCentroid), "training vectors per centroid");
        Guard.Option((int)options.RowFormat, 0, (int)RowFormat.Int8Float16, nameof(options.RowFormat), "a format that there is");
        Guard.Option((int)options.Transform, 0, (int)TransformKind.Opq, nameof(options.Transform), "a transform that there is");
    }

    /// <summary>Checks that training can make the transform that is asked for.</summary>
    public static void Transform(IndexShape shape, TrainingOptions options)
    {
        var kind = options.Transform;
        var needed = shape.RowsBehindTransform ? "no training leads to a transform in front of rows: take a model with its transform"
            : kind != TransformKind.None && !shape.HasCodes ? "it is for codes, in a PQ or IVFPQ index"
            : kind == TransformKind.Mean && shape.Metric != Metric.SquaredL2
                ? "it needs squared L2: an inner product would be another one, and vectors of length 1 do not lie far from the origin"
            : shape.InputDimension > shape.Dimension ? Guard.Text(
                $"training leads to no fewer components than the {shape.InputDimension} of InputDimension: take a model with its transform")
            : null;
        if (needed is not null)
        {
            throw new ArgumentException(
                Guard.Text($"options: Transform is {kind}, of an index of kind {shape.Kind} under {shape.Metric}; {needed}."), nameof(options));
        }
    }

    /// <summary>Checks a transform given from outside.</summary>
    public static void Transform(IndexShape shape, LinearTransform? transform)
    {
        var found = transform is null
            ? Guard.Text($"null, of vectors of {shape.Dimension} components")
            : Guard.Text($"one of {transform.InputDimension} components to {transform.Dimension}");
        if ((transform?.InputDimension ?? shape.Dimension) != shape.InputDimension || (transform?.Dimension ?? shape.Dimension) != shape.Dimension)
        {
            throw new ArgumentException(
                Guard.Text($"transform is {found}; {shape} needs {shape.InputDimension} to {shape.Dimension}."), nameof(transform));
        }

        if (transform is null && shape.RowsBehindTransform)
        {
            throw new ArgumentException($"transform is {found}; {shape} needs one.", nameof(transform));
        }

        if (transform is not null && !shape.HasCodes && !shape.RowsBehindTransform)
        {
            throw new ArgumentException(
                Guard.Text($"transform is {found}; an index of kind {shape.Kind} keeps no codes and takes none."), nameof(transform));
        }

        if (transform is not null && shape.Metric == Metric.Cosine && (!transform.IsIsometric || transform.Bias.Length > 0))
        {
            throw new ArgumentException("transform changes lengths; under cosine it needs orthonormal columns and no bias.", nameof(transform));
        }
    }

    /// <summary>The number of lists: as asked, or near 4 * sqrt(n) with 39 training vectors each.</summary>
    /// <param name="n">Vectors to train on.</param>
    /// <param name="given">Vectors that these are a sample of.</param>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="options">The options.</param>
    public static int NList(int n, long given, int dimension, TrainingOptions options)
    {
        if (options.NList != 0)
        {
            Guard.Option(options.NList, 1, Math.Min(n, Array.MaxLength / dimension), nameof(options.NList), "no more lists than training vectors");
            return options.NList;
        }

        return Math.Max(1, (int)Math.Min(4 * Math.Sqrt(given), n / 39));
    }

    /// <summary>Checks whether codes can be score-aware.</summary>
    public static void AnisotropicThreshold(IndexShape shape, TrainingOptions options)
    {
        var threshold = options.AnisotropicThreshold;
        if (!(threshold is >= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), threshold, Guard.Text($"options: AnisotropicThreshold is {threshold}; it needs 0 or more, below 1."));
        }

        if (threshold > 0 && (!shape.HasCodes || shape.Metric == Metric.SquaredL2))
        {
            throw new ArgumentException(
                Guard.Text($"options: AnisotropicThreshold is {threshold}, of an index of kind {shape.Kind} under {shape.Metric}; ")
                + "it needs codes, PQ or IVFPQ, under InnerProduct or Cosine: a squared distance counts all errors alike.",
                nameof(options));
        }
    }

    /// <summary>Checks how lists are to be found.</summary>
    public static void CoarseSearch(IndexShape shape, int nlist, TrainingOptions options)
    {
        var search = options.CoarseSearch;
        Guard.Option((int)search, 0, (int)PqGen.CoarseSearch.Hnsw, nameof(TrainingOptions.CoarseSearch), "a search that there is");
        if (search == PqGen.CoarseSearch.Codes && (shape.Kind != IndexKind.IvfPq || nlist < shape.Ksub))
        {
            throw new ArgumentException(
                Guard.Text($"options: CoarseSearch is Codes, of an index of kind {shape.Kind} with NList {nlist} and Ksub {shape.Ksub}; ")
                + "it needs an IVFPQ index with as many lists as Ksub or more.",
                nameof(options));
        }

        if (search == PqGen.CoarseSearch.Hnsw && (!shape.HasLists || nlist > MaxGraphLists))
        {
            throw new ArgumentException(
                Guard.Text($"options: CoarseSearch is Hnsw, of an index of kind {shape.Kind} with NList {nlist}; ")
                + Guard.Text($"it needs an IVF or IVFPQ index of {MaxGraphLists} lists at most."),
                nameof(options));
        }
    }

    /// <summary>Checks coarse centroids given from outside.</summary>
    public static void Centroids(ReadOnlySpan<float> centroids, int dimension, float limit)
    {
        if (Guard.Rows(centroids, dimension, nameof(centroids)) == 0)
        {
            throw new ArgumentException("centroids is empty; an inverted file needs at least one.", nameof(centroids));
        }

        Guard.Finite(centroids, dimension, nameof(centroids), limit);
    }

    /// <summary>Checks codebooks given from outside, of vectors or of residuals.</summary>
    public static void Codebooks(IndexShape shape, ReadOnlySpan<float> codebooks, float limit = Guard.MaxResidualMagnitude)
    {
        var dsub = shape.Dimension / shape.M;
        Guard.Length(
            codebooks.Length,
            shape.M * shape.Ksub * dsub,
            nameof(codebooks),
            Guard.Text($"M x Ksub x Dsub = {shape.M} x {shape.Ksub} x {dsub} floats"));
        Guard.Finite(codebooks, dsub, nameof(codebooks), limit);
    }
}
