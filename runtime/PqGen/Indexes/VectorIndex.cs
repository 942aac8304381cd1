using PqGen.Common;
using PqGen.Indexes;
using PqGen.Kernels;
using PqGen.Quantization;

namespace PqGen;

/// <summary>
/// An index: vectors of one dimension go in, the nearest neighbours of a query come out. A class with an index attribute derives from it, and so
/// does <see cref="GenericIndex"/>, whose sizes are known at run time.
/// </summary>
/// <remarks>
/// <para>Any number of searches may run at once, beside one writer (writers wait for each other). A search sees all that an Add has added, or nothing
/// of it; so with Update, Remove and Compact. Saving stops neither.</para>
/// <para>A <see cref="System.Diagnostics.Metrics.Meter"/> and an <see cref="System.Diagnostics.ActivitySource"/>, both named PqGen, tell of searches,
/// their duration and the codes they scanned, of vectors added and removed, and of the vectors and bytes of all indexes.</para>
/// </remarks>
public abstract partial class VectorIndex : IVectorIndex
{
    /// <summary>The most vectors that an index holds.</summary>
    internal static readonly int MaxCount = Array.MaxLength - KernelLayout.BlockSize;

    private readonly IndexEngine _engine;

    /// <summary>An index over an engine. For generated code.</summary>
    protected VectorIndex(IndexEngine engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        _engine = engine;
        Telemetry.Register(this);
    }

    /// <summary>Kind and sizes.</summary>
    public IndexShape Shape => _engine.Shape;

    /// <inheritdoc/>
    /// <remarks>As the caller gives it: <see cref="IndexShape.InputDimension"/>.</remarks>
    public int Dimension => _engine.Shape.InputDimension;

    /// <summary>Vectors that a search sees, without those removed; 0 after the index was disposed of.</summary>
    public long Count => _engine.Current?.Count ?? 0;

    /// <inheritdoc/>
    public Metric Metric => _engine.Shape.Metric;

    /// <summary>The instruction set that the kernels of this index run on.</summary>
    public KernelPath Path => _engine.Path;

    /// <summary>Bytes of one vector's code; of its row's float32 components in an index without codes.</summary>
    public int CodeSize => Shape.HasCodes ? KernelLayout.CodeSize(Shape.M, Shape.Ksub) : Shape.Dimension * sizeof(float);

    /// <summary>Lists of the inverted file; 0 in an index without lists.</summary>
    public int NList => _engine.NList;

    /// <summary>
    /// The lists that a search probes which names no number of them: <see cref="TrainingOptions.DefaultNProbe"/>, which files keep, or sqrt(2 NList)
    /// rounded up; 0 in an index without lists.
    /// </summary>
    public int DefaultNProbe => _engine.DefaultNProbe;

    /// <summary>
    /// What vectors and queries go through before they are encoded and compared with codes, under cosine once they have length 1; null for nothing.
    /// Rows kept for re-ranking are the vectors before it; those of an imported index without codes lie behind it.
    /// </summary>
    /// <remarks>Where there is one, centroids and <see cref="Quantizer"/> are of transformed vectors.</remarks>
    public LinearTransform? Transform => _engine.Transform?.Scaled(-(_engine.Current?.Exponent ?? 0));

    /// <summary>
    /// The centroids of the lists, float <c>[NList][Shape.Dimension]</c>, of transformed vectors where there is a transform; empty in an index
    /// without lists.
    /// </summary>
    public ReadOnlySpan<float> Centroids => _engine.Centroids;

    /// <summary>
    /// The product quantizer, of vectors or in an inverted file of their residuals, transformed where there is a transform: encodes, decodes, makes
    /// distance tables and ADC distances.
    /// </summary>
    /// <exception cref="InvalidOperationException">An index of this kind has no codes.</exception>
    public ProductQuantizer Quantizer =>
        _engine.Quantizer ?? throw new InvalidOperationException(
            $"An index of kind {Shape.Kind} keeps float32 vectors and has no product quantizer.");

    /// <summary>What training found out, with advice; null where the model came from elsewhere or from a file.</summary>
    public TrainingReport? TrainingReport => _engine.TrainingReport;

    /// <summary>The memory in use. Allocates nothing; takes time in proportion to the number of lists.</summary>
    public IndexMemory Memory => _engine.Memory;

    /// <summary>The memory in use, in bytes: <see cref="IndexMemory.Total"/>.</summary>
    public long SizeInBytes => Memory.Total;

    /// <summary>
    /// Lets go of what the index holds: its memory is free, and its file no longer mapped, when the last search or save that runs has ended. It
    /// cannot be used afterwards.
    /// </summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of what the index holds.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected virtual void Dispose(bool disposing)
    {
        Telemetry.Forget(this);
        lock (_writing)
        {
            _engine.Release();
        }
    }

    /// <summary>What the index holds at this moment, whose memory stays until the lease ends.</summary>
    private SnapshotLease Acquire()
    {
        while (true)
        {
            var snapshot = Present();
            if (SnapshotLease.TryTake(snapshot, out var lease))
            {
                return lease;
            }
        }
    }

    /// <summary>
    /// What the index holds at this moment, for those who read none of its memory, or keep writers and <see cref="Dispose()"/> away.
    /// </summary>
    private Snapshot Present()
    {
        var snapshot = _engine.Current;
        ObjectDisposedException.ThrowIf(snapshot is null, this);
        return snapshot;
    }
}
