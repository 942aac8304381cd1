namespace PqGen;

/// <summary>What training reports: a stage, how much of it is done, and how k-means stands.</summary>
/// <param name="Stage">What is being trained, for a person to read.</param>
/// <param name="Completed">Steps done: iterations of the coarse centroids, turns of a rotation, or sub-quantizers.</param>
/// <param name="Total">Steps in all.</param>
/// <remarks>
/// A stage begins with a report of no step. Every k-means iteration is reported when it ends; one of a sub-quantizer is part of a step, and leaves
/// <paramref name="Completed"/> as it is.
/// </remarks>
public readonly record struct TrainingProgress(string Stage, int Completed, int Total)
{
    /// <summary>The sub-quantizer whose iteration or end is reported, 0 to M - 1; -1 where the report is not of one.</summary>
    public int SubQuantizer { get; init; } = -1;

    /// <summary>The k-means iteration that has ended, 1 for the first; 0 where the report is not of one.</summary>
    public int Iteration { get; init; }

    /// <summary>
    /// What k-means makes smaller, as that iteration found it: the mean squared distance of the training vectors, sub-vectors or residuals to their
    /// nearest centroid, in the caller's units. NaN where the report is not of an iteration.
    /// </summary>
    public double Objective { get; init; } = double.NaN;
}

/// <summary>The options of training. Not changed by training; may be used again.</summary>
public sealed record TrainingOptions
{
    /// <summary>Lists of an inverted file, 1 to the number of training vectors. 0 lets the index choose near 4 * sqrt(n), at most n / 39.</summary>
    public int NList { get; init; }

    /// <summary>
    /// Lists that a search probes which names no number of them, 1 to NList; kept in the index and its files. 0 stands for sqrt(2 NList), rounded up.
    /// </summary>
    public int DefaultNProbe { get; init; }

    /// <summary>How searches find the lists to probe; kept in the index and its files.</summary>
    public CoarseSearch CoarseSearch { get; init; }

    /// <summary>What vectors and queries go through before they are encoded; kept in the index and its files. For indexes of codes.</summary>
    public TransformKind Transform { get; init; }

    /// <summary>Seed of every random choice. The same vectors, options and seed train the same index on any number of threads.</summary>
    public int Seed { get; init; } = 1234;

    /// <summary>Threads to use; 0 stands for one per processor.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>
    /// k-means iterations of the coarse centroids at most, 1 or more. With more than 1,024 lists k-means starts from groups, compares a vector with
    /// centroids around its own, and ends when an iteration saves less than 1/2048 of the objective.
    /// </summary>
    public int CoarseIterations { get; init; } = 25;

    /// <summary>k-means iterations of the sub-quantizers' centroids, 1 or more.</summary>
    public int Iterations { get; init; } = 25;

    /// <summary>
    /// The threshold T of score-aware codes (Guo et al., "Accelerating large-scale inference with anisotropic vector quantization", 2020), for PQ and
    /// IVFPQ under inner product and cosine: above 0 and below 1; 0, the default, for plain ones. Training and adding then make smaller, instead of
    /// the squared error of a code, ||r||^2 + (eta - 1) &lt;r, x / ||x||&gt;^2 of the error r of a vector x, with eta = (d - 1) T^2 / (1 - T^2), d
    /// components: what errs along x changes the products with queries near to it most. The paper takes .2. Where eta is 1 or less, codes are plain.
    /// Kept in the index and its files; a product quantizer's own Encode is plain all the same.
    /// </summary>
    public float AnisotropicThreshold { get; init; }

    /// <summary>Training vectors per centroid at most, 1 or more: beyond it, a random sample is trained on.</summary>
    public int MaxPointsPerCentroid { get; init; } = 256;

    /// <summary>
    /// Whether a PQ or IVFPQ index keeps the float32 vectors beside their codes, for <see cref="SearchOptions.Rerank"/>. They cost
    /// 4 * Dimension bytes each; turn it off where memory counts and codes are enough, or rows of your own are
    /// attached (<see cref="VectorIndex.AttachRows"/>).
    /// </summary>
    public bool KeepVectors { get; init; } = true;

    /// <summary>How they are kept: fewer bytes, and less to read when candidates are compared.</summary>
    public RowFormat RowFormat { get; init; }

    /// <summary>
    /// Receives progress, one report at a time, on whichever thread made it; <see cref="TrainingProgress.Completed"/> never falls within a
    /// stage.
    /// </summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>
    /// Ends training early with <see cref="OperationCanceledException"/>, within a tenth of a second: no piece of work between two looks for it takes
    /// longer, whatever the sizes.
    /// </summary>
    public CancellationToken Cancellation { get; init; }
}
